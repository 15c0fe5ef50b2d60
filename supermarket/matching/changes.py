"""Who came in and who dropped out between two matches; what notices are made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from supermarket.matching.bitsets import Ids, flags_unpack, ids_unpack
from supermarket.matching.models import MatchPopulation, MatchRun, MatchSet


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


def match_before(run: MatchRun) -> MatchRun | None:
    """The audience's match before this one."""
    return MatchRun.objects.filter(audience=run.audience, pk__lt=run.pk).order_by("-pk").first()


def sets_by_policy(run: MatchRun | None) -> dict[str, MatchSet]:
    """Policy code -> its newest version's set; a new version is compared with the one whose place it took."""
    if run is None:
        return {}
    sets = run.sets.select_related("version__policy").order_by("version__policy__code", "version__number")
    return {one.version.policy.code: one for one in sets}


@lru_cache(maxsize=8)
def population_ids(pk: int) -> Ids:
    """Beneficiaries of a MatchPopulation, which never changes, in its order."""
    return ids_unpack(bytes(MatchPopulation.objects.values_list("ids", flat=True).get(pk=pk)))


def members(one: MatchSet, *, unknown: bool = False) -> Ids:
    """Ids of the eligible (or of the unknown) beneficiaries, ascending."""
    ids = population_ids(one.population_id)
    found: Ids = ids[flags_unpack(bytes(one.unknown_bits if unknown else one.eligible_bits), len(ids))]
    return found


def match_changes(run: MatchRun, before: MatchRun | None = None) -> Iterator[PolicyChange]:
    """What each policy of the run changed since `before` (default: the match before it), ordered by policy."""
    earlier = sets_by_policy(before or match_before(run))
    for one in run.sets.select_related("version__policy"):
        yield policy_change(one, earlier.get(one.version.policy.code))


def policy_change(one: MatchSet, earlier: MatchSet | None) -> PolicyChange:
    now = members(one)
    if earlier is None:
        nobody = np.zeros(0, np.int64)
        return PolicyChange(one, True, now, nobody, nobody)
    then = members(earlier)
    out = np.setdiff1d(then, now, assume_unique=True)
    unknown = np.intersect1d(out, members(one, unknown=True), assume_unique=True)
    return PolicyChange(one, False, np.setdiff1d(now, then, assume_unique=True), out, unknown)
