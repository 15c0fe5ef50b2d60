from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "supermarket.notices"
    label = "notices"
