"""Whose row it is: from the key column to beneficiaries, and who becomes known by the delivery."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
from django.db import connection

from enterprises.definitions import Audience, SourceDefinition
from enterprises.identifiers import (
    credit_code_checks,
    credit_code_clean,
    credit_code_formed,
    identity_number_valid,
    person_code_valid,
)
from enterprises.secrets import keyed_hash

from .cells import mask
from .checking import Checked
from .formats import refuse
from .problems import problem
from .register_changes import FORMER_CODE

# Everybody at once: a fraction of a second for a whole city, and one way serves large and small files.
KNOWN_ENTERPRISES = """
SELECT code, id FROM enterprises_beneficiary WHERE kind = 'enterprise'
UNION ALL SELECT code, beneficiary_id FROM enterprises_formercode
"""
KNOWN_PERSONS = """
SELECT identity_hash, beneficiary_id FROM enterprises_person
UNION ALL SELECT code, id FROM enterprises_beneficiary WHERE kind = 'person'
"""


@dataclass
class Newcomer:
    """A beneficiary that the delivery makes known."""

    key: str  # credit code, or hash of the identity number
    row: int
    name: str
    identity: str = ""


@dataclass
class Resolved:
    """What the rows are found by (credit codes; of persons: hashes of identity numbers), and ids, 0 for newcomers."""

    keys: pa.Array
    ids: np.ndarray
    newcomers: list[Newcomer] = field(default_factory=list)


def ids_of(keys: pa.Array, audience: Audience) -> np.ndarray:
    """The ids of the beneficiaries with these keys, 0 where there is none."""
    sql = KNOWN_ENTERPRISES if audience == "enterprise" else KNOWN_PERSONS
    with connection.cursor() as cursor, cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv)") as copy:
        data = b"".join(copy)
    if not data:
        return np.zeros(len(keys), np.int64)
    known = arrow_csv.read_csv(
        pa.BufferReader(data),
        read_options=arrow_csv.ReadOptions(column_names=["key", "id"]),
        convert_options=arrow_csv.ConvertOptions(column_types={"key": pa.string(), "id": pa.int64()}),
    )
    ids = pc.take(known["id"].combine_chunks(), pc.index_in(keys, known["key"].combine_chunks()))
    found: np.ndarray = pc.fill_null(ids, 0).to_numpy(zero_copy_only=False)
    return found


def resolve(source: SourceDefinition, checked: Checked) -> Resolved:
    """Find the beneficiary of each row; note the rows that have none, and keys that come twice."""
    if source.audience == "enterprise":
        resolved = resolve_enterprises(source, checked)
    else:
        resolved = resolve_persons(source, checked)
    # By id where there is one: a former code and the present one are the same enterprise.
    ids = pc.cast(pa.array(resolved.ids), pa.string())
    owners = pc.if_else(pa.array(resolved.ids > 0), ids, resolved.keys)
    if source.items is not None:
        owners = pc.binary_join_element_wise(owners, checked.item_keys, "\x1f")
    note_repeated(checked, owners, source.key_column)
    good = checked.good()
    resolved.newcomers = [one for one in resolved.newcomers if good[one.row]]
    return resolved


def fill_newcomers(source: SourceDefinition, resolved: Resolved) -> None:
    """The ids of those who were just made known."""
    if resolved.newcomers:
        resolved.ids = ids_of(resolved.keys, source.audience)


def resolve_enterprises(source: SourceDefinition, checked: Checked) -> Resolved:
    keys = pc.utf8_upper(pc.replace_substring_regex(checked.keys, r"\s+", ""))
    ids = ids_of(keys, "enterprise")
    if FORMER_CODE in checked.extras:  # a new code of an enterprise that is known by its former one
        ids = np.where(ids == 0, ids_of(checked.extras[FORMER_CODE], "enterprise"), ids)
    resolved = Resolved(keys, ids)
    unknown = np.flatnonzero((ids == 0) & mask(pc.is_valid(keys))).tolist()
    odd: list[str] = []
    names = name_column(source, checked)
    for row in unknown:
        code = credit_code_clean(keys[row].as_py())
        if not credit_code_formed(code):
            checked.problems[row].append(problem("malformed_code", column=source.key_column, value=code))
        elif newcomer_wanted(source, checked, row, names):
            resolved.newcomers.append(Newcomer(code, row, names[row].as_py()))
            if not credit_code_checks(code):
                odd.append(code)
    if odd:
        remark = problem("check_character", column=source.key_column, count=len(odd), example=odd[0])
        checked.remarks.append({**remark.as_data(), "count": len(odd), "examples": odd[:20]})
    return resolved


def resolve_persons(source: SourceDefinition, checked: Checked) -> Resolved:
    """Persons are found by the hash of the identity number, or by the public code that a department was given."""
    names = name_column(source, checked)
    hashes: list[Any] = []
    identities: list[str] = []
    for row, key in enumerate(checked.keys.to_pylist()):
        number = "".join((key or "").split()).upper()
        identities.append(number)
        if person_code_valid(number):
            hashes.append(number)
        elif identity_number_valid(number):
            hashes.append(keyed_hash(number, purpose="identity"))
        else:
            hashes.append(None)
            if key:
                checked.problems[row].append(problem("malformed_identity", column=source.key_column))
    keys = pa.array(hashes, pa.string())
    resolved = Resolved(keys, ids_of(keys, "person"))
    for row in np.flatnonzero((resolved.ids == 0) & mask(pc.is_valid(keys))).tolist():
        if newcomer_wanted(source, checked, row, names):
            resolved.newcomers.append(Newcomer(hashes[row], row, names[row].as_py(), identities[row]))
    return resolved


def name_column(source: SourceDefinition, checked: Checked) -> pa.Array:
    """The names in a register's delivery."""
    if source.name_column is None:
        return None
    if source.name_column not in checked.sheet.columns:
        raise refuse("no_name_column", column=source.name_column)
    return pc.utf8_trim_whitespace(checked.sheet.columns[source.name_column])


def newcomer_wanted(source: SourceDefinition, checked: Checked, row: int, names: pa.Array) -> bool:
    """May the row make its beneficiary known? If not, the row says why."""
    if not source.registers:
        checked.problems[row].append(problem("unknown_beneficiary", column=source.key_column))
    elif not names[row].as_py():
        checked.problems[row].append(problem("no_name", column=source.name_column or ""))
    else:
        return True
    return False


def note_repeated(checked: Checked, keys: pa.Array, column: str) -> None:
    """Rows of one key: none of them can be trusted."""
    good = checked.good()
    counted = pc.value_counts(keys)
    twice = counted.field("values").filter(pc.greater(counted.field("counts"), 1)).drop_null()
    if not len(twice):
        return
    rows_of: dict[str, list[int]] = {}
    for row in np.flatnonzero(mask(pc.is_in(keys, twice))).tolist():
        rows_of.setdefault(keys[row].as_py(), []).append(row)
    for rows in rows_of.values():
        numbers = ", ".join(str(checked.sheet.row_numbers[row]) for row in rows[:10])
        for row in rows:
            if good[row]:
                checked.problems[row].append(problem("duplicate_key", column=column, rows=numbers))
