"""A sum cut into the parts in which it is paid."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from policies.rules import Context
from supermarket.claims.decision import Decision
from supermarket.claims.errors import FactsMissingError, NotEligibleError
from supermarket.claims.sharing import instalment_amounts
from supermarket.matching.catalogue import StoreCatalogue


@dataclass(frozen=True, slots=True)
class Part:
    """`due_on` is empty for a claim that is paid at once; `rule_index`: which of the definition's instalments."""

    amount_fen: int
    due_on: date | None = None
    rule_index: int = 0


def parts_of(decision: Decision, catalogue: StoreCatalogue) -> list[Part]:
    """The instalments of the schedule that holds for the beneficiary (`when`); without any, one part. Raises
    FactsMissingError where it is open which schedule holds."""
    assert decision.amount_fen is not None
    instalments = decision.definition.instalments
    if not instalments:
        return [Part(decision.amount_fen)]
    chosen = [index for index in range(len(instalments)) if _holds(decision, index, catalogue)]
    if not chosen:
        raise NotEligibleError(reason_zh="没有适用的分期安排", reason_en="no schedule of instalments fits")
    amounts = instalment_amounts(decision.amount_fen, [instalments[index].share for index in chosen])
    day = decision.circumstances.day
    parts = [Part(fen, after(day, instalments[index].after), index) for fen, index in zip(amounts, chosen, strict=True)]
    return [part for part in parts if part.amount_fen]


def _holds(decision: Decision, index: int, catalogue: StoreCatalogue) -> bool:
    rule = catalogue.compiled(decision.offer.version).instalment_schedules[index]
    if rule is None:
        return True
    context = Context(as_of=decision.offer.reference, parameters=decision.circumstances.parameters or {})
    verdict = rule.evaluate({code: fact.value for code, fact in decision.facts.items()}, context=context)
    if verdict.truth is None:
        missing = ", ".join(sorted(verdict.missing))
        raise FactsMissingError(facts_zh=missing, facts_en=missing)
    return verdict.truth


def after(day: date, duration: str) -> date:
    """A day later by years, months and days of ISO 8601; the month's last where there is no such day."""
    found = re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?", duration)
    assert found is not None, duration
    years, months, days = (int(number or 0) for number in found.groups())
    month = day.year * 12 + day.month - 1 + years * 12 + months
    year, month = divmod(month, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last)) + timedelta(days=days)
