"""Three dates that never mix: the period paid for, the day whose facts count, and the decision.

A *period* is written `2023`, `2023H1`, `2023Q1`, `2023-01` or `once`. Its *reference date* is the earlier of the
decision and its last day, or the policy's own. The *decision* is the caller's: a lookup's as-of day, a run's or a
claim's moment.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from policies.definition import DayOfYear, Definition, PeriodKind, Span
from policies.models import PolicyVersion

ONCE = "once"
MONTHS = {PeriodKind.YEARLY: 12, PeriodKind.HALF_YEARLY: 6, PeriodKind.QUARTERLY: 3, PeriodKind.MONTHLY: 1}
# A monthly policy whose claims never end: five years back is as far as anybody looks.
PERIODS_BACK_MAX = 60


def period_of(kind: PeriodKind, day: date) -> str:
    """The period of `kind` that `day` lies in."""
    match kind:
        case PeriodKind.ONCE:
            return ONCE
        case PeriodKind.YEARLY:
            return f"{day.year}"
        case PeriodKind.HALF_YEARLY:
            return f"{day.year}H{(day.month + 5) // 6}"
        case PeriodKind.QUARTERLY:
            return f"{day.year}Q{(day.month + 2) // 3}"
        case PeriodKind.MONTHLY:
            return f"{day.year}-{day.month:02d}"


def period_days(period: str, in_force: Span) -> Span:
    """The days of a period; `once` has those that its policy is in force. Raises ValueError for what is no period."""
    if period == ONCE:
        return in_force
    found = re.fullmatch(r"(\d{4})(?:(H)([12])|(Q)([1-4])|(-)(0[1-9]|1[0-2]))?", period)
    if found is None:
        raise ValueError(f"{period!r} is no period: write 2023, 2023H1, 2023Q1, 2023-01 or once")
    year = int(found[1])
    sign = found[2] or found[4] or found[6]
    months = {None: 12, "H": 6, "Q": 3, "-": 1}[sign]
    last_month = months * int(found[3] or found[5] or found[7] or 1)
    return Span(date(year, last_month - months + 1, 1), date(year, last_month, monthrange(year, last_month)[1]))


def period_last_day(period: str, in_force: Span) -> date | None:
    """None where a `once` policy has no end."""
    return period_days(period, in_force).until


def reference_date(definition: Definition, in_force: Span, period: str, decision: date) -> date:
    """The day whose facts and parameters count; never after the decision, which knows nothing later."""
    last_day = period_last_day(period, in_force)
    own = definition.reference
    if isinstance(own, DayOfYear):
        own = own.in_year((last_day or decision).year)
    return min(own or last_day or decision, decision)


def claim_window(definition: Definition, in_force: Span, period: str, decision: date) -> Span:
    """The days on which a claim for `period` is taken, open ends as None.

    From `apply.from` (else the period's first day) to `apply.until`, at the latest `pay_until` (else 12-31 of the year
    after the period). A day of every year comes once the period has ended; for `once`, in the year of the decision.
    """
    days = period_days(period, in_force)
    apply = definition.apply
    since = _placed(apply.since, period, days, decision) if apply else None
    until = _placed(apply.until, period, days, decision) if apply else None
    ends = [day for day in (until, pay_until(definition, in_force, period, decision)) if day is not None]
    return Span(since=since or days.since, until=min(ends, default=None))


def pay_until(definition: Definition, in_force: Span, period: str, decision: date) -> date | None:
    """The day on which the right to the period's money ends; None where no end can be told."""
    days = period_days(period, in_force)
    if definition.pay_until is not None:
        return _placed(definition.pay_until, period, days, decision)
    return None if days.until is None else date(days.until.year + 1, 12, 31)


def _placed(day: date | DayOfYear | None, period: str, days: Span, decision: date) -> date | None:
    if not isinstance(day, DayOfYear):
        return day
    if period == ONCE or days.until is None:
        return day.in_year(decision.year)
    placed = day.in_year(days.until.year)
    return placed if placed >= days.until else day.in_year(days.until.year + 1)


def periods_open(definition: Definition, in_force: Span, decision: date) -> tuple[str, ...]:
    """The periods for which a claim is taken on the day of decision, the latest first: those that overlap the days in
    force and whose window covers the decision."""
    return tuple(
        period
        for period in _periods_back(definition.period, in_force, decision)
        if claim_window(definition, in_force, period, decision).covers(decision)
    )


def _periods_back(kind: PeriodKind, in_force: Span, decision: date) -> Iterator[str]:
    """The periods that have begun and overlap `in_force`, latest first."""
    if in_force.since is not None and decision < in_force.since:
        return
    day = decision if in_force.until is None else min(decision, in_force.until)
    for _ in range(PERIODS_BACK_MAX):
        period = period_of(kind, day)
        yield period
        first_day = period_days(period, in_force).since
        if kind is PeriodKind.ONCE or first_day is None or (in_force.since is not None and first_day <= in_force.since):
            return
        day = first_day - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Offer:
    """A policy version as it stands on the day `as_of`: the period that a claim would be for now (else the running
    one), the reference date, the days on which claims are taken, all periods open; `current`: in force on that day."""

    version: PolicyVersion
    as_of: date
    period: str
    reference: date
    window: Span
    periods_open: tuple[str, ...]
    current: bool


def offer_on(version: PolicyVersion, as_of: date) -> Offer | None:
    """None where the version is neither in force on `as_of` nor open for claims."""
    current = version.days.covers(as_of)
    open_periods = periods_open(version.parsed, version.days, as_of)
    if not current and not open_periods:
        return None
    period = open_periods[0] if open_periods else period_of(version.parsed.period, as_of)
    return offer_for(version, period, as_of)


def offer_for(version: PolicyVersion, period: str, decision: date) -> Offer:
    """The version for one period, as on the day of decision."""
    definition, in_force = version.parsed, version.days
    return Offer(
        version=version,
        as_of=decision,
        period=period,
        reference=reference_date(definition, in_force, period, decision),
        window=claim_window(definition, in_force, period, decision),
        periods_open=periods_open(definition, in_force, decision),
        current=in_force.covers(decision),
    )
