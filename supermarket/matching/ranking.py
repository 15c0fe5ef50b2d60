"""Which missing fact to ask for first."""

from collections import defaultdict
from collections.abc import Collection
from fractions import Fraction

from policies.rules import Reason


def ranked_missing(missing: Collection[str], reasons: Reason) -> tuple[str, ...]:
    """`missing` by how much of the open rule each fact could decide, then by code.

    An open group hands its weight in equal parts to its open parts, an open condition to the facts that it lacks: what
    stands alone at the top of a rule decides more than one of three ways deep in it.
    """
    weights: defaultdict[str, Fraction] = defaultdict(Fraction)
    _share_out(reasons, Fraction(1), weights)
    return tuple(sorted(missing, key=lambda code: (-weights[code], code)))


def _share_out(reason: Reason, weight: Fraction, weights: defaultdict[str, Fraction]) -> None:
    if reason.truth is not None:
        return
    open_parts = [part for part in reason.parts if part.truth is None]
    for part in open_parts:
        _share_out(part, weight / len(open_parts), weights)
    if not open_parts:
        for code in reason.missing:
            weights[code] += weight / len(reason.missing)
