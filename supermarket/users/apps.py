from django.apps import AppConfig


class UsersConfig(AppConfig):
    name = "supermarket.users"
    label = "users"
