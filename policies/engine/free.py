"""Free conditions over a population: asked of the evaluator, for the rows where the answer can matter."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from policies.engine.binding import FreePlanes
from policies.engine.columns import Words, packed, unpacked
from policies.engine.conditions import Variable
from policies.engine.item_counts import count_planes
from policies.engine.population import Population
from policies.rules import Context, Rule
from policies.rules.decision import Assessment
from policies.rules.evaluator import Frame
from policies.rules.formula import conditions_of, facts_of

# Facts of so many rows are taken out of the table at a time.
BATCH_ROWS = 4096
Rows = NDArray[np.int64]


def answer_free(
    variable: Variable, rule: Rule, open_rows: Words, population: Population, context: Context
) -> FreePlanes:
    """The answers of a condition of a rule for the rows of a plane; other rows may be left unknown."""
    counted = count_planes(variable.condition, rule.items, population, context)
    if counted is not None:
        return counted
    rows = np.flatnonzero(unpacked(open_rows, population.rows))
    codes = facts_of(variable.condition)
    places, numbers = population.alike(rows, codes)  # of many rows that know the same, one is asked
    choose = rule.items.possible if rule.items is not None else None
    true, false, known = (np.zeros(len(places), np.bool_) for _ in range(3))
    for batch in batches(np.arange(len(places))):
        for place, facts in zip(batch.tolist(), population.profiles(rows[places[batch]], codes), strict=True):
            frame = Frame(rule.vocabulary, facts, context, assume_applicable=True, items=choose)
            answered = Assessment(frame).answer(variable.condition)
            known[place] = answered.truth is not None
            true[place] = answered.truth is True
            false[place] = answered.truth is False and not answered.note

    def plane(answers: NDArray[np.bool_]) -> Words:
        flags = np.zeros(population.rows, np.bool_)
        flags[rows] = answers[numbers]
        return packed(flags)

    return FreePlanes(plane(true), plane(false), plane(known))


def truths(rule: Rule, rows: Rows, population: Population, context: Context) -> list[bool | None]:
    """What the evaluator says of some rows."""
    codes = {code for condition in conditions_of(rule.formula) for code in condition.facts}
    places, numbers = population.alike(rows, codes)
    found: list[bool | None] = []
    for batch in batches(rows[places]):
        found += [rule.evaluate(facts, context).truth for facts in population.profiles(batch, codes)]
    return [found[number] for number in numbers.tolist()]


def batches(rows: Rows) -> Iterable[Rows]:
    """The rows in portions of BATCH_ROWS."""
    return (rows[start : start + BATCH_ROWS] for start in range(0, len(rows), BATCH_ROWS))
