from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "supermarket.api"
    label = "api"
