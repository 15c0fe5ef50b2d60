"""Makes the town: draws it, writes the departments' files, and hands them over like any other delivery."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from enterprises.definitions import SourceDefinition
from enterprises.deliveries.loading import Progress
from enterprises.models import RosterFile
from enterprises.services import delivery_load, roster_import, rosters_refresh
from enterprises.vocabulary import source_definitions

from .draws import Draws
from .firms import make_firms
from .items import ITEMS
from .lists import LISTS
from .people import PEOPLE, make_people
from .registers import REGISTERS
from .roster_lists import PLANS, RosterPlan, roster_files
from .showcase import showcase_rows
from .writing import date_of_delivery, write_rows


@dataclass(frozen=True)
class TownFile:
    """One department's file, ready to be handed over; of the source `rosters`, one list."""

    source: str
    path: Path
    as_of: date
    rows: int
    roster: RosterPlan | None = None


def files_expected() -> int:
    return sum(not source.compiled for source in source_definitions().values()) + len(PLANS)


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
    for plan, path, count in roster_files(folder, firms, Draws(random, enterprises)):
        yield TownFile("rosters", path, plan.issued_on, count, plan)


def in_order(sources: Iterable[SourceDefinition]) -> list[SourceDefinition]:
    """Registers make beneficiaries known, so they go first; rosters are put together here."""
    return sorted((source for source in sources if not source.compiled), key=lambda source: not source.registers)


def hand_over(file: TownFile, progress: Progress | None = None) -> int:
    """Deliver one file; the number of its records. A department that has nothing to tell of a small town hands over
    nothing, but for a complete list: that says that nobody stands on it."""
    if not file.rows and not source_definitions()[file.source].complete:
        return 0
    if file.roster is not None:
        imported = roster_import(
            code=file.roster.code,
            title=file.roster.title,
            department=file.roster.department,
            issued_on=file.roster.issued_on,
            valid_until=file.roster.valid_until,
            path=file.path,
        )
        return imported.entries.count()
    # A smaller town after a larger one is what was asked for.
    delivery = delivery_load(source=file.source, path=file.path, as_of=file.as_of, accept_fewer=True, progress=progress)
    return delivery.records


def town_make(
    folder: Path, *, enterprises: int, persons: int, seed: int, reference: date
) -> Iterator[tuple[TownFile, int]]:
    """The whole town, file by file, with the number of records of each."""
    for file in town_files(folder, enterprises=enterprises, persons=persons, seed=seed, reference=reference):
        yield file, hand_over(file)
    rosters_refresh(on=reference)


def town_stands() -> bool:
    """Whether a town was made to its end; one that was interrupted goes on when it is made again."""
    last = PLANS[-1].code
    return RosterFile.objects.filter(roster__code=last).exists()
