"""Reads about recoveries, for the desk and for the beneficiary."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from enterprises.models import Beneficiary
from supermarket.claims.models import Recovery, RecoveryObjection, RecoverySearch, RepaymentSlip
from supermarket.claims.states import RECOVERY_OPEN, ObjectionState, RecoveryState

UNDECIDED_AT_MOST = 100


def recoveries_list(*, department: str | None = None, state: str = "") -> QuerySet[Recovery]:
    """The newest first, with `objected`: an objection waits for its answer."""
    open_objections = RecoveryObjection.objects.filter(recovery=OuterRef("pk"), state=ObjectionState.OPEN)
    rows = Recovery.objects.annotate(objected=Exists(open_objections)).order_by("-pk")
    if department is not None:
        rows = rows.filter(claim__policy__department=department)
    if state:
        rows = rows.filter(state=state)
    return rows.select_related("claim__beneficiary", "claim__policy_version")


@dataclass(frozen=True)
class StateTotal:
    state: str
    count: int
    amount_fen: int
    repaid_fen: int

    @property
    def label(self) -> str:
        return str(RecoveryState(self.state).label)


def recovery_totals(*, department: str | None = None) -> list[StateTotal]:
    rows = recoveries_list(department=department).order_by().values("state")
    sums = rows.annotate(count=Count("pk"), asked=Sum("amount_fen"), back=Sum("repaid_fen"))
    found = {row["state"]: StateTotal(row["state"], row["count"], row["asked"], row["back"]) for row in sums}
    return [found[state] for state in RecoveryState if state in found]


def recoveries_of(beneficiary: Beneficiary) -> QuerySet[Recovery]:
    """Those that the beneficiary was told of."""
    rows = Recovery.objects.filter(claim__beneficiary=beneficiary).exclude(state=RecoveryState.OPENED)
    return rows.select_related("claim__policy_version").order_by("-pk")


def recoveries_open_of(beneficiary: Beneficiary) -> QuerySet[Recovery]:
    return recoveries_of(beneficiary).filter(state__in=RECOVERY_OPEN)


def recovery_objections_open(*, department: str | None = None) -> QuerySet[RecoveryObjection]:
    """What has to be answered."""
    rows = RecoveryObjection.objects.filter(state=ObjectionState.OPEN)
    return rows if department is None else rows.filter(recovery__claim__policy__department=department)


def undecided() -> list[dict[str, Any]]:
    """Claims whose facts changed and which cannot be decided again yet: {claim, zh, en}."""
    searches = RecoverySearch.objects.filter(done_at=None).order_by("pk").values_list("left", flat=True)
    return [one for left in searches for one in left][:UNDECIDED_AT_MOST]


def slips_open(*, not_by: int) -> QuerySet[RepaymentSlip]:
    """Slips that wait for the second official."""
    return RepaymentSlip.objects.filter(state=RepaymentSlip.State.ENTERED).exclude(entered_by=not_by)


def write_offs_proposed(*, department: str | None, not_by: int) -> QuerySet[Recovery]:
    """Proposals that wait for somebody who neither opened nor proposed."""
    rows = recoveries_list(department=department).filter(state__in=RECOVERY_OPEN, write_off_proposed_by__isnull=False)
    return rows.exclude(write_off_proposed_by=not_by).exclude(opened_by=not_by)
