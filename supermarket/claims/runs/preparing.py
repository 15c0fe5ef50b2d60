"""Starting a run and matching everybody: the population pinned, a drafted claim for each who is entitled."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from enterprises.population import Pins, Snapshot, pins_from_data, population_as_of, population_from_pins
from policies.definition import DeliveryMode, Pay, Payer
from supermarket import dates
from supermarket.claims.errors import NotAllowedError, PeriodClosedError, PolicyNotClaimableError, RunExistsError
from supermarket.claims.models import Run
from supermarket.claims.moves import run_move
from supermarket.claims.states import CLAIM_ENDS, RunState
from supermarket.matching.catalogue import StoreCatalogue, store_catalogue
from supermarket.matching.everybody import decided
from supermarket.matching.periods import Offer, offer_for
from supermarket.matching.simulation import Outcome
from supermarket.users.models import User

CHUNK = 2000
# Terms that a run may shorten, with SAMPLES=1 only.
OPTIONS = ("notice_days", "confirmation_days")


def run_start(
    *, policy_code: str, period: str, actor: User, day: date | None = None, options: Mapping[str, int] | None = None
) -> Run:
    """Open the run of a no-application policy for one period; `run_match` fills it.

    Raises PolicyNotClaimableError, PeriodClosedError, RunExistsError, NotAllowedError (options without SAMPLES=1).
    """
    options = dict(options or {})
    if options and not settings.SAMPLES:
        raise NotAllowedError(
            because_zh="公示期和确认期按政策执行，只有演示环境可以缩短", because_en="only a demo may shorten the terms"
        )
    if unknown := set(options) - set(OPTIONS):
        raise NotAllowedError(because_zh=f"没有选项 {unknown}", because_en=f"there is no option {unknown}")
    day = day or dates.today()
    offer = offer_of_run(store_catalogue(), policy_code, period, day)
    now = timezone.now()
    try:
        with transaction.atomic():
            return Run.objects.create(
                policy=offer.version.policy,
                policy_version=offer.version,
                period=period,
                reference=offer.reference,
                known_at=now,
                day=day,
                options=options,
                made_by=actor,
                created_at=now,
                moved_at=now,
                moved_by=actor,
            )
    except IntegrityError:
        rows = Run.objects.filter(policy=offer.version.policy, period=period, parent=None)
        existing = rows.exclude(state=RunState.CANCELLED).first()
        if existing is None:
            raise
        raise RunExistsError(policy=policy_code, period=period, run=existing.pk) from None


def offer_of_run(catalogue: StoreCatalogue, policy_code: str, period: str, day: date) -> Offer:
    offers = [
        offer
        for audience in ("enterprise", "person")
        for offer in catalogue.offers(day, audience)
        if offer.version.policy.code == policy_code
    ]
    if not offers:
        raise PolicyNotClaimableError(policy=policy_code, because_zh="不在有效期", because_en="it is not in force")
    for offer in offers:
        definition = offer.version.parsed
        automatic = definition.delivery is DeliveryMode.NO_APPLICATION and definition.pay is Pay.AUTOMATIC
        if not automatic or definition.paid_by is not Payer.HERE:
            raise PolicyNotClaimableError(
                policy=policy_code,
                because_zh="不是由本店自动兑现的免申即享政策",
                because_en="it is not one that comes without an application and is paid here",
            )
        if period in offer.periods_open:
            return offer_for(offer.version, period, day)
    periods = sorted({each for offer in offers for each in offer.periods_open})
    raise PeriodClosedError(policy=policy_code, period=period, open="、".join(periods) or "-")


def run_offer(run: Run) -> Offer:
    """The version as the run decides it: reference date as pinned."""
    return offer_for(run.policy_version, run.period, run.day)


def run_snapshot(run: Run) -> Snapshot:
    """The population that the run is pinned to; pinned by the first call."""
    if run.deliveries:
        return population_from_pins(pins_from_data(run.deliveries))
    audience = run.policy_version.parsed.audience
    snapshot = population_as_of(audience=audience.value, reference=run.reference, known_at=run.known_at)
    pins: Pins = snapshot.pins
    run.deliveries = pins.as_data()
    run.save(update_fields=["deliveries"])
    return snapshot


def run_match(*, run: Run, actor: User | None) -> Run:
    """Decide everybody by the engine and draft a claim for each who is entitled, in chunks; the screening then decides
    each by the explaining evaluator. Calling again after a crash adds what is missing."""
    snapshot = run_snapshot(run)
    (answer,) = decided([run_offer(run)], snapshot, store_catalogue())
    outcome = answer.outcome
    eligible = np.flatnonzero(outcome.eligible)
    drafted = run.claims.order_by().values_list("beneficiary", flat=True)
    left = eligible[~np.isin(snapshot.ids[eligible], np.fromiter(drafted.iterator(chunk_size=50_000), np.int64))]
    for start in range(0, len(left), CHUNK):
        claims_draft(run, snapshot, outcome, left[start : start + CHUNK])
    counts = {
        "population": len(snapshot.ids),
        "eligible": len(eligible),
        "unknown": int(outcome.unknown.sum()),
        "claimed_before": len(eligible) - run.claims.count(),
    }
    return run_move(run, before=(RunState.DRAFTED,), to=RunState.MATCHED, actor=actor, counts=counts)


def occasions_of(run: Run, snapshot: Snapshot, rows: Sequence[int]) -> list[str]:
    """What a claim is made on, where each new value of a fact is a new claim."""
    code = run.policy_version.parsed.once_per
    if code is None:
        return [""] * len(rows)
    return ["" if code not in known else str(known[code].value) for known in snapshot.known(rows, {code})]


def claims_draft(run: Run, snapshot: Snapshot, outcome: Outcome, rows: np.ndarray) -> None:
    """One INSERT for all; who has a live claim for the period is passed over."""
    sums = zip(outcome.amounts_fen[rows].tolist(), outcome.amount_known[rows].tolist(), strict=True)
    ends = ", ".join(f"'{state}'" for state in CLAIM_ENDS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO claims_claim (policy_id, policy_version_id, beneficiary_id, period, occasion, state, amount_fen,
                run_id, waits_for_money, created_at, moved_at)
            SELECT %(policy)s, %(version)s, beneficiary, %(period)s, occasion, 'drafted', amount, %(run)s, false,
                %(now)s, %(now)s
            FROM unnest(%(beneficiaries)s::bigint[], %(occasions)s::text[], %(amounts)s::bigint[])
                AS entitled (beneficiary, occasion, amount)
            ON CONFLICT (policy_id, beneficiary_id, period, occasion) WHERE NOT (state IN ({ends})) DO NOTHING
            """,
            {
                "policy": run.policy_id,
                "version": run.policy_version_id,
                "period": run.period,
                "run": run.pk,
                "now": timezone.now(),
                "beneficiaries": snapshot.ids[rows].tolist(),
                "occasions": occasions_of(run, snapshot, rows.tolist()),
                "amounts": [fen if known and fen > 0 else None for fen, known in sums],
            },
        )


def rows_of(snapshot: Snapshot, beneficiaries: Iterable[int]) -> list[int]:
    """Rows of the snapshot by beneficiary ids that are in it."""
    found: list[int] = np.searchsorted(snapshot.ids, np.fromiter(beneficiaries, np.int64)).tolist()
    return found
