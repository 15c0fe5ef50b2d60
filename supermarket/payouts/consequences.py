"""What follows when an attempt moves: its payout, the books, the claim. Set-based, in the caller's transaction.

Every function takes attempts that the caller has locked and knows to be in a state from which the move is legal; the
database refuses any other.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import Exists, OuterRef

from supermarket.bulk import among, among_texts
from supermarket.claims.models import Claim
from supermarket.claims.recoveries.offsets import instalments_with_a_rest
from supermarket.claims.states import ClaimState
from supermarket.dates import today
from supermarket.ledger.journal import EntryDraft, journal_post_many
from supermarket.ledger.journal import account as ledger_account
from supermarket.ledger.models import Reservation
from supermarket.ledger.services import appropriation_reject, appropriation_spend, appropriation_unspend
from supermarket.notices.texts import NoticeKind
from supermarket.payouts import clock
from supermarket.payouts.alarms import account_stop
from supermarket.payouts.mending import mend_until
from supermarket.payouts.models import Payout, PayoutAttempt
from supermarket.payouts.rails.reasons import Remedy, reason_words, remedy
from supermarket.payouts.states import AttemptState, PayoutState
from supermarket.payouts.telling import payouts_tell

NO_REASON = {"zh": "银行未说明原因", "en": "the bank gave no reason"}
RETRY_AFTER = timedelta(minutes=10)
OPEN_STAGES = (Reservation.Stage.RESERVED, Reservation.Stage.IN_TRANSIT, Reservation.Stage.SPENT)


@dataclass(frozen=True)
class Evidence:
    """An attempt, and what the bank said of it. `attempt` comes with payout, claim and payer account."""

    attempt: PayoutAttempt
    reference: str = ""
    booked_on: date | None = None
    reason_code: str = ""
    reason_text: str = ""

    @property
    def holder(self) -> str:
        return self.attempt.payout.holder

    @property
    def words(self) -> dict[str, str] | None:
        return reason_words(self.reason_code, self.reason_text) if self.reason_code else None


def attempts_accept(found: Sequence[Evidence]) -> None:
    attempts_move(found, AttemptState.ACCEPTED)


def attempts_reject(found: Sequence[Evidence]) -> None:
    """The bank will not pay these: the money is reserved again, and the payouts go where the reason sends them."""
    attempts_move(found, AttemptState.REJECTED)
    appropriation_reject(events={each.holder: each.attempt.end_to_end_id for each in found})
    because: dict[tuple[str, str], list[Evidence]] = defaultdict(list)
    for each in found:
        because[each.reason_code, each.reason_text].append(each)
    for (code, text), refused in because.items():
        payouts_after_refusal(refused, code, text)


def payouts_after_refusal(refused: Sequence[Evidence], code: str, text: str) -> None:
    """All of them were refused with the same words, as the instructions of a refused message are."""
    now = clock.now()
    words = reason_words(code, text)
    what = remedy(code)
    after = {Remedy.MEND: PayoutState.RETURNED, Remedy.RETRY: PayoutState.DUE}.get(what, PayoutState.HELD)
    Payout.objects.filter(pk__in=among(each.attempt.payout_id for each in refused)).update(
        state=after,
        moved_at=now,
        moved_by=None,
        reason=words,
        available_at=now + RETRY_AFTER if after == PayoutState.DUE else now,
    )
    if after == PayoutState.RETURNED:
        returned_tell(refused)
    if what == Remedy.STOP:
        for account in {each.attempt.payout.payer_account for each in refused}:
            account_stop(account, words)


def attempts_settle(found: Sequence[Evidence]) -> None:
    """Paid: the appropriation is spent, the payer's expense and the others' debts stand in the books."""
    attempts_move(found, AttemptState.SETTLED)
    appropriation_spend(events={each.holder: each.attempt.end_to_end_id for each in found})
    cash_post(found, kind="paid", sign=+1)
    payouts_move(found, PayoutState.SETTLED)
    claims_settle({each.attempt.payout.claim_id for each in found})
    payouts_tell(NoticeKind.PAID, {each.attempt.payout_id: each.attempt.end_to_end_id for each in found})


def attempts_return(found: Sequence[Evidence]) -> None:
    """Paid and given back (退票): the books go back, the payout waits for a better account."""
    attempts_move(found, AttemptState.RETURNED)
    appropriation_unspend(events={each.holder: each.attempt.end_to_end_id for each in found})
    cash_post(found, kind="returned", sign=-1)
    payouts_move(found, PayoutState.RETURNED)
    claims_reopen(found)
    returned_tell(found)


def sentence(words: dict[str, str] | None) -> dict[str, str]:
    words = words or NO_REASON
    return {"zh": f"{words['zh']}。", "en": f"{words['en']}."}


def returned_tell(found: Sequence[Evidence]) -> None:
    """What to do, and by when."""
    events = {each.attempt.payout_id: each.attempt.end_to_end_id for each in found}
    until = mend_until(today())
    Payout.objects.filter(pk__in=among(events)).update(mend_until=until)
    values = {each.attempt.payout_id: {"reason": sentence(each.words), "day": str(until)} for each in found}
    payouts_tell(NoticeKind.RETURNED, events, values)


# What an attempt keeps of the evidence besides state and reason.
KEPT = {
    AttemptState.SETTLED: ", debit_reference = found.reference, settled_on = found.booked_on",
    AttemptState.RETURNED: ", return_reference = found.reference, returned_on = found.booked_on",
}


FOUND = """
    json_to_recordset(%s) AS found
        (attempt_id bigint, payout_id bigint, code text, reference text, booked_on date, reason jsonb)
