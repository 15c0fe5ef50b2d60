"""System checks: what an installation must have, said before it hurts."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections


@register(Tags.database)
def chinese_can_be_searched(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """pg_trgm splits words by LC_CTYPE: under the C locale a Chinese name has no trigrams and search finds nothing."""
    found: list[CheckMessage] = []
    for name in databases or []:
        with connections[name].cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
            if not cursor.fetchone():
                continue  # before the first migration
            cursor.execute("SELECT show_trgm('芜湖市')")
            if not cursor.fetchone()[0]:
                hint = "Create the database with LC_CTYPE C.UTF-8 (or another UTF-8 locale) and load it again."
                found.append(Error("Names in Chinese cannot be searched in this database.", hint=hint, id="store.E001"))
    return found
