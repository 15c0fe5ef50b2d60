"""Facts as of a day, as known at a moment: fresh or unknown, absent only where absence is an answer."""

from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from enterprises.known import KnownFact
from enterprises.models import Beneficiary
from enterprises.selectors import facts_as_of, facts_on
from enterprises.vocabulary import fact_definitions

from .files import KEY, Town, credit_code

REFERENCE = date(2023, 6, 15)


def facts(number: int, reference: date = REFERENCE, **options: object) -> dict[str, KnownFact]:
    firm = Beneficiary.objects.get(code=credit_code(number))
    return facts_as_of(beneficiary=firm, reference=reference, **options)  # type: ignore[arg-type]


def insured(town: Town, count: int | str, as_of: str, number: int = 1, **options: object) -> None:
    town.deliver("social_insurance", [KEY, "insured_headcount"], [credit_code(number), count], as_of=as_of, **options)


def test_a_fact_says_where_it_comes_from(town: Town) -> None:
    delivery = town.deliver(
        "tax_returns", [KEY, "revenue.year"], [credit_code(2), 1], [credit_code(1), "1234.5"], as_of="2023-05-31"
    )
    fact = facts(1)["revenue.year"]
    assert fact.value == Decimal("1234.50")
    assert (fact.source, fact.as_of, fact.delivery_id, fact.row_number) == (
        "tax_returns", date(2023, 5, 31), delivery.pk, 3,
    )  # fmt: skip


def test_the_latest_record_on_or_before_the_day_counts_until_it_is_too_old(town: Town) -> None:
    for count, as_of in ((10, "2023-03-01"), (30, "2023-06-01"), (20, "2023-05-01")):
        insured(town, count, as_of)
    assert facts(1)["insured_headcount"].value == 30
    assert facts(1, date(2023, 5, 31))["insured_headcount"].value == 20
    assert facts(1, date(2023, 4, 30))["insured_headcount"].value == 10
    assert "insured_headcount" not in facts(1, date(2023, 6, 1) + timedelta(days=76))
    assert "insured_headcount" not in facts(1, date(2023, 2, 28))


def test_an_empty_cell_is_unknown_even_if_an_older_record_had_a_value(town: Town) -> None:
    insured(town, 30, "2023-05-01")
    insured(town, "", "2023-06-01")
    assert "insured_headcount" not in facts(1)


def test_not_being_named_is_an_answer_only_in_a_complete_source(town: Town) -> None:
    delivery = town.deliver("credit", [KEY, "serious_dishonesty_listed"], [credit_code(2), "是"], as_of="2023-06-01")
    town.deliver("tax_returns", [KEY, "revenue.year"], [credit_code(2), 1], as_of="2023-05-31")
    listed = facts(1)["serious_dishonesty_listed"]
    assert (listed.value, listed.absent, listed.as_of, listed.delivery_id) == (
        False, True, date(2023, 6, 1), delivery.pk,
    )  # fmt: skip
    assert facts(2)["serious_dishonesty_listed"].value is True
    assert "revenue.year" not in facts(1)
    assert "serious_dishonesty_listed" not in facts(1, date(2023, 6, 1) + timedelta(days=76))


def test_a_later_complete_delivery_takes_a_name_off_the_list(town: Town) -> None:
    header = [KEY, "serious_dishonesty_listed"]
    town.deliver("credit", header, [credit_code(1), "是"], [credit_code(2), "是"], as_of="2023-05-01")
    town.deliver("credit", header, [credit_code(2), "是"], as_of="2023-06-01")
    assert facts(1)["serious_dishonesty_listed"].value is False
    assert facts(1, date(2023, 5, 15))["serious_dishonesty_listed"].value is True


def test_a_supplement_speaks_of_its_own_rows_only(town: Town) -> None:
    header = [KEY, "serious_dishonesty_listed"]
    town.deliver("credit", header, [credit_code(1), "是"], as_of="2023-06-01")
    town.deliver("credit", header, [credit_code(2), "是"], as_of="2023-06-05", extent="supplement")
    assert facts(1)["serious_dishonesty_listed"].value is True
    assert facts(2)["serious_dishonesty_listed"].value is True


def test_absence_says_nothing_of_a_firm_registered_later(town: Town) -> None:
    town.deliver("credit", [KEY, "serious_dishonesty_listed"], [credit_code(2), "是"], as_of="2023-06-01")
    town.register((credit_code(3), "芜湖新有限公司", "2023-06-10"), as_of="2023-06-12")
    assert "serious_dishonesty_listed" not in facts(3)
    assert facts(1)["serious_dishonesty_listed"].value is False


def test_what_came_later_was_not_known_then(town: Town) -> None:
    insured(town, 10, "2023-06-01")
    then = timezone.now()
    insured(town, 12, "2023-06-01")
    assert facts(1)["insured_headcount"].value == 12
    assert facts(1, known_at=then)["insured_headcount"].value == 10
    assert facts(1, known_at=then - timedelta(days=1)) == {}


def test_years_since_registration_move_on_with_the_day(town: Town) -> None:
    assert facts(1, date(2024, 2, 29))["years_since_registration"].value == 8
    assert facts(1, date(2024, 3, 1))["years_since_registration"].value == 9
    assert facts(1, date(2024, 3, 1))["years_since_registration"].computed


def test_the_size_class_is_worked_out_where_the_department_does_not_state_it(town: Town) -> None:
    register = [KEY, "name", "industry_class"]
    town.deliver("business_register", register, [credit_code(1), "芜湖甲有限公司", "3911"], as_of="2023-06-02")
    header = [KEY, "msme_size", "staff_count", "revenue_prev_year"]
    town.deliver("msme", header, [credit_code(1), "", 320, "25,000,000"], as_of="2023-01-31")
    assert (facts(1)["msme_size"].value, facts(1)["msme_size"].computed) == ("medium", True)
    town.deliver("msme", header, [credit_code(1), "small", 320, "25,000,000"], as_of="2023-02-28")
    assert (facts(1)["msme_size"].value, facts(1)["msme_size"].computed) == ("small", False)


def test_several_days_at_once_say_what_each_says_alone(town: Town) -> None:
    insured(town, 10, "2023-03-01")
    insured(town, 30, "2023-06-01")
    town.deliver("credit", [KEY, "serious_dishonesty_listed"], [credit_code(1), "是"], as_of="2023-03-01")
    town.deliver("credit", [KEY, "serious_dishonesty_listed"], [credit_code(2), "是"], as_of="2023-06-01")
    firm = Beneficiary.objects.get(code=credit_code(1))
    days = [date(2023, 2, 1), date(2023, 4, 1), REFERENCE, date(2024, 6, 1)]
    assert facts_on(beneficiary=firm, references=days) == {day: facts(1, day) for day in days}


def test_public_facts_are_the_same_without_the_others(town: Town) -> None:
    town.deliver(
        "business_register", [KEY, "name", "industry_class"], [credit_code(1), "甲", "6620"], as_of="2023-06-02"
    )
    insured(town, 30, "2023-06-01")
    town.deliver("msme", [KEY, "staff_count"], [credit_code(1), 320], as_of="2023-01-31")
    town.deliver("credit", [KEY, "serious_dishonesty_listed"], [credit_code(2), "是"], as_of="2023-06-01")
    firm = Beneficiary.objects.get(code=credit_code(1))
    everything = facts(1)
    public = {code: fact for code, fact in everything.items() if fact_definitions()[code].visibility == "public"}
    assert {"insured_headcount", "msme_size"} <= set(everything) - set(public)
    assert facts_on(beneficiary=firm, references=[REFERENCE], public=True) == {REFERENCE: public}
