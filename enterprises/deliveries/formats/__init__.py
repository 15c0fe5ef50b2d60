"""Readers of the formats that departments use. Each gives a `Sheet`: columns of text, whatever the file's own types."""

from collections.abc import Callable, Mapping
from pathlib import Path

from enterprises.definitions import SourceDefinition

from .csv_text import read_csv
from .json_lines import read_json_lines
from .parquet import read_parquet
from .sheet import Sheet, refuse
from .workbook import read_workbook

__all__ = ["READERS", "Sheet", "read_sheet", "refuse"]

READERS: Mapping[str, Callable[[Path, SourceDefinition], Sheet]] = {
    ".csv": read_csv,
    ".xlsx": read_workbook,
    ".jsonl": read_json_lines,
    ".parquet": read_parquet,
}


def read_sheet(path: Path, source: SourceDefinition) -> Sheet:
    """Read a file by its suffix; raises DeliveryRefusedError."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise refuse("format", suffix=path.suffix or "?", expected=", ".join(READERS))
    return reader(path, source)
