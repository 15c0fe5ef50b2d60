"""Where a delivery stands while it is loaded, in words and as a bar."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from enterprises.models import Delivery
from enterprises.selectors import is_worked_on


@dataclass(frozen=True)
class LoadProgress:
    """`done` of `total` beneficiaries are in; total 0: not counted yet."""

    words: str
    done: int
    total: int


def load_progress(delivery: Delivery) -> LoadProgress | None:
    """None once nothing moves any more."""
    if delivery.state != Delivery.State.LOADING:
        return None
    return LoadProgress(stage(delivery, is_worked_on(delivery)), delivery.rows_done, delivery.records)


def stage(delivery: Delivery, worked_on: bool) -> str:
    if delivery.records:
        if worked_on:
            return _("Loading: nothing counts before all of it is in.")
        return _("Interrupted. It goes on by itself where it stopped, within a minute.")
    return _("The file is being read and checked.") if worked_on else _("Received. It is loaded next.")
