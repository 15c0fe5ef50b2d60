"""The collective decision on the list, and the approval of exactly that list by a second person: the money is reserved.

Where it is short, the policy says what happens: the last on the list queue, everybody gets less, or nothing goes on.
"""

from datetime import date

from django.core.files import File
from django.db import transaction

from supermarket.claims.errors import ListChangedError, ListShortError, NotAllowedError
from supermarket.claims.funding import appropriations_of, drafts_of
from supermarket.claims.models import Claim, ClaimShare, Run
from supermarket.claims.moves import claims_move, run_move
from supermarket.claims.runs.fitting import list_fit
from supermarket.claims.runs.listing import ListDigest, list_digest, payer_totals
from supermarket.claims.runs.notice import notice_begin
from supermarket.claims.states import ClaimState, RunState
from supermarket.ledger.errors import yuan
from supermarket.ledger.services import appropriation_reserve
from supermarket.users.models import Role, User


@transaction.atomic
def run_decide(
    *, run: Run, minutes_number: str, minutes_on: date, actor: User, minutes_file: "File[bytes] | None" = None
) -> Run:
    """Enter the collective decision: number and date of the minutes, and the file. The list is fitted to the money and
    closed: its hash is what the head approves.

    Raises NotAllowedError, ListShortError (the policy stops where money is short), WrongStateError.
    """
    if not minutes_number.strip():
        raise NotAllowedError(because_zh="请填写会议纪要编号", because_en="the number of the minutes is missing")
    run = Run.objects.select_for_update().get(pk=run.pk)
    list_fit(run)
    if short := [total for total in payer_totals(run, states=(ClaimState.SUBMITTED,)) if total.short_fen]:
        raise ListShortError(
            detail_zh="；".join(f"{total.payer} 缺 {yuan(total.short_fen)} 元" for total in short),
            detail_en="; ".join(f"{total.payer} lacks {yuan(total.short_fen)} yuan" for total in short),
        )
    digest = list_digest(run)
    if not digest.count:
        raise NotAllowedError(because_zh="名单为空", because_en="nobody is on the list")
    run = run_move(
        run,
        before=(RunState.SCREENED,),
        to=RunState.DECIDED,
        actor=actor,
        minutes_number=minutes_number.strip(),
        minutes_on=minutes_on,
        list_hash=digest.sha256,
        list_count=digest.count,
        list_total_fen=digest.total_fen,
    )
    if minutes_file is not None:
        run.minutes_file.save(minutes_file.name or "minutes", minutes_file)
    return run


@transaction.atomic
def run_approve(*, run: Run, list_hash: str, actor: User) -> Run:
    """The head of the department approves exactly the list that he has seen (`list_hash`). Everybody's money is
    reserved on every payer's appropriation, all or none; then the notice begins.

    Raises NotAllowedError, ListChangedError, AppropriationExhaustedError, AppropriationClosedError, WrongStateError.
    """
    run = Run.objects.select_for_update().get(pk=run.pk)
    if actor.role != Role.HEAD:
        raise NotAllowedError(because_zh="须由部门负责人批准", because_en="the head of the department approves")
    if actor.pk == run.made_by_id:
        raise NotAllowedError(
            because_zh="经办人不能批准自己的批次", because_en="the maker does not approve his own run"
        )
    now = list_digest(run)
    if list_hash != run.list_hash or now != ListDigest(run.list_hash, run.list_count or 0, run.list_total_fen or 0):
        raise ListChangedError(now=now.sha256[:12], then=list_hash[:12])
    run = run_move(run, before=(RunState.DECIDED,), to=RunState.APPROVED, actor=actor, approved_by=actor)
    run_reserve(run)
    rows = Claim.objects.filter(run=run)
    claims_move(rows, before=(ClaimState.SUBMITTED,), to=ClaimState.APPROVED, actor=actor, reason=None)
    return notice_begin(run)


def run_reserve(run: Run) -> None:
    """Reserve for all who are submitted (the others of a supplementary run have theirs)."""
    shares = ClaimShare.objects.filter(claim__run=run, claim__state=ClaimState.SUBMITTED)
    payers = shares.values_list("payer", flat=True).distinct().order_by("payer")
    appropriations = appropriations_of(run.policy_version.parsed, run.policy, payers, run.day.year)
    drafts = drafts_of(shares.order_by("claim_id", "instalment", "payer").iterator(), appropriations)
    appropriation_reserve(reservations=drafts, key="approved")
