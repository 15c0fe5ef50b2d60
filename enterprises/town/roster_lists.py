"""Lists that departments issue one by one, with their dates."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from enterprises.rosters import CODE_COLUMN, NAME_COLUMN

from .draws import Draws
from .firms import Firms
from .showcase import showcase
from .writing import write_table


@dataclass(frozen=True)
class RosterPlan:
    """A list, and the share of large, medium, small and micro firms that stand on it."""

    code: str
    title: Mapping[str, str]
    department: str
    issued_on: date
    valid_until: date | None
    shares: tuple[float, float, float, float]


PLANS = (
    RosterPlan(
        "supply-chain-2023",
        {"zh": "2023年重点产业链企业", "en": "key supply chain enterprises of 2023"},
        "芜湖市发展和改革委员会",
        date(2023, 3, 31),
        date(2024, 3, 30),
        (0.25, 0.12, 0.015, 0.001),
    ),
    RosterPlan(
        "rd-double-50-2023",
        {"zh": "2023年研发双50强企业", "en": "the 2023 double fifty in research and development"},
        "芜湖市科学技术局",
        date(2023, 5, 10),
        None,
        (0.06, 0.04, 0.004, 0.0),
    ),
    RosterPlan(
        "old-brands-2021",
        {"zh": "2021年老字号企业", "en": "time-honoured brands of 2021"},
        "芜湖市商务局",
        date(2021, 9, 30),
        None,
        (0.02, 0.01, 0.003, 0.0005),
    ),
)


def roster_files(folder: Path, firms: Firms, draws: Draws) -> Iterator[tuple[RosterPlan, Path, int]]:
    """Write each list with codes and names; the showcase enterprises that have its tag come first."""
    for plan in PLANS:
        on = draws.chance(firms.by_rank(*plan.shares))
        shown = [one for one in showcase()["enterprises"] if plan.code in one["facts"].get("rosters", [])]
        codes = [one["code"] for one in shown] + firms.code[on].tolist()
        names = [one["name"] for one in shown] + [name for name, listed in zip(firms.name, on, strict=True) if listed]
        path = folder / "rosters" / f"{plan.code}.csv"
        write_table(
            path, pa.table({CODE_COLUMN: pa.array(codes, pa.string()), NAME_COLUMN: pa.array(names, pa.string())})
        )
        yield plan, path, len(codes)
