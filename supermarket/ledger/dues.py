"""What payers owe each other: the lead pays the beneficiary all of it, the others' shares stand as due from them, month
by month, until they are settled by a document and two persons.

    paid       due from payer / outstanding      the lead has laid it out
    returned   outstanding / due from payer      the bank gave it back
    settled    expense of payer / due from payer
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone

from supermarket.users.models import User

from .appropriations import positive
from .asking import DOCUMENT_LENGTH, asked_check, request_decide
from .errors import DueExceededError, yuan
from .journal import account, journal_post
from .models import AskedState, DueSettlement, LedgerAccount

SETTLED = "due_settled"
# A settlement counts for the month that it names, everything else for the month in which it was entered.
MONTHS = """
    SELECT split_part(account.holder, '>', 1), split_part(account.holder, '>', 2),
        CASE entry.kind WHEN 'due_settled' THEN entry.reference ->> 'month'
            ELSE to_char(entry.at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') END AS month,
        coalesce(sum(posting.amount_fen) FILTER (WHERE posting.amount_fen > 0), 0)::bigint,
        -coalesce(sum(posting.amount_fen)
            FILTER (WHERE posting.amount_fen < 0 AND entry.kind <> 'due_settled'), 0)::bigint,
        -coalesce(sum(posting.amount_fen) FILTER (WHERE entry.kind = 'due_settled'), 0)::bigint
    FROM ledger_posting posting
    JOIN ledger_journalentry entry ON entry.id = posting.entry_id
    JOIN ledger_ledgeraccount account ON account.id = posting.account_id
    WHERE account.role = 'due_from' AND (%(holder)s::text IS NULL OR account.holder = %(holder)s)
    GROUP BY 1, 2, 3 ORDER BY 3, 1, 2
"""


@dataclass(frozen=True)
class DueMonth:
    """One month of what `payer` owes `lead`, in fen."""

    payer: str
    lead: str
    month: str
    laid_out_fen: int
    returned_fen: int
    settled_fen: int

    @property
    def open_fen(self) -> int:
        return self.laid_out_fen - self.returned_fen - self.settled_fen


def due_months(*, payer: str | None = None, lead: str | None = None) -> Iterator[DueMonth]:
    """The earliest month first; with both payer and lead those of this pair."""
    holder = f"{payer}>{lead}" if payer and lead else None
    with connection.cursor() as cursor:
        cursor.execute(MONTHS, {"holder": holder})
        for row in cursor.fetchall():
            yield DueMonth(*row)


@transaction.atomic
def due_settle_ask(
    *, payer: str, lead: str, month: str, amount_fen: int, document: str, actor: User, key: str
) -> DueSettlement:
    """The maker of finance asks to settle what `payer` owes of a month, in whole or in part. Idempotent by `key`.

    Raises NotForYouError, DocumentMissingError, AmountNotPositiveError, DueExceededError.
    """
    asked_check(actor, document)
    standing = DueSettlement.objects.filter(key=key).first()
    if standing is not None:
        return standing
    due_check(payer, lead, month, positive(amount_fen))
    return DueSettlement.objects.create(
        key=key,
        payer=payer,
        lead=lead,
        month=month,
        amount_fen=amount_fen,
        document=document.strip()[:DOCUMENT_LENGTH],
        made_by=actor,
        made_at=timezone.now(),
    )


def due_check(payer: str, lead: str, month: str, amount_fen: int) -> None:
    open_fen = sum(due.open_fen for due in due_months(payer=payer, lead=lead) if due.month == month)
    if amount_fen > open_fen:
        raise DueExceededError(payer=payer, month=month, open=yuan(open_fen), wanted=yuan(amount_fen))


@transaction.atomic
def due_settle_confirm(*, settlement: DueSettlement, actor: User) -> DueSettlement:
    """The releaser of finance confirms: the payer bears the expense, and owes so much less.

    Raises NotForYouError, SamePersonError, AlreadyDecidedError, DueExceededError (settled meanwhile).
    """
    settlement = request_decide(settlement, actor, AskedState.CONFIRMED)
    payer, lead = settlement.payer, settlement.lead
    due = account("due_from", f"{payer}>{lead}")
    LedgerAccount.objects.select_for_update().get(pk=due.pk)  # settlements of one pair stand in line
    due_check(payer, lead, settlement.month, settlement.amount_fen)
    settlement.entry = journal_post(
        key=f"due_settled:{settlement.pk}",
        kind=SETTLED,
        postings=[(account("expense", payer), settlement.amount_fen), (due, -settlement.amount_fen)],
        reference={"settlement": settlement.pk, "month": settlement.month, "document": settlement.document},
    )
    settlement.save(update_fields=["entry"])
    return settlement
