"""CSV: text in a declared encoding, commas, a header."""

import codecs
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from enterprises.definitions import SourceDefinition
from enterprises.deliveries.problems import problem
from enterprises.errors import Problem

from .sheet import Sheet, check_names, one_array, refuse

PIECE_BYTES = 1 << 20
HEADER_BYTES = 1 << 16


def encoding_check(path: Path, declared: str) -> None:
    """Refuse a file that is not in its declared encoding, saying which it seems to be."""
    if decodes(path, declared):
        return
    with path.open("rb") as file:
        if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
            raise refuse("encoding", encoding="UTF-16")
    other = "gb18030" if declared == "utf-8" else "utf-8"
    if not decodes(path, other):
        raise refuse("encoding_unknown")
    raise refuse("encoding", encoding={"gb18030": "GB 18030 (GBK)", "utf-8": "UTF-8"}[other])


def decodes(path: Path, encoding: str) -> bool:
    """Whether all of the file is in the encoding; read piece by piece, however long its lines are."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while piece := file.read(PIECE_BYTES):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def read_csv(path: Path, source: SourceDefinition) -> Sheet:
    encoding = source.encoding
    encoding_check(path, encoding)
    set_aside: list[tuple[int, str, Problem]] = []

    def skip(row: arrow_csv.InvalidRow) -> str:
        wrong = problem("columns", expected=row.expected_columns, actual=row.actual_columns)
        set_aside.append((row.number, row.text, wrong))
        return "skip"

    try:
        names = csv_header(path, encoding)
        table = arrow_csv.read_csv(
            path,
            read_options=arrow_csv.ReadOptions(use_threads=False, encoding=encoding),  # threads lose the row numbers
            parse_options=arrow_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=skip),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        raise refuse("unreadable", reason=str(error)) from error
    total = table.num_rows + len(set_aside)
    numbers = np.setdiff1d(np.arange(2, total + 2), [number for number, _, _ in set_aside])
    return Sheet(dict(zip(names, map(one_array, table.columns), strict=True)), numbers, set_aside)


def csv_header(path: Path, encoding: str) -> list[str]:
    """Column names as they stand in the file; a name that comes twice is refused."""
    with path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="") as file:
        line = "\n"
        while line and not line.strip():
            line = file.readline(HEADER_BYTES)
    if not line:
        raise refuse("empty")
    if len(line) == HEADER_BYTES:
        raise refuse("no_header", limit=HEADER_BYTES)
    (header,) = arrow_csv.read_csv(
        pa.BufferReader(line.encode()), read_options=arrow_csv.ReadOptions(autogenerate_column_names=True)
    ).to_pylist()
    return check_names([str(name) for name in header.values()])
