from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "supermarket.desk"
    label = "desk"
