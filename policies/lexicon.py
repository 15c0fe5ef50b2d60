"""What the names in a definition may refer to. The catalogue knows no enterprise: the store hands this in."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from policies.rules import Vocabulary

ACCEPTING_AREA = "accepting_area"


@dataclass(frozen=True)
class Lexicon:
    """`vocabulary`: facts and parameters; `areas`: area code -> the area above it, None at the root; `sources`: codes
    of the data sources that a material may come from."""

    vocabulary: Vocabulary
    areas: Mapping[str, str | None]
    sources: Collection[str]

    def area_and_above(self, area: str) -> tuple[str, ...]:
        """The area itself, then what lies above it up to the root; () for an unknown code."""
        chain: list[str] = []
        step: str | None = area
        while step is not None and step in self.areas and step not in chain:
            chain.append(step)
            step = self.areas[step]
        return tuple(chain)

    def area_and_below(self, area: str) -> tuple[str, ...]:
        """The area itself and all areas below it, in the order of the table."""
        return tuple(code for code in self.areas if area in self.area_and_above(code))

    def areas_meet(self, one: str, other: str) -> bool:
        """Whether one area lies in the other."""
        return one in self.area_and_above(other) or other in self.area_and_above(one)

    def areas_taken(self, area: str) -> frozenset[str] | None:
        """The accepting areas that lie in `area`; None for the root, which takes everybody."""
        return None if self.areas.get(area) is None else frozenset(self.area_and_below(area))

    def area_rule(self, area: str) -> str | None:
        """The condition that a beneficiary is accepted in `area`; None for the root."""
        if self.areas_taken(area) is None:
            return None
        codes = ", ".join(f'"{code}"' for code in self.area_and_below(area))
        return f"{ACCEPTING_AREA} in [{codes}]"
