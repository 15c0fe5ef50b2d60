"""What the publishing check says of a rule: types, units, codes; and the tree with code labels turned into codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from policies.rules.nodes import Items, Node
from policies.rules.problems import Problem
from policies.rules.source import Source
from policies.rules.values import Vocabulary


@dataclass(frozen=True)
class Checked:
    tree: Node
    items: Items | None
    problems: tuple[Problem, ...]


def check(source: Source, vocabulary: Vocabulary, *, expected: Literal["boolean", "yuan"]) -> Checked:
    """All problems of a read rule."""
    return Checked(source.tree, source.items, tuple(source.problems))
