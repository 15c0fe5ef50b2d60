"""The same rows in every format are the same records; what a format cannot say safely has its message."""

import json
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import connection
from django.test import override_settings

from enterprises.errors import DeliveryRefusedError
from enterprises.models import Delivery
from enterprises.services import delivery_load

from .files import KEY, Town, credit_code, write_csv

HEADER = [KEY, "企业名称", "成立日期", "实缴注册资本", "主体类型"]
ROWS: list[list[Any]] = [
    [credit_code(1), "芜湖甲有限公司", date(2015, 3, 1), Decimal("1234567.80"), "企业"],
    [credit_code(2), '芜湖"乙"\\有限公司', None, None, "个体工商户"],
]
# The sheet has a title above its header, as departments like to have.
TITLE_ROWS = 1


def as_csv(path: Path) -> None:
    write_csv(path, HEADER, *ROWS)


def as_workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["芜湖市市场主体登记表"])
    sheet.append(HEADER)
    for row in ROWS:
        sheet.append(row)
    book.save(path)


def as_json_lines(path: Path) -> None:
    lines = [json.dumps(dict(zip(HEADER, row, strict=True)), default=str, ensure_ascii=False) for row in ROWS]
    path.write_text("\n".join(lines))


def as_parquet(path: Path) -> None:
    pq.write_table(pa.table({name: [row[place] for row in ROWS] for place, name in enumerate(HEADER)}), path)


WRITERS = {"csv": as_csv, "xlsx": as_workbook, "jsonl": as_json_lines, "parquet": as_parquet}


def stored(delivery: Delivery) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT beneficiary_id, values::text FROM enterprises_record WHERE delivery_id = %s ORDER BY 1",
            [delivery.pk],
        )
        return list(cursor.fetchall())


def test_every_format_gives_the_same_records(town: Town, tmp_path: Path) -> None:
    found = {}
    for suffix, write in WRITERS.items():
        path = tmp_path / f"register.{suffix}"
        write(path)
        delivery = delivery_load(source="business_register", path=path, as_of=date(2023, 6, 2))
        assert delivery.rows_rejected == 0, suffix
        found[suffix] = stored(delivery)
    assert all(rows == found["csv"] for rows in found.values())
    assert '"registered_capital_paid": 123456780' in found["csv"][0][1]


def workbook_with(path: Path, *rows: list[Any]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([KEY, "参保人数"])
    for row in rows:
        sheet.append(row)
    for line in sheet.iter_rows():
        for cell in line:
            if isinstance(cell.value, str) and cell.value.startswith("#"):
                cell.data_type = "e"
    book.save(path)
    return path


def test_formulas_and_errors_of_a_workbook_are_rejected_by_cell(town: Town, tmp_path: Path) -> None:
    town.register(*((credit_code(number), f"芜湖{number}有限公司", "2019-01-01") for number in (3, 4, 5)))
    good = [[credit_code(number), number] for number in (3, 4, 5)]
    path = workbook_with(tmp_path / "f.xlsx", *good, [credit_code(1), "=1+1"], [credit_code(2), "#N/A"])
    delivery = delivery_load(source="social_insurance", path=path, as_of=date(2023, 6, 1))
    assert [(one.row_number, one.problems[0]["code"], one.problems[0]["column"]) for one in delivery.rejects.all()] == [
        (5, "formula", "B5"),
        (6, "error_cell", "B6"),
    ]


def test_numbers_that_excel_has_cut_to_15_digits_are_not_taken_for_codes(town: Town, tmp_path: Path) -> None:
    town.register(*((credit_code(number), f"芜湖{number}有限公司", "2019-01-01") for number in (3, 4)))
    good = [[credit_code(number), number] for number in (3, 4)]
    path = workbook_with(tmp_path / "n.xlsx", *good, [913402007000000001234, 7])
    delivery = delivery_load(source="social_insurance", path=path, as_of=date(2023, 6, 1))
    assert [one.problems[0]["code"] for one in delivery.rejects.all()] == ["malformed_code"]


def test_days_in_cells_are_days(town: Town, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append([KEY, "企业名称", "成立日期"])
    book.active.append([credit_code(1), "芜湖甲有限公司", datetime(2015, 3, 1)])  # noqa: DTZ001 (cells have no time zone)
    book.save(tmp_path / "d.xlsx")
    delivery = delivery_load(source="business_register", path=tmp_path / "d.xlsx", as_of=date(2023, 6, 3))
    assert '"registered_on": "2015-03-01"' in stored(delivery)[0][1]


def test_lines_that_are_no_objects_are_rejected(town: Town, tmp_path: Path) -> None:
    town.register(*((credit_code(number), f"芜湖{number}有限公司", "2019-01-01") for number in (3, 4, 5, 6)))
    good = [json.dumps({KEY: credit_code(number), "参保人数": number}) for number in (1, 3, 4, 5, 6)]
    bad = ["[1, 2]", '{"a": 1, "a": 2}', '{"a": {"b": 1}}', "{"]
    path = tmp_path / "o.jsonl"
    path.write_text("\n".join([*good, *bad]))
    delivery = delivery_load(source="social_insurance", path=path, as_of=date(2023, 6, 1))
    assert {one.row_number: one.problems[0]["code"] for one in delivery.rejects.all()} == dict.fromkeys(
        (6, 7, 8, 9), "not_an_object"
    )


@pytest.mark.parametrize("suffix", ["xlsx", "parquet"])
def test_a_broken_file_is_refused(town: Town, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"broken.{suffix}"
    path.write_bytes(b"PK\x03\x04 nothing of the kind")
    with pytest.raises(DeliveryRefusedError) as refused:
        delivery_load(source="social_insurance", path=path, as_of=date(2023, 6, 1))
    assert refused.value.problem.code == "unreadable"


def test_an_unknown_format_is_refused(town: Town, tmp_path: Path) -> None:
    (tmp_path / "a.doc").write_text("x")
    with pytest.raises(DeliveryRefusedError, match=r"\.csv, \.xlsx, \.jsonl, \.parquet"):
        delivery_load(source="social_insurance", path=tmp_path / "a.doc", as_of=date(2023, 6, 1))


def test_a_huge_file_is_refused_before_it_is_read(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(2 << 30)  # 2 GB without taking the room
    with pytest.raises(DeliveryRefusedError, match="2048 MB, more than the limit of 512 MB"):
        delivery_load(source="social_insurance", path=path, as_of=date(2023, 6, 1))
    assert Delivery.objects.filter(source__code="social_insurance").count() == 0


@override_settings(DELIVERY_MAX_BYTES=100_000)
def test_a_file_that_unpacks_to_a_multiple_is_refused(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 2_000_000)
    assert path.stat().st_size < 10_000
    with pytest.raises(DeliveryRefusedError) as refused:
        delivery_load(source="social_insurance", path=path, as_of=date(2023, 6, 1))
    assert refused.value.problem.code == "too_large"
