"""A delivery that is taken back is not known any more; what was known before can still be asked for."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from enterprises import effects
from enterprises.effects import Effect, Use
from enterprises.errors import EnterprisesError
from enterprises.models import Beneficiary, Delivery, DeliveryReject, Record
from enterprises.selectors import facts_as_of
from enterprises.services import delivery_withdraw

from .files import KEY, Town, credit_code

REFERENCE = date(2023, 6, 15)


def listed(**options: object) -> object:
    firm = Beneficiary.objects.get(code=credit_code(1))
    fact = facts_as_of(beneficiary=firm, reference=REFERENCE, **options).get("serious_dishonesty_listed")  # type: ignore[arg-type]
    return fact and fact.value


@pytest.fixture
def wrong_list(town: Town) -> Delivery:
    header = [KEY, "serious_dishonesty_listed"]
    town.deliver("credit", header, [credit_code(2), "是"], as_of="2023-05-01")
    return town.deliver("credit", header, [credit_code(1), "是"], [credit_code(2), "是"], as_of="2023-06-01")


def test_the_delivery_before_it_counts_again(wrong_list: Delivery) -> None:
    assert listed() is True
    before = timezone.now()
    delivery_withdraw(delivery=wrong_list, actor=None, reason="测试名单")
    assert listed() is False
    assert listed(known_at=before) is True


def test_it_can_be_delivered_again_and_withdrawn_only_once(town: Town, wrong_list: Delivery) -> None:
    delivery_withdraw(delivery=wrong_list, actor=None, reason="测试名单")
    with pytest.raises(EnterprisesError, match="withdrawn"):
        delivery_withdraw(delivery=wrong_list, actor=None, reason="again")
    path = town.folder / wrong_list.file_name
    call_command("delivery", "load", "credit", str(path), "--as-of", "2023-06-01")
    assert Delivery.objects.filter(source__code="credit", state="loaded", as_of="2023-06-01").count() == 1
    assert listed() is True


def test_whoever_used_it_is_found(wrong_list: Delivery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects, "_finders", [])

    def claims(use: Use) -> list[Effect]:
        return [Effect("claim", "C1", 7, "申领", "claim")] if wrong_list.pk in use.deliveries else []

    effects.finder_register(claims)
    assert [one.reference for one in delivery_withdraw(delivery=wrong_list, actor=None, reason="错")] == ["C1"]


def test_the_database_keeps_records_rejects_and_the_order_of_states(town: Town, wrong_list: Delivery) -> None:
    town.register(*((credit_code(number), f"芜湖{number}有限公司", "2019-01-01") for number in (3, 4)))
    rejected = town.deliver(
        "msme", [KEY, "staff_count"], [credit_code(1), 1], [credit_code(2), 2], [credit_code(3), -1], as_of="2023-01-31"
    )
    assert rejected.rejects.count() == 1
    for change in (
        lambda: Record.objects.filter(delivery=wrong_list).update(row_number=1),
        lambda: Record.objects.filter(delivery=wrong_list).delete(),
        lambda: DeliveryReject.objects.all().delete(),
        lambda: connection.cursor().execute("DELETE FROM enterprises_delivery WHERE id = %s", [wrong_list.pk]),
        lambda: Delivery.objects.filter(pk=wrong_list.pk).update(state="refused", known_from=None),
    ):
        with pytest.raises(ProgrammingError), transaction.atomic():
            change()
