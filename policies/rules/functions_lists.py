"""Functions of lists, with members that are unknown and members that may or may not be there.

A list is a tuple, list or frozenset. A member that may not be there is wrapped in `Uncertain`; a member whose value
is missing is UNKNOWN. Over such a list a number is an `Interval` of what it could be, a truth UNKNOWN where both ends
do not agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from policies.rules.comparison import Truth, conjunction, disjunction, equal, sign
from policies.rules.values import NUMBERS, UNKNOWN, Interval


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A member of a list that may or may not be there."""

    value: object


def is_list(value: object) -> bool:
    return isinstance(value, tuple | list | frozenset)


def members_of(arguments: Sequence[object]) -> Iterable[object] | None:
    """The members that a function of `list...` works on: one list, or the arguments themselves; None for null."""
    if len(arguments) != 1:
        return arguments
    only = arguments[0]
    if is_list(only):
        return only  # type: ignore[return-value]
    return None if only is None else (only,)


def count(*arguments: object) -> object:
    """How many members; an interval where some may not be there."""
    (value,) = arguments
    if value is None:
        return None
    members = list(value) if is_list(value) else [value]  # type: ignore[call-overload]
    certain = sum(1 for member in members if not isinstance(member, Uncertain))
    if certain == len(members):
        return Decimal(certain)
    return Interval(Decimal(certain), Decimal(len(members)))


def _ends(value: object) -> Interval | None:
    """What a member can be as a number; None where it is no number."""
    if value is UNKNOWN:
        return Interval(None, None)
    if isinstance(value, Interval):
        return value
    return Interval(value, value) if isinstance(value, Decimal) else None


def _split(members: Iterable[object]) -> tuple[list[Interval], list[Interval]] | None:
    """The ends of the members that are there and of those that may be; None where one is no number."""
    certain: list[Interval] = []
    uncertain: list[Interval] = []
    for member in members:
        ends = _ends(member.value if isinstance(member, Uncertain) else member)
        if ends is None:
            return None
        (uncertain if isinstance(member, Uncertain) else certain).append(ends)
    return certain, uncertain


def _is_plain(members: Sequence[object]) -> bool:
    return not any(member is UNKNOWN or isinstance(member, Uncertain | Interval) for member in members)


def _add_up(numbers: Iterable[Decimal | None]) -> Decimal | None:
    total = Decimal(0)
    for number in numbers:
        if number is None:
            return None
        total = NUMBERS.add(total, number)
    return total


def total(*arguments: object) -> object:
    """The sum; of no members 0."""
    found = members_of(arguments)
    if found is None:
        return None
    members = list(found)
    if _is_plain(members):
        return _add_up(members) if all(isinstance(member, Decimal) for member in members) else None  # type: ignore[arg-type]
    split = _split(members)
    if split is None:
        return None
    certain, uncertain = split
    zero = Interval(Decimal(0), Decimal(0))
    low = _add_up([*(each.low for each in certain), *(_lower(each, zero) for each in uncertain)])
    high = _add_up([*(each.high for each in certain), *(_higher(each, zero) for each in uncertain)])
    return _collapsed(Interval(low, high))


def _collapsed(interval: Interval) -> object:
    if interval.low is not None and interval.low == interval.high and not interval.may_be_nothing:
        return interval.low
    return interval


def _lower(one: Interval, other: Interval) -> Decimal | None:
    return None if one.low is None or other.low is None else min(one.low, other.low)


def _higher(one: Interval, other: Interval) -> Decimal | None:
    return None if one.high is None or other.high is None else max(one.high, other.high)


def mean(*arguments: object) -> object:
    """The mean; of no members no value."""
    found = members_of(arguments)
    members = list(found) if found is not None else []
    if not members:
        return None
    if _is_plain(members):
        added = total(members)
        return None if added is None else NUMBERS.divide(added, Decimal(len(members)))  # type: ignore[arg-type]
    split = _split(members)
    if split is None:
        return None
    certain, uncertain = split
    low = _extreme_mean([each.low for each in certain], [each.low for each in uncertain], lowest=True)
    high = _extreme_mean([each.high for each in certain], [each.high for each in uncertain], lowest=False)
    return _collapsed(Interval(low, high, may_be_nothing=not certain))


