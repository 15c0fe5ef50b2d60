"""How many papers nobody brings any more: asked for by the policies, and taken from departments' data instead.

Wuhu counts the same: 3,061 papers of 859 policies cut to 618.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from policies.definition import DeliveryMode, Text
from policies.models import PolicyVersion
from supermarket.claims.models import Claim
from supermarket.claims.states import ClaimState
from supermarket.policy_filter import versions_on_shelf


@dataclass(frozen=True)
class PapersCount:
    """`required`: papers that are asked for; `from_data`: those of them that a department's data stand for."""

    required: int = 0
    from_data: int = 0

    @property
    def brought(self) -> int:
        return self.required - self.from_data

    @property
    def saved_percent(self) -> int | None:
        """Hundredths that nobody brings, rounded down; None where no paper is asked for."""
        return self.from_data * 100 // self.required if self.required else None

    def times(self, number: int) -> "PapersCount":
        return PapersCount(self.required * number, self.from_data * number)


@dataclass(frozen=True)
class PolicyPapers:
    code: str
    title: Text
    department: str
    delivery: DeliveryMode
    papers: PapersCount
    claims: int


@dataclass(frozen=True)
class PapersSaved:
    """`policies`: those that ask for papers, the most to bring first. `in_claims`: summed over the claims made."""

    policies: tuple[PolicyPapers, ...]
    without_papers: int
    on_shelf: PapersCount
    in_claims: PapersCount


def papers_of(version: PolicyVersion) -> PapersCount:
    materials = version.parsed.materials
    return PapersCount(len(materials), sum(1 for one in materials if one.source is not None))


def summed(counts: Iterable[PapersCount]) -> PapersCount:
    found = list(counts)
    return PapersCount(sum(one.required for one in found), sum(one.from_data for one in found))


def papers_on_shelf(*, on: date) -> PapersCount:
    """Over all policies on the shelf of the day."""
    return summed(map(papers_of, versions_on_shelf(on=on)))


def papers_saved(*, on: date) -> PapersSaved:
    """Per policy on the shelf of the day, over the store, and over all claims that were ever made."""
    claims = dict(
        Claim.objects.exclude(state=ClaimState.DRAFTED).values_list("policy_version").annotate(Count("pk")).order_by()
    )
    shelf = [policy_papers(version, claims.get(version.pk, 0)) for version in versions_on_shelf(on=on)]
    claimed = PolicyVersion.objects.filter(pk__in=claims)
    return PapersSaved(
        policies=tuple(
            sorted((one for one in shelf if one.papers.required), key=lambda one: (-one.papers.brought, one.code))
        ),
        without_papers=sum(1 for one in shelf if not one.papers.required),
        on_shelf=summed(one.papers for one in shelf),
        in_claims=summed(papers_of(version).times(claims[version.pk]) for version in claimed),
    )


def policy_papers(version: PolicyVersion, claims: int) -> PolicyPapers:
    definition = version.parsed
    return PolicyPapers(
        code=definition.code,
        title=definition.title,
        department=definition.department,
        delivery=definition.delivery,
        papers=papers_of(version),
        claims=claims,
    )
