"""Whatever a cell holds: it is a value of the column's type, empty, or wrong; never a crash, never both."""

import json

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from enterprises.definitions import FieldDefinition
from enterprises.deliveries.cells import CHECKS, check_column, cleaned

LABELS = {"zh": "列", "en": "column"}
CODES = {"a": {"zh": "甲", "en": "first"}, "b": {"zh": "乙", "en": "second"}}
DEFINITIONS = {
    kind: FieldDefinition(
        code="x", kind=kind, labels=LABELS, column="列", codes=CODES if kind in ("code", "tags") else None
    )
    for kind in CHECKS
}
TEXTS = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="0123456789-+.,/年月日 eE%", max_size=12),
    st.sampled_from(
        ["是", "甲;乙", "a;;b", "1e5", "-0", "00", "２３", "=1+1", "\\N", '"', "\\", "2023-02-29", "1,23,4.5"]
    ),
)


@pytest.mark.parametrize("kind", CHECKS)
@given(cells=st.lists(TEXTS, min_size=1, max_size=6))
@example(cells=["9" * 30])
@example(cells=["-"])
@settings(max_examples=80, deadline=None)
def test_every_cell_is_a_value_or_empty_or_wrong(kind: str, cells: list[str]) -> None:
    column = check_column(DEFINITIONS[kind], pa.array(cells, pa.string()))
    wrong = column.wrong_rows().tolist()
    empty = cleaned(pa.array(cells, pa.string())).is_null().to_pylist()
    for text, bad, nothing in zip(column.json.to_pylist(), wrong, empty, strict=True):
        assert (text is not None) + bad + nothing == 1
        if text is not None:
            value = json.loads(text)
            assert "\n" not in text
            match kind:
                case "integer" | "money":
                    assert isinstance(value, int)
                case "boolean":
                    assert isinstance(value, bool)
                case "tags":
                    assert set(value) <= set(CODES)
                case "code":
                    assert value in CODES


@pytest.mark.parametrize(
    ("kind", "cell", "stored"),
    [
        ("integer", " 1,234 ", "1234"),
        ("integer", "３１", "31"),
        ("integer", "27.0", "27"),
        ("money", "-0.05", "-5"),
        ("money", "12,345.6", "1234560"),
        ("money", "9999999999999.99", "999999999999999"),
        ("ratio", "-0.125", "-0.125"),
        ("date", "2023年6月5日", '"2023-06-05"'),
        ("date", "2023/6/5 00:00:00", '"2023-06-05"'),
        ("date", "20230605", '"2023-06-05"'),
        ("boolean", "否", "false"),
        ("code", "second", '"b"'),
        ("tags", "甲、b", '["a","b"]'),
        ("text", '芜湖"甲"\\厂', '"芜湖\\"甲\\"\\\\厂"'),
    ],
)
def test_spellings(kind: str, cell: str, stored: str) -> None:
    assert check_column(DEFINITIONS[kind], pa.array([cell])).json.to_pylist() == [stored]


@pytest.mark.parametrize(
    ("kind", "cell", "code"),
    [
        ("integer", "1.5", "not_an_integer"),
        ("money", "1.005", "not_money"),
        ("money", "1e5", "not_money"),
        ("ratio", "5%", "not_a_number"),
        ("date", "1900-01-01", "implausible_date"),
        ("date", "2023-02-29", "not_a_date"),
        ("date", "45092", "not_a_date"),
        ("boolean", "也许", "not_a_boolean"),
        ("code", "丙", "unknown_code"),
        ("tags", "甲;丙", "unknown_code"),
        ("text", "=cmd|' /C calc'!A0", "formula"),
        ("text", "a\x00b", "control_character"),
        ("text", "长" * 501, "too_long"),
    ],
)
def test_what_is_wrong_is_said(kind: str, cell: str, code: str) -> None:
    column = check_column(DEFINITIONS[kind], pa.array([cell]))
    assert [name for name, rows in column.wrong.items() if rows[0]] == [code]
