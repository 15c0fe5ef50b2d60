"""What may be asked about claims and runs. Doors take rows and summaries from here; they hold no account number."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet, Sum

from enterprises.models import Beneficiary
from supermarket.claims.models import Claim, ClaimMove, Objection, Run
from supermarket.claims.runs.listing import PayerTotal, payer_totals
from supermarket.claims.states import ClaimState, ObjectionState
from supermarket.ledger.errors import yuan


def claims_of(beneficiary: Beneficiary) -> QuerySet[Claim]:
    """The newest first, with policy and version."""
    return beneficiary.claims.select_related("policy", "policy_version").order_by("-pk")


@dataclass(frozen=True)
class Step:
    """One move of a claim; `actor` is empty where the machine moved it."""

    state: str
    label: str
    at: datetime
    actor: str
    reason: Mapping[str, str] | None


def claim_timeline(claim: Claim) -> list[Step]:
    """From the draft to the account, the earliest first."""
    moves: QuerySet[ClaimMove] = claim.moves.select_related("actor").order_by("pk")
    return [
        Step(
            state=move.to_state,
            label=str(ClaimState(move.to_state).label),
            at=move.at,
            actor=move.actor.username if move.actor else "",
            reason=move.reason,
        )
        for move in moves
    ]


def claims_in_review(*, department: str | None = None) -> QuerySet[Claim]:
    """What officials have to decide, the one promised first in front."""
    rows = Claim.objects.filter(state__in=(ClaimState.IN_REVIEW, ClaimState.RETURNED_FOR_CORRECTION))
    if department is not None:
        rows = rows.filter(policy__department=department)
    return rows.select_related("policy", "policy_version", "beneficiary").order_by("due_on", "pk")


def run_list(*, department: str | None = None) -> QuerySet[Run]:
    """The newest first."""
    rows = Run.objects.all() if department is None else Run.objects.filter(policy__department=department)
    return rows.select_related("policy", "policy_version", "made_by", "approved_by", "released_by").order_by("-pk")


def given_up_of(claim: Claim) -> list[Mapping[str, str]]:
    """What exclusion rules took from the claim, and because of which others, in words ({zh, en})."""
    exclusions = claim.exclusions.filter(given_up__isnull=False).order_by("pk")
    rows = [each.given_up for each in exclusions if each.given_up is not None]
    others = Claim.objects.filter(pk__in={pk for words in rows for pk in words["claims"]}).order_by("pk")
    titles = {other.pk: other.policy_version.parsed.title for other in others.select_related("policy_version")}
    found = []
    for words in rows:
        names = {titles[pk] for pk in words["claims"] if pk in titles}
        zh, en = "、".join(sorted(f"“{name.zh}”" for name in names)), ", ".join(sorted(name.en for name in names))
        sum_ = yuan(words["fen"])
        found.append({"zh": f"已享受{zh}，不重复享受，少付 {sum_} 元", "en": f"{sum_} yuan less, because of {en}"})
    return list({words["zh"]: words for words in found}.values())


@dataclass(frozen=True)
class RunProgress:
    """`states`: state of claims -> (number, fen). `left`: state of those that left it, for a supplementary run."""

    run: Run
    states: Mapping[str, tuple[int, int]]
    left: Mapping[str, int]
    payers: tuple[PayerTotal, ...] = field(default=())
    objections_open: int = 0

    def as_data(self) -> dict[str, object]:
        """Plain JSON values: `run status --json`."""
        run = self.run
        return {
            "run": run.pk,
            "policy": run.policy.code,
            "period": run.period,
            "parent": run.parent_id,
            "state": run.state,
            "paused": run.paused,
            "counts": run.counts,
            "list": {"count": run.list_count, "total_fen": run.list_total_fen, "sha256": run.list_hash or None},
            "claims": {state: {"count": count, "fen": fen} for state, (count, fen) in self.states.items()},
            "left": dict(self.left),
            "payers": [
                {
                    "payer": each.payer,
                    "count": each.count,
                    "amount_fen": each.amount_fen,
                    "available_fen": each.available_fen,
                }
                for each in self.payers
            ],
            "objections_open": self.objections_open,
            "notice_until": _iso(run.notice_until),
            "confirm_until": _iso(run.confirm_until),
            "minutes": run.minutes_number or None,
            "payment_order": run.payment_order_number or None,
            "made_by": run.made_by.username,
            "approved_by": run.approved_by.username if run.approved_by else None,
            "released_by": run.released_by.username if run.released_by else None,
        }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def run_progress(run: Run) -> RunProgress:
    """How far a run is. Counts are queries: nothing is kept that could be wrong."""
    rows = run.claims.order_by().values_list("state").annotate(Count("pk"), Sum("amount_fen"))
    left = run.left_claims.filter(run=None).order_by().values_list("state").annotate(Count("pk"))
    return RunProgress(
        run=run,
        states={state: (count, fen or 0) for state, count, fen in rows},
        left=dict(left),
        payers=tuple(payer_totals(run)),
        objections_open=Objection.objects.filter(
            Q(claim__run=run) | Q(claim__left_run=run), state=ObjectionState.OPEN
        ).count(),
    )


def notices_public(*, day: date) -> QuerySet[Claim]:
    """Everything on public notice on a day, by run: name of the beneficiary (a person's is masked), policy, sum."""
    rows = Claim.objects.filter(state=ClaimState.ON_NOTICE, notice_until__gte=day)
    return rows.select_related("policy_version", "beneficiary", "run").order_by("run", "beneficiary__sort_key", "pk")


def objections_open(*, department: str | None = None) -> QuerySet[Objection]:
    """What has to be answered, the oldest first."""
    rows = Objection.objects.filter(state=ObjectionState.OPEN)
    if department is not None:
        rows = rows.filter(claim__policy__department=department)
    return rows.select_related("claim__policy_version", "claim__beneficiary").order_by("raised_at")
