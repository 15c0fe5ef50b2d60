"""Policies that come as files: each good one becomes a draft, each bad one is told, none keeps another out."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from policies.models import PolicyVersion
from policies.publishing.interchange.excel import workbook_write
from policies.publishing.interchange.yaml import policy_write
from supermarket.users.models import Role
from tests.desk.conftest import DEPARTMENT
from tests.policies.definitions import definition

SignIn = Callable[..., Client]


@pytest.fixture
def editor(sign_in: SignIn) -> Client:
    return sign_in(Role.EDITOR)


def take(client: Client, kind: str, content: bytes, **given: str) -> tuple[int, str]:
    file = SimpleUploadedFile("policies", content)
    response = client.post("/desk/policies/import/", {"kind": kind, "audience": "enterprise", "file": file, **given})
    return response.status_code, response.content.decode()


def drafts() -> set[str]:
    return set(PolicyVersion.objects.filter(state="draft").values_list("policy__code", flat=True))


def test_a_workbook_that_was_given_out_comes_back_changed(editor: Client) -> None:
    take(editor, "yaml", policy_write(definition(code="one")).encode())
    book = load_workbook(io.BytesIO(editor.get("/desk/policies/workbook/").content))
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    sheet.cell(2, heads.index("amount") + 1).value = "20000"
    changed = io.BytesIO()
    book.save(changed)
    status, page = take(editor, "workbook", changed.getvalue())
    assert status == 200
    assert PolicyVersion.objects.get(policy__code="one").parsed.amount == "20000"
    assert "/desk/policies/one/" in page


def test_one_bad_policy_keeps_no_other_out(editor: Client) -> None:
    ours, theirs = definition(code="ours"), definition(code="theirs", department="芜湖市商务局")
    book = load_workbook(io.BytesIO(workbook_write([ours, theirs])))
    book.worksheets[0].append(["half-a-policy"])
    content = io.BytesIO()
    book.save(content)
    status, page = take(editor, "workbook", content.getvalue())
    assert status == 200
    assert drafts() == {"ours"}
    assert "belongs to another department: 芜湖市商务局" in page
    assert "half-a-policy" in page or "title" in page


def test_a_bureaus_table_becomes_drafts_whose_rules_are_still_to_be_written(editor: Client) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["政策事项", "享受条件", "责任单位"])
    sheet.append(["研发奖励", "上年度研发费用超过100万元", DEPARTMENT])
    content = io.BytesIO()
    book.save(content)
    assert take(editor, "granulated", content.getvalue())[0] == 422  # says nothing of the codes
    status, _ = take(editor, "granulated", content.getvalue(), code_prefix="wuhu-rd-2026")
    assert status == 200
    assert drafts() == {"wuhu-rd-2026-1"}
    editor.post("/desk/policies/wuhu-rd-2026-1/1/submit/")
    assert drafts() == {"wuhu-rd-2026-1"}  # words are no rule


def test_a_model_goes_out_and_comes_in_again(editor: Client) -> None:
    take(editor, "yaml", policy_write(definition(code="one")).encode())
    model = editor.get("/desk/policies/one/1/dmn/")
    assert model["Content-Disposition"] == 'attachment; filename="one.dmn"'
    changed = model.content.replace(b"insured_headcount &gt;= 30", b"insured_headcount &gt;= 50")
    assert changed != model.content
    assert take(editor, "dmn", changed)[0] == 200
    assert PolicyVersion.objects.get(policy__code="one").parsed.eligibility.strip() == "insured_headcount >= 50"


@pytest.mark.parametrize("kind", ["workbook", "granulated", "dmn", "yaml"])
@pytest.mark.parametrize("content", [b"\xff\xfe\x00rubbish", b"<a/>", Path(__file__).read_bytes()])
def test_rubbish_is_refused_with_words(editor: Client, kind: str, content: bytes) -> None:
    status, page = take(editor, kind, content, code_prefix="x")
    assert status == 422
    assert "Not taken in" in page
    assert not drafts()
