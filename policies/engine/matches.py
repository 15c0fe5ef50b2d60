"""What a match found: verdicts of every policy for every beneficiary of a population, and amounts."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from policies.engine.amounts import Amounts, amounts_of, total_of
from policies.engine.city import City
from policies.engine.columns import unpacked
from policies.engine.errors import SpentMatchesError, UnknownPolicyError
from policies.engine.population import Population
from policies.engine.running import THREADS

SHARES: Final = 16  # of the policies, so that no thread ends long after another


class Matches:
    """`numbers`: policy code -> row of the city. Arrays have one entry a beneficiary, in the order of the population,
    unless it says otherwise."""

    def __init__(self, city: City, numbers: Mapping[str, int]) -> None:
        self._city: City | None = city
        self._numbers = numbers
        self._last: tuple[str, Amounts] | None = None

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

    # --- amounts -------------------------------------------------------------------------------------------------

    def amounts(self, code: str) -> NDArray[np.int64]:
        """What each eligible beneficiary gets, in fen: one entry an eligible row, in row order; 0 where it is unknown
        and for a policy without an amount."""
        return self._amounts(code).fen

    def amount_unknown(self, code: str) -> NDArray[np.bool_]:
        """Where the amount is unknown: one entry an eligible row."""
        return self._amounts(code).unknown

    def _amounts(self, code: str) -> Amounts:
        """The amounts of a policy; those asked for last are kept."""
        city, row, last = self.city, self._row(code), self._last
        if last is None or last[0] != code:
            last = self._last = code, amounts_of(city.policies[row], city.certain[row], city.population)
        return last[1]

    def possible_amounts(self, code: str) -> Amounts:
        """What those would get of whom it is unknown whether they are eligible: one entry a row of `unknown`."""
        city, row = self.city, self._row(code)
        return amounts_of(city.policies[row], city.possible[row] & ~city.certain[row], city.population)

    def totals(self) -> pa.Table:
        """code, eligible, total_fen, amount_unknown: over the eligible beneficiaries of each policy. Raises
        TotalTooLargeError."""
        city = self.city

        def total(row: int) -> tuple[int, int, int]:
            found = amounts_of(city.policies[row], city.certain[row], city.population)
            return len(found.fen), total_of(found, city.policies[row].code), int(np.count_nonzero(found.unknown))

        rows = list(self._numbers.values())
        with ThreadPoolExecutor(THREADS) as pool:
            shares = pool.map(lambda share: [total(row) for row in share], (rows[at::SHARES] for at in range(SHARES)))
            by_row = dict(zip(chain(*(rows[at::SHARES] for at in range(SHARES))), chain(*shares), strict=True))
        found = np.array([by_row[row] for row in rows], np.int64).reshape(-1, 3)
        names = ("eligible", "total_fen", "amount_unknown")
        return pa.table({"code": self.codes} | {name: found[:, place] for place, name in enumerate(names)})

    def take_over(self) -> City:
        """The planes, for a match that goes on from this one; afterwards these matches cannot be read."""
        city, self._city = self.city, None
        return city
