"""The books: accounts, and journal entries of postings that sum to zero.

Money is an integer of fen everywhere. A posting is positive on the debit side and negative on the credit side.
"""

import pgtrigger
from django.db import models
from django.db.models import Q

from ..history import AppendOnly


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
        RECOVERED = "recovered"  # clawback: given back to the payer, or written off

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

    key = models.CharField(max_length=140)
    kind = models.CharField(max_length=40)
    reference = models.JSONField(default=dict)

    class Meta(AppendOnly.Meta):
        constraints = [models.UniqueConstraint(fields=["key"], name="journal_entry_once")]

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
                declare=[("grown", "BOOLEAN")],
                func="""
                    IF EXISTS (SELECT 1 FROM new_rows GROUP BY entry_id HAVING SUM(amount_fen) <> 0) THEN
                        RAISE EXCEPTION 'the postings of a journal entry must sum to zero' USING ERRCODE = '23514';
                    END IF;
                    -- Planned anew each time: what a session planned for two rows would take minutes for thousands.
                    EXECUTE $check$
                        SELECT EXISTS (
                            SELECT FROM new_rows JOIN ledger_journalentry entry ON entry.id = new_rows.entry_id
                            WHERE entry.transaction_id <> pg_current_xact_id()::text::bigint
                        )
                    $check$ INTO grown;
                    IF grown THEN
                        RAISE EXCEPTION 'a journal entry does not grow after its transaction' USING ERRCODE = '23514';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]
