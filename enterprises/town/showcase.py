"""The fixed, named beneficiaries of fixtures/showcase.yaml: what they have in each department's file."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings

from enterprises.definitions import SourceDefinition
from enterprises.vocabulary import yaml_read

from .writing import columns_of


@lru_cache
def showcase() -> Mapping[str, list[Mapping[str, Any]]]:
    """`enterprises` (code, name, shows, facts) and `persons` (identity, name, shows, facts)."""
    found: Mapping[str, list[Mapping[str, Any]]] = yaml_read(settings.FIXTURES / "showcase.yaml")
    return found


def showcase_rows(source: SourceDefinition) -> list[dict[str, str]]:
    """Their rows in the source's file, as cells by column name; none for who has no fact of the source."""
    rows = []
    for one in showcase()["enterprises" if source.audience == "enterprise" else "persons"]:
        facts = {**one["facts"], "name": one["name"], "person.name": one["name"]}
        key = {source.key_column: one["code" if source.audience == "enterprise" else "identity"]}
        said = facts.get(source.items, []) if source.items else [facts]
        for values in said:
            cells = {
                definition.column: cell_text(values[code])
                for code, definition in columns_of(source).items()
                if code in values
            }
            if cells:
                rows.append({**key, **cells})
    return rows


def cell_text(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "、".join(value) if isinstance(value, list) else str(value)
