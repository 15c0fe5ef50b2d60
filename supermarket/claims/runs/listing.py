"""The list of a run: its hash, its totals by payer and by area, and what the appropriations hold against them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from supermarket.claims.errors import AppropriationMissingError
from supermarket.claims.funding import appropriation_of
from supermarket.claims.models import Claim, Run
from supermarket.claims.states import ClaimState

# Who stands on the list of a run: until it is approved those submitted, afterwards all that are still in it.
LISTED = (
    ClaimState.SUBMITTED,
    ClaimState.APPROVED,
    ClaimState.ON_NOTICE,
    ClaimState.AWAITING_CONFIRMATION,
    ClaimState.CONFIRMED,
    ClaimState.RELEASED,
    ClaimState.PAYING,
    ClaimState.PAID,
    ClaimState.CLOSED,
)


@dataclass(frozen=True)
class ListDigest:
    """`sha256` is over the lines of claim, beneficiary, occasion and fen, in the order of the claims."""

    sha256: str
    count: int
    total_fen: int


@dataclass(frozen=True)
class PayerTotal:
    """What the list takes from one payer. `available_fen` is None where nothing was set aside."""

    payer: str
    count: int
    amount_fen: int
    available_fen: int | None

    @property
    def short_fen(self) -> int:
        return max(self.amount_fen - (self.available_fen or 0), 0)


def submitted_of(run: Run) -> QuerySet[Claim]:
    return Claim.objects.filter(run=run, state=ClaimState.SUBMITTED)


def list_digest(run: Run, states: Sequence[str] = LISTED) -> ListDigest:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT encode(sha256(convert_to(coalesce(string_agg(format('%%s|%%s|%%s|%%s', claim.id, beneficiary.code,
                claim.occasion, claim.amount_fen), E'\\n' ORDER BY claim.id), ''), 'UTF8')), 'hex'),
                count(*), coalesce(sum(claim.amount_fen), 0)::bigint
            FROM claims_claim claim JOIN enterprises_beneficiary beneficiary ON beneficiary.id = claim.beneficiary_id
            WHERE claim.run_id = %s AND claim.state = ANY(%s)
            """,
            [run.pk, [str(state) for state in states]],
        )
        return ListDigest(*cursor.fetchone())


def list_lines(run: Run) -> Iterator[tuple[int, str, str, str, str, int]]:
    """(claim, code, name, occasion, state, fen) of everybody on the list, by a server-side cursor."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            """
            SELECT claim.id, beneficiary.code, beneficiary.name, claim.occasion, claim.state, claim.amount_fen
            FROM claims_claim claim JOIN enterprises_beneficiary beneficiary ON beneficiary.id = claim.beneficiary_id
            WHERE claim.run_id = %s AND claim.state = ANY(%s) ORDER BY claim.id
            """,
            [run.pk, [str(state) for state in LISTED]],
        )
        yield from cursor


def payer_totals(run: Run, states: Sequence[str] = LISTED) -> list[PayerTotal]:
    """What the list takes from each payer, against what is free on its appropriation of the run's year."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT payer, count(DISTINCT claim.id), sum(share.amount_fen)::bigint
            FROM claims_claimshare share JOIN claims_claim claim ON claim.id = share.claim_id
            WHERE claim.run_id = %s AND claim.state = ANY(%s) GROUP BY payer ORDER BY payer
            """,
            [run.pk, [str(state) for state in states]],
        )
        rows = cursor.fetchall()
    return [PayerTotal(payer, count, fen, available_fen(run, payer)) for payer, count, fen in rows]


def available_fen(run: Run, payer: str) -> int | None:
    try:
        return appropriation_of(run.policy_version.parsed, run.policy, payer, run.day.year).available_fen
    except AppropriationMissingError:
        return None


def area_totals(run: Run) -> list[tuple[str, int, int]]:
    """(accepting area, number, fen) of the list; the area as the lead payer's where the evidence is sealed."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(evidence.facts #>> '{accepting_area,value}', share.payer), count(*),
                sum(claim.amount_fen)::bigint
            FROM claims_claim claim
            JOIN LATERAL (SELECT facts FROM claims_evidence WHERE claim_id = claim.id ORDER BY number DESC LIMIT 1)
                evidence ON true
            LEFT JOIN claims_claimshare share ON share.claim_id = claim.id AND share.lead AND share.instalment = 1
            WHERE claim.run_id = %s AND claim.state = ANY(%s) GROUP BY 1 ORDER BY 1
            """,
            [run.pk, [str(state) for state in LISTED]],
        )
        return cursor.fetchall()
