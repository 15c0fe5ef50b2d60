"""The published policies, compiled once: what the store answers from until something is published or withdrawn."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache

from django.conf import settings
from django.db.models import Count, Max

from policies.compiled import CompiledPolicy, compile_definition, engine_data
from policies.definition import Audience
from policies.engine import Catalogue as Engine
from policies.lexicon import Lexicon
from policies.models import ParameterValue, PolicyEvent, PolicyVersion
from policies.parameters import ParameterBook, parameter_book
from policies.rules import Context
from policies.selectors import versions_published
from supermarket.matching.kept import Kept
from supermarket.matching.periods import Offer, offer_on
from supermarket.matching.vocabulary import store_lexicon

SHELF_KINDS = (PolicyEvent.Kind.PUBLISHED, PolicyEvent.Kind.SUPERSEDED, PolicyEvent.Kind.WITHDRAWN)
DAYS_KEPT = 16  # for how many days the offers are kept ready
ENGINES_KEPT = 64
COMPILED_KEPT = 5_000

Fingerprint = tuple[int, int | None, int | None]


@dataclass(frozen=True)
class StoreCatalogue:
    """`versions`: published, and of an area that meets the installation's.

    Compiled policies are kept by the digest of their definition (drafts, too), engines by audience and reference
    date, offers by day.
    """

    lexicon: Lexicon
    versions: tuple[PolicyVersion, ...]
    parameters: ParameterBook
    _compiled: Kept[str, CompiledPolicy] = field(default_factory=lambda: Kept(COMPILED_KEPT))
    _offers: Kept[tuple[date, str], tuple[Offer, ...]] = field(default_factory=lambda: Kept(DAYS_KEPT))
    _all: Kept[str, Engine] = field(default_factory=lambda: Kept(len(Audience)))
    _engines: Kept[tuple[date, str], Engine] = field(default_factory=lambda: Kept(ENGINES_KEPT))

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

        def every() -> Engine:
            versions = self._of(audience)
            data = (engine_data(version.parsed, self.lexicon, code=engine_code(version)) for version in versions)
            return Engine(data, self.lexicon.vocabulary)

        base = self._all.get(str(audience), every)
        return self._engines.get((reference, str(audience)), lambda: base.at(self.context(reference)))

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


def store_catalogue() -> StoreCatalogue:
    """The catalogue as it is published now; made anew only when it has changed."""
    return _catalogue(_fingerprint(), settings.INSTALLATION_AREA)


def _fingerprint() -> Fingerprint:
    """Changes with every publication, end, withdrawal and parameter value. The count sees a transaction that commits
    after one with a higher id."""
    events = PolicyEvent.objects.filter(kind__in=SHELF_KINDS).aggregate(count=Count("id"), last=Max("id"))
    return events["count"], events["last"], ParameterValue.objects.aggregate(last=Max("id"))["last"]


@lru_cache(maxsize=2)
def _catalogue(fingerprint: Fingerprint, installation_area: str) -> StoreCatalogue:
    lexicon = store_lexicon()
    versions = tuple(
        version for version in versions_published() if lexicon.areas_meet(version.definition["area"], installation_area)
    )
    return StoreCatalogue(lexicon, versions, parameter_book())
