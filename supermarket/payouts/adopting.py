"""After a restore: a payout that is held because the bank knows an instruction of its number, and may mean another one.

Only people can tell: one compares with the bank and says that it is this payout, another confirms. It is then taken as
sent, without being sent, and what the bank said of it is applied. If the bank means another one, the payout is given
up, and the claim is made anew under a number of its own.
"""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from supermarket.payouts import clock
from supermarket.payouts.errors import AdoptionRefusedError, NothingProposedError, SecondPersonError
from supermarket.payouts.models import Adoption, BankEvent, Payout
from supermarket.payouts.moves import payout_move
from supermarket.payouts.preparation import (
    batch_lock,
    due_rows_lock,
    end_to_end_id_of,
    freeze,
    instruction_of,
    remittances,
)
from supermarket.payouts.rails.base import FactKind, Instruction
from supermarket.payouts.rails.registry import rail_for
from supermarket.payouts.restored import STRANGE, restored, sub_batches_adopt
from supermarket.payouts.states import PayoutState
from supermarket.users.models import User


def bank_words(payout: Payout) -> QuerySet[BankEvent]:
    """What the bank said of the instruction that would be this payout's next one; empty where nothing is to adopt."""
    if payout.state != PayoutState.HELD or payout.reason != STRANGE or not restored():
        return BankEvent.objects.none()
    name = end_to_end_id_of(payout.claim_id, payout.instalment, payout.attempts.count() + 1)
    return BankEvent.objects.filter(end_to_end_id=name).order_by("pk")


@transaction.atomic
def adoption_propose(*, payout: Payout, reason: str, actor: User) -> Adoption:
    """Say that the bank means this payout, and how that is known. Nothing happens yet.

    Raises NothingProposedError (not such a payout, or no reason), AdoptionRefusedError (the bank booked another sum).
    """
    payout = Payout.objects.select_for_update().get(pk=payout.pk)
    words = list(bank_words(payout))
    if not words or not reason.strip():
        raise NothingProposedError
    for word in words:
        if word.kind == FactKind.DEBITED and word.amount_fen != payout.amount_fen:
            raise AdoptionRefusedError(bank_fen=word.amount_fen, fen=payout.amount_fen)
    Adoption.objects.filter(payout=payout, confirmed_at=None).delete()
    return Adoption.objects.create(
        payout=payout, reason=reason.strip()[:200], proposed_by=actor, proposed_at=timezone.now()
    )


@transaction.atomic
def adoption_confirm(*, payout: Payout, actor: User) -> Payout:
    """Confirm another person's word: the payout is taken as sent. Raises NothingProposedError, SecondPersonError."""
    payout = Payout.objects.select_for_update().get(pk=payout.pk)
    proposed = Adoption.objects.select_for_update().filter(payout=payout, confirmed_at=None).first()
    if proposed is None or not bank_words(payout).exists():
        raise NothingProposedError
    if proposed.proposed_by_id == actor.pk:
        raise SecondPersonError
    said = f"{proposed.proposed_by}: {proposed.reason}"
    payout = payout_move(
        payout,
        PayoutState.DUE,
        actor,
        {
            "zh": f"经与银行核对，两人确认即本笔，未再次发送（{said}）",
            "en": f"Confirmed by two to be this one ({said})",
        },
    )
    Adoption.objects.filter(pk=proposed.pk).update(confirmed_by=actor, confirmed_at=timezone.now())
    payout_adopt(payout)
    return payout


def payout_adopt(payout: Payout) -> None:
    """Written as any instruction, and taken as sent. Nothing can leave in between: it is one transaction."""
    account, run, now = payout.payer_account, payout.claim.run, clock.now()
    rail = rail_for(account.channel)
    batch = batch_lock(account, run)
    (row,) = (row for row in due_rows_lock(account, run, now, payout.pk - 1) if row.payout_id == payout.pk)
    instruction = instruction_of(row, remittances({row.policy_version_id})[row.policy_version_id])
    if not isinstance(instruction, Instruction):  # no account to be read: nobody can tell whom the bank paid
        raise NothingProposedError
    sub_batches_adopt(freeze(batch, [(row, instruction)], account, rail, now))
