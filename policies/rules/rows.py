"""Which fields the rows of a list have, and their labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policies.rules.nodes import Fact, Field, Filter, Items, Node, Path, Variable
from policies.rules.values import FactType, Vocabulary

NO_FIELDS: Vocabulary = {}


def row_fields(
    node: Node, vocabulary: Vocabulary, rows: Sequence[Vocabulary], variables: Mapping[str, Vocabulary]
) -> Vocabulary:
    """The fields of the rows of a list, or of a row; none where a node holds no rows.

    `rows` are the fields of the rows around, the innermost last; `variables` those of the bound names.
    """
    match node:
        case Fact(code):
            return _fields(vocabulary.get(code))
        case Items(source):
            return _fields(vocabulary.get(source))
        case Filter(source):
            return row_fields(source, vocabulary, rows, variables)
        case Path(source, name):
            return _fields(row_fields(source, vocabulary, rows, variables).get(name))
        case Variable(name):
            return variables.get(name, NO_FIELDS)
        case Field("item", depth) if depth < len(rows):
            return rows[-1 - depth]
        case Field(name, depth) if depth < len(rows):
            return _fields(rows[-1 - depth].get(name))
    return NO_FIELDS


def _fields(fact_type: FactType | None) -> Vocabulary:
    return (fact_type.fields or NO_FIELDS) if fact_type is not None else NO_FIELDS


def field_named(fields: Vocabulary, name: str) -> str | None:
    """A field by its code or a label that no other field has."""
    if name in fields:
        return name
    matches = [code for code, each in fields.items() if name in (each.labels or {}).values()]
    return matches[0] if len(matches) == 1 else None
