"""Parquet: typed columns, as text."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from enterprises.definitions import SourceDefinition

from .sheet import Sheet, check_names, check_unpacked, one_array, refuse


def read_parquet(path: Path, source: SourceDefinition) -> Sheet:
    """Rows count from 1: there is no header."""
    try:
        with pq.ParquetFile(path) as file:
            groups = (file.metadata.row_group(number) for number in range(file.num_row_groups))
            check_unpacked(sum(group.total_byte_size for group in groups))
            check_names(file.schema_arrow.names)
            table = file.read()
        columns = {name: texts(one_array(table[name])) for name in table.column_names}
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError) as error:  # a damaged foot is an OSError
        raise refuse("unreadable", reason=str(error)) from error
    return Sheet(columns, np.arange(1, table.num_rows + 1))


def texts(values: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_list(values.type) or pa.types.is_large_list(values.type):
        return pc.binary_join(values.cast(pa.list_(pa.string())), ";")
    if pa.types.is_floating(values.type):
        values = pc.round(values, 6)
    return pc.fill_null(pc.cast(values, pa.string()), "")
