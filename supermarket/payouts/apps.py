from django.apps import AppConfig


class PayoutsConfig(AppConfig):
    name = "supermarket.payouts"
    label = "payouts"
