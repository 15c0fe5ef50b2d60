"""The approval of exactly the list that was decided on, by a second person: the money is reserved."""

from collections.abc import Callable

from django.db import connection, transaction

from supermarket.celery import poke
from supermarket.claims.errors import ListChangedError, NotAllowedError
from supermarket.claims.funding import appropriations_of
from supermarket.claims.models import Claim, Run
from supermarket.claims.moves import claims_move, run_move
from supermarket.claims.runs.listing import ListDigest, list_digest, submitted_of
from supermarket.claims.runs.notice import notice_begin
from supermarket.claims.states import ClaimState, RunState
from supermarket.ledger.blocks import block_draw, block_end, block_reserve
from supermarket.ledger.services import ReservationDraft, holder_of
from supermarket.users.models import Role, User

CHUNK = 5_000


def run_approve(*, run: Run, list_hash: str, actor: User) -> Run:
    """The head of the department approves exactly the list that he has seen (`list_hash`). What the list comes to is
    reserved on every payer's appropriation, all or none; then each claim gets its reservations, and the notice begins.

    A long list (more than CHUNK) is approved with the first chunk; the others follow in the background
    (`approval_carry_out`), where an interruption loses nothing. Raises NotAllowedError, ListChangedError,
    AppropriationExhaustedError, AppropriationClosedError, WrongStateError: then nothing has happened.
    """
    with transaction.atomic():
        run = list_approve(run, list_hash, actor)
        run, done = approval_chunk(run)
    if not done:
        poke("runs.prepare")
    return run


def list_approve(run: Run, list_hash: str, actor: User) -> Run:
    """The head's word, and the money of the whole list."""
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
    totals = payers_wanted(run)
    appropriations = appropriations_of(run.policy_version.parsed, run.policy, totals, run.day.year)
    block_reserve(holder=block_of(run), totals={appropriations[payer]: fen for payer, fen in totals.items()})
    return run


def block_of(run: Run) -> str:
    """The name under which the list of a run holds what it takes from the appropriations."""
    return f"run:{run.pk}"


# Parts of claims on the list that have no reservation yet: all of a first run, and in a supplementary one those for
# whom there was no money before.
UNRESERVED = """
    FROM claims_claim claim JOIN claims_claimshare share ON share.claim_id = claim.id
    WHERE claim.run_id = %(run)s AND claim.state = ANY(%(states)s) AND share.amount_fen > 0 AND NOT EXISTS (
        SELECT FROM ledger_reservation WHERE holder = format('claim:%%s:%%s', claim.id, share.instalment)
            AND stage <> 'released'
    )
"""
TO_BE_RESERVED = (ClaimState.SUBMITTED, ClaimState.APPROVED, ClaimState.ON_NOTICE, ClaimState.CONFIRMED)


def payers_wanted(run: Run) -> dict[str, int]:
    """Payer -> fen that the list still has to have reserved."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT share.payer, sum(share.amount_fen)::bigint {UNRESERVED} GROUP BY share.payer ORDER BY share.payer",
            {"run": run.pk, "states": [str(state) for state in TO_BE_RESERVED]},
        )
        return dict(cursor.fetchall())


def approval_carry_out(*, run: Run, report: Callable[[int], None] = lambda _: None) -> Run:
    """Write the reservations of an approved list, chunk by chunk, each a transaction: an interrupted one goes on where
    it stopped. `report` is told how many claims are left. Harmless where nothing is left."""
    done = run.state != RunState.APPROVED or not submitted_of(run).exists()
    while not done:
        with transaction.atomic():
            run, done = approval_chunk(Run.objects.select_for_update().get(pk=run.pk))
        report(submitted_of(run).count())
    return run


def approval_chunk(run: Run) -> tuple[Run, bool]:
    """The next claims of an approved run, which is locked; with the last of them the notice begins. (run, done)"""
    if run.state != RunState.APPROVED:
        return run, True
    chunk = list(submitted_of(run).order_by("pk").values_list("pk", flat=True)[: CHUNK + 1])
    last = chunk[CHUNK - 1] if len(chunk) > CHUNK else None
    drafts = drafts_unreserved(run, last)
    if drafts:
        block_draw(holder=block_of(run), reservations=drafts)
    claims_move(
        Claim.objects.filter(pk__in=chunk[:CHUNK]),
        before=(ClaimState.SUBMITTED,),
        to=ClaimState.APPROVED,
        actor=run.approved_by,
        reason=None,
    )
    if last is not None:
        return run, False
    block_end(holder=block_of(run))
    return notice_begin(run), True


def drafts_unreserved(run: Run, last: int | None) -> list[ReservationDraft]:
    """Reservations of the claims up to `last` that have none (None: of all that are left)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT claim.id, share.instalment, share.payer, share.amount_fen {UNRESERVED}
                AND (%(last)s::bigint IS NULL OR claim.id <= %(last)s) ORDER BY claim.id, share.instalment, share.payer
            """,
            {"run": run.pk, "states": [str(state) for state in TO_BE_RESERVED], "last": last},
        )
        rows = cursor.fetchall()
    payers = {payer for _, _, payer, _ in rows}
    appropriations = appropriations_of(run.policy_version.parsed, run.policy, payers, run.day.year)
    return [ReservationDraft(holder_of(claim, part), appropriations[payer], fen) for claim, part, payer, fen in rows]
