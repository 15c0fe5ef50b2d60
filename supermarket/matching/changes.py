"""Who came in and who dropped out between two matches; what beneficiaries are told."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from enterprises.models import Beneficiary
from supermarket.matching.bitsets import Flags, Ids, flags_unpack, ids_unpack
from supermarket.matching.models import MatchNews, MatchPopulation, MatchRun, MatchSet

NEWS_DAYS = 30


@dataclass(frozen=True)
class PolicyChange:
    """One policy now and at an earlier match. `came_in`, `dropped_out`: ids of beneficiaries who became eligible, or
    are it no longer; `now_unknown`: those of the latter of whom it cannot be told any more. `first`: the earlier match
    did not have the policy; then everybody eligible came in."""

    now: MatchSet
    first: bool
    came_in: Ids
    dropped_out: Ids
    now_unknown: Ids


def match_latest(audience: str) -> MatchRun | None:
    """The last match of an audience that is finished."""
    return MatchRun.objects.filter(audience=audience, finished_at__isnull=False).order_by("-pk").first()


def match_before(run: MatchRun) -> MatchRun | None:
    """The audience's finished match before this one."""
    earlier = MatchRun.objects.filter(audience=run.audience, finished_at__isnull=False, pk__lt=run.pk)
    return earlier.order_by("-pk").first()


def set_before(one: MatchSet) -> MatchSet | None:
    """The policy's set in the match before; a new version is compared with the one whose place it took."""
    before = match_before(one.run)
    if before is None:
        return None
    sets = before.sets.filter(version__policy=one.version.policy_id).select_related("version__policy")
    return sets.order_by("-version__number").first()


@lru_cache(maxsize=8)
def population_ids(pk: int) -> Ids:
    """Beneficiaries of a MatchPopulation, which never changes, in its order."""
    return ids_unpack(bytes(MatchPopulation.objects.values_list("ids", flat=True).get(pk=pk)))


def members(one: MatchSet, *, unknown: bool = False) -> Ids:
    """Ids of the eligible (or of the unknown) beneficiaries, ascending."""
    ids = population_ids(one.population_id)
    found: Ids = ids[flags_unpack(bytes(one.unknown_bits if unknown else one.eligible_bits), len(ids))]
    return found


def match_changes(run: MatchRun) -> Iterator[PolicyChange]:
    """What each policy of the run changed since the match before it, ordered by policy."""
    for one in run.sets.select_related("version__policy", "run"):
        yield policy_change(one, set_before(one))


def policy_change(one: MatchSet, earlier: MatchSet | None) -> PolicyChange:
    now = members(one)
    if earlier is None:
        nobody = np.zeros(0, np.int64)
        return PolicyChange(one, True, now, nobody, nobody)
    then = members(earlier)
    out = np.setdiff1d(then, now, assume_unique=True)
    unknown = np.intersect1d(out, members(one, unknown=True), assume_unique=True)
    return PolicyChange(one, False, np.setdiff1d(now, then, assume_unique=True), out, unknown)


class Earlier:
    """A match as seen from a later population: who was eligible, in the rows of that one."""

    def __init__(self, run: MatchRun, ids: Ids) -> None:
        """`ids`: of the later population, ascending."""
        self._run, self._rows = run, len(ids)
        populations = run.sets.order_by().values_list("population", flat=True).distinct()
        self._places = {pk: _places(population_ids(pk), ids) for pk in populations}

    def sets(self, codes: list[str]) -> dict[str, MatchSet]:
        """By policy code, those that the match has; of a policy with two versions on the shelf the newer."""
        found = self._run.sets.filter(version__policy__code__in=codes).select_related("version__policy")
        return {one.version.policy.code: one for one in found.order_by("version__number")}

    def eligible(self, one: MatchSet) -> tuple[Flags, int]:
        """Flags over the later population, and how many of the eligible are not in it any more."""
        places = self._places[one.population_id]
        then = flags_unpack(bytes(one.eligible_bits), len(places))
        flags, at = np.zeros(self._rows, np.bool_), places[then]
        flags[at[at >= 0]] = True
        return flags, int((at < 0).sum())


def _places(earlier: Ids, later: Ids) -> Ids:
    """Where each of the earlier ids is in the later ones, -1 where it is not."""
    if not len(later):
        return np.full(len(earlier), -1)
    at = np.minimum(np.searchsorted(later, earlier), len(later) - 1)
    return np.where(later[at] == earlier, at, -1)


def news_of(beneficiary: Beneficiary, on: date) -> dict[str, date]:
    """Policy code -> the day since which a policy is new for the beneficiary, as matches of the last weeks found."""
    news = MatchNews.objects.filter(
        beneficiary=beneficiary,
        of__run__finished_at__isnull=False,
        of__run__as_of__range=(on - timedelta(days=NEWS_DAYS), on),
    )
    return dict(news.order_by("-of__run__as_of").values_list("of__version__policy__code", "of__run__as_of"))
