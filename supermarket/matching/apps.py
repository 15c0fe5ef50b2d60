from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "supermarket.matching"
    label = "matching"
