"""Disputes in words, for the pages of both sides."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enterprises.disputes import effects_noted, text_of, value_of
from enterprises.models import FactDispute
from enterprises.vocabulary import fact_definitions, vocabulary
from supermarket.shelf.knowledge import is_shown
from supermarket.shelf.values import value_text
from supermarket.templatetags.store import say

STATES = {
    FactDispute.State.OPEN: _("waits for the department"),
    FactDispute.State.UPHELD: _("corrected"),
    FactDispute.State.REJECTED: _("the value stands"),
    FactDispute.State.WITHDRAWN: _("taken back"),
}


@dataclass(frozen=True)
class DisputeLine:
    """One dispute, its values in the reader's language."""

    pk: int
    beneficiary: str
    fact: str
    label: str
    shown: str
    statement: str
    as_of: date
    due_on: date
    overdue: bool
    state: str
    state_label: str
    answer: str
    effects: list[str]


def dispute_lines(disputes: Iterable[FactDispute]) -> list[DisputeLine]:
    return [line_of(one) for one in disputes]


def line_of(dispute: FactDispute) -> DisputeLine:
    definition = fact_definitions()[dispute.fact]
    shown = value_of(dispute, "shown") if is_shown(dispute.fact) else None
    return DisputeLine(
        pk=dispute.pk,
        beneficiary=str(dispute.beneficiary),
        fact=dispute.fact,
        label=say(definition.labels),
        shown="" if shown is None else say(value_text(vocabulary()[dispute.fact], shown)),
        statement=text_of(dispute) or "",
        as_of=dispute.as_of,
        due_on=dispute.due_on,
        overdue=dispute.state == FactDispute.State.OPEN and dispute.due_on < timezone.localdate(),
        state=dispute.state,
        state_label=str(STATES[FactDispute.State(dispute.state)]),
        answer=dispute.answer,
        effects=[say(one) for one in effects_noted(dispute) if one.kind == "verdict"],
    )
