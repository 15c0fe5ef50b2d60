from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ClaimsConfig(AppConfig):
    name = "supermarket.claims"
    label = "claims"

    def ready(self) -> None:
        post_migrate.connect(seed, sender=self)


def seed(**options: Any) -> None:
    """A new database knows the working days of the published years."""
    from supermarket.claims.calendar import holidays_seed

    holidays_seed()
