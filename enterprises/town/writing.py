"""Writes rows as departments do: Chinese column names and labels, yuan, 是 and 否, empty cells for what is unknown."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from enterprises.definitions import FieldDefinition, SourceDefinition
from enterprises.vocabulary import fact_definitions

from .draws import Array
from .rows import Rows

# The share of empty cells differs by fact and is 8 % on average; what identifies a row is never empty.
EMPTY_SHARE = (0.01, 0.15)
NEVER_EMPTY = {"name", "person.name", "registered_on", "household_number", "rosters"}


def date_of_delivery(due: str, reference: date) -> date:
    """The day that the newest delivery of such a source speaks of, on the reference date."""
    if due == "yearly":
        return date(reference.year - 1, 12, 31)
    month = reference.month - 1 if due == "monthly" else (reference.month - 1) // 3 * 3
    year = reference.year if month else reference.year - 1
    month = month or 12
    return min(date(year, month, monthrange(year, month)[1]), reference - timedelta(days=1))


def columns_of(source: SourceDefinition) -> dict[str, FieldDefinition]:
    """Fact or field code -> definition, for the columns of the source's file."""
    facts = fact_definitions()
    if source.items is not None:
        return dict(facts[source.items].fields)
    return {code: facts[code] for code in source.facts}


def write_rows(
    path: Path,
    source: SourceDefinition,
    rows: Rows,
    *,
    keys: Sequence[str],
    random: np.random.Generator,
    first: Sequence[Mapping[str, str]] = (),
) -> int:
    """Write the file; returns the number of rows. `keys`: of each owner. `first`: rows that go before, as cells."""
    columns = {source.key_column: pa.array(np.asarray(keys, np.str_)[rows.owner], pa.string())}
    key_field = fact_definitions()[source.items].key if source.items else None
    for code, definition in columns_of(source).items():
        if code not in rows.values:
            columns[definition.column] = pa.nulls(len(rows.owner), pa.string())
            continue
        cells = cell_texts(definition, rows.values[code])
        # To stand on a list is what the list says.
        stated = source.complete and definition.kind in ("boolean", "code", "tags")
        if code not in NEVER_EMPTY and code != key_field and not stated:
            low, high = EMPTY_SHARE
            share = low + (high - low) * (crc32(code.encode()) % 1000 / 1000)
            cells = pc.if_else(pa.array(random.random(len(rows.owner)) < share), pa.scalar(None, pa.string()), cells)
        columns[definition.column] = cells
    table = pa.table(columns)
    if first:
        cells = {name: [row.get(name) for row in first] for name in table.column_names}
        table = pa.concat_tables([pa.table(cells, schema=table.schema), table])
    write_table(path, table)
    return table.num_rows


def write_table(path: Path, table: pa.Table) -> None:
    """CSV in UTF-8, quotes only where they are needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write((",".join(table.column_names) + "\n").encode())
        options = arrow_csv.WriteOptions(include_header=False, quoting_style="needed")
        arrow_csv.write_csv(table, file, options)


def cell_texts(definition: FieldDefinition, values: Array) -> pa.Array:
    """The cells of a column, null where the values are masked."""
    known = ~np.ma.getmaskarray(values)
    plain = pa.array(np.ma.getdata(values), mask=~known)
    match definition.kind:
        case "money":
            return money_texts(plain)
        case "boolean":
            return pc.if_else(plain, "是", "否")
        case "date":
            return pc.strftime(pc.cast(plain, pa.date32()), format="%Y-%m-%d")
        case "code":
            codes = definition.codes or {}
            labels = pa.array([labels["zh"] for labels in codes.values()])
            places = pc.index_in(plain, pa.array(list(codes)))
            return pc.coalesce(pc.take(labels, places), plain)
        case _:
            return pc.cast(plain, pa.string())


def money_texts(amounts: pa.Array) -> pa.Array:
    """Fen as yuan with two decimals."""
    digits = pc.utf8_lpad(pc.cast(pc.abs(amounts), pa.string()), 3, "0")
    sign = pc.if_else(pc.less(amounts, 0), "-", "")
    return pc.binary_join_element_wise(
        sign, pc.utf8_slice_codeunits(digits, 0, -2), ".", pc.utf8_slice_codeunits(digits, -2), ""
    )
