"""One engine alone in a process: read the city, match it with amounts, print the greatest resident memory in bytes.

`python -m tests.benchmarks.memory draw FOLDER ROWS` makes city and policies, which takes more memory than matching
them; then `python -m tests.benchmarks.memory ours|polars|numpy FOLDER`.
"""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import pyarrow as pa

from .data_common import peak_bytes
from .facts import arrow_table, city, vocabulary
from .forms import definition
from .job import policies


def draw(folder: Path, rows: int) -> None:
    """Ours takes an Arrow table, the peers take the same columns as numpy arrays."""
    columns = city(rows)
    (folder / "policies").write_bytes(pickle.dumps(policies()))
    (folder / "columns").write_bytes(pickle.dumps(columns))
    table = arrow_table(columns)
    with pa.OSFile(str(folder / "city.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def run(name: str, folder: Path) -> None:
    stock = pickle.loads((folder / "policies").read_bytes())
    if name == "ours":
        from policies.engine import Catalogue, Population

        with pa.OSFile(str(folder / "city.arrow"), "rb") as file:
            table = pa.ipc.open_file(file).read_all()
        matches = Catalogue([definition(each) for each in stock], vocabulary()).match(Population(table, vocabulary()))
        matches.counts()
        matches.totals()
        return
    from .city_peers import Numpy, Polars

    columns = pickle.loads((folder / "columns").read_bytes())
    peer = Polars(stock, columns) if name == "polars" else Numpy(stock, columns)
    peer.amounts()


if __name__ == "__main__":
    if sys.argv[1] == "draw":
        draw(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        run(sys.argv[1], Path(sys.argv[2]))
        print(peak_bytes())  # noqa: T201
