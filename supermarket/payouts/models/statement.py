"""The bank's statements, and what on them nobody can explain yet."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from supermarket.ledger.models import JournalEntry
from supermarket.payouts.models.bank import BankMessage, PayerAccount
from supermarket.payouts.models.payout import PayoutAttempt


class BankStatement(models.Model):
    """One closed day of one account. `gap_fen`: by how much its own entries fail to explain its closing balance."""

    payer_account = models.ForeignKey(PayerAccount, on_delete=models.PROTECT, related_name="statements")
    message = models.ForeignKey(BankMessage, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=35)
    day = models.DateField()
    opening_fen = models.BigIntegerField()
    closing_fen = models.BigIntegerField()
    gap_fen = models.BigIntegerField()
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payer_account", "number", "day"], name="statement_once"),
        ]


class StatementLine(models.Model):
    """One booking on a statement, signed (a debit is negative), matched to the attempt that it pays or gives back."""

    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="lines", db_index=False)
    payer_account = models.ForeignKey(PayerAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    position = models.PositiveIntegerField()
    reference = models.CharField(max_length=35)
    kind = models.CharField(max_length=20)
    end_to_end_id = models.CharField(max_length=35, blank=True)
    amount_fen = models.BigIntegerField()
    booked_on = models.DateField()
    words = models.CharField(max_length=200, blank=True)
    attempt = models.ForeignKey(
        PayoutAttempt, on_delete=models.PROTECT, null=True, related_name="lines", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "position"], name="statement_line_once"),
            models.UniqueConstraint(fields=["payer_account", "reference"], name="statement_booking_once"),
            models.UniqueConstraint(
                fields=["attempt", "kind"], condition=Q(attempt__isnull=False), name="statement_line_of_attempt_once"
            ),
        ]
        indexes = [models.Index(fields=["end_to_end_id"], name="statement_line_end_to_end")]


class SuspenseItem(models.Model):
    """Money on a statement that is not explained: an unmatched line, a gap, a jump between two statements.

    One person says what it is (`answer`, `target`, `resolution`), another one approves. An item that a later statement
    explains is resolved without a person.
    """

    class Kind(models.TextChoices):
        UNMATCHED = "unmatched", _("a booking that nobody knows")
        GAP = "gap", _("the statement does not add up")
        JUMP = "jump", _("the balance changed between two statements")

    class Answer(models.TextChoices):
        PAYMENT = "payment", _("a payment of ours")  # target: its end-to-end id
        RECOVERY = "recovery", _("money paid back by a beneficiary")  # target: the recovery's reference
        FUNDING = "funding", _("money of the treasury")  # target: the document
        PAIR = "pair", _("sent back, or the other half of it")  # target: number of the item that cancels it

    kind = models.CharField(max_length=10, choices=Kind.choices)
    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="suspense")
    line = models.OneToOneField(StatementLine, on_delete=models.PROTECT, null=True, related_name="suspense")
    amount_fen = models.BigIntegerField()  # as on the statement: negative = left the account
    since = models.DateField()
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    target = models.CharField(max_length=64, blank=True)
    resolution = models.CharField(max_length=200, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_at=None) | (~Q(resolution="") & Q(entry__isnull=False)),
                name="suspense_resolved_with_an_entry",
            ),
            models.CheckConstraint(
                condition=Q(resolved_by=None) | Q(proposed_by__isnull=False) & ~Q(resolved_by=F("proposed_by")),
                name="suspense_resolved_by_two",
            ),
        ]
        indexes = [models.Index(fields=["since"], condition=Q(resolved_at=None), name="suspense_open")]