"""


def found_rows(found: Sequence[Evidence]) -> str:
    """What FOUND reads."""
    return json.dumps(
        [
            {
                "attempt_id": each.attempt.pk,
                "payout_id": each.attempt.payout_id,
                "code": each.reason_code,
                "reference": each.reference,
                "booked_on": each.booked_on and each.booked_on.isoformat(),
                "reason": each.words,
            }
            for each in found
        ]
    )


def attempts_move(found: Sequence[Evidence], state: AttemptState) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE payouts_payoutattempt attempt SET state = %s, moved_at = %s, moved_by_id = NULL,
                reason_code = found.code, reason = found.reason{KEPT.get(state, "")}
            FROM {FOUND} WHERE attempt.id = found.attempt_id
            """,
            [state, clock.now(), found_rows(found)],
        )


def payouts_move(found: Sequence[Evidence], state: PayoutState) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE payouts_payout payout SET state = %s, moved_at = %s, moved_by_id = NULL, reason = found.reason
            FROM {FOUND} WHERE payout.id = found.payout_id
            """,
            [state, clock.now(), found_rows(found)],
        )


def cash_post(found: Sequence[Evidence], *, kind: str, sign: int) -> None:
    """Expense of the lead payer and what the others owe it, against what is outstanding at the bank."""
    shares: dict[str, list[tuple[str, int]]] = defaultdict(list)
    rows = Reservation.objects.filter(holder__in=among_texts(each.holder for each in found), stage__in=OPEN_STAGES)
    for holder, payer, amount_fen in rows.values_list("holder", "appropriation__payer", "amount_fen"):
        shares[holder].append((payer, amount_fen))
    accounts: dict[tuple[str, str], int] = {}

    def account_id(role: str, name: str) -> int:
        if (role, name) not in accounts:
            accounts[role, name] = ledger_account(role, name).pk
        return accounts[role, name]

    drafts = []
    for each in found:
        lead = each.attempt.payout.payer_account
        legs: Counter[int] = Counter()
        for payer, amount_fen in shares[each.holder]:
            owed = ("expense", payer) if payer == lead.payer else ("due_from", f"{payer}>{lead.payer}")
            legs[account_id(*owed)] += sign * amount_fen
        legs[account_id("outstanding", lead.number)] -= sign * each.attempt.amount_fen
        reference = {"payout": each.attempt.payout_id, "reference": each.reference}
        drafts.append(EntryDraft(f"{kind}:{each.attempt.end_to_end_id}", kind, list(legs.items()), reference))
    journal_post_many(drafts)


def claims_settle(claims: Collection[int]) -> None:
    """A claim is paid when none of its parts is still to be paid; what was set off in full is."""
    if not claims:
        return
    ended = [PayoutState.SETTLED, PayoutState.UNPAID]
    open_payouts = Payout.objects.filter(claim=OuterRef("pk")).exclude(state__in=ended)
    paid = Payout.objects.filter(claim=OuterRef("claim"), instalment=OuterRef("number"), state__in=ended)
    open_parts = instalments_with_a_rest().filter(~Exists(paid), claim=OuterRef("pk"), dropped_because__isnull=True)
    Claim.objects.filter(
        ~Exists(open_payouts),
        ~Exists(open_parts),
        pk__in=among(claims),
        state=ClaimState.PAYING,
    ).update(state=ClaimState.PAID, moved_at=clock.now(), moved_by=None, reason=None)


def claims_reopen(found: Sequence[Evidence]) -> None:
    """The money came back: the claim is being paid again."""
    Claim.objects.filter(pk__in=among({each.attempt.payout.claim_id for each in found}), state=ClaimState.PAID).update(
        state=ClaimState.PAYING, moved_at=clock.now(), moved_by=None, reason=None
    )
