from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    name = "supermarket.claims"
    label = "claims"