def _extreme_mean(certain: list[Decimal | None], uncertain: list[Decimal | None], *, lowest: bool) -> Decimal | None:
    """The lowest (highest) mean over all choices of the uncertain members: take the best ones while they help."""
    if None in certain or None in uncertain:
        return None
    chosen = list(certain)
    for candidate in sorted(uncertain, reverse=not lowest):  # type: ignore[type-var]
        if chosen:
            current = NUMBERS.divide(_add_up(chosen), Decimal(len(chosen)))  # type: ignore[arg-type]
            if not (candidate < current if lowest else candidate > current):  # type: ignore[operator]
                break
        chosen.append(candidate)
    return NUMBERS.divide(_add_up(chosen), Decimal(len(chosen)))  # type: ignore[arg-type]


def _extreme(*, lowest: bool) -> Callable[..., object]:
    def extreme(*arguments: object) -> object:
        found = members_of(arguments)
        members = list(found) if found is not None else []
        if not members:
            return None
        if _is_plain(members):
            return _plain_extreme(members, lowest=lowest)
        split = _split(members)
        if split is None:
            return UNKNOWN if any(member is UNKNOWN for member in members) else None
        return _interval_extreme(*split, lowest=lowest)

    return extreme


def _plain_extreme(members: Sequence[object], *, lowest: bool) -> object:
    best = members[0]
    for member in members:
        order = sign(member, best)
        if order is None:
            return None
        if (order < 0) if lowest else (order > 0):
            best = member
    return best


def _interval_extreme(certain: list[Interval], uncertain: list[Interval], *, lowest: bool) -> object:
    """For min: as low as the lowest of all, as high as the lowest of those that are there (for max the other way)."""
    everything = certain + uncertain
    if lowest:
        low = _bounded(min, [each.low for each in everything], unbounded_wins=True)
        high = _bounded(min, [each.high for each in certain], unbounded_wins=False)
        if not certain:
            high = _bounded(max, [each.high for each in uncertain], unbounded_wins=True)
    else:
        high = _bounded(max, [each.high for each in everything], unbounded_wins=True)
        low = _bounded(max, [each.low for each in certain], unbounded_wins=False)
        if not certain:
            low = _bounded(min, [each.low for each in uncertain], unbounded_wins=True)
    return _collapsed(Interval(low, high, may_be_nothing=not certain))


def _bounded(
    choose: Callable[[list[Decimal]], Decimal], ends: list[Decimal | None], *, unbounded_wins: bool
) -> Decimal | None:
    bounded = [end for end in ends if end is not None]
    if not bounded or (unbounded_wins and len(bounded) < len(ends)):
        return None
    return choose(bounded)


def contains(*arguments: object) -> Truth:
    """`list contains(list, element)`."""
    members, element = arguments
    if members is UNKNOWN or not is_list(members):
        return UNKNOWN if members is UNKNOWN else None
    if isinstance(members, frozenset) and isinstance(element, str):
        return element in members
    truth: Truth = False
    for member in members:  # type: ignore[attr-defined]
        same = equal(member.value if isinstance(member, Uncertain) else member, element)
        if same is True and not isinstance(member, Uncertain):
            return True
        if same is True or same is UNKNOWN:
            truth = UNKNOWN
    return truth


def _fold(join: Callable[[Truth, Truth], Truth], start: bool) -> Callable[..., object]:
    """all / any over truths, with members that may not be there."""

    def folded(*arguments: object) -> Truth:
        members = members_of(arguments)
        if members is None:
            return None
        truth: Truth = start
        for member in members:
            value = member.value if isinstance(member, Uncertain) else member
            if not isinstance(value, bool) and value is not None and value is not UNKNOWN:
                return None
            if isinstance(member, Uncertain) and value is not start:
                value = UNKNOWN
            truth = join(truth, value)
        return truth

    return folded


every_true = _fold(conjunction, True)
some_true = _fold(disjunction, False)

# These take lists with unknown members and unknown lists themselves.
LIST_FUNCTIONS: Final[dict[str, Callable[..., object]]] = {
    "count": count,
    "sum": total,
    "min": _extreme(lowest=True),
    "max": _extreme(lowest=False),
    "mean": mean,
    "all": every_true,
    "any": some_true,
    "list contains": contains,
}
