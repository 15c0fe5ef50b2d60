"""The tree of reasons: every condition with the values used and its truth, and how conditions combine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from policies.rules import nodes


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of the answer.

    `kind`: "all" or "any" with `parts`, "condition", or "constant". `truth`: True, False or None (unknown). `used`:
    fact code -> value, None where it is unknown. `note`: "" or why a condition has no truth ("not-applicable",
    "no-value"). `missing`: the facts that leave it open.
    """

    kind: Literal["all", "any", "condition", "constant"]
    truth: bool | None
    node: nodes.Node | None = None
    negated: bool = False
    used: tuple[tuple[str, object], ...] = ()
    missing: frozenset[str] = frozenset()
    note: str = ""
    parts: tuple[Reason, ...] = ()
