"""What a run's report says: head, totals, the list with its results, what came back, the statements, who signs.

The list is shown as the public notice shows it: persons by masked names and without their codes, nobody's account.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from supermarket.claims.models import Run
from supermarket.claims.runs.listing import LISTED, area_totals, payer_totals
from supermarket.claims.states import CLAIM_ENDS, ClaimState
from supermarket.matching.periods import ONCE
from supermarket.payouts.states import PayoutState
from supermarket.reports.text import area, day, moment, money, say

Row = list[str]


@dataclass(frozen=True)
class Table:
    """`widths`: of the columns, in hundredths of the page; `money`: positions of the columns of digits."""

    title: str
    head: Row
    widths: Sequence[int]
    rows: Iterator[Row]
    money: Sequence[int] = ()


@dataclass(frozen=True)
class RunReport:
    """`tables` are read once, in order, by server-side cursors: write them as they come."""

    title: str
    head: list[tuple[str, str]]
    tables: list[Table]
    signatures: list[tuple[str, str]]


def run_report(run: Run) -> RunReport:
    """In the language that is active. Call it in a transaction: its cursors live as long."""
    title = _("Report of run %(number)s: %(policy)s") % {
        "number": run.pk,
        "policy": say(run.policy_version.definition["title"]),
    }
    tables = [payers_table(run), areas_table(run), results_table(run), list_table(run), returned_table(run)]
    return RunReport(title, report_head(run), [*tables, left_table(run), statements_table(run)], signatures(run))


def report_head(run: Run) -> list[tuple[str, str]]:
    """Policy, document, period, decision, officials with their times, and the hash of the list."""
    definition = run.policy_version.definition
    document = definition.get("document") or {}
    moved = {move.to_state: move for move in run.moves.select_related("actor").order_by("pk")}

    def who(state: str) -> str:
        move = moved.get(state)
        return "" if move is None else f"{move.actor or _('by the system')} {moment(move.at)}"

    return [
        (_("Policy"), f"{say(definition['title'])} ({run.policy.code}, {run.policy_version.number})"),
        (_("Document"), " ".join(str(document.get(key) or "") for key in ("number", "title", "issued_by")).strip()),
        (_("Department"), str(definition.get("department", ""))),
        (_("Period"), _("once") if run.period == ONCE else run.period),
        (_("State"), str(run.get_state_display())),
        (_("Supplement of run"), str(run.parent_id or "")),
        (_("Facts as of"), day(run.reference)),
        (_("Started"), f"{run.made_by} {moment(run.created_at)}"),
        (_("Collective decision"), f"{run.minutes_number} {day(run.minutes_on)} {run.minutes_file.name or ''}".strip()),
        (_("Decision entered"), who("decided")),
        (_("List"), f"{run.list_count or 0} · {money(run.list_total_fen)}"),
        (_("Hash of the list (SHA-256)"), run.list_hash),
        (_("Approved"), who("approved")),
        (_("Public notice"), f"{day(run.notice_from)} – {day(run.notice_until)}" if run.notice_until else ""),
        (_("To be confirmed until"), day(run.confirm_until)),
        (_("Payment order"), run.payment_order_number),
        (_("Released"), who("released")),
        (_("Reconciled"), who("reconciled")),
        (_("Closed"), who("closed") or who("cancelled")),
    ]


def payers_table(run: Run) -> Table:
    head = [_("Payer"), _("Number"), _("Amount"), _("Free on the appropriation")]
    rows = (
        [area(each.payer), str(each.count), money(each.amount_fen), money(each.available_fen)]
        for each in payer_totals(run)
    )
    return Table(_("Totals by payer"), head, (40, 15, 22, 23), rows, (1, 2, 3))


def areas_table(run: Run) -> Table:
    head = [_("Accepting place"), _("Number"), _("Amount")]
    rows = ([area(code), str(count), money(fen)] for code, count, fen in area_totals(run))
    return Table(_("Totals by district"), head, (55, 20, 25), rows, (1, 2))


def results_table(run: Run) -> Table:
    """Payouts by state."""
    found = query(
        "SELECT payout.state, count(*), sum(payout.amount_fen)::bigint FROM payouts_payout payout"
        " JOIN claims_claim claim ON claim.id = payout.claim_id WHERE claim.run_id = %s GROUP BY 1 ORDER BY 1",
        [run.pk],
    )
    rows = ([str(PayoutState(state).label), str(count), money(fen)] for state, count, fen in found)
    return Table(_("Results"), [_("State"), _("Number"), _("Amount")], (55, 20, 25), rows, (1, 2))


# The last attempt and its line on the statement, of every payout (a claim in instalments has several).
LIST = """
    SELECT claim.id, beneficiary.name,
        CASE beneficiary.kind WHEN 'enterprise' THEN beneficiary.code ELSE '' END,
        claim.occasion, coalesce(payout.amount_fen, claim.amount_fen), claim.state, payout.state, attempt.settled_on,
        attempt.end_to_end_id, line.reference
    FROM claims_claim claim
    JOIN enterprises_beneficiary beneficiary ON beneficiary.id = claim.beneficiary_id
    LEFT JOIN payouts_payout payout ON payout.claim_id = claim.id
    LEFT JOIN LATERAL (
        SELECT id, settled_on, end_to_end_id FROM payouts_payoutattempt WHERE payout_id = payout.id
        ORDER BY number DESC LIMIT 1
    ) attempt ON true
    LEFT JOIN payouts_statementline line ON line.attempt_id = attempt.id AND line.kind = 'debited'
    WHERE claim.run_id = %s AND claim.state = ANY(%s) ORDER BY claim.id, payout.instalment
