from django.apps import AppConfig


class SupermarketConfig(AppConfig):
    name = "supermarket"

    def ready(self) -> None:
        from supermarket import checks  # noqa: F401  (registers itself)
