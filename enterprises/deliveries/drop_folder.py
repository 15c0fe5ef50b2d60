"""A folder into which departments put files: `<source>/<date>.csv`, for example `social_insurance/2023-05-31.xlsx`.

`<date>-supplement` speaks of its own rows only. A file is taken once it has not changed for a while; names that begin
with a dot or end in `.part` are left alone. What cannot be taken gets a text file of the same name with the reason.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from enterprises.errors import DeliveryRefusedError
from enterprises.models import Delivery
from enterprises.vocabulary import source_definitions

from .formats import READERS
from .intake import receive
from .problems import problem

QUIET_SECONDS = 10.0
NAME = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})(?P<supplement>-supplement)?")
REASON_SUFFIX = ".refused.txt"


@dataclass(frozen=True)
class Dropped:
    """A file that is ready, and what its name says."""

    path: Path
    source: str
    as_of: date | None
    extent: str


def ready_files(folder: Path, quiet_seconds: float) -> Iterator[Dropped]:
    for path in sorted(folder.glob("*/*")):
        if (
            not path.is_file()
            or path.name.startswith(".")
            or path.suffix == ".part"
            or path.name.endswith(REASON_SUFFIX)
        ):
            continue
        if path.with_name(path.name + REASON_SUFFIX).exists() or time.time() - path.stat().st_mtime < quiet_seconds:
            continue
        yield named(path)


def named(path: Path) -> Dropped:
    found = NAME.fullmatch(path.stem)
    extent = Delivery.Extent.SUPPLEMENT if found and found["supplement"] else Delivery.Extent.WHOLE
    try:
        as_of = date.fromisoformat(found["day"]) if found else None
    except ValueError:
        as_of = None
    return Dropped(path, path.parent.name, as_of, extent)


def take(folder: Path, quiet_seconds: float = QUIET_SECONDS) -> list[Delivery]:
    """Receive every file that is ready, and remove it once its copy is kept."""
    taken = []
    for file in ready_files(folder, quiet_seconds):
        try:
            if file.source not in source_definitions():
                raise DeliveryRefusedError(problem("unknown_source", source=file.source))
            if file.as_of is None or file.path.suffix.lower() not in READERS:
                raise DeliveryRefusedError(problem("drop_name", name=file.path.name, expected=", ".join(READERS)))
            taken.append(receive(source=file.source, path=file.path, as_of=file.as_of, extent=file.extent))
        except DeliveryRefusedError as error:
            file.path.with_name(file.path.name + REASON_SUFFIX).write_text(f"{error.problem.zh}\n{error.problem.en}\n")
            continue
        file.path.unlink()
    return taken
