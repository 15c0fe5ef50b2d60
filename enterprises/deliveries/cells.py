"""Checks a whole column of cells at once: text in, JSON texts of the stored values out, and which cells are wrong.

All of it runs in Arrow's compiled code; Python sees a cell only where one is wrong.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from enterprises.definitions import FieldDefinition
from enterprises.secrets import keyed_hash

Mask = np.ndarray
TEXT_LIMIT = 500
DATE_RANGE = ("1910-01-01", "2099-12-31")
# Besides nothing at all, what departments write where they have nothing.
EMPTY = ["", "-", "--", "—", "/", "NULL", "null"]
TRUE = ["是", "true", "TRUE", "True", "1", "Y", "y", "有"]
FALSE = ["否", "false", "FALSE", "False", "0", "N", "n", "无"]
TAG_SEPARATORS = r"\s*[;；、,，|]\s*"


@dataclass
class Column:
    """A checked column: one JSON text a row, null where the cell is empty or wrong; and problem code -> wrong rows."""

    json: pa.Array
    wrong: dict[str, Mask] = field(default_factory=dict)

    def wrong_rows(self) -> Mask:
        return np.logical_or.reduce([*self.wrong.values(), np.zeros(len(self.json), bool)])


def mask(values: pa.Array) -> Mask:
    """A boolean array as numpy, null as false."""
    filled: Mask = pc.fill_null(values, False).to_numpy(zero_copy_only=False)
    return filled


def cleaned(cells: pa.Array) -> pa.Array:
    """Trimmed; what stands for nothing is null."""
    trimmed = pc.utf8_trim_whitespace(cells)
    return pc.if_else(pc.is_in(trimmed, pa.array(EMPTY)), pa.scalar(None, pa.string()), trimmed)


def narrow(cells: pa.Array) -> pa.Array:
    """Full-width digits and signs become plain ones, thousands separators go."""
    if not pc.all(pc.string_is_ascii(cells)).as_py():
        cells = pc.utf8_normalize(cells, form="NFKC")
    if pc.any(pc.match_substring(cells, ",")).as_py():
        grouped = pc.match_substring_regex(cells, r"^-?\d{1,3}(,\d{3})+(\.\d+)?$")
        cells = pc.if_else(grouped, pc.replace_substring(cells, ",", ""), cells)
    return cells


def quoted(texts: pa.Array) -> pa.Array:
    """JSON strings; the texts hold no control characters."""
    escaped = pc.replace_substring(pc.replace_substring(texts, "\\", "\\\\"), '"', '\\"')
    return pc.binary_join_element_wise('"', escaped, '"', "")


def only(good: Mask, values: pa.Array) -> pa.Array:
    return pc.if_else(pa.array(good), values, pa.scalar(None, values.type))


def matched(cells: pa.Array, pattern: str, code: str) -> tuple[pa.Array, dict[str, Mask]]:
    """The cells that match; the others are wrong for the reason `code`."""
    fits = mask(pc.match_substring_regex(cells, pattern))
    return only(fits, cells), {code: mask(pc.is_valid(cells)) & ~fits}


def not_below(minimum: int | None, values: pa.Array, numbers: pa.Array, wrong: dict[str, Mask]) -> Column:
    if minimum is not None:
        below = mask(pc.less(numbers, minimum))
        wrong = {**wrong, "below_minimum": below}
        values = only(~below, values)
    return Column(values, wrong)


def check_integer(definition: FieldDefinition, cells: pa.Array) -> Column:
    cells, wrong = matched(narrow(cells), r"^-?\d{1,15}(\.0+)?$", "not_an_integer")
    numbers = pc.cast(pc.replace_substring_regex(cells, r"\.0+$", ""), pa.int64())
    return not_below(definition.minimum, pc.cast(numbers, pa.string()), numbers, wrong)


def check_money(definition: FieldDefinition, cells: pa.Array) -> Column:
    """Yuan in the file, fen as an integer in the record."""
    cells, wrong = matched(narrow(cells), r"^-?\d{1,13}(\.\d{1,2}0*)?$", "not_money")
    numbers = unscaled(pc.cast(cells, pa.decimal128(18, 2)))
    return not_below(definition.minimum, pc.cast(numbers, pa.string()), numbers, wrong)


def unscaled(decimals: pa.Array) -> pa.Array:
    """decimal128 without its point: 12.50 -> 1250. Arrow keeps a decimal as a 16-byte integer, least byte first."""
    data = decimals.buffers()[1]
    low = np.frombuffer(data, np.int64)[:: 16 // 8][decimals.offset : decimals.offset + len(decimals)]
    return pa.array(low, mask=~mask(pc.is_valid(decimals)))


def check_number(definition: FieldDefinition, cells: pa.Array) -> Column:
    cells, wrong = matched(narrow(cells), r"^-?(0|[1-9]\d{0,11})(\.\d{1,6}0*)?$", "not_a_number")
    if definition.minimum is None:
        return Column(cells, wrong)
    return not_below(definition.minimum, cells, pc.cast(cells, pa.float64()), wrong)


def check_boolean(definition: FieldDefinition, cells: pa.Array) -> Column:
    true, false = (pc.is_in(cells, pa.array(words)) for words in (TRUE, FALSE))
    known = mask(pc.or_(true, false))
    values = only(known, pc.if_else(true, "true", "false"))
    return Column(values, {"not_a_boolean": mask(pc.is_valid(cells)) & ~known})


def check_date(definition: FieldDefinition, cells: pa.Array) -> Column:
    """2023-06-15, 2023/6/15, 20230615, 2023年6月15日, each also with a time of midnight behind it."""
    pattern = r"^(?P<y>\d{4})(?:[-/.年]?)(?P<m>\d{2}|\d)(?:[-/.月]?)(?P<d>\d{2}|\d)日?(?:[ T]00:00(?::00(?:\.0+)?)?)?$"
    parts = pc.extract_regex(pc.utf8_normalize(cells, form="NFKC"), pattern)
    year, month, day = (pc.struct_field(parts, name) for name in "ymd")
    days = pc.binary_join_element_wise(year, pc.utf8_lpad(month, 2, "0"), pc.utf8_lpad(day, 2, "0"), "-")
    moments = pc.strptime(days, format="%Y-%m-%d", unit="s", error_is_null=True)
    real = mask(pc.equal(pc.strftime(moments, format="%Y-%m-%d"), days))  # strptime takes 30 February for 2 March
    plausible = mask(pc.and_(pc.greater_equal(days, DATE_RANGE[0]), pc.less_equal(days, DATE_RANGE[1])))
    wrong = {"not_a_date": mask(pc.is_valid(cells)) & ~real, "implausible_date": real & ~plausible}
    return Column(only(real & plausible, quoted(days)), wrong)


def text_problems(cells: pa.Array) -> dict[str, Mask]:
    return {
        "formula": mask(pc.match_substring_regex(cells, r"^[=+@]")),
        "control_character": mask(pc.match_substring_regex(cells, r"[\x00-\x1f\x7f]")),
        "too_long": mask(pc.greater(pc.utf8_length(cells), TEXT_LIMIT)),
    }


def check_text(definition: FieldDefinition, cells: pa.Array) -> Column:
    column = Column(cells, text_problems(cells))
    good = only(~column.wrong_rows(), cells)
    if definition.personal:
        good = pa.array([None if one is None else keyed_hash(one, purpose="identity") for one in good.to_pylist()])
        good = good.cast(pa.string())
    return Column(quoted(good), column.wrong)


@lru_cache(maxsize=256)
def code_lookup(items: tuple[tuple[str, str], ...]) -> tuple[pa.Array, pa.Array]:
    spellings, codes = zip(*items, strict=True)
    return pa.array(spellings), pa.array(codes)


def code_spellings(definition: FieldDefinition) -> Mapping[str, str]:
    """What a department may write -> code: the code, its labels, and old codes that have a successor."""
    codes = definition.codes or {}
    labels = {text: code for code, names in codes.items() for text in names.values()}
    aliases = {old: new for old, new in definition.aliases.items() if new in codes}
    return {**labels, **aliases, **{code: code for code in codes}}


def codes_of(definition: FieldDefinition, cells: pa.Array) -> pa.Array:
    """Codes of the cells, null where there is none."""
    spellings, codes = code_lookup(tuple(code_spellings(definition).items()))
    return pc.take(codes, pc.index_in(cells, spellings))


def check_code(definition: FieldDefinition, cells: pa.Array) -> Column:
    codes = codes_of(definition, cells)
    return Column(quoted(codes), {"unknown_code": mask(pc.is_valid(cells)) & mask(pc.is_null(codes))})


def check_tags(definition: FieldDefinition, cells: pa.Array) -> Column:
    """Several in a cell, separated by ; 、 , or |. Without a list of codes any plain word is a tag."""
    lists = pc.split_pattern_regex(cells, TAG_SEPARATORS)
    flat = pc.list_flatten(lists)
    if definition.codes is None:
        tags, code = only(mask(pc.match_substring_regex(flat, r"^[\w.\-]{1,64}$")), flat), "not_a_tag"
    else:
        tags, code = codes_of(definition, flat), "unknown_code"
    parents = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False)
    wrong = np.zeros(len(cells), bool)
    wrong[parents[mask(pc.is_null(tags))]] = True
    offsets = np.concatenate([[0], np.cumsum(pc.fill_null(pc.list_value_length(lists), 0).to_numpy())])
    rebuilt = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pc.fill_null(quoted(tags), '""'))
    joined = pc.binary_join_element_wise("[", pc.binary_join(rebuilt, ","), "]", "")
    return Column(only(mask(pc.is_valid(cells)) & ~wrong, joined), {code: wrong})


CHECKS: Mapping[str, Callable[[FieldDefinition, pa.Array], Column]] = {
    "integer": check_integer,
    "money": check_money,
    "decimal": check_number,
    "ratio": check_number,
    "boolean": check_boolean,
    "date": check_date,
    "text": check_text,
    "code": check_code,
    "tags": check_tags,
}


def check_column(definition: FieldDefinition, cells: pa.Array) -> Column:
    """Check a column of cells (a string array) against its definition."""
    return CHECKS[definition.kind](definition, cleaned(cells))
