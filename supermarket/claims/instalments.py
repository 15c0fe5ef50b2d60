"""A sum cut into the parts in which it is paid."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from enterprises.selectors import facts_as_of
from policies.rules import Context, explain
from supermarket.claims.decision import Decision
from supermarket.claims.errors import FactsMissingError, NotEligibleError
from supermarket.claims.models import ClaimInstalment
from supermarket.claims.sharing import instalment_amounts
from supermarket.ledger.models import Reservation
from supermarket.ledger.services import appropriation_release, holder_of
from supermarket.matching.catalogue import StoreCatalogue


@dataclass(frozen=True, slots=True)
class Part:
    """`due_on` is empty for a claim that is paid at once; `rule_index`: which of the definition's instalments."""

    amount_fen: int
    due_on: date | None = None
    rule_index: int = 0
    at_once: bool = True  # the others wait for their day, and for their condition on that day


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
    parts = [
        Part(
            fen,
            after(day, instalments[index].after),
            index,
            at_once=instalments[index].after == "P0D" and instalments[index].condition is None,
        )
        for fen, index in zip(amounts, chosen, strict=True)
    ]
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


def instalment_release(instalment: ClaimInstalment, catalogue: StoreCatalogue, day: date) -> None:
    """On its day: released if the policy's condition holds on the facts of that day, dropped if it does not; where
    facts are missing it waits."""
    claim = instalment.claim
    version = claim.policy_version
    rule = catalogue.compiled(version).instalment_conditions[instalment.rule_index]
    if rule is not None:
        known = facts_as_of(beneficiary=claim.beneficiary, reference=day)
        context = Context(as_of=day, parameters=catalogue.parameters_as_of(day))
        verdict = rule.evaluate({code: fact.value for code, fact in known.items()}, context=context)
        if verdict.truth is None:
            return
        if not verdict.truth:
            words = explain(verdict)
            instalment.dropped_because = {"zh": words.zh, "en": words.en}
            instalment.save(update_fields=["dropped_because"])
            reservation = Reservation.objects.filter(holder=holder_of(claim.pk, instalment.number), stage="reserved")
            if reservation.exists():
                appropriation_release(holders=[holder_of(claim.pk, instalment.number)], key="dropped")
            return
    instalment.released_at = timezone.now()
    instalment.save(update_fields=["released_at"])
