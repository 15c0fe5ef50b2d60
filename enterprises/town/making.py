"""Makes the town: draws it, writes the departments' files, and hands them over like any other delivery."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from enterprises.definitions import SourceDefinition
from enterprises.vocabulary import source_definitions

from .draws import Draws
from .firms import make_firms
from .items import ITEMS
from .lists import LISTS
from .people import PEOPLE, make_people
from .registers import REGISTERS
from .showcase import showcase_rows
from .writing import date_of_delivery, write_rows


@dataclass(frozen=True)
class TownFile:
    """One department's file, ready to be delivered."""

    source: str
    path: Path
    as_of: date
    rows: int


def town_files(folder: Path, *, enterprises: int, persons: int, seed: int, reference: date) -> Iterator[TownFile]:
    """Write the files one by one, registers first. The showcase beneficiaries of fixtures/showcase.yaml come on top."""
    random = np.random.default_rng(seed)
    firms = make_firms(Draws(random, enterprises), reference)
    people = make_people(Draws(random, persons), reference)
    makers = {**REGISTERS, **LISTS, **ITEMS}
    for source in in_order(source_definitions().values()):
        if source.audience == "enterprise":
            rows, keys = makers[source.code](firms, Draws(random, enterprises)), firms.code
        else:
            rows, keys = PEOPLE[source.code](people, Draws(random, persons)), people.identity
        path = folder / f"{source.code}.csv"
        count = write_rows(path, source, rows, keys=list(keys), random=random, first=showcase_rows(source))
        yield TownFile(source.code, path, date_of_delivery(source.due, reference), count)


def in_order(sources: Iterable[SourceDefinition]) -> list[SourceDefinition]:
    """Registers make beneficiaries known, so they go first."""
    return sorted(sources, key=lambda source: not source.registers)
