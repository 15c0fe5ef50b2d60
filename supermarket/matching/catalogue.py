"""The published policies, compiled once: what the store answers from until something is published or withdrawn."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from threading import Lock
from typing import Any

from django.conf import settings

from policies.compiled import CompiledPolicy, compile_definition, engine_data
from policies.definition import Audience
from policies.engine import Catalogue as Engine
from policies.lexicon import Lexicon
from policies.models import PolicyVersion
from policies.parameters import ParameterBook, parameter_book
from policies.rules import Context
from policies.selectors import Revision, catalogue_revision, versions_published
from supermarket.matching.kept import Kept
from supermarket.matching.periods import Offer, offer_on
from supermarket.matching.vocabulary import store_lexicon

DAYS_KEPT = 16  # for how many days the offers are kept ready
ENGINES_KEPT = 64
COMPILED_KEPT = 5_000
DERIVED_KEPT = 16


@dataclass(frozen=True)
class StoreCatalogue:
    """`versions`: published, and of an area that meets the installation's.

    Compiled policies are kept by the digest of their definition (drafts, too), engines by audience and reference
    date, offers by day. `derived`: what upper floors work out from this catalogue, kept as long as it stands.
    """

    lexicon: Lexicon
    versions: tuple[PolicyVersion, ...]
    parameters: ParameterBook
    _compiled: Kept[str, CompiledPolicy] = field(default_factory=lambda: Kept(COMPILED_KEPT))
    _offers: Kept[tuple[date, str], tuple[Offer, ...]] = field(default_factory=lambda: Kept(DAYS_KEPT))
    _all: Kept[str, Engine] = field(default_factory=lambda: Kept(len(Audience)))
    _engines: Kept[tuple[date, str], Engine] = field(default_factory=lambda: Kept(ENGINES_KEPT))
    _engines_before: Mapping[str, Engine | None] = field(default_factory=dict)
    derived: Kept[Hashable, Any] = field(default_factory=lambda: Kept(DERIVED_KEPT))

    def compiled(self, version: PolicyVersion) -> CompiledPolicy:
        """For the explaining evaluator; raises RuleProblems only where the vocabulary changed since the publication."""
        return self._compiled.get(version.sha256, lambda: compile_definition(version.parsed, self.lexicon))

    def offers(self, as_of: date, audience: Audience | str) -> tuple[Offer, ...]:
        """What stands on the shelf of an audience on a day: policies in force, and those past whose claims are still
        taken; ordered by code."""

        def found() -> tuple[Offer, ...]:
            offers = (offer_on(version, as_of) for version in self._of(audience))
            return tuple(offer for offer in offers if offer is not None)

        return self._offers.get((as_of, str(audience)), found)

    def engine(self, reference: date, audience: Audience | str) -> Engine:
        """All versions of an audience compiled together for one reference date; their codes are `engine_code`s."""

        base = self._all.get(str(audience), lambda: self._every(audience))
        return self._engines.get((reference, str(audience)), lambda: base.at(self.context(reference)))

    def _every(self, audience: Audience | str) -> Engine:
        """All versions of an audience; what the catalogue before had of them is not compiled again."""
        versions = {engine_code(version): version for version in self._of(audience)}

        def data(code: str) -> dict[str, Any]:
            return engine_data(versions[code].parsed, self.lexicon, code=code)

        engine = self._engines_before.get(str(audience))
        if engine is None:
            return Engine(map(data, versions), self.lexicon.vocabulary)
        known = set(engine.codes)
        for code in known - versions.keys():
            engine = engine.remove(code)
        for code in versions.keys() - known:
            engine = engine.replace(data(code))
        return engine

    def parameters_as_of(self, on: date) -> Mapping[str, object]:
        return self.parameters.as_of(on)

    def context(
        self,
        reference: date,
        *,
        parameters: Mapping[str, object] | None = None,
        paid: Mapping[tuple[str, str], Decimal] | None = None,
    ) -> Context:
        """`parameters`: default those of the reference date, as known now."""
        if parameters is None:
            parameters = self.parameters_as_of(reference)
        return Context(as_of=reference, parameters=parameters, paid=paid or {})

    def _of(self, audience: Audience | str) -> Iterator[PolicyVersion]:
        return (version for version in self.versions if version.parsed.audience == str(audience))


def engine_code(version: PolicyVersion) -> str:
    """The versions of a policy stand side by side in the engine."""
    return f"{version.policy.code} {version.number}"


_standing: dict[str, tuple[Revision, StoreCatalogue]] = {}
_making = Lock()


def store_catalogue() -> StoreCatalogue:
    """The catalogue as it is published now.

    Each call asks the database for the revision, so that what is published before a question counts in the answer, in
    every process; the catalogue is made anew only when it has changed.
    """
    area = settings.INSTALLATION_AREA
    revision = catalogue_revision()
    standing = _standing.get(area)
    if standing is None or standing[0] != revision:
        with _making:
            standing = _standing.get(area)
            if standing is None or standing[0] != revision:
                standing = _standing[area] = revision, _made(area, standing[1] if standing else None)
    return standing[1]


def _made(area: str, before: StoreCatalogue | None) -> StoreCatalogue:
    """What the catalogue before has compiled is taken over, unless the words have changed."""
    lexicon = store_lexicon()
    versions = tuple(
        version for version in versions_published() if lexicon.areas_meet(version.definition["area"], area)
    )
    catalogue = StoreCatalogue(lexicon, versions, parameter_book())
    if before is None or before.lexicon is not lexicon:
        return catalogue
    engines = {str(audience): before._all.peek(str(audience)) for audience in Audience}
    return replace(catalogue, _compiled=before._compiled, _engines_before=engines)
