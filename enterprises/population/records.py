"""The records of one delivery, read from the database as columns."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from enterprises.secrets import unseal

from .columns import Column, json_table, typed, whole

PART_BENEFICIARIES = 20_000
# Names that no fact has.
BENEFICIARY, ROW_NUMBER, VALUE = "#beneficiary", "#row", "#value"
# One text a range of beneficiaries: a message for each record would take as long as reading it.
READ = """
COPY (
    SELECT lines FROM
        generate_series(0, (SELECT max(id) FROM enterprises_beneficiary), %(step)s) AS start
    CROSS JOIN LATERAL (
        SELECT string_agg(
            concat('{{"#beneficiary":', beneficiary_id, ',"#row":', row_number, ',"#value":', {what}, '}}'), E'\n'
        ) AS lines
        FROM enterprises_record
        WHERE delivery_id = %(delivery)s AND beneficiary_id >= start AND beneficiary_id < start + %(step)s
    ) AS part
    WHERE lines IS NOT NULL
) TO STDOUT (FORMAT binary)
"""
NUMBERS = ((BENEFICIARY, pa.int64()), (ROW_NUMBER, pa.int32()))
SEALED_TEXT = """concat('"', encode(sealed, 'hex'), '"')"""


def read_block(delivery_id: int, columns: Sequence[Column], keys: Mapping[int, bytes] | None = None) -> pa.Table:
    """Beneficiary and row number of each record, in order of beneficiaries, and the columns.

    `keys` of persons: whoever is not in it is left out.
    """
    if keys is None:
        parse = partial(open_part, columns)
        with ThreadPoolExecutor(1) as pool:  # the next part is read while one is parsed
            tables = list(pool.map(parse, parts(delivery_id, "values::text")))
    else:
        tables = [sealed_part(columns, keys, part) for part in parts(delivery_id, SEALED_TEXT)]
    if not tables:
        types = [pa.int64(), pa.int32(), *(column.type for column in columns)]
        return pa.schema(list(zip(names(columns), types, strict=True))).empty_table()
    table = pa.concat_tables(tables).combine_chunks()
    ids = whole(table.column(BENEFICIARY)).to_numpy()
    if (np.diff(ids) < 0).any():
        table = table.take(pa.array(np.argsort(ids, kind="stable"))).combine_chunks()
    return table


def names(columns: Sequence[Column]) -> list[str]:
    return [BENEFICIARY, ROW_NUMBER, *(column.code for column in columns)]


def parts(delivery_id: int, what: str) -> Iterator[bytes]:
    """JSON lines of beneficiary, row number and value, PART_BENEFICIARIES of them at a time at most."""
    with connection.cursor() as cursor:
        parameters = {"delivery": delivery_id, "step": PART_BENEFICIARIES}
        with cursor.copy(READ.format(what=what), parameters) as copy:
            copy.set_types(["bytea"])  # bytes of the text as they come
            for (part,) in copy.rows():
                yield part


def open_part(columns: Sequence[Column], part: bytes) -> pa.Table:
    values = pa.struct([(column.code, column.stored_type) for column in columns])
    table = json_table(part, pa.schema([*NUMBERS, (VALUE, values)]))
    return block_of(columns, table, pa.Table.from_struct_array(whole(table.column(VALUE))))


def sealed_part(columns: Sequence[Column], keys: Mapping[int, bytes], part: bytes) -> pa.Table:
    table = json_table(part, pa.schema([*NUMBERS, (VALUE, pa.string())]))
    table = table.filter(pc.is_in(table.column(BENEFICIARY), pa.array(list(keys), pa.int64())))
    sealed = zip(table.column(BENEFICIARY).to_pylist(), table.column(VALUE).to_pylist(), strict=True)
    lines = b"\n".join(unseal(bytes.fromhex(text), key=keys[person]) for person, text in sealed)
    stored = pa.schema([(column.code, column.stored_type) for column in columns])
    return block_of(columns, table, json_table(lines, stored) if lines else stored.empty_table())


def block_of(columns: Sequence[Column], numbers: pa.Table, stored: pa.Table) -> pa.Table:
    arrays = [typed(column, whole(stored.column(column.code))) for column in columns]
    return pa.table([numbers.column(BENEFICIARY), numbers.column(ROW_NUMBER), *arrays], names=names(columns))
