"""The steps of a recovery that officials and the beneficiary take. Each locks it, moves it by the table, and says who,
when and why."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from policies.definition import Term, TermUnit
from supermarket import dates
from supermarket.claims.accounts import represents
from supermarket.claims.calendar import DAY, term_last_day
from supermarket.claims.errors import NotAllowedError, NotRepresentedError, ObjectionRefusedError
from supermarket.claims.models import Recovery, RecoveryObjection, RecoveryShare
from supermarket.claims.moves import Reason, wrong_state
from supermarket.claims.recoveries.amounts import apportioned
from supermarket.claims.recoveries.books import receivable_post
from supermarket.claims.recoveries.telling import recovery_tell
from supermarket.claims.states import RECOVERY_MOVES, ObjectionState, RecoveryState
from supermarket.notices.texts import NoticeKind
from supermarket.users.models import User

NOTICE = Term(15, TermUnit.WORKING_DAYS)  # to pay back, or to object
State = RecoveryState


def recovery_lock(recovery: Recovery) -> Recovery:
    rows = Recovery.objects.select_for_update(of=("self",)).select_related(
        "claim__beneficiary", "claim__policy_version"
    )
    return rows.get(pk=recovery.pk)


def recovery_move(recovery: Recovery, to: str, *, actor: User | None, reason: Reason | None, **values: Any) -> Recovery:
    """Move a locked recovery. Raises WrongStateError."""
    if to not in RECOVERY_MOVES[recovery.state]:
        raise wrong_state("追回", "recovery", recovery.pk, recovery.get_state_display(), to)
    Recovery.objects.filter(pk=recovery.pk).update(
        state=to, moved_at=timezone.now(), moved_by=actor, reason=reason, **values
    )
    return recovery_lock(recovery)


def shares_left(recovery: Recovery) -> dict[str, int]:
    """Payer -> fen still to come back, the lead last."""
    rows = RecoveryShare.objects.filter(recovery=recovery).order_by("lead", "payer")
    return {row.payer: row.left_fen for row in rows}


def words(text: str) -> Reason:
    """A reason as somebody wrote it. Raises NotAllowedError for an empty one."""
    if not text.strip():
        raise NotAllowedError(because_zh="请写明原因", because_en="say why")
    return {"zh": text.strip(), "en": text.strip()}


@transaction.atomic
def recovery_notice(*, recovery: Recovery, actor: User, day: date | None = None) -> Recovery:
    """The beneficiary is told what to pay back, why and by when; the debt stands in the books from now on."""
    row = recovery_lock(recovery)
    until = term_last_day((day or dates.today()) + DAY, NOTICE)
    row = recovery_move(row, State.NOTICED, actor=actor, reason=row.reason, due_on=until)
    receivable_post(row, shares_left(row), key="noticed", sign=+1)
    recovery_tell(row, NoticeKind.RECOVERY_NOTICED, event="noticed")
    return row


@transaction.atomic
def recovery_defer(*, recovery: Recovery, until: date, text: str, actor: User) -> Recovery:
    """Agreed with the beneficiary: it is paid back, in instalments, by a later day. Nothing is set off before."""
    row = recovery_lock(recovery)
    reason = words(text)
    if row.state not in (State.NOTICED, State.REPAYING):
        raise wrong_state("追回", "recovery", row.pk, row.get_state_display(), State.REPAYING)
    if row.due_on is None or until <= row.due_on:
        raise NotAllowedError(because_zh="新的期限须晚于原期限", because_en="the new day has to be a later one")
    if row.state == State.NOTICED:
        return recovery_move(row, State.REPAYING, actor=actor, reason=reason, due_on=until)
    Recovery.objects.filter(pk=row.pk).update(due_on=until)
    return recovery_lock(row)


@transaction.atomic
def recovery_refer(*, recovery: Recovery, text: str, actor: User) -> Recovery:
    """Handed to another authority (a court, the police); the debt stands."""
    row = recovery_lock(recovery)
    return recovery_move(row, State.REFERRED, actor=actor, reason=words(text))


@transaction.atomic
def write_off_propose(*, recovery: Recovery, text: str, actor: User) -> Recovery:
    """One official says that nothing more will come; a second one decides."""
    row = recovery_lock(recovery)
    reason = words(text)
    if State.WRITTEN_OFF not in RECOVERY_MOVES[row.state]:
        raise wrong_state("追回", "recovery", row.pk, row.get_state_display(), State.WRITTEN_OFF)
    Recovery.objects.filter(pk=row.pk).update(write_off_because=reason["zh"][:500], write_off_proposed_by=actor)
    return recovery_lock(row)


@transaction.atomic
def write_off_approve(*, recovery: Recovery, actor: User) -> Recovery:
    """The rest is given up. Neither who opened it nor who proposed it approves. Raises NotAllowedError."""
    row = recovery_lock(recovery)
    if row.write_off_proposed_by_id is None:
        raise NotAllowedError(because_zh="尚未提出核销", because_en="nobody has proposed it")
    return _written_off(row, actor, words(row.write_off_because))


def _written_off(row: Recovery, actor: User, reason: Reason) -> Recovery:
    if actor.pk in (row.opened_by_id, row.write_off_proposed_by_id):
        raise NotAllowedError(because_zh="须由另一人批准核销", because_en="another person has to approve it")
    if row.state != State.OPENED:
        receivable_post(row, shares_left(row), key="written off", sign=-1)
    return recovery_move(row, State.WRITTEN_OFF, actor=actor, reason=reason, written_off_by=actor)


@transaction.atomic
def recovery_object(*, recovery: Recovery, text: str, actor: User, day: date | None = None) -> RecoveryObjection:
    """The beneficiary objects within the term. Nothing is set off until it is answered. Raises NotRepresentedError,
    ObjectionRefusedError."""
    row = recovery_lock(recovery)
    if not represents(actor, row.claim.beneficiary):
        raise NotRepresentedError(beneficiary=row.claim.beneficiary.name)
    if not text.strip():
        raise ObjectionRefusedError(because_zh="请写明异议内容", because_en="say what is wrong")
    if row.state != State.NOTICED or row.due_on is None or row.due_on < (day or dates.today()):
        raise ObjectionRefusedError(because_zh="不在异议期内", because_en="the term is over")
    if row.objections.filter(state=ObjectionState.OPEN).exists():
        raise ObjectionRefusedError(because_zh="已有异议待答复", because_en="an objection waits for its answer")
    return RecoveryObjection.objects.create(recovery=row, text=text.strip(), raised_by=actor, raised_at=timezone.now())


@transaction.atomic
def recovery_objection_decide(
    *, objection: RecoveryObjection, upheld: bool, answer: str, actor: User, amount_fen: int | None = None
) -> Recovery:
    """Another official than who opened it answers. Rejected: it stands. Upheld: nothing more is to be paid back; upheld
    with `amount_fen`: that much in all. Raises NotAllowedError, WrongStateError."""
    row = recovery_lock(objection.recovery)
    reason = words(answer)
    if actor.pk == row.opened_by_id:
        raise NotAllowedError(because_zh="立案人不能答复异议", because_en="who opened it does not answer")
    if amount_fen is not None and not (upheld and row.repaid_fen < amount_fen < row.amount_fen):
        raise NotAllowedError(
            because_zh="调整后的金额须少于原金额、多于已退还金额",
            because_en="a new sum is less than the old one and more than what was paid back",
        )
    state = ObjectionState.UPHELD if upheld else ObjectionState.REJECTED
    decided = RecoveryObjection.objects.filter(pk=objection.pk, state=ObjectionState.OPEN).update(
        state=state, decided_by=actor, decided_at=timezone.now(), answer=answer.strip()
    )
    if not decided:
        raise NotAllowedError(because_zh="该异议已经答复", because_en="the objection was answered already")
    if upheld and amount_fen is None:
        row = _written_off(row, actor, reason)
    elif amount_fen is not None:
        row = recovery_reduce(row, amount_fen, key=f"objection {objection.pk}")
    recovery_tell(row, NoticeKind.RECOVERY_ANSWERED, event=f"answered:{objection.pk}", reason=reason)
    return row


def recovery_reduce(row: Recovery, amount_fen: int, *, key: str) -> Recovery:
    """Less is to be paid back than was noticed."""
    parts = apportioned(row.amount_fen - amount_fen, shares_left(row))
    receivable_post(row, parts, key=key, sign=-1)
    for share in row.shares.filter(payer__in=parts):
        share.amount_fen -= parts[share.payer]
        share.waived_fen += parts[share.payer]
        share.save(update_fields=["amount_fen", "waived_fen"])
    Recovery.objects.filter(pk=row.pk).update(amount_fen=amount_fen)
    return recovery_lock(row)
