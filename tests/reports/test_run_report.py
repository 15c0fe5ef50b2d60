"""The report of a run, as a workbook and as a PDF: what an auditor reads in it, and what no program may make of it."""

import base64
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command
from django.test import Client

from enterprises.models import Beneficiary, PayeeAccount
from supermarket.claims.models import Claim, Run
from supermarket.ledger.models import Appropriation
from supermarket.payouts.work import payouts_work_until_idle
from supermarket.reports.paper import Column, Paper, wrapped
from supermarket.reports.run_files import run_file
from supermarket.reports.sheets import Sheets
from supermarket.reports.text import money
from supermarket.users.models import Role, User
from tests.claims.people import firms_settle
from tests.claims.test_runs import AUTOMATIC, Publish, approved, prepared, release
from tests.enterprises.files import Town
from tests.payouts.bank import Bank
from tests.payouts.factory import CLOSED, JINGHU, payee, payer_account

pytestmark = pytest.mark.django_db(transaction=True)
EVIL = '=HYPERLINK("http://x")'


@pytest.fixture
def run(town: Town, publish: Publish, grant: Callable[..., Appropriation], city_bank: Bank) -> Run:
    """Three firms paid, one of them with a closed account; one has a name that a spreadsheet would execute."""
    publish("award", **{**AUTOMATIC, "amount": "insured_headcount * 100 + 0.07"})
    for payer in ("340200", JINGHU):
        grant(payer, 100_000_000)
    payer_account(JINGHU)
    firms = firms_settle(town, [40, 50, 60], areas=dict.fromkeys(range(3), JINGHU))
    Beneficiary.objects.filter(pk=firms[2].pk).update(name=EVIL)
    run = release(approved(prepared()))
    Claim.objects.filter(beneficiary=firms[1]).update(account=payee(CLOSED))
    PayeeAccount.objects.filter(beneficiary=firms[1]).delete()
    payouts_work_until_idle()
    city_bank.advance(1)
    payouts_work_until_idle()
    run.refresh_from_db()
    return run


def cells(path: Path) -> dict[str, list[list[Any]]]:
    book = openpyxl.load_workbook(path)
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def test_the_workbook_tells_the_run_to_the_fen(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "run.xlsx"
    run_file(run, form="xlsx", path=path, language="en")
    sheets = cells(path)
    head = dict(row[:2] for row in sheets["Run"][1:] if len(row) > 1 and row[0])
    assert head["Hash of the list (SHA-256)"] == run.list_hash
    assert head["List"] == "3 · 15000.21"
    assert head["Payment order"] == run.payment_order_number
    assert head["Approved"].startswith("head ")
    totals = [row[1:] for row in sheets["Totals by payer"][1:]]
    assert totals == [["3", "6000.06", "993999.94"], ["3", "9000.15", "990999.85"]]
    listed = {row[0]: row for row in sheets["List"][1:]}
    claims = list(run.claims.order_by("pk"))
    assert [listed[str(claim.pk)][4] for claim in claims] == ["4000.07", "5000.07", "6000.07"]
    assert [listed[str(claim.pk)][5] for claim in claims] == [
        "settled",
        "returned: the account must be mended",
        "settled",
    ]
    assert listed[str(claims[0].pk)][8]  # the bank's reference
    assert [row[0] for row in sheets["Returned and rejected"][1:]] == [str(claims[1].pk)]
    assert "AC04" in sheets["Returned and rejected"][1][5]
    assert sum(int(row[4]) for row in sheets["On the bank's statements"][1:] if row[3] == "paid") >= 2


def test_every_cell_is_text_and_no_name_is_a_formula(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "run.xlsx"
    run_file(run, form="xlsx", path=path, language="zh-hans")
    types = {cell.data_type for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row}
    assert types <= {"s", "inlineStr", "n"}
    values = [value for rows in cells(path).values() for row in rows for value in row if value is not None]
    assert all(isinstance(value, str) for value in values)
    assert f"'{EVIL}" in values


def test_the_paper_has_chinese_and_every_page_its_number(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "run.pdf"
    run_file(run, form="pdf", path=path, language="zh-hans")
    data = path.read_bytes()
    assert data.startswith(b"%PDF-")
    assert b"/STSong-Light" in data
    drawn = b"".join(zlib.decompress(each) for each in streams(data))
    assert run.list_hash.encode() in drawn


def streams(data: bytes) -> list[bytes]:
    found = re.findall(rb"ASCII85Decode.*?stream\r?\n(.*?)endstream", data, re.S)
    return [base64.a85decode(each.strip().removesuffix(b"~>")) for each in found]


def test_the_command_writes_the_file_whole_or_not_at_all(run: Run, tmp_path: Path) -> None:
    for form in ("xlsx", "pdf"):
        path = tmp_path / f"report.{form}"
        call_command("run", "report", str(run.pk), "--format", form, "-o", str(path))
        assert path.stat().st_size > 1000
    assert sorted(each.name for each in tmp_path.iterdir() if "report" in each.name) == [
        "report.pdf",
        "report.xlsx",
    ]


def test_officials_of_money_take_it_from_the_desk_and_from_the_api(run: Run) -> None:
    client = Client(headers={"accept-language": "en"})
    for address in (f"/desk/runs/{run.pk}/report.xlsx", f"/api/runs/{run.pk}/report.pdf"):
        assert client.get(address).status_code == 302
    client.force_login(User.objects.create(username="audit", role=Role.AUDITOR))
    sheet = client.get(f"/desk/runs/{run.pk}/report.xlsx")
    assert b"".join(sheet.streaming_content).startswith(b"PK")
    paper = client.get(f"/api/runs/{run.pk}/report.pdf")
    assert b"".join(paper.streaming_content).startswith(b"%PDF")
    assert client.get(f"/desk/runs/{run.pk}/report.doc").status_code == 404
    assert client.get("/api/runs/0/report.pdf").status_code == 404


def test_a_long_list_goes_over_pages_and_long_words_are_broken(tmp_path: Path) -> None:
    paper = Paper(tmp_path / "long.pdf", title="long", foot="foot")
    columns = [Column("名称", 70), Column("amount", 30, right=True)]
    paper.table(columns, ((f"企业{n}" * 5, money(n)) for n in range(200)), empty="")
    paper.save()
    assert paper.page > 3
    assert len(wrapped("一" * 300, 100, 9)) == 4
    assert wrapped("一" * 300, 100, 9)[-1].endswith("…")
    assert wrapped("two words", 30, 9) == ["two", "words"]


def test_money_is_digits_to_the_fen() -> None:
    assert [money(fen) for fen in (0, 5, -5, 123_456, None)] == ["0.00", "0.05", "-0.05", "1234.56", ""]


def test_a_cell_that_begins_like_a_formula_is_kept_as_text(tmp_path: Path) -> None:
    sheets = Sheets()
    sheets.row(sheets.sheet("x", (10,)), ["=1+1", "+1+1", "-1+1", "@x", "\x01a", "\n=1", "-12.50"])
    sheets.save(tmp_path / "x.xlsx")
    assert cells(tmp_path / "x.xlsx")["x"] == [["'=1+1", "'+1+1", "'-1+1", "'@x", " a", "' =1", "-12.50"]]
