"""Which missing fact to ask for first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Question:
    """A missing fact. `decides`: policies that it alone leaves open; `concerns`: policies that miss it among others.

    `amount_fen`: the money of the policies that it alone leaves open.
    """

    fact: str
    decides: int
    concerns: int
    amount_fen: int


def rank_questions(
    open_verdicts: Iterable[tuple[frozenset[str], int | None]], *, by: Literal["policies", "money"] = "policies"
) -> list[Question]:
    """The missing facts of many unknown verdicts, (missing, amount in fen or None) each; the most useful first.

    First by how many policies the fact alone decides, then by their money (`by="money"`: the other way round), then by
    how many it concerns.
    """
    decides: dict[str, int] = {}
    concerns: dict[str, int] = {}
    amounts: dict[str, int] = {}
    for missing, amount_fen in open_verdicts:
        for fact in missing:
            concerns[fact] = concerns.get(fact, 0) + 1
        if len(missing) == 1:
            (fact,) = missing
            decides[fact] = decides.get(fact, 0) + 1
            amounts[fact] = amounts.get(fact, 0) + (amount_fen or 0)
    questions = [Question(fact, decides.get(fact, 0), count, amounts.get(fact, 0)) for fact, count in concerns.items()]

    def rank(each: Question) -> tuple[int, int, int, str]:
        useful = (each.decides, each.amount_fen) if by == "policies" else (each.amount_fen, each.decides)
        return -useful[0], -useful[1], -each.concerns, each.fact

    return sorted(questions, key=rank)
