"""Moving claims and runs from state to state: conditional on the state they are in, with actor, time and reason.

The database writes the history and refuses what the tables of `states` lack.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from supermarket.claims.errors import WrongStateError
from supermarket.claims.models import Claim, Run
from supermarket.users.models import User

Reason = Mapping[str, str]  # {zh, en}


def claims_move(
    rows: QuerySet[Claim], *, before: Collection[str], to: str, actor: User | None, reason: Reason | None, **values: Any
) -> int:
    """Move those of the claims that are in one of the states `before`; how many. `values`: columns set with it."""
    return rows.filter(state__in=before).update(
        state=to, moved_at=timezone.now(), moved_by=actor, reason=reason, **values
    )


def claim_move(
    claim: Claim, *, before: Collection[str], to: str, actor: User | None, reason: Reason | None = None, **values: Any
) -> Claim:
    """Move one claim. Raises WrongStateError if it is in none of the states `before` (any more)."""
    rows = Claim.objects.filter(pk=claim.pk)
    if not claims_move(rows, before=before, to=to, actor=actor, reason=reason, **values):
        claim.refresh_from_db()
        raise wrong_state("申领", "claim", claim.pk, claim.get_state_display(), to)
    claim.refresh_from_db()
    return claim


def run_move(
    run: Run, *, before: Collection[str], to: str, actor: User | None, reason: Reason | None = None, **values: Any
) -> Run:
    """Move one run. Raises WrongStateError if it is in none of the states `before` (any more)."""
    rows = Run.objects.filter(pk=run.pk, state__in=before)
    if not rows.update(state=to, moved_at=timezone.now(), moved_by=actor, reason=reason, **values):
        run.refresh_from_db()
        raise wrong_state("批次", "run", run.pk, run.get_state_display(), to)
    run.refresh_from_db()
    return run


def wrong_state(zh: str, en: str, pk: int, state: object, to: str) -> WrongStateError:
    return WrongStateError(subject=f"{en} {pk}", subject_zh=f"{zh} {pk}", state=str(state), to=to)
