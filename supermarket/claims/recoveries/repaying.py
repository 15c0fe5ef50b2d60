"""Money that comes back: each sum once, to the payers by their shares, never more than is left."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from supermarket import dates
from supermarket.claims.errors import NotAllowedError, RepaidTooMuchError
from supermarket.claims.models import Recovery, RecoveryShare, Repayment, RepaymentSlip
from supermarket.claims.moves import Reason, wrong_state
from supermarket.claims.recoveries.amounts import apportioned
from supermarket.claims.recoveries.books import Leg, repayment_post
from supermarket.claims.recoveries.steps import recovery_lock, recovery_move, shares_left
from supermarket.claims.states import RecoveryState
from supermarket.ledger.errors import yuan
from supermarket.users.models import User

REPAYABLE = (RecoveryState.NOTICED, RecoveryState.REPAYING, RecoveryState.REFERRED)
BACK = {"zh": "资金已退还", "en": "the money came back"}
Source = Repayment.Source


def repayment_take(
    recovery: Recovery,
    amount_fen: int,
    *,
    source: Repayment.Source,
    reference: str,
    received_on: date,
    debit: Sequence[Leg],
    actor: User | None,
    **offset: Any,
) -> Repayment:
    """Enter one sum on a recovery that the caller has locked: books, shares and state, in the caller's transaction.
    `debit`: where the money is, as (role, holder, fen). Raises WrongStateError, RepaidTooMuchError."""
    if recovery.state not in REPAYABLE:
        raise wrong_state("追回", "recovery", recovery.pk, recovery.get_state_display(), RecoveryState.REPAYING)
    if not 0 < amount_fen <= recovery.left_fen:
        raise RepaidTooMuchError(amount=yuan(amount_fen), left=yuan(recovery.left_fen))
    parts = apportioned(amount_fen, shares_left(recovery))
    shares = {share.payer: share for share in RecoveryShare.objects.filter(recovery=recovery)}
    lead = next(payer for payer, share in shares.items() if share.lead)
    entry = repayment_post(recovery, parts, lead=lead, debit=debit, key=f"{source}:{reference}")
    made = Repayment.objects.create(
        recovery=recovery,
        source=source,
        amount_fen=amount_fen,
        received_on=received_on,
        reference=reference,
        entry=entry,
        actor=actor,
        **offset,
    )
    for payer, fen in parts.items():
        shares[payer].repaid_fen += fen
        shares[payer].save(update_fields=["repaid_fen"])
    repaid_fen = recovery.repaid_fen + amount_fen
    after = RecoveryState.RECOVERED if repaid_fen == recovery.amount_fen else RecoveryState.REPAYING
    if after == recovery.state:
        Recovery.objects.filter(pk=recovery.pk).update(repaid_fen=repaid_fen)
    else:
        recovery_move(recovery, after, actor=actor, reason=_why(after), repaid_fen=repaid_fen)
    return made


def _why(after: RecoveryState) -> Reason | None:
    return BACK if after == RecoveryState.RECOVERED else None


@transaction.atomic
def slip_enter(*, recovery: Recovery, amount_fen: int, received_on: date, document: str, actor: User) -> RepaymentSlip:
    """One official enters what a document says came back. Counted once another has confirmed it. Raises
    NotAllowedError, RepaidTooMuchError, WrongStateError."""
    row = recovery_lock(recovery)
    if not document.strip():
        raise NotAllowedError(because_zh="请填写凭证编号", because_en="name the document")
    if received_on > dates.today():
        raise NotAllowedError(because_zh="收款日期不能晚于今天", because_en="the day is still to come")
    if row.state not in REPAYABLE:
        raise wrong_state("追回", "recovery", row.pk, row.get_state_display(), RecoveryState.REPAYING)
    if not 0 < amount_fen <= row.left_fen:
        raise RepaidTooMuchError(amount=yuan(amount_fen), left=yuan(row.left_fen))
    try:
        with transaction.atomic():
            return RepaymentSlip.objects.create(
                recovery=row,
                amount_fen=amount_fen,
                received_on=received_on,
                document=document.strip()[:60],
                entered_by=actor,
                entered_at=timezone.now(),
            )
    except IntegrityError:
        raise NotAllowedError(because_zh="该凭证已经录入", because_en="the document was entered already") from None


@transaction.atomic
def slip_confirm(*, slip: RepaymentSlip, actor: User) -> Repayment:
    """A second official has seen document and money. Raises NotAllowedError, RepaidTooMuchError, WrongStateError."""
    row = recovery_lock(slip.recovery)
    slip = _decided(slip, RepaymentSlip.State.CONFIRMED, actor)
    lead = row.shares.get(lead=True).payer
    return repayment_take(
        row,
        slip.amount_fen,
        source=Source.SLIP,
        reference=slip.document,
        received_on=slip.received_on,
        debit=[("funding", f"treasury:{lead}", slip.amount_fen)],
        actor=actor,
    )


@transaction.atomic
def slip_refuse(*, slip: RepaymentSlip, actor: User) -> RepaymentSlip:
    """The document does not say so, or the money is not there."""
    recovery_lock(slip.recovery)
    return _decided(slip, RepaymentSlip.State.REFUSED, actor)


def _decided(slip: RepaymentSlip, state: RepaymentSlip.State, actor: User) -> RepaymentSlip:
    row = RepaymentSlip.objects.select_for_update().get(pk=slip.pk)
    if row.state != RepaymentSlip.State.ENTERED:
        raise NotAllowedError(because_zh="该凭证已经处理", because_en="the slip was decided already")
    if row.entered_by_id == actor.pk:
        raise NotAllowedError(
            because_zh="录入人不能确认，须由另一人确认", because_en="another person has to confirm it"
        )
    row.state, row.decided_by, row.decided_at = state, actor, timezone.now()
    row.save(update_fields=["state", "decided_by", "decided_at"])
    return row