"""


def list_table(run: Run) -> Table:
    head = [
        _("Claim"), _("Beneficiary"), _("Code"), _("Occasion"), _("Amount"), _("State"), _("Settled on"),
        _("Instruction"), _("Reference on the statement"),
    ]  # fmt: skip

    def rows() -> Iterator[Row]:
        found = stream(LIST, [run.pk, [str(state) for state in (*LISTED, ClaimState.WITHDRAWN)]])
        for claim, name, code, occasion, fen, state, payout, settled_on, instruction, reference in found:
            yield [
                str(claim), name, code, occasion, money(fen),
                str(PayoutState(payout).label if payout else ClaimState(state).label),
                day(settled_on), instruction or "", reference or "",
            ]  # fmt: skip

    return Table(_("List"), head, (6, 20, 15, 9, 11, 10, 8, 11, 10), rows(), (4,))


RETURNED = """
    SELECT claim.id, beneficiary.name, attempt.end_to_end_id, attempt.amount_fen,
        coalesce(attempt.returned_on, attempt.moved_at::date), attempt.reason_code, attempt.reason, payout.state
    FROM payouts_payoutattempt attempt
    JOIN payouts_payout payout ON payout.id = attempt.payout_id
    JOIN claims_claim claim ON claim.id = payout.claim_id
    JOIN enterprises_beneficiary beneficiary ON beneficiary.id = claim.beneficiary_id
    WHERE claim.run_id = %s AND attempt.state IN ('returned', 'rejected') ORDER BY attempt.id
"""


def returned_table(run: Run) -> Table:
    """Every instruction that the bank refused or gave back, and what has become of the payout since."""
    head = [_("Claim"), _("Beneficiary"), _("Instruction"), _("Amount"), _("On"), _("Reason"), _("Now")]

    def rows() -> Iterator[Row]:
        for claim, name, instruction, fen, on, code, reason, state in stream(RETURNED, [run.pk]):
            words = " ".join(filter(None, (code, say(loaded(reason)))))
            yield [str(claim), name, instruction, money(fen), day(on), words, str(PayoutState(state).label)]

    return Table(_("Returned and rejected"), head, (6, 21, 14, 11, 9, 25, 14), rows(), (3,))


LEFT = """
    SELECT claim.id, beneficiary.name, claim.amount_fen, claim.state, claim.waits_for_money, claim.reason, claim.run_id
    FROM claims_claim claim JOIN enterprises_beneficiary beneficiary ON beneficiary.id = claim.beneficiary_id
    WHERE (claim.left_run_id = %(run)s AND claim.run_id IS DISTINCT FROM %(run)s)
        OR (claim.run_id = %(run)s AND claim.state = ANY(%(ends)s))
    ORDER BY claim.id
"""


def left_table(run: Run) -> Table:
    """Who was on the list and is not paid by this run."""
    head = [_("Claim"), _("Beneficiary"), _("Amount"), _("State"), _("Reason"), _("Goes on in run")]
    ends = [str(state) for state in CLAIM_ENDS if state != ClaimState.WITHDRAWN]

    def rows() -> Iterator[Row]:
        for claim, name, fen, state, waits, reason, goes_on in stream(LEFT, {"run": run.pk, "ends": ends}):
            words = _("waits for money") if waits else say(loaded(reason))
            later = "" if goes_on in (None, run.pk) else str(goes_on)
            yield [str(claim), name, money(fen), str(ClaimState(state).label), words, later]

    return Table(_("Left the run"), head, (8, 25, 13, 16, 28, 10), rows(), (2,))


STATEMENTS = """
    SELECT account.name, statement.number, statement.day, line.kind, count(*), sum(line.amount_fen)::bigint
    FROM payouts_statementline line
    JOIN payouts_bankstatement statement ON statement.id = line.statement_id
    JOIN payouts_payeraccount account ON account.id = line.payer_account_id
    JOIN payouts_payoutattempt attempt ON attempt.id = line.attempt_id
    JOIN payouts_payout payout ON payout.id = attempt.payout_id
    JOIN claims_claim claim ON claim.id = payout.claim_id
    WHERE claim.run_id = %s GROUP BY 1, 2, 3, 4 ORDER BY 3, 1, 2, 4
"""


def statements_table(run: Run) -> Table:
    head = [_("Account of"), _("Statement"), _("Day"), _("Booked"), _("Number"), _("Amount")]
    kinds = {"debited": _("paid"), "returned": _("given back")}
    rows = (
        [account, number, day(on), kinds.get(kind, kind), str(count), money(fen)]
        for account, number, on, kind, count, fen in query(STATEMENTS, [run.pk])
    )
    return Table(_("On the bank's statements"), head, (28, 24, 12, 12, 10, 14), rows, (4, 5))


def signatures(run: Run) -> list[tuple[str, str]]:
    return [
        (_("Official in charge"), str(run.made_by)),
        (_("Head of the department"), str(run.approved_by or "")),
        (_("Released by"), str(run.released_by or "")),
    ]


def query(sql: str, values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def stream(sql: str, values: Any) -> Iterator[tuple[Any, ...]]:
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(sql, values)
        while rows := cursor.fetchmany(2_000):
            yield from rows


def loaded(reason: Any) -> Any:
    """A JSON column of a raw query comes as text."""
    return json.loads(reason) if isinstance(reason, str) else reason
