"""A claim: one beneficiary's entitlement under one policy for one period and occasion, and the evidence it rests on."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from supermarket.claims.guards import Guarded, Move, moves_recorded
from supermarket.claims.states import CLAIM_COUNTED, CLAIM_ENDS, CLAIM_MOVES, CLAIM_RELEASED, ClaimState
from supermarket.ledger.history import AppendOnly
from supermarket.ledger.moves import guard_moves

ENDED = ", ".join(f"'{state}'" for state in CLAIM_ENDS)
FREE_ITEMS = f"""
        IF EXISTS (SELECT FROM new_rows WHERE state IN ({ENDED})) THEN
            UPDATE claims_claimitem item SET alive = false FROM new_rows became
                WHERE item.claim_id = became.id AND item.alive AND became.state IN ({ENDED});
        END IF;
"""


class Claim(Guarded):
    """Automatic (made by a run) and applied for are the same thing.

    `amount_fen` is empty while it is not decided (a pool not yet shared out, a sum that an official enters). `account`
    is the frozen payee account: holder_name, number_encrypted, number_masked, bank_code, bank_name, source.
    """

    policy = models.ForeignKey("policies.Policy", on_delete=models.PROTECT, related_name="claims")
    policy_version = models.ForeignKey(
        "policies.PolicyVersion", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    beneficiary = models.ForeignKey(
        "enterprises.Beneficiary", on_delete=models.PROTECT, related_name="claims", db_index=False
    )
    period = models.CharField(_("period"), max_length=7)  # 2023, 2023H1, 2023Q1, 2023-01 or once
    occasion = models.CharField(_("occasion"), max_length=200, blank=True, default="")
    state = models.CharField(_("state"), max_length=30, choices=ClaimState.choices, default=ClaimState.DRAFTED)
    amount_fen = models.BigIntegerField(_("amount"), null=True)
    run = models.ForeignKey("claims.Run", on_delete=models.PROTECT, null=True, related_name="claims", db_index=False)
    # The run that it left: objected to, short of money, or without an account. A supplementary run takes it up.
    left_run = models.ForeignKey(
        "claims.Run", on_delete=models.PROTECT, null=True, related_name="left_claims", db_index=False
    )
    idempotency_key = models.CharField(max_length=64, null=True)
    commitment_accepted_at = models.DateTimeField(null=True)
    account = models.JSONField(null=True)
    waits_for_money = models.BooleanField(default=False)
    due_on = models.DateField(_("promised by"), null=True)
    notice_until = models.DateField(_("on notice until"), null=True)
    confirm_until = models.DateField(_("to be confirmed by"), null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "beneficiary", "period", "occasion"],
                condition=~Q(state__in=CLAIM_ENDS),
                name="claim_once_while_alive",
            ),
            models.UniqueConstraint(
                fields=["beneficiary", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="claim_request_once",
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="claim_amount_positive"),
            models.CheckConstraint(
                condition=~Q(state__in=CLAIM_COUNTED) | Q(amount_fen__isnull=False),
                name="claim_approved_with_an_amount",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=CLAIM_RELEASED) | Q(account__isnull=False),
                name="claim_paid_to_an_account",
            ),
        ]
        indexes = [
            models.Index(fields=["beneficiary", "-id"], name="claim_of_beneficiary"),
            models.Index(fields=["run", "state"], name="claim_of_run"),
            models.Index(fields=["left_run"], condition=Q(left_run__isnull=False), name="claim_that_left_a_run"),
            models.Index(fields=["id"], condition=Q(state=ClaimState.RELEASED), name="claim_released"),
            models.Index(fields=["policy", "id"], condition=Q(waits_for_money=True), name="claim_waiting"),
        ]
        triggers = [
            *guard_moves("state", CLAIM_MOVES, start=ClaimState.DRAFTED),
            *moves_recorded(history="claims_claimmove", owner="claim_id", on_move=FREE_ITEMS),
        ]

    def __str__(self) -> str:
        return f"claim {self.pk}"


class ClaimMove(Move):
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="moves", db_constraint=False)


class ClaimItem(models.Model):
    """A hire, patent, home … that the claim counts: used once per group while the claim is alive (`group` carries the
    window, e.g. `new-hire:2023`). The trigger of claims frees it when the claim ends."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="items")
    group = models.CharField(max_length=100)
    key = models.CharField(max_length=100)  # never a bare identity number: see services.items.item_key
    alive = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "key"], condition=Q(alive=True), name="item_used_once_while_alive")
        ]


class ClaimShare(models.Model):
    """What one payer bears of a claim, of each instalment by itself (number 1 where there are none). The lead pays the
    beneficiary all of it; the others owe it their shares."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="shares")
    payer = models.CharField(max_length=20)  # "340200" (the city) or a district's or county's code
    instalment = models.PositiveSmallIntegerField(default=1)
    lead = models.BooleanField()
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim", "payer", "instalment"], name="share_once_per_payer"),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="share_not_negative"),
        ]


class ClaimInstalment(models.Model):
    """One part of a claim that is paid in instalments (a claim without any is paid at once). Due on a day; released on
    that day if the policy's condition still holds, else `dropped_because` says why not."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="instalments")
    number = models.PositiveSmallIntegerField()
    amount_fen = models.BigIntegerField()
    due_on = models.DateField()
    rule_index = models.PositiveSmallIntegerField()  # which of the definition's instalments
    released_at = models.DateTimeField(null=True)
    dropped_because = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="instalment_number_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="instalment_positive"),
            models.CheckConstraint(
                condition=Q(released_at=None) | Q(dropped_because=None), name="instalment_released_or_dropped"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on"],
                condition=Q(released_at=None) & Q(dropped_because=None),
                name="instalment_waiting",
            )
        ]


class Evidence(AppendOnly):
    """Why the claim was decided so, frozen: enough to decide again years later and compare. A new decision on the same
    claim (corrected facts, an upheld part of an objection) is a further row."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="evidence")
    number = models.PositiveSmallIntegerField()
    policy_version = models.ForeignKey("policies.PolicyVersion", on_delete=models.PROTECT, related_name="+")
    reference = models.DateField()
    known_at = models.DateTimeField()
    facts = models.JSONField()  # {code: {value, source, as_of, delivery}}; sealed for persons
    context = models.JSONField()  # parameters, paid sums, pool total and weight that the decision used
    verdict = models.JSONField()
    amount_fen = models.BigIntegerField(null=True)  # as in the claim
    engine_version = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(AppendOnly.Meta):
        constraints = [models.UniqueConstraint(fields=["claim", "number"], name="evidence_number_once")]
