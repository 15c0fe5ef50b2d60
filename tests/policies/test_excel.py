"""Policies as a workbook: out and in again the same; what Excel makes of typed cells is read as it was meant."""

import io
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from openpyxl import Workbook, load_workbook

from policies.errors import DefinitionProblems
from policies.publishing.interchange.excel import workbook_read, workbook_write
from policies.publishing.interchange.yaml import policy_read
from tests.policies.definitions import definition
from tests.policies.test_definition import FULL

FILES = sorted((Path(settings.FIXTURES) / "policies").glob("*.yaml"))


def saved(workbook: Workbook) -> bytes:
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def test_all_sample_policies_survive_the_workbook() -> None:
    definitions = [policy_read(path.read_text(encoding="utf-8")) for path in FILES]
    full = definition(**{key: value for key, value in FULL.items() if key != "code"})
    assert len(definitions) >= 60
    assert workbook_read(workbook_write([*definitions, full])) == ([*definitions, full], [])


def test_what_officials_type_into_number_and_date_cells_is_read_as_meant() -> None:
    workbook = load_workbook(io.BytesIO(workbook_write([definition()])))
    sheet = workbook["policies"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    for head, value in {
        "area": 340202,
        "amount": 20000.5,
        "in_force.from": date(2023, 2, 1),
        "document.issued_on": date(2023, 1, 6),
    }.items():
        cell = sheet.cell(2, heads[head])
        cell.number_format, cell.value = "General", value
    (read,), problems = workbook_read(saved(workbook))
    assert problems == []
    assert read == definition(
        area="340202",
        amount="20000.5",
        in_force={"from": "2023-02-01", "until": "2025-12-31"},
        document={"title": "若干政策", "issued_by": "芜湖市人民政府", "issued_on": "2023-01-06"},
    )


def test_good_rows_are_read_whatever_the_rest() -> None:
    workbook = load_workbook(io.BytesIO(workbook_write([definition(code="one"), definition(code="two")])))
    sheet = workbook["policies"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(3, heads["delivery"]).value = "by post"
    sheet.cell(3, heads["in_force.from"]).value = "[2023"
    materials = workbook["materials"]
    materials.append(["policy", "name.zh", "name.en", "upload"])
    materials.append(["three", "甲", "a", True])
    definitions, problems = workbook_read(saved(workbook))
    assert [one.code for one in definitions] == ["one"]
    assert {problem.place for problem in problems} == {"policies 3 in_force.from", "two delivery", "materials 2"}


@pytest.mark.parametrize("content", [b"", b"code: a", saved(Workbook())])
def test_what_is_no_workbook_of_policies_is_refused(content: bytes) -> None:
    with pytest.raises(DefinitionProblems):
        workbook_read(content)
