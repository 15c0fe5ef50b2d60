"""A match from nothing, or from earlier matches of which only a part has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from policies.engine.city import City
from policies.engine.conditions import Normaliser
from policies.engine.draft import draft_planes
from policies.engine.matches import Matches
from policies.engine.policy import CompiledPolicy
from policies.engine.population import Change, Population
from policies.engine.running import Range


def match_city(
    policies: Sequence[CompiledPolicy],
    numbers: Mapping[str, int],
    population: Population,
    normaliser: Normaliser,
    previous: Matches | None,
) -> Matches:
    """All policies against a population, going on from `previous` where that is of an earlier state of it."""
    changes = None if previous is None else population.changed_since(previous.population.state)
    if previous is None or changes is None:
        city = City(policies, population, normaliser)
        city.decide(range(len(policies)), [(0, population.words)])
        return Matches(city, numbers)
    city = previous.take_over()
    kept = set(city.policies).intersection(policies)
    rows = _placed(city, policies)
    city.population, city.normaliser = population, normaliser
    city.decide([row for policy, row in rows.items() if policy not in kept], [(0, population.words)])
    _redo(city, rows, kept, changes)
    return Matches(city, {policy.code: rows[policy] for policy in policies})


def match_draft(policy: CompiledPolicy, population: Population, normaliser: Normaliser) -> Matches:
    """One policy against a population."""
    logic = policy.logic
    if not logic.exact or logic.free_variables:
        return match_city([policy], {policy.code: 0}, population, normaliser, None)
    certain, possible = draft_planes(logic, population)
    city = City([policy], population, normaliser, planes=(certain[np.newaxis], possible[np.newaxis]))
    return Matches(city, {policy.code: 0})


def _placed(city: City, policies: Sequence[CompiledPolicy]) -> dict[CompiledPolicy, int]:
    """A row of the city for each policy: its own if it has one, else that of a policy which is gone, else a new one."""
    wanted = set(policies)
    rows = {policy: row for row, policy in enumerate(city.policies) if policy in wanted}
    vacant = [row for row, policy in enumerate(city.policies) if policy not in wanted]
    for policy in policies:
        if policy not in rows:
            rows[policy] = city.put(policy, vacant.pop() if vacant else None)
    return rows


def _redo(city: City, rows: Mapping[CompiledPolicy, int], kept: set[CompiledPolicy], changes: Sequence[Change]) -> None:
    """Work out again what the changes touched: the words of the rows, the policies that read the facts."""
    facts = frozenset[str]().union(*(change.facts for change in changes))
    words = np.unique(np.concatenate([np.zeros(0, np.intp), *(change.words for change in changes)]))
    touched = [rows[policy] for policy in kept if policy.facts & facts]
    if touched and len(words):
        city.decide(touched, _ranges(words))


def _ranges(words: NDArray[np.intp]) -> list[Range]:
    """Ascending word numbers as ranges of words that follow each other."""
    breaks = np.flatnonzero(np.diff(words) != 1)
    starts, ends = words[np.append(0, breaks + 1)], words[np.append(breaks, len(words) - 1)] + 1
    return list(zip(starts.tolist(), ends.tolist(), strict=True))
