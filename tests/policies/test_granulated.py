import io

import pytest
from openpyxl import Workbook

from policies.definition import Audience, Level
from policies.errors import DefinitionProblems, Severity
from policies.publishing.interchange.granulated import Table, granulated_read
from policies.services import version_problems
from tests.policies.lexicon import GROUND

TABLE = Table(prefix="nync-2025", audience=Audience.ENTERPRISE, area="340200", level=Level.CITY)
HEADS = ["序号", "政策事项", "政策内容", "政策依据", "申报条件", "办理流程", "责任单位", "联系电话"]


def workbook(*rows: list[object]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(file)
    return file.getvalue()


def test_a_row_becomes_a_draft_that_no_check_lets_pass_until_its_rule_is_written() -> None:
    content = workbook(
        ["某局惠企政策颗粒化解读"],
        HEADS,
        [
            1,
            "粮食烘干设备补助",
            "每台5万元",
            "某文件",
            '购置"烘干"设备\n且已投产',
            "线上申报",
            "市农业农村局",
            "0553-1",
        ],
        [2, "绿色食品奖励", "每个3万元", None, "新获证书", "线上申报", None, None],
        [None] * 8,
    )
    (first, second), problems = granulated_read(content, TABLE)
    assert problems == []
    assert (first.code, first.title.zh, first.department) == ("nync-2025-1", "粮食烘干设备补助", "市农业农村局")
    assert first.because is not None and "每台5万元" in first.because.zh
    assert (second.document.title, second.department) == ("某文件", "市农业农村局")  # merged cells
    for draft in (first, second):
        found = {
            one.place for one in version_problems(definition=draft, ground=GROUND) if one.severity is Severity.ERROR
        }
        assert "eligibility" in found


def test_a_row_without_a_title_is_told_and_the_rest_is_read() -> None:
    content = workbook(
        HEADS, [1, None, "每台5万元", None, "条件", None, "局", None], [2, "奖励", None, None, "条件", None, "局"]
    )
    definitions, problems = granulated_read(content, TABLE)
    assert [one.title.zh for one in definitions] == ["奖励"]
    assert {one.place for one in problems} == {"2 title.zh", "2 title.en"}


def test_a_table_without_known_heads_is_refused() -> None:
    with pytest.raises(DefinitionProblems, match="no heads found"):
        granulated_read(workbook(["名称", "金额"], ["甲", 1]), TABLE)
    with pytest.raises(DefinitionProblems, match="no workbook"):
        granulated_read("政策事项,申报条件".encode(), TABLE)
