"""颗粒化解读: the tables in which bureaus explain their policies, one row an item, read as drafts.

Such a table says in words who gets what; it holds no rule. A draft has its words, and in place of the rule the text of
the conditions, which no check lets pass: an editor writes the rule there.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from policies.definition import Audience, Definition, Level, definition_parse
from policies.errors import DefinitionProblems, Problem

# What bureaus write over their columns, by what it means.
HEADS = {
    "title": ("政策事项", "事项名称", "政策名称", "条款名称"),
    "content": ("政策内容", "奖补标准", "支持内容", "扶持标准"),
    "basis": ("政策依据", "文件依据", "政策文件"),
    "conditions": ("享受条件", "申报条件", "适用条件", "支持条件"),
    "process": ("办理流程", "申报流程", "兑现流程"),
    "office": ("责任单位", "责任部门", "主管部门", "承办单位"),
    "phone": ("联系电话", "咨询电话", "联系方式"),
}
NEEDED = ("title", "conditions", "office")
HEAD_ROWS_MAX = 10  # a title and remarks may stand above the heads


@dataclass(frozen=True, slots=True)
class Table:
    """What a table itself does not say: `prefix` of the codes of its items, whose beneficiaries, whose policies."""

    prefix: str
    audience: Audience
    area: str
    level: Level


def granulated_read(content: bytes, table: Table) -> tuple[list[Definition], list[Problem]]:
    """The drafts of the first sheet of a workbook, and the problems of rows that are none.

    Raises DefinitionProblems where the file is no workbook or its columns are not known.
    """
    try:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    except CalamineError as error:
        raise DefinitionProblems([Problem("", zh="不是 Excel 工作簿", en=f"is no workbook: {error}")]) from error
    definitions: list[Definition] = []
    problems: list[Problem] = []
    for number, row in _items(rows):
        try:
            definitions.append(definition_parse(_draft(row, f"{table.prefix}-{len(definitions) + 1}", table)))
        except DefinitionProblems as error:
            problems += [Problem(f"{number} {one.place}", zh=one.zh, en=one.en) for one in error.problems]
    return definitions, problems


def _items(rows: list[list[Any]]) -> Iterator[tuple[int, dict[str, str]]]:
    """(row number, texts by meaning); a cell left empty below a filled one is a merged cell and repeats it."""
    head_row, columns = _heads(rows)
    above: dict[str, str] = {}
    for number, row in enumerate(rows[head_row + 1 :], start=head_row + 2):
        texts = {meaning: str(row[column]).strip() for meaning, column in columns.items() if column < len(row)}
        if not any(texts.values()):
            continue
        filled = {meaning: text or above.get(meaning, "") for meaning, text in texts.items()}
        above = {meaning: filled[meaning] for meaning in filled if meaning in ("basis", "office", "phone")}
        yield number, filled


def _heads(rows: list[list[Any]]) -> tuple[int, dict[str, int]]:
    """The row of the heads, and the column of each meaning."""
    for index, row in enumerate(rows[:HEAD_ROWS_MAX]):
        texts = ["".join(str(cell).split()) for cell in row]
        columns = {meaning: texts.index(name) for meaning, names in HEADS.items() for name in names if name in texts}
        if all(meaning in columns for meaning in NEEDED):
            return index, columns
    zh = "；".join("/".join(HEADS[meaning]) for meaning in NEEDED)
    raise DefinitionProblems([Problem("1", zh=f"前几行未见表头，须有：{zh}", en=f"no heads found; needed are: {zh}")])


def _draft(row: dict[str, str], code: str, table: Table) -> dict[str, Any]:
    """English texts repeat the Chinese until somebody translates them."""

    def both(*texts: str) -> dict[str, str] | None:
        text = "\n".join(text for text in texts if text)
        return {"zh": text, "en": text} if text else None

    conditions = row["conditions"].replace("\\", "\\\\").replace('"', '\\"')
    return {
        "code": code,
        "title": both(row["title"]) or {},
        "document": {"title": row.get("basis") or None, "not_printed": True},
        "department": row["office"],
        "audience": table.audience.value,
        "area": table.area,
        "level": table.level.value,
        "paid_by": "here",
        "delivery": "time_limited",
        "pay": "after_decision",
        "in_force": {},
        "eligibility": f'"{conditions}"',
        "period": "once",
        "because": both(row.get("content", ""), row["conditions"]),
        "where_to_get": both(row.get("process", ""), row.get("phone", "")),
    }
