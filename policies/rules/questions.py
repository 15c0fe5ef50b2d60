"""Which missing fact to ask for first: in one policy, and over many by policies or by money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

By = Literal["policies", "money"]
# Of one open policy: each missing fact with the share of its answers that alone settle it; its fen, if known.
Open = tuple[Mapping[str, Fraction], int | None]


@dataclass(frozen=True)
class Question:
    """A missing fact. `decides`: how many open policies its answer settles, each possible answer counted alike (half a
    policy where one of two answers does); `decides_fen`: their money in the same measure; `concerns`: how many policies
    miss it; `concerns_fen`: their money."""

    fact: str
    decides: Fraction
    decides_fen: Fraction
    concerns: int
    concerns_fen: int


def rank_questions(open_policies: Iterable[Open], *, by: By = "policies") -> list[Question]:
    """The missing facts of open policies (`Verdict.shares`), the most useful first.

    By how many policies the answer settles, then by their money (`by="money"`: the other way round), then by how many
    miss it, then by code.
    """
    found: dict[str, Question] = {}
    for shares, amount_fen in open_policies:
        fen = amount_fen or 0
        for fact, share in shares.items():
            before = found.get(fact, Question(fact, Fraction(0), Fraction(0), 0, 0))
            found[fact] = Question(
                fact,
                before.decides + share,
                before.decides_fen + share * fen,
                before.concerns + 1,
                before.concerns_fen + fen,
            )

    def rank(each: Question) -> tuple[Fraction, Fraction, int, int, str]:
        first, second = (each.decides, each.decides_fen) if by == "policies" else (each.decides_fen, each.decides)
        return -first, -second, -each.concerns, -each.concerns_fen, each.fact

    return sorted(found.values(), key=rank)
