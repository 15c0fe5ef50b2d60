from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "supermarket.reports"
    label = "reports"
