"""Random draws for whole columns; one seed gives one town."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Draws:
    """Draws for `count` rows."""

    random: np.random.Generator
    count: int

    def chance(self, probability: float | Array) -> npt.NDArray[np.bool_]:
        """True with the probability, of each row its own if an array."""
        return self.random.random(self.count) < probability

    def between(self, low: int | Array, high: int | Array) -> npt.NDArray[np.int64]:
        """Whole numbers from low to high, both included."""
        return self.random.integers(low, high, self.count, endpoint=True)

    def pick(self, weights: Mapping[str, float]) -> npt.NDArray[np.str_]:
        total = sum(weights.values())
        shares = [weight / total for weight in weights.values()]
        return np.array(list(weights))[self.random.choice(len(weights), self.count, p=shares)]

    def spread(self, median: float | Array, sigma: float) -> npt.NDArray[np.float64]:
        """Log-normal round the median: many small, few large."""
        return median * np.exp(self.random.normal(0.0, sigma, self.count))

    def ratio(self, mean: float, deviation: float, low: float = -1.0) -> npt.NDArray[np.float64]:
        """Ratios with four decimals."""
        ratios: npt.NDArray[np.float64] = np.maximum(self.random.normal(mean, deviation, self.count), low)
        return ratios.round(4)


def fen(yuan: Array) -> npt.NDArray[np.int64]:
    """Amounts in yuan as whole fen."""
    return np.round(yuan.astype(np.float64) * 100).astype(np.int64)


def where_known(values: Array, known: Array) -> "np.ma.MaskedArray":
    """The values, empty where not known."""
    return np.ma.masked_array(values, mask=~known.astype(bool))


def one_of(conditions: Sequence[Array], codes: Sequence[str], default: str) -> npt.NDArray[np.str_]:
    """The code of the first condition that holds."""
    return np.select(list(conditions), [np.array(code) for code in codes], np.array(default))
