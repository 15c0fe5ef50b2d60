"""A delivery goes in row by row: good rows once, bad rows with their reasons, nothing by halves."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from enterprises.deliveries.tables import csv_lines
from enterprises.errors import DeliveryRefusedError
from enterprises.known import stored_values
from enterprises.models import Delivery, DeliveryReject, Record
from enterprises.selectors import rejects_table
from enterprises.services import delivery_load

from .files import KEY, Town, credit_code, write_csv


def values_of(delivery: Delivery, number: int) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT values::text FROM enterprises_record r JOIN enterprises_beneficiary b ON b.id = beneficiary_id"
            " WHERE delivery_id = %s AND code = %s",
            [delivery.pk, credit_code(number)],
        )
        return stored_values(cursor.fetchone()[0])


def rejects_of(delivery: Delivery) -> dict[int, list[str]]:
    return {row.row_number: [one["code"] for one in row.problems] for row in delivery.rejects.all()}


def test_values_are_stored_by_code_and_in_their_types(town: Town) -> None:
    delivery = town.deliver(
        "social_insurance",
        [KEY, "参保人数", "上年度裁员率", "上年度实际缴纳失业保险费", "拖欠社会保险费"],
        [credit_code(1), "1,234", "0.050", "12,345.60", "否"],
        [credit_code(2), "", "", "", ""],
        as_of="2023-06-01",
    )
    assert (delivery.state, delivery.records, delivery.rows_rejected) == ("loaded", 2, 0)
    stored = values_of(delivery, 1)
    assert stored["insured_headcount"] == 1234
    assert stored["ui_premium_paid_prev_year"] == 1_234_560  # fen
    assert stored["ui_layoff_rate_prev_year"] == Decimal("0.05")
    assert stored["si_arrears"] is False
    assert values_of(delivery, 2) == {}


def test_bad_rows_are_kept_with_every_reason_and_the_rest_goes_in(town: Town, tmp_path: Path) -> None:
    rows = [[credit_code(number), 1, "否"] for number in range(10, 20)]
    town.register(*((code, f"芜湖{number}有限公司", "2019-01-01") for number, (code, _, _) in enumerate(rows)))  # type: ignore[misc]
    delivery = town.deliver(
        "social_insurance",
        [KEY, "参保人数", "拖欠社会保险费"],
        *rows,
        [credit_code(1), "27", "否"],  # row 12
        [credit_code(2), "-3", "也许"],
        [credit_code(2)[:10], "5", "是"],
        ["", "5", "是"],
        [credit_code(1), "5", "是", "错位"],
        [credit_code(77), "=SUM(A1:A9)", "是"],
        as_of="2023-06-01",
    )
    assert rejects_of(delivery) == {
        13: ["below_minimum", "not_a_boolean"],
        14: ["malformed_code"],
        15: ["no_key"],
        16: ["columns"],
        17: ["not_an_integer", "unknown_beneficiary"],
    }
    assert (delivery.rows_total, delivery.records, delivery.rows_rejected) == (16, 11, 5)
    reject = DeliveryReject.objects.get(delivery=delivery, row_number=13)
    assert reject.problems[0]["en"] == "is below 0"
    assert reject.problems[0]["value"] == "-3"
    assert "也许" in reject.raw


def test_a_key_that_comes_twice_is_taken_from_neither_row(town: Town) -> None:
    town.register(*((credit_code(number), f"芜湖{number}有限公司", "2019-01-01") for number in (3, 4, 5)))
    delivery = town.deliver(
        "social_insurance",
        [KEY, "参保人数"],
        *([credit_code(number), number] for number in (1, 2, 3, 1, 4, 5)),
        as_of="2023-06-01",
    )
    assert rejects_of(delivery) == {2: ["duplicate_key"], 5: ["duplicate_key"]}
    assert "2, 5" in delivery.rejects.get(row_number=2).problems[0]["en"]


def test_the_same_file_is_one_delivery(town: Town, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [KEY, "参保人数"], [credit_code(1), 27])
    first = delivery_load(source="social_insurance", path=path, as_of=date(2023, 6, 1))
    assert delivery_load(source="social_insurance", path=path, as_of=date(2023, 6, 1)) == first
    assert Record.objects.filter(delivery__source__code="social_insurance").count() == 1
    assert delivery_load(source="social_insurance", path=path, as_of=date(2023, 7, 1)) != first


def test_items_of_one_enterprise_are_one_record(town: Town) -> None:
    delivery = town.deliver(
        "patents",
        [KEY, "专利号", "专利类型", "授权日期", "当年已缴年费"],
        [credit_code(2), "ZL2", "发明专利", "2022-05-06", "900"],
        [credit_code(1), "ZL1", "实用新型", "2021/7/8", ""],
        [credit_code(2), "ZL3", "invention", "20230201", "12.5"],
        as_of="2023-06-01",
    )
    assert delivery.records == 2
    assert [item["number"] for item in values_of(delivery, 2)["patents"]] == ["ZL2", "ZL3"]
    assert values_of(delivery, 2)["patents"][1] == {
        "number": "ZL3", "type": "invention", "grant_date": "2023-02-01", "annuity_paid_in_year": 1250,
    }  # fmt: skip


def test_a_wrong_check_character_is_a_warning(town: Town) -> None:
    right = credit_code(9)
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    delivery = town.register((wrong, "芜湖丙有限公司", "2019-01-01"), (credit_code(8), "芜湖丁有限公司", "2019-01-01"))
    assert delivery.records == 2
    assert [one["code"] for one in delivery.remarks if "count" in one] == ["check_character"]


@pytest.mark.parametrize(
    ("header", "rows", "code"),
    [
        (["代码", "参保人数"], [["x", 1]], "no_key_column"),
        ([KEY, "无关"], [["x", 1]], "no_fact_column"),
        ([KEY, "参保人数", "参保人数"], [["x", 1, 1]], "repeated_column"),
        # every column one place to the right
        ([KEY, "参保人数", "拖欠社会保险费"], [["1", "91340200MA00000019", "27"]] * 3, "mostly_wrong"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_refused_and_leaves_nothing(
    town: Town, header: list[str], rows: list[list[object]], code: str
) -> None:
    before = Record.objects.count()
    with pytest.raises(DeliveryRefusedError) as refused:
        town.deliver("social_insurance", header, *rows, as_of="2023-06-01")
    assert refused.value.problem.code == code
    delivery = Delivery.objects.get(source__code="social_insurance")
    assert (delivery.state, delivery.known_from, delivery.remarks[0]["code"]) == ("refused", None, code)
    assert Record.objects.count() == before


def test_only_a_complete_list_may_be_empty_and_none_may_shrink_unasked(town: Town) -> None:
    with pytest.raises(DeliveryRefusedError) as refused:
        town.deliver("tax_returns", [KEY, "revenue.year"], as_of="2023-06-01")
    assert refused.value.problem.code == "empty"
    header = [KEY, "insured_headcount"]
    town.deliver("social_insurance", header, [credit_code(1), 1], [credit_code(2), 1], as_of="2023-05-01")
    with pytest.raises(DeliveryRefusedError) as refused:
        town.deliver("social_insurance", header, as_of="2023-06-01")
    assert refused.value.problem.code == "far_fewer"
    assert town.deliver("social_insurance", header, as_of="2023-06-02", accept_fewer=True).state == "loaded"


def test_gb18030_without_saying_so_is_refused_with_its_name(town: Town, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "gbk.csv", [KEY, "参保人数"], [credit_code(1), 27], encoding="gb18030")
    with pytest.raises(DeliveryRefusedError, match=r"GB 18030.*encoding: gb18030"):
        delivery_load(source="social_insurance", path=path, as_of=date(2023, 6, 1))


def test_a_byte_order_mark_is_no_part_of_the_first_column(town: Town, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "bom.csv", [KEY, "参保人数"], [credit_code(1), 27], encoding="utf-8-sig")
    assert delivery_load(source="social_insurance", path=path, as_of=date(2023, 6, 1)).records == 1


def test_rejected_rows_come_back_as_a_file_that_can_be_mended(town: Town) -> None:
    delivery = town.deliver(
        "social_insurance",
        [KEY, "insured_headcount"],
        [credit_code(1), 27],
        [credit_code(2), "=2+2"],
        as_of="2023-06-01",
    )
    rows = list(csv.reader("".join(csv_lines(rejects_table(delivery=delivery, language="en"))).splitlines()))
    assert rows[1:] == [["参保人数 must be a whole number, for example 27", credit_code(2), "'=2+2"]]
