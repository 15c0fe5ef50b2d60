"""The shop window: what is on the shelves today, by delivery mode."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from enterprises.models import Beneficiary
from enterprises.town.showcase import showcase
from policies.definition import DeliveryMode
from policies.models import PolicyVersion

SHOWN_PER_SHELF = 4


@dataclass(frozen=True)
class Board:
    """One shelf of the window: code, title and department a policy; the rest of it is in the catalogue."""

    mode: DeliveryMode
    policies: list[dict[str, Any]]

    @property
    def shown(self) -> list[dict[str, Any]]:
        return self.policies[:SHOWN_PER_SHELF]


@dataclass(frozen=True)
class Display:
    boards: list[Board]

    @property
    def count(self) -> int:
        return sum(len(board.policies) for board in self.boards)


@dataclass(frozen=True)
class Sample:
    """One of the demo's own beneficiaries, to try the store with."""

    code: str
    name: str
    shows: dict[str, str]


def samples() -> list[Sample]:
    """Those of fixtures/showcase.yaml that are registered here; none but in a demo."""
    if not settings.SAMPLES:
        return []
    shown = {one["code"]: one["shows"] for one in showcase()["enterprises"]}
    known = Beneficiary.objects.filter(code__in=shown).order_by("code")
    return [Sample(one.code, one.name, shown[one.code]) for one in known]


def display_of(versions: QuerySet[PolicyVersion]) -> Display:
    rows = versions.values("policy__code", "definition__title", "definition__delivery", "definition__department")
    policies = [{key.rpartition("__")[2]: value for key, value in row.items()} for row in rows]
    boards = [Board(mode, [one for one in policies if one["delivery"] == mode]) for mode in DeliveryMode]
    return Display([board for board in boards if board.policies])
