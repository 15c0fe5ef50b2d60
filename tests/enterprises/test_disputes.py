"""A value is disputed, answered by a day, and corrected by a record that counts from then on."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from enterprises import disputes, effects
from enterprises.effects import Use
from enterprises.errors import EnterprisesError
from enterprises.models import Beneficiary, FactDispute
from enterprises.selectors import disputes_overdue, facts_as_of
from enterprises.services import (
    dispute_raise,
    dispute_reject,
    dispute_uphold,
    dispute_withdraw,
    fact_correct,
)

from .files import KEY, Town, credit_code

REFERENCE = date(2023, 6, 15)


@pytest.fixture
def firm(town: Town) -> Beneficiary:
    header = [KEY, "insured_headcount", "ui_premium_paid_prev_year", "ui_layoff_rate_prev_year"]
    town.deliver("social_insurance", header, [credit_code(1), 27, "9870.15", "0.0625"], as_of="2023-05-31")
    return Beneficiary.objects.get(code=credit_code(1))


def values(firm: Beneficiary, **options: Any) -> dict[str, Any]:
    return {code: one.value for code, one in facts_as_of(beneficiary=firm, reference=REFERENCE, **options).items()}


def raised(firm: Beneficiary, **options: Any) -> FactDispute:
    given = {"fact": "insured_headcount", "statement": "五月已参保 31 人", "claimed": 31, **options}
    return dispute_raise(beneficiary=firm, actor=None, reference=REFERENCE, **given)


def test_a_dispute_keeps_what_was_shown_and_until_when_to_answer(firm: Beneficiary) -> None:
    dispute = raised(firm)
    assert disputes.value_of(dispute, "shown") == 27
    assert disputes.value_of(dispute, "claimed") == 31
    assert disputes.text_of(dispute) == "五月已参保 31 人"
    assert (dispute.source, dispute.as_of) == ("social_insurance", date(2023, 5, 31))
    assert dispute.due_on == timezone.localdate() + timedelta(days=15)
    assert list(disputes_overdue(on=dispute.due_on)) == []
    assert list(disputes_overdue(on=dispute.due_on + timedelta(days=1))) == [dispute]
    with pytest.raises(EnterprisesError, match="already"):
        raised(firm)


def test_upholding_corrects_that_fact_alone_and_asks_who_used_it(
    firm: Beneficiary, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Use] = []
    monkeypatch.setattr(effects, "_finders", [lambda use: asked.append(use) or []])
    before, known = timezone.now(), values(firm)
    dispute_uphold(dispute=raised(firm), value=31, answer="补缴数据未入库", actor=None)
    assert values(firm) == {**known, "insured_headcount": 31}
    assert values(firm, known_at=before) == known
    (use,) = asked
    assert (use.beneficiaries, use.facts) == (frozenset([firm.pk]), frozenset(["insured_headcount"]))
    assert values(firm, known_at=use.before) == known


def test_the_next_delivery_goes_before_the_correction(town: Town, firm: Beneficiary) -> None:
    dispute_uphold(dispute=raised(firm), value=31, answer="补缴数据未入库", actor=None)
    town.deliver("social_insurance", [KEY, "insured_headcount"], [credit_code(1), 33], as_of="2023-06-10")
    assert values(firm)["insured_headcount"] == 33


def test_a_rejected_or_withdrawn_dispute_changes_nothing(firm: Beneficiary) -> None:
    known = values(firm)
    dispute_reject(dispute=(first := raised(firm)), answer="以五月底为准", actor=None)
    dispute_withdraw(dispute=raised(firm))
    assert values(firm) == known
    with pytest.raises(EnterprisesError, match="rejected already"):
        dispute_uphold(dispute=first, value=31, answer="x", actor=None)


def test_who_was_wrongly_absent_is_corrected_without_losing_the_other_answers(town: Town) -> None:
    town.deliver("credit", [KEY, "serious_dishonesty_listed"], [credit_code(2), "是"], as_of="2023-06-01")
    firm = Beneficiary.objects.get(code=credit_code(1))
    fact_correct(
        beneficiary=firm,
        fact="serious_dishonesty_listed",
        value=True,
        as_of=date(2023, 6, 5),
        actor=None,
        reason="漏列",
    )
    known = values(firm)
    assert (known["serious_dishonesty_listed"], known["dishonesty_record_3y"]) == (True, False)


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("insured_headcount", -1),
        ("insured_headcount", Decimal("1.5")),
        ("insured_headcount", True),
        ("ui_premium_paid_prev_year", Decimal("1.005")),
        ("msme_size", "huge"),
        ("person.age", 3),
        ("no_such_fact", 3),
    ],
)
def test_a_value_that_the_fact_cannot_have_is_refused(firm: Beneficiary, fact: str, value: Any) -> None:
    with pytest.raises(EnterprisesError):
        fact_correct(beneficiary=firm, fact=fact, value=value, as_of=REFERENCE, actor=None, reason="x")


def test_decimals_are_corrected_exactly_and_a_value_can_become_unknown(firm: Beneficiary) -> None:
    for value in (Decimal("123456789.01"), None):
        fact_correct(
            beneficiary=firm,
            fact="ui_premium_paid_prev_year",
            value=value,
            as_of=date(2023, 6, 1),
            actor=None,
            reason="x",
        )
        assert values(firm).get("ui_premium_paid_prev_year") == value
    assert values(firm)["ui_layoff_rate_prev_year"] == Decimal("0.0625")


def test_a_persons_dispute_is_sealed_and_gone_with_the_key(town: Town) -> None:
    number = "340202200003149918"
    town.deliver("residence", ["公民身份号码", "person.name", "person.age"], [number, "示例青", 23], as_of="2023-06-01")
    person = Beneficiary.objects.get(kind="person")
    dispute = raised(person, fact="person.age", statement="生日登记有误", claimed=24)
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM enterprises_factdispute")
        assert "生日".encode() not in bytes(cursor.fetchone()[0])
    dispute_uphold(dispute=dispute, value=24, answer="已更正", actor=None)
    assert values(person)["person.age"] == 24
    person.person.__class__.objects.update(wrapped_key=None, erased_at=timezone.now())
    person = Beneficiary.objects.get(pk=person.pk)
    assert disputes.text_of(FactDispute.objects.get()) is None
    assert values(person) == {}


def test_the_database_wants_an_answer_with_words(firm: Beneficiary) -> None:
    dispute = raised(firm)
    with pytest.raises(IntegrityError), transaction.atomic():
        FactDispute.objects.filter(pk=dispute.pk).update(state="rejected", answered_at=timezone.now())
