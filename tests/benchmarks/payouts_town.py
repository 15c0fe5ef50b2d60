"""Released claims in any number, made as fast as the database takes them: what happens before the clock starts."""

import io
import json
from collections.abc import Iterator
from datetime import date

from django.db import connection
from django.utils import timezone

from policies.models import PolicyVersion
from supermarket.claims.models import Run
from supermarket.ledger.models import Appropriation
from tests.payouts.factory import CITY, appropriation, officer, payee, payer_account, policy_version

DAY = date(2023, 6, 15)
CLAIMS = """
    COPY claims_claim (policy_id, policy_version_id, beneficiary_id, period, occasion, state, amount_fen, run_id,
        account, waits_for_money, created_at, moved_at) FROM STDIN
"""


def run_new(version: PolicyVersion) -> Run:
    now = timezone.now()
    made = {"made_by": officer(), "created_at": now, "moved_at": now}
    return Run.objects.create(
        policy=version.policy, policy_version=version, period="2023", day=DAY, reference=DAY, known_at=now, **made
    )


def amount_fen(number: int) -> int:
    return 1_000_00 + number * 7919 % 1_000_000_00


def claims_release(count: int) -> tuple[Run, Appropriation]:
    """`count` released claims of one run, the city's money, nothing reserved yet. Without triggers: their history is
    none of what is measured."""
    version = policy_version()
    run = run_new(version)
    payer_account(CITY)
    money = appropriation(CITY, sum(map(amount_fen, range(count))))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "INSERT INTO enterprises_beneficiary (kind, code, name, sort_key, created_at)"
            " SELECT 'enterprise', '91340200' || lpad(n::text, 10, '0'), '芜湖企业' || n || '有限公司', n::text, now()"
            " FROM generate_series(1, %s) n RETURNING id",
            [count],
        )
        beneficiaries = [pk for (pk,) in cursor.fetchall()]
        with cursor.copy(CLAIMS) as copy:
            now = timezone.now()
            for number, beneficiary in enumerate(beneficiaries):
                account = json.dumps(payee(f"62220213070{number:08d}", f"芜湖企业{number}有限公司"), ensure_ascii=False)
                fen = amount_fen(number)
                fixed = (version.policy_id, version.pk, beneficiary, "2023", "", "released", fen, run.pk)
                copy.write_row((*fixed, account, False, now, now))
        cursor.execute(
            "INSERT INTO claims_claimshare (claim_id, payer, instalment, lead, amount_fen)"
            " SELECT id, %s, 1, true, amount_fen FROM claims_claim",
            [CITY],
        )
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("ANALYZE")
    return run, money


# Every table that the steps write to, and what its rows refer to.
TABLES = (
    "ledger_reservation", "payouts_payout", "payouts_payoutmove", "claims_claimmove", "notices_notice",
    "payouts_payoutattempt", "payouts_attemptmove", "payouts_subbatch", "payouts_subbatchmove", "ledger_journalentry",
    "ledger_posting",
)  # fmt: skip
REFERENCES = """
    SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'
"""


def newest() -> dict[str, int]:
    with connection.cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
            found[table] = int(cursor.fetchone()[0])
        return found


def rows_copy(before: dict[str, int]) -> Iterator[tuple[str, int, io.BytesIO]]:
    """(table, number of rows, the rows as COPY gives them) of what was written since."""
    with connection.cursor() as cursor:
        for table in TABLES:
            buffer = io.BytesIO()
            with cursor.copy(f"COPY (SELECT * FROM {table} WHERE id > {before[table]}) TO STDOUT") as copy:
                for block in copy:
                    buffer.write(block)
            yield table, cursor.rowcount, buffer


def bare_tables(schema: str) -> None:
    """Tables with the same columns, checks, keys, indexes and references, but no trigger."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {schema}")
        for table in TABLES:
            cursor.execute(f"CREATE TABLE {schema}.{table} (LIKE public.{table} INCLUDING ALL)")
            cursor.execute(f"ALTER TABLE {schema}.{table} ALTER id DROP IDENTITY IF EXISTS")
            cursor.execute(REFERENCES, [f"public.{table}"])
            for (definition,) in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {schema}.{table} ADD {definition}")
