"""Facts that follow from others and from the day: the calendar moves on, deliveries do not."""

from collections.abc import Callable, Container, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from .known import KnownFact
from .size_class import size_class

Known = Mapping[str, KnownFact]


def full_years(start: date, end: date) -> int:
    """Whole years from `start` to `end`; somebody born on 29 February is a year older on 1 March."""
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def years_since_registration(known: Known, reference: date) -> KnownFact | None:
    """Full years at the reference date, whatever the delivery said on its own date."""
    registered = known.get("registered_on")
    if registered is None:
        return None
    years = max(full_years(registered.value, reference), 0)
    return replace(registered, code="years_since_registration", value=years, computed=True)


def msme_size(known: Known, reference: date) -> KnownFact | None:
    """The class that the department states goes first; otherwise it is worked out from the notice's table."""
    if "msme_size" in known:
        return known["msme_size"]
    industry = known.get("industry_class") or known.get("industry_division") or known.get("industry_section")
    if industry is None:
        return None

    def value(code: str) -> Any:
        return known[code].value if code in known else None

    found = size_class(
        industry=industry.value,
        staff=value("staff_count"),
        revenue=value("revenue_prev_year"),
        assets=value("assets_total"),
    )
    basis = known.get("staff_count") or known.get("revenue_prev_year") or known.get("assets_total") or industry
    return None if found is None else replace(basis, code="msme_size", value=found, computed=True)


COMPUTED: Mapping[str, Callable[[Known, date], KnownFact | None]] = {
    "years_since_registration": years_since_registration,
    "msme_size": msme_size,
}


def add_computed(known: dict[str, KnownFact], reference: date, wanted: Container[str] = COMPUTED.keys()) -> None:
    """Put the computed facts in that are wanted."""
    for code, compute in COMPUTED.items():
        fact = compute(known, reference) if code in wanted else None
        if fact is not None:
            known[code] = fact
