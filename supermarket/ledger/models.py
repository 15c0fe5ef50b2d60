"""The books: accounts, journal entries of postings that sum to zero, appropriations and what is reserved on them.

Money is an integer of fen everywhere. A posting is positive on the debit side and negative on the credit side.
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from .history import AppendOnly
from .moves import guard_moves


class LedgerAccount(models.Model):
    """One account: a role, and whose it is (an appropriation, a payer's code, a bank account's number)."""

    class Role(models.TextChoices):
        # The five of an appropriation; together they are zero at any time.
        GRANTED = "granted"
        AVAILABLE = "available"
        RESERVED = "reserved"
        IN_TRANSIT = "in_transit"
        SPENT = "spent"
        # Money itself.
        BANK = "bank"  # follows the bank's statement line by line
        OUTSTANDING = "outstanding"  # paid or returned by the bank's word, not yet on a statement
        EXPENSE = "expense"  # what a payer gave
        DUE_FROM = "due_from"  # a payer's share that the lead payer has laid out
        SUSPENSE = "suspense"  # on the statement, and nobody knows yet what it is
        FUNDING = "funding"  # what the treasury put on the bank account
        RECOVERABLE = "recoverable"  # clawback: to be paid back by beneficiaries
        RECOVERED = "recovered"  # clawback: what payers get once it is paid back; the other side of `recoverable`

    role = models.CharField(max_length=12, choices=Role.choices)
    holder = models.CharField(max_length=64)
    appropriation = models.ForeignKey("Appropriation", on_delete=models.PROTECT, null=True, related_name="accounts")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["role", "holder"], name="ledger_account_once"),
            models.UniqueConstraint(fields=["appropriation", "role"], name="ledger_account_of_appropriation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.role}:{self.holder}"


class JournalEntry(AppendOnly):
    """One event in the books. `key` names the event: the same event cannot be entered twice."""

    key = models.CharField(max_length=140, unique=True)
    kind = models.CharField(max_length=40)
    reference = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.key


class Posting(AppendOnly):
    """One leg of an entry. All legs of an entry are written by one statement of its transaction, and sum to zero."""

    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="postings")
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="postings")
    amount_fen = models.BigIntegerField()

    class Meta(AppendOnly.Meta):
        constraints = [models.CheckConstraint(condition=~Q(amount_fen=0), name="posting_not_zero")]
        triggers = [
            *AppendOnly.Meta.triggers,
            pgtrigger.Trigger(
                name="entry_sums_to_zero_at_once",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_rows"),
                func="""
                    IF EXISTS (SELECT 1 FROM new_rows GROUP BY entry_id HAVING SUM(amount_fen) <> 0) THEN
                        RAISE EXCEPTION 'the postings of a journal entry must sum to zero' USING ERRCODE = '23514';
                    END IF;
                    IF EXISTS (
                        SELECT 1 FROM new_rows JOIN ledger_journalentry entry ON entry.id = new_rows.entry_id
                        WHERE entry.transaction_id <> pg_current_xact_id()::text::bigint
                    ) THEN
                        RAISE EXCEPTION 'a journal entry does not grow after its transaction' USING ERRCODE = '23514';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]


class Appropriation(models.Model):
    """Money that a payer set aside for a policy, or for a pool of policies, in a fiscal year.

    The three sums are moved by one conditional UPDATE; the constraint below is what a race runs into.
    """

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    payer = models.CharField(max_length=6)  # division code
    policy = models.ForeignKey("policies.Policy", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    pool = models.SlugField(max_length=80, blank=True)
    fiscal_year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    granted_fen = models.BigIntegerField(default=0)
    reserved_fen = models.BigIntegerField(default=0)
    spent_fen = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reserved_fen__gte=0)
                & Q(spent_fen__gte=0)
                & Q(granted_fen__gte=F("reserved_fen") + F("spent_fen")),
                name="appropriation_not_exceeded",
            ),
            models.CheckConstraint(
                condition=Q(policy=None) & ~Q(pool="") | Q(policy__isnull=False, pool=""),
                name="appropriation_for_a_policy_or_a_pool",
            ),
            models.UniqueConstraint(
                fields=["payer", "fiscal_year", "policy", "pool"], nulls_distinct=False, name="appropriation_once"
            ),
        ]
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)]

    @property
    def available_fen(self) -> int:
        return self.granted_fen - self.reserved_fen - self.spent_fen

    def __str__(self) -> str:
        return f"{self.payer}/{self.pool or self.policy}/{self.fiscal_year}"


class AppropriationMovement(AppendOnly):
    """What was granted, raised, cut, carried over and closed, each with its document. `amount_fen` is signed."""

    class Kind(models.TextChoices):
        GRANTED = "granted"
        RAISED = "raised"
        CUT = "cut"
        CARRIED_OVER = "carried_over"
        CLOSED = "closed"

    appropriation = models.ForeignKey(Appropriation, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    amount_fen = models.BigIntegerField()
    document = models.CharField(max_length=200)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entry = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, null=True, related_name="movement")


RESERVATION_MOVES = {
    "reserved": ["in_transit", "released"],
    "in_transit": ["reserved", "spent"],
    "spent": ["reserved"],
}


class Reservation(models.Model):
    """What one holder (one instalment of a claim) has on one appropriation, and how far the money has come."""

    class Stage(models.TextChoices):
        RESERVED = "reserved"
        IN_TRANSIT = "in_transit"
        SPENT = "spent"
        RELEASED = "released"

    holder = models.CharField(max_length=64)
    appropriation = models.ForeignKey(Appropriation, on_delete=models.PROTECT, related_name="reservations")
    amount_fen = models.BigIntegerField()
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.RESERVED)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="reservation_positive"),
            models.UniqueConstraint(
                fields=["holder", "appropriation"], condition=~Q(stage="released"), name="reservation_once"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="amount_is_final", operation=pgtrigger.UpdateOf("holder", "appropriation_id", "amount_fen")
            ),
            *guard_moves("stage", RESERVATION_MOVES, start="reserved"),
        ]


class ReservationBlock(models.Model):
    """A sum reserved as a whole for a list (`holder`) whose single reservations are written afterwards, in chunks.
    `drawn_fen`: how much of it stands in single reservations; what is left at the end is given back."""

    holder = models.CharField(max_length=64)
    appropriation = models.ForeignKey(Appropriation, on_delete=models.PROTECT, related_name="blocks")
    amount_fen = models.BigIntegerField()
    drawn_fen = models.BigIntegerField(default=0)
    ended = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0) & Q(drawn_fen__gte=0) & Q(drawn_fen__lte=F("amount_fen")),
                name="reservation_block_not_exceeded",
            ),
            models.UniqueConstraint(fields=["holder", "appropriation"], name="reservation_block_once"),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="amount_is_final", operation=pgtrigger.UpdateOf("holder", "appropriation_id", "amount_fen")
            ),
        ]
