"""Beneficiaries that a register's delivery makes known."""

from collections.abc import Iterator

from django.db import connection, transaction
from django.utils import timezone

from enterprises.definitions import SourceDefinition
from enterprises.identifiers import person_code
from enterprises.names import name_mask, sort_key
from enterprises.secrets import key_new, key_wrap, seal

from .resolving import Newcomer

# One register at a time may make beneficiaries known.
REGISTER_LOCK = "SELECT pg_advisory_xact_lock(hashtext('enterprises.register'))"
STAGE = """
CREATE TEMPORARY TABLE newcomer (
    code text, name text, sort_key text, identity_hash text, wrapped_key text, identity_sealed bytea, name_sealed bytea
) ON COMMIT DROP
"""
INSERT_ENTERPRISES = """
INSERT INTO enterprises_beneficiary (kind, code, name, sort_key, created_at)
SELECT 'enterprise', code, name, sort_key, %s FROM newcomer ON CONFLICT (code) DO NOTHING
"""
INSERT_PERSONS = """
WITH made AS (
    INSERT INTO enterprises_beneficiary (kind, code, name, sort_key, created_at)
    SELECT 'person', code, name, sort_key, %s FROM newcomer
    RETURNING id, code
)
INSERT INTO enterprises_person (beneficiary_id, identity_hash, wrapped_key, identity_sealed, name_sealed)
SELECT id, identity_hash, wrapped_key, identity_sealed, name_sealed FROM made JOIN newcomer USING (code)
"""
PERSONS_KNOWN = "SELECT identity_hash FROM enterprises_person WHERE identity_hash = ANY(%s)"
Row = tuple[str | bytes | None, ...]


def register(source: SourceDefinition, newcomers: list[Newcomer]) -> None:
    """Make them known. Whoever became known meanwhile stays as he is."""
    if not newcomers:
        return
    enterprises = source.audience == "enterprise"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(REGISTER_LOCK)
        rows = enterprise_rows(newcomers) if enterprises else person_rows(unknown_persons(newcomers))
        cursor.execute(STAGE)
        with cursor.copy("COPY newcomer FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(INSERT_ENTERPRISES if enterprises else INSERT_PERSONS, [timezone.now()])
        cursor.execute("DROP TABLE newcomer")


def enterprise_rows(newcomers: list[Newcomer]) -> Iterator[Row]:
    for one in newcomers:
        yield one.key, one.name, sort_key(one.name), None, None, None, None


def unknown_persons(newcomers: list[Newcomer]) -> list[tuple[str, Newcomer]]:
    """Those who are not known, each with a public code."""
    with connection.cursor() as cursor:
        cursor.execute(PERSONS_KNOWN, [[one.key for one in newcomers]])
        known = {identity_hash for (identity_hash,) in cursor.fetchall()}
        cursor.execute("SELECT count(*) FROM enterprises_beneficiary WHERE kind = 'person'")
        (count,) = cursor.fetchone()
    fresh = [one for one in newcomers if one.key not in known]
    return [(person_code(count + place), one) for place, one in enumerate(fresh, start=1)]


def person_rows(persons: list[tuple[str, Newcomer]]) -> Iterator[Row]:
    """Each with a key of his own; identity number and name are sealed under it."""
    for code, one in persons:
        key, masked = key_new(), name_mask(one.name)
        identity_sealed, name_sealed = (seal(text.encode(), key=key) for text in (one.identity, one.name))
        yield code, masked, sort_key(masked), one.key, key_wrap(key), identity_sealed, name_sealed
