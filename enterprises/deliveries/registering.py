"""Beneficiaries that a register's delivery makes known."""

from collections.abc import Iterable

from django.db import connection, transaction
from django.utils import timezone

from enterprises.definitions import SourceDefinition
from enterprises.identifiers import person_code
from enterprises.models import Beneficiary, Person
from enterprises.names import name_mask, sort_key
from enterprises.secrets import key_new, key_wrap, seal

from .resolving import Newcomer

# One register at a time may make beneficiaries known.
REGISTER_LOCK = "SELECT pg_advisory_xact_lock(hashtext('enterprises.register'))"
INSERT_ENTERPRISES = """
INSERT INTO enterprises_beneficiary (kind, code, name, sort_key, created_at)
SELECT 'enterprise', code, name, sort_key, %s FROM newcomer ON CONFLICT (code) DO NOTHING
"""


def register(source: SourceDefinition, newcomers: list[Newcomer]) -> None:
    """Make them known. Whoever became known meanwhile stays as he is."""
    if not newcomers:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(REGISTER_LOCK)
        if source.audience == "person":
            register_persons(newcomers)
            return
        cursor.execute("CREATE TEMPORARY TABLE newcomer (code text, name text, sort_key text) ON COMMIT DROP")
        with cursor.copy("COPY newcomer FROM STDIN") as copy:
            for one in newcomers:
                copy.write_row((one.key, one.name, sort_key(one.name)))
        cursor.execute(INSERT_ENTERPRISES, [timezone.now()])
        cursor.execute("DROP TABLE newcomer")


def register_persons(newcomers: Iterable[Newcomer]) -> None:
    """Give each a public code and a key of his own; identity number and name are sealed under it."""
    known = set(Person.objects.filter(identity_hash__in=[one.key for one in newcomers]).values_list("pk", flat=True))
    hashes = set(Person.objects.filter(pk__in=known).values_list("identity_hash", flat=True))
    count = Beneficiary.objects.filter(kind=Beneficiary.Kind.PERSON).count()
    fresh = [one for one in newcomers if one.key not in hashes]
    rows = Beneficiary.objects.bulk_create(
        Beneficiary(
            kind=Beneficiary.Kind.PERSON,
            code=person_code(count + place),
            name=name_mask(one.name),
            sort_key=sort_key(name_mask(one.name)),
        )
        for place, one in enumerate(fresh, start=1)
    )
    Person.objects.bulk_create(person_row(beneficiary, one) for beneficiary, one in zip(rows, fresh, strict=True))


def person_row(beneficiary: Beneficiary, newcomer: Newcomer) -> Person:
    key = key_new()
    return Person(
        beneficiary=beneficiary,
        identity_hash=newcomer.key,
        wrapped_key=key_wrap(key),
        identity_sealed=seal(newcomer.identity.encode(), key=key),
        name_sealed=seal(newcomer.name.encode(), key=key),
    )
