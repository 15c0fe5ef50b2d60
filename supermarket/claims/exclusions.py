"""Exclusion rules: what a claim is still worth beside the others of its holder. Pure.

- once, first_only: another one stands in the window: nothing (first come, first served).
- highest_only: all together bring the highest: what is above the others' sum, or nothing.
- top_up: the same, said of a sum to reach; an amount that has `paid(…)` in it does the sum itself.
- stack: nothing is taken off.
- ladder: at or below a step that was given: nothing; above it in full, or the difference (`promotion`).
- lower_share: the highest in full and a share of each lower one.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from math import floor
from typing import Any

from policies.definition import Exclusion


@dataclass(frozen=True, slots=True)
class Other:
    """Another claim of the same holder within the window: what it brings (less recoveries), what it would bring alone,
    its step on the ladder."""

    claim: int
    policy: str
    amount_fen: int
    full_fen: int
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """One rule as it met one claim: everything that the ruling depends on."""

    group: str
    rule: str
    others: tuple[Other, ...]
    step: int | None = None
    promotion: str | None = None
    lower_share: Fraction | None = None
    netted: bool = False  # the amount has `paid(group, …)` in it already

    def as_data(self) -> dict[str, Any]:
        data = asdict(self)
        return {**data, "lower_share": None if self.lower_share is None else str(self.lower_share)}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Standing":
        share = data["lower_share"]
        others = tuple(Other(**other) for other in data["others"])
        return cls(**{**data, "others": others, "lower_share": None if share is None else Fraction(share)})


def standing_of(
    exclusion: Exclusion, others: Sequence[Other], *, step: int | None = None, netted: bool = False
) -> Standing:
    return Standing(
        exclusion.group, exclusion.rule, tuple(others), step, exclusion.promotion, exclusion.lower_share, netted
    )


def step_of(exclusion: Exclusion, *, policy: str, occasion: str) -> int | None:
    """The step on the ladder, from 1; by the occasion (the level of a title), else by the policy. None: not on it."""
    for code in (occasion, policy):
        if code in exclusion.ladder:
            return exclusion.ladder.index(code) + 1
    return None


def left_of(full_fen: int, standing: Standing) -> int:
    """What is left of `full_fen` under one rule, in fen; 0 where the others exclude it."""
    others = standing.others
    if not others or standing.rule == "stack":
        return full_fen
    given_fen = sum(other.amount_fen for other in others)
    if standing.step is not None:
        return _on_the_ladder(full_fen, standing, given_fen)
    if standing.lower_share is not None:
        return _with_lower_share(full_fen, others, standing.lower_share)
    if standing.rule in ("highest_only", "top_up"):
        return full_fen if standing.netted else max(full_fen - given_fen, 0)
    return 0  # once, first_only


def _on_the_ladder(full_fen: int, standing: Standing, given_fen: int) -> int:
    assert standing.step is not None
    if any(other.step is not None and other.step >= standing.step for other in standing.others):
        return 0
    return max(full_fen - given_fen, 0) if standing.promotion == "difference" else full_fen


def _with_lower_share(full_fen: int, others: Sequence[Other], share: Fraction) -> int:
    """Half up, whoever of the household comes first."""
    sums = sorted([full_fen, *(other.full_fen for other in others)], reverse=True)
    entitled = sums[0] + share * sum(sums[1:])
    left = entitled - sum(other.amount_fen for other in others)
    return max(floor(left + Fraction(1, 2)), 0)


def amount_left(full_fen: int, standings: Sequence[Standing]) -> int:
    """What is left under all rules together: the least."""
    return min((left_of(full_fen, standing) for standing in standings), default=full_fen)
