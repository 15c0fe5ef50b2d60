"""Payouts, and the instructions in which they are sent."""

import zlib

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enterprises.secrets import decrypt, encrypt
from supermarket.claims.guards import Guarded, Move, moves_recorded
from supermarket.ledger.moves import guard_moves
from supermarket.payouts.models.bank import PayerAccount
from supermarket.payouts.states import (
    ATTEMPT_LIVE,
    ATTEMPT_MOVES,
    PAYOUT_MOVES,
    SUB_BATCH_MOVES,
    AttemptState,
    PayoutState,
    SubBatchState,
)


class PayoutBatch(models.Model):
    """What one account pays for one run on one day; without a run, what was applied for. Workers that prepare at the
    same time fill one each, by `number`."""

    payer_account = models.ForeignKey(PayerAccount, on_delete=models.PROTECT, related_name="batches")
    run = models.ForeignKey("claims.Run", on_delete=models.PROTECT, null=True, related_name="payout_batches")
    day = models.DateField()
    number = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payer_account", "run", "day", "number"], nulls_distinct=False, name="payout_batch_once"
            )
        ]

    def message_id(self, sequence: int | str) -> str:
        """The id of the batch's message of that number: derived, so that a row that is made again has it again."""
        return f"{settings.INSTALLATION_AREA}-B{self.pk}-{sequence}"


def file_seal(data: bytes) -> str:
    """A payment file for keeping: packed, then encrypted."""
    return encrypt(zlib.compress(data, level=1).decode("latin-1"), purpose="payment file")


def file_open(sealed: str) -> bytes:
    data = decrypt(sealed, purpose="payment file").encode("latin-1")
    return zlib.decompress(data) if data.startswith(b"x") else data  # those of the first version are not packed


class SubBatch(Guarded):
    """One message to the bank: ids and bytes are committed before the first byte leaves, and never change."""

    class Word(models.TextChoices):
        NEVER_ARRIVED = "never", _("the bank says that it never arrived: the same bytes go out again")
        ARRIVED = "arrived", _("the bank says that it has it")

    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, related_name="sub_batches")
    sequence = models.PositiveIntegerField()
    message_id = models.CharField(max_length=35, unique=True)
    file_encrypted = models.TextField()
    sha256 = models.CharField(max_length=64)
    count = models.PositiveIntegerField()
    total_fen = models.BigIntegerField()
    execution_day = models.DateField(null=True)  # the day that the bank is asked to carry it out
    state = models.CharField(max_length=10, choices=SubBatchState.choices, default=SubBatchState.INSTRUCTED)
    created_at = models.DateTimeField()
    first_sent_at = models.DateTimeField(null=True)
    sends = models.PositiveSmallIntegerField(default=0)
    available_at = models.DateTimeField()  # not handed over, or looked up, before
    # What one person learned of an unknown outcome and another has to confirm.
    word = models.CharField(max_length=10, choices=Word.choices, blank=True)
    word_reason = models.CharField(max_length=200, blank=True)
    word_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "sequence"], name="sub_batch_once")]
        indexes = [
            models.Index(
                fields=["available_at"],
                condition=Q(state__in=["instructed", "sending", "unknown"]),
                name="sub_batch_open",
            )
        ]
        triggers = [
            *guard_moves("state", SUB_BATCH_MOVES, start="instructed"),
            *moves_recorded(history="payouts_subbatchmove", owner="sub_batch_id"),
            pgtrigger.Protect(
                name="frozen",
                operation=pgtrigger.UpdateOf(
                    "batch_id",
                    "sequence",
                    "message_id",
                    "file_encrypted",
                    "sha256",
                    "count",
                    "total_fen",
                    "execution_day",
                ),
            ),
        ]

    @property
    def dated_later(self) -> bool:
        """Written after the bank's cut-off, or on a day off."""
        written_on = settings.AS_OF or timezone.localdate(self.created_at)
        return self.execution_day is not None and self.execution_day > written_on

    @property
    def file_bytes(self) -> bytes:
        return file_open(self.file_encrypted)


# No payout is settled but by an attempt that the bank has booked.
SETTLED_BY_AN_ATTEMPT = """
    EXECUTE $check$
        SELECT EXISTS (
            SELECT FROM new_rows became WHERE became.state = 'settled' AND NOT EXISTS (
                SELECT FROM payouts_payoutattempt attempt
                WHERE attempt.payout_id = became.id AND attempt.state = 'settled'
            )
        )
    $check$ INTO wrong;
    IF wrong THEN
        RAISE EXCEPTION 'a payout is settled by a settled attempt' USING ERRCODE = 'P0001';
    END IF;
"""


