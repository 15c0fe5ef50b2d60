from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "supermarket.ledger"
    label = "ledger"
