"""Release by finance, and what may still be done to a run: pause, resume, cancel, a supplementary run."""

from datetime import date

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from supermarket import dates
from supermarket.celery import poke
from supermarket.claims.errors import AmountsChangedError, NotAllowedError
from supermarket.claims.freezing import accounts_freeze
from supermarket.claims.funding import reservations_release
from supermarket.claims.models import Claim, Run
from supermarket.claims.moves import claims_move, run_move
from supermarket.claims.states import CLAIM_ENDS, ClaimState, RunState
from supermarket.claims.telling import confirmation_ask
from supermarket.ledger.blocks import block_end
from supermarket.matching.periods import pay_until
from supermarket.users.models import Role, User

READY = (ClaimState.APPROVED, ClaimState.ON_NOTICE, ClaimState.CONFIRMED)
NO_ACCOUNT = {"zh": "没有可用的收款账户，请登记并确认", "en": "there is no account to pay to: enter one and confirm"}
# States of a run in which nothing has been released yet.
BEFORE_RELEASE = (
    RunState.DRAFTED, RunState.MATCHED, RunState.SCREENED, RunState.DECIDED, RunState.APPROVED, RunState.ON_NOTICE,
    RunState.CONFIRMING,
)  # fmt: skip
NOT_DONE = (*BEFORE_RELEASE, RunState.RELEASED, RunState.DISBURSING)
NOT_LEFT = tuple(set(ClaimState) - {*CLAIM_ENDS, ClaimState.PAYING, ClaimState.PAID, ClaimState.CLOSED})


@transaction.atomic
def run_release(*, run: Run, payment_order_number: str, actor: User, day: date | None = None) -> Run:
    """Finance releases the money under a payment order. The releaser is neither the maker nor the head.

    Everybody's account is frozen now, if it was not at the confirmation. Who has none leaves the run and has until the
    policy's last day of payment to give one. Raises NotAllowedError, AmountsChangedError, WrongStateError.
    """
    day = day or dates.today()
    run = Run.objects.select_for_update().get(pk=run.pk)
    release_check(run, payment_order_number, actor, day)
    rows = Claim.objects.filter(run=run)
    accounts_freeze(rows.filter(state__in=READY))
    claims_move(
        rows.filter(account__isnull=True),
        before=READY,
        to=ClaimState.AWAITING_CONFIRMATION,
        actor=None,
        reason=NO_ACCOUNT,
        run=None,
        left_run=run,
        confirm_until=pay_until(run.policy_version.parsed, run.policy_version.days, run.period, day),
    )
    confirmation_ask(Claim.objects.filter(left_run=run, run=None, state=ClaimState.AWAITING_CONFIRMATION))
    claims_move(rows, before=READY, to=ClaimState.RELEASED, actor=actor, reason=None)
    run = run_move(
        run,
        before=(RunState.APPROVED, RunState.ON_NOTICE, RunState.CONFIRMING),
        to=RunState.RELEASED,
        actor=actor,
        released_by=actor,
        payment_order_number=payment_order_number.strip(),
    )
    poke("payouts.work")
    return run


def release_check(run: Run, payment_order_number: str, actor: User, day: date) -> None:
    """Raises NotAllowedError with what stands in the way."""
    rows = Claim.objects.filter(run=run)
    on_notice = rows.filter(state=ClaimState.ON_NOTICE).exclude(notice_until__lt=day)
    waiting = rows.filter(state=ClaimState.AWAITING_CONFIRMATION).count()
    unfinished = rows.filter(state=ClaimState.SUBMITTED).count()
    if changed := claims_unlike_reserved(run):
        raise AmountsChangedError(count=len(changed), claims="、".join(map(str, changed[:5])))
    problems = {
        ("须由财政放款岗放款", "the releaser of finance releases"): actor.role != Role.FINANCE_RELEASER,
        ("经办人和批准人不能放款", "the maker and the head do not release"): actor.pk in (
            run.made_by_id, run.approved_by_id
        ),
        ("请填写支付令编号", "the payment order number is missing"): not payment_order_number.strip(),
        ("批次已暂停", "the run is paused"): run.paused,
        (f"批准手续尚在办理，还有 {unfinished} 户", f"the approval is being carried out, {unfinished} are left"): (
            unfinished > 0
        ),
        ("公示期未满", "the notice is not over"): on_notice.exists(),
        (f"还有 {waiting} 户未确认账户", f"{waiting} have not confirmed their account"): waiting > 0,
    }  # fmt: skip
    for (zh, en), wrong in problems.items():
        if wrong:
            raise NotAllowedError(because_zh=zh, because_en=en)


