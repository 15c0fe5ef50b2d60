from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ClaimsConfig(AppConfig):
    name = "supermarket.claims"
    label = "claims"

    def ready(self) -> None:
        from enterprises.effects import finder_register
        from supermarket.claims.recoveries.opening import recoveries_opened
        from supermarket.claims.uses import claims_using, verdicts_changed

        post_migrate.connect(seed, sender=self)
        finder_register(claims_using)
        finder_register(recoveries_opened)
        finder_register(verdicts_changed)


def seed(**options: Any) -> None:
    """A new database knows the working days of the published years."""
    from supermarket.claims.calendar import holidays_seed

    holidays_seed()
