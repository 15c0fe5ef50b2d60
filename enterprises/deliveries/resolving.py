"""Whose row it is: from the key column to beneficiaries, and who becomes known by the delivery."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
from django.db import connection

from enterprises.definitions import Audience, SourceDefinition
from enterprises.identifiers import person_code_valid
from enterprises.secrets import keyed_hash

from .cells import Mask, mask
from .check_digits import credit_codes_check, credit_codes_formed, identity_numbers_valid
from .checking import Checked, note
from .formats import refuse
from .problems import problem
from .register_changes import FORMER_CODE

KNOWN = {
    "enterprise": """
        SELECT code AS key, id FROM enterprises_beneficiary WHERE kind = 'enterprise'
        UNION ALL SELECT code, beneficiary_id FROM enterprises_formercode
    """,
    "person": """
        SELECT identity_hash AS key, beneficiary_id AS id FROM enterprises_person
        UNION ALL SELECT code, id FROM enterprises_beneficiary WHERE kind = 'person'
    """,
}
# More keys than this are not looked up one by one.
LOOKED_UP = 2_000
SPACES = r"[\s\p{Z}]+"


@dataclass
class Newcomer:
    """A beneficiary that the delivery makes known."""

    key: str  # credit code, or hash of the identity number
    row: int
    name: str
    identity: str  # credit code or identity number


@dataclass
class Resolved:
    """What the rows are found by (credit codes; of persons: hashes of identity numbers), and ids, 0 for newcomers."""

    keys: pa.Array
    ids: np.ndarray
    newcomers: list[Newcomer] = field(default_factory=list)


def ids_of(keys: pa.Array, audience: Audience) -> np.ndarray:
    """The ids of the beneficiaries with these keys, 0 where there is none."""
    few = len(keys) <= LOOKED_UP
    with connection.cursor() as cursor:
        cursor.execute(  # one text: a row for each of a whole city would take longer than finding it
            f"SELECT coalesce(string_agg(key || ',' || id, E'\n'), '') FROM ({KNOWN[audience]}) AS known"
            f"{' WHERE key = ANY(%s)' if few else ''}",
            [keys.drop_null().to_pylist()] if few else None,
        )
        (text,) = cursor.fetchone()
    if not text:
        return np.zeros(len(keys), np.int64)
    known = arrow_csv.read_csv(
        pa.BufferReader(text.encode()),
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
    keys = pc.utf8_upper(pc.replace_substring_regex(checked.keys, SPACES, ""))
    ids = ids_of(keys, "enterprise")
    if FORMER_CODE in checked.extras:  # a new code of an enterprise that is known by its former one
        ids = np.where(ids == 0, ids_of(checked.extras[FORMER_CODE], "enterprise"), ids)
    unknown = (ids == 0) & mask(pc.is_valid(keys))
    malformed = unknown & ~credit_codes_formed(keys)
    note(checked, malformed, "malformed_code", source.key_column, keys)
    resolved = Resolved(keys, ids)
    resolved.newcomers = newcomers(source, checked, unknown & ~malformed, keys, keys)
    joining = pa.array([one.key for one in resolved.newcomers], pa.string())
    odd = joining.filter(pa.array(~credit_codes_check(joining))).to_pylist()
    if odd:
        remark = problem("check_character", column=source.key_column, count=len(odd), example=odd[0])
        checked.remarks.append({**remark.as_data(), "count": len(odd), "examples": odd[:20]})
    return resolved


def resolve_persons(source: SourceDefinition, checked: Checked) -> Resolved:
    """Persons are found by the hash of the identity number, or by the public code that a department was given."""
    numbers = pc.utf8_upper(pc.replace_substring_regex(checked.keys, SPACES, ""))
    identities = identity_numbers_valid(numbers)
    hashes = [
        keyed_hash(number, purpose="identity") if identity else number if person_code_valid(number or "") else None
        for number, identity in zip(numbers.to_pylist(), identities.tolist(), strict=True)
    ]
    keys = pa.array(hashes, pa.string())
    malformed = mask(pc.is_valid(numbers)) & mask(pc.is_null(keys))
    note(checked, malformed, "malformed_identity", source.key_column)
    resolved = Resolved(keys, ids_of(keys, "person"))
    unknown = (resolved.ids == 0) & mask(pc.is_valid(keys))
    resolved.newcomers = newcomers(source, checked, unknown, keys, numbers)
    return resolved


def newcomers(
    source: SourceDefinition, checked: Checked, unknown: Mask, keys: pa.Array, identities: pa.Array
) -> list[Newcomer]:
    """Those of the unknown rows that may make their beneficiary known; the others say why not."""
    if source.name_column is None:
        note(checked, unknown, "unknown_beneficiary", source.key_column)
        return []
    if source.name_column not in checked.sheet.columns:
        raise refuse("no_name_column", column=source.name_column)
    names = pc.utf8_trim_whitespace(checked.sheet.columns[source.name_column])
    nameless = unknown & ~mask(pc.greater(pc.utf8_length(names), 0))
    note(checked, nameless, "no_name", source.name_column)
    rows = np.flatnonzero(unknown & ~nameless)
    key, name, identity = (column.take(pa.array(rows)).to_pylist() for column in (keys, names, identities))
    return [Newcomer(*one) for one in zip(key, rows.tolist(), name, identity, strict=True)]


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