def claims_unlike_reserved(run: Run) -> list[int]:
    """Claims about to be released whose sum is not what was approved and reserved for them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT claim.id FROM claims_claim claim
            LEFT JOIN (
                SELECT DISTINCT claim_id, instalment FROM claims_claimshare
            ) part ON part.claim_id = claim.id
            LEFT JOIN ledger_reservation reservation ON stage <> 'released'
                AND reservation.holder = format('claim:%%s:%%s', claim.id, part.instalment)
            WHERE claim.run_id = %s AND claim.state = ANY(%s)
            GROUP BY claim.id HAVING claim.amount_fen IS DISTINCT FROM sum(reservation.amount_fen) ORDER BY claim.id
            """,
            [run.pk, [str(state) for state in READY]],
        )
        return [claim for (claim,) in cursor.fetchall()]


@transaction.atomic
def run_pause(*, run: Run, actor: User) -> Run:
    """Nothing further leaves for the bank until it is resumed."""
    return _paused(run, actor, paused=True)


@transaction.atomic
def run_resume(*, run: Run, actor: User) -> Run:
    run = _paused(run, actor, paused=False)
    poke("payouts.work")
    return run


def _paused(run: Run, actor: User, *, paused: bool) -> Run:
    run = Run.objects.select_for_update().get(pk=run.pk)
    if run.state in (RunState.CANCELLED, RunState.CLOSED):
        raise NotAllowedError(because_zh="批次已结束", because_en="the run is over")
    run.paused, run.paused_by, run.paused_at = paused, actor, timezone.now()
    run.save(update_fields=["paused", "paused_by", "paused_at"])
    return run


def run_has_unreleased(run: Run) -> bool:
    """Whether `run_cancel` has something to do: claims to withdraw, or a run all of whose claims have ended."""
    return run.claims.filter(state__in=NOT_LEFT).exists() or not run.claims.exclude(state__in=CLAIM_ENDS).exists()


@transaction.atomic
def run_cancel(*, run: Run, actor: User, reason: str) -> Run:
    """Withdraw every claim that is not being paid: claims end, reservations are free again. A run of which nothing is
    left is cancelled; of another the rest goes on (`payouts.runs.run_recall` also stops what has not left for the
    bank). Raises NotAllowedError (no reason given, or all has left)."""
    if not reason.strip():
        raise NotAllowedError(because_zh="请填写取消原因", because_en="say why it is cancelled")
    run = Run.objects.select_for_update().get(pk=run.pk)
    why = {"zh": f"批次取消：{reason}", "en": f"the run was cancelled: {reason}"}
    rows = Claim.objects.filter(run=run)
    leaving = list(rows.filter(state__in=NOT_LEFT).select_for_update().values_list("pk", flat=True))
    if not leaving and run.state not in BEFORE_RELEASE and rows.exclude(state__in=CLAIM_ENDS).exists():
        raise NotAllowedError(because_zh="款项均已发出，不能取消", because_en="everything has left already")
    claims_move(Claim.objects.filter(pk__in=leaving), before=NOT_LEFT, to=ClaimState.WITHDRAWN, actor=actor, reason=why)
    reservations_release(leaving, key="withdrawn")
    block_end(holder=f"run:{run.pk}")
    if rows.exclude(state__in=CLAIM_ENDS).exists():
        return run
    return run_move(run, before=NOT_DONE, to=RunState.CANCELLED, actor=actor, reason=why)


@transaction.atomic
def run_supplement(*, parent: Run, actor: User) -> Run:
    """A supplementary run of the claims that left `parent` and may go on: objections that were rejected or changed a
    sum, confirmed accounts, those for whom there was no money. It is decided, approved and released like any run."""
    rows = Claim.objects.filter(left_run=parent, run=None)
    going_on = rows.filter(
        Q(state__in=(ClaimState.APPROVED, ClaimState.ON_NOTICE, ClaimState.CONFIRMED)) | Q(state=ClaimState.SUBMITTED)
    )
    if not going_on.exists():
        raise NotAllowedError(because_zh="没有可补充兑付的申领", because_en="no claim waits for a supplementary run")
    now = timezone.now()
    run = Run.objects.create(
        policy=parent.policy,
        policy_version=parent.policy_version,
        period=parent.period,
        parent=parent,
        day=dates.today(),
        reference=parent.reference,
        known_at=parent.known_at,
        deliveries=parent.deliveries,
        options=parent.options,
        made_by=actor,
        created_at=now,
        moved_at=now,
        moved_by=actor,
    )
    going_on.update(run=run, waits_for_money=False)
    run = run_move(run, before=(RunState.DRAFTED,), to=RunState.MATCHED, actor=actor)
    return run_move(run, before=(RunState.MATCHED,), to=RunState.SCREENED, actor=actor)
