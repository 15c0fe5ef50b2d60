"""Large sets on their way to the database. Texts and rows go as one JSON document (`json_to_recordset`) or by COPY."""

import json
from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models.expressions import RawSQL


def bigints(ids: Iterable[int]) -> str:
    """Ids as one literal, for `= ANY(%s::bigint[])`: bound one by one, thousands of them take longer than the query."""
    return "{" + ",".join(map(str, ids)) + "}"


def among(ids: Iterable[int]) -> RawSQL:
    """The same for querysets: `pk__in=among(ids)`."""
    return RawSQL("SELECT unnest(%s::bigint[])", [bigints(ids)])


def among_texts(texts: Iterable[str]) -> RawSQL:
    """The same for texts: `holder__in=among_texts(holders)`."""
    return RawSQL("SELECT json_array_elements_text(%s)", [json.dumps(list(texts))])


def rows_copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows as one statement. Raises django's database errors, as any other statement does."""
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
