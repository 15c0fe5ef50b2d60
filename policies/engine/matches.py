"""What a match found: verdicts of every policy for every beneficiary of a population, and amounts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from policies.engine.city import City
from policies.engine.columns import unpacked
from policies.engine.errors import SpentMatchesError, UnknownPolicyError
from policies.engine.population import Population


class Matches:
    """`numbers`: policy code -> row of the city. Arrays have one entry a beneficiary, in the order of the population,
    unless it says otherwise."""

    def __init__(self, city: City, numbers: Mapping[str, int]) -> None:
        self._city: City | None = city
        self._numbers = numbers

    @property
    def city(self) -> City:
        if self._city is None:
            raise SpentMatchesError
        return self._city

    @property
    def population(self) -> Population:
        return self.city.population

    @property
    def codes(self) -> list[str]:
        return list(self._numbers)

    def _row(self, code: str) -> int:
        try:
            return self._numbers[code]
        except KeyError:
            raise UnknownPolicyError(code) from None

    def eligible(self, code: str) -> NDArray[np.bool_]:
        """Where the policy's rule is true whatever the unknown facts are."""
        return unpacked(self.city.certain[self._row(code)], self.population.rows)

    def unknown(self, code: str) -> NDArray[np.bool_]:
        """Where the unknown facts leave it open."""
        row = self._row(code)
        return unpacked(self.city.possible[row] & ~self.city.certain[row], self.population.rows)

    def counts(self) -> pa.Table:
        """code, eligible, unknown: how many beneficiaries."""
        counts = self.city.counts[list(self._numbers.values())]
        return pa.table({"code": self.codes, "eligible": counts[:, 0], "unknown": counts[:, 1]})

    def take_over(self) -> City:
        """The planes, for a match that goes on from this one; afterwards these matches cannot be read."""
        city, self._city = self.city, None
        return city