class Payout(Guarded):
    """The money of one instalment of one claim: one at most while it is not given up."""

    claim = models.ForeignKey("claims.Claim", on_delete=models.PROTECT, related_name="payouts")
    instalment = models.PositiveSmallIntegerField(default=1)
    payer_account = models.ForeignKey(PayerAccount, on_delete=models.PROTECT, related_name="payouts", db_index=False)
    amount_fen = models.BigIntegerField(_("amount"))
    state = models.CharField(_("state"), max_length=10, choices=PayoutState.choices, default=PayoutState.DUE)
    available_at = models.DateTimeField()  # not sent before
    mend_until = models.DateField(null=True)  # of what was returned: the day by which the account is to be corrected
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "instalment"], condition=~Q(state=PayoutState.UNPAID), name="payout_once_while_live"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payout_positive"),
        ]
        indexes = [
            models.Index(fields=["payer_account", "id"], condition=Q(state="due"), name="payout_due"),
            models.Index(fields=["state"], condition=Q(state__in=["held", "returned"]), name="payout_with_a_person"),
        ]
        triggers = [
            *guard_moves("state", PAYOUT_MOVES, start="due"),
            *moves_recorded(history="payouts_payoutmove", owner="payout_id", on_move=SETTLED_BY_AN_ATTEMPT),
            pgtrigger.Protect(name="final", operation=pgtrigger.UpdateOf("claim_id", "instalment", "amount_fen")),
        ]

    @property
    def holder(self) -> str:
        """Whose reservations it draws on."""
        return f"claim:{self.claim_id}:{self.instalment}"

    def __str__(self) -> str:
        return f"payout {self.pk}"


class PayoutAttempt(Guarded):
    """One instruction. `account` is the payee account as it was sent (number encrypted)."""

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="attempts", db_index=False)
    number = models.PositiveSmallIntegerField()
    sub_batch = models.ForeignKey(SubBatch, on_delete=models.PROTECT, related_name="attempts")
    end_to_end_id = models.CharField(max_length=35)
    amount_fen = models.BigIntegerField()
    account = models.JSONField()
    state = models.CharField(max_length=10, choices=AttemptState.choices, default=AttemptState.INSTRUCTED)
    reason_code = models.CharField(max_length=10, blank=True)
    debit_reference = models.CharField(max_length=35, blank=True)  # the bank's name of the booking
    return_reference = models.CharField(max_length=35, blank=True)
    settled_on = models.DateField(null=True)
    returned_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payout", "number"], name="attempt_number_once"),
            models.UniqueConstraint(fields=["end_to_end_id"], name="attempt_end_to_end_once"),
            models.CheckConstraint(
                condition=~Q(state__in=[AttemptState.SETTLED, AttemptState.RETURNED]) | ~Q(debit_reference=""),
                name="attempt_settled_by_a_booking",
            ),
            models.UniqueConstraint(
                fields=["payout"], condition=Q(state__in=ATTEMPT_LIVE), name="attempt_one_live_per_payout"
            ),
        ]
        triggers = [
            *guard_moves("state", ATTEMPT_MOVES, start="instructed"),
            *moves_recorded(history="payouts_attemptmove", owner="attempt_id"),
            pgtrigger.Protect(
                name="final",
                operation=pgtrigger.UpdateOf(
                    "payout_id", "number", "sub_batch_id", "end_to_end_id", "amount_fen", "account"
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.end_to_end_id


class Adoption(models.Model):
    """After a restore: two people's word that the bank means this payout by an instruction that it has."""

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="adoptions")
    reason = models.CharField(max_length=200)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payout"], condition=Q(confirmed_at=None), name="adoption_proposed_once"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")), name="adoption_by_two"
            ),
        ]


class PayoutMove(Move):
    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="moves", db_constraint=False)


class AttemptMove(Move):
    attempt = models.ForeignKey(PayoutAttempt, on_delete=models.PROTECT, related_name="moves", db_constraint=False)


class SubBatchMove(Move):
    sub_batch = models.ForeignKey(SubBatch, on_delete=models.PROTECT, related_name="moves", db_constraint=False)
