"""What counts for one shelf: facts with their sources, as far as the viewer may see them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from enterprises.models import Beneficiary
from enterprises.selectors import KnownFact, facts_on
from enterprises.vocabulary import fact_definitions, source_definitions
from policies.definition import Text
from supermarket.shelf.types import Provenance

STATISTICS = "statistics"


@dataclass
class Knowledge:
    """The facts of a beneficiary on any day that is asked for.

    The owner sees all. A visitor sees the public facts; whatever else is in the database never enters his answer, not
    even by its absence. What was typed takes the place of what is known.
    """

    beneficiary: Beneficiary | None
    owner: bool
    typed: Mapping[str, object]
    _by_day: dict[date, dict[str, KnownFact]] = field(default_factory=dict)
    _values: dict[date, dict[str, object]] = field(default_factory=dict)

    def read(self, days: Collection[date]) -> None:
        """Fetch the facts of some days at once, those that the viewer may see."""
        if self.beneficiary is None:
            self._by_day |= {day: {} for day in days}
        else:
            self._by_day |= facts_on(beneficiary=self.beneficiary, references=days, public=not self.owner)

    def known(self, day: date) -> dict[str, KnownFact]:
        """Code -> known fact of the day, without what was typed."""
        if day not in self._by_day:
            self.read([day])
        return self._by_day[day]

    def facts(self, day: date) -> dict[str, object]:
        """Code -> value, for the rules."""
        if day not in self._values:
            self._values[day] = {**{code: fact.value for code, fact in self.known(day).items()}, **self.typed}
        return self._values[day]

    def provenance(self, code: str, day: date) -> Provenance | None:
        """Where the value of a fact comes from; None for what is unknown."""
        if code in self.typed:
            return Provenance(source=Text("您填写", "you typed it"), as_of=None, typed=True)
        fact = self.known(day).get(code)
        if fact is None:
            return None
        return Provenance(source=source_name(fact.source), as_of=fact.as_of, absent=fact.absent)

    def source_as_of(self, source: str, day: date) -> date | None:
        """The day of which a source last spoke of the beneficiary; None if it has not."""
        return max((fact.as_of for fact in self.known(day).values() if fact.source == source), default=None)


def is_shown(code: str) -> bool:
    """Whether the value may be shown at all: single figures of the statistics office may not, not even to the owner."""
    definition = fact_definitions().get(code)
    return definition is None or definition.visibility != STATISTICS


def source_name(code: str) -> Text:
    source = source_definitions().get(code)
    return Text(code, code) if source is None else Text(source.name["zh"], source.name["en"])


def fact_source(code: str, audience: str) -> Text | None:
    """Who can tell a fact: its first source."""
    definition = fact_definitions().get(code)
    sources = definition.sources.get(audience, ()) if definition else ()  # type: ignore[call-overload]
    return source_name(sources[0]) if sources else None
