"""Sums of a recovery cut by payer. Pure."""

from collections.abc import Mapping


def apportioned(amount_fen: int, left: Mapping[str, int]) -> dict[str, int]:
    """`amount_fen` cut in proportion to what is `left` of each (in the order given: the lead comes last and bears the
    odd fen); nobody bears more than is left of him, and the parts sum to the whole. Parts of nothing are left out."""
    whole = sum(left.values())
    assert 0 <= amount_fen <= whole, (amount_fen, whole)
    parts = {}
    for payer, fen in left.items():
        part = amount_fen * fen // whole if whole else 0
        if part:
            parts[payer] = part
        amount_fen, whole = amount_fen - part, whole - fen
    return parts
