"""Rows of a department's file before they are written: whose they are, and values by fact or field code."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from .draws import Array, Draws
from .firms import Firms


@dataclass
class Rows:
    """Index of the firm or person of each row, and values as long, masked where the department has none."""

    owner: npt.NDArray[np.int64]
    values: dict[str, Array] = field(default_factory=dict)

    def take(self, rows: Array) -> "Rows":
        return Rows(self.owner[rows], {code: values[rows] for code, values in self.values.items()})


Maker = Callable[[Firms, Draws], Rows]


def rows_of_all(firms: Firms, values: Mapping[str, Array]) -> Rows:
    return Rows(np.arange(len(firms)), dict(values))


def listed(firms: Firms, on: Array, **values: Array | str | bool | int) -> Rows:
    """Only the firms on the list; plain values are the same for all of them. Underscores in names stand for dots."""
    owner = np.flatnonzero(on)
    columns = {
        code.replace("__", "."): value[owner] if isinstance(value, np.ndarray) else np.full(len(owner), value)
        for code, value in values.items()
    }
    return Rows(owner, columns)
