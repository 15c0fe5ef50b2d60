"""What the rows of the data path share."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings

SOURCES = (
    "business_register", "tax_registration", "tax_returns", "msme", "industry_catalogues", "social_insurance", "hires",
    "employees",
)  # fmt: skip
REFERENCE = date(2023, 6, 15)
CHANGED_SOURCE, CHANGED_ON = "social_insurance", date(2023, 6, 10)
SEED = 1


@dataclass(frozen=True)
class Figure:
    """One row of the table. `value` in `unit`; `goal` is what it has to reach, None where it only informs."""

    task: str
    value: float
    unit: str
    goal: float | None = None
    at_least: bool = True
    note: str = ""

    @property
    def reached(self) -> bool:
        if self.goal is None:
            return True
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    def __str__(self) -> str:
        sign = ">=" if self.at_least else "<="
        goal = "" if self.goal is None else f"{sign} {self.goal:.2g} {'ok' if self.reached else 'MISSED'}"
        return f"{self.task:<58} {self.value:>9.3g} {self.unit:<4} {goal:<14} {self.note}"


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def forget_population() -> None:
    shutil.rmtree(settings.POPULATION_DIR, ignore_errors=True)


def peak_bytes() -> int:
    """Of this program alone: what getrusage says begins with the memory of the process that started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024
