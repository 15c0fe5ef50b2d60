"""What the code would never do, the database refuses: nobody who writes SQL by hand can pay twice by mistake."""

from collections.abc import Callable

import pytest
from django.db import Error, connection, transaction

from supermarket.payouts.models import AttemptMove, Payout, PayoutAttempt, PayoutMove, SubBatch
from supermarket.payouts.preparation import sub_batches_prepare
from supermarket.payouts.rails.iso20022.http import Iso20022HttpRail
from supermarket.payouts.services import payouts_due_sweep
from supermarket.payouts.work import payouts_work_until_idle
from tests.payouts.bank import Bank
from tests.payouts.factory import released_claims

pytestmark = pytest.mark.django_db(transaction=True)

STATEMENTS = {
    "a second payout of the claim": """
        INSERT INTO payouts_payout (claim_id, instalment, payer_account_id, amount_fen, state, available_at, created_at,
            moved_at) SELECT claim_id, instalment, payer_account_id, amount_fen, 'due', now(), now(), now()
        FROM payouts_payout""",
    "a second live attempt": """
        INSERT INTO payouts_payoutattempt (payout_id, number, sub_batch_id, end_to_end_id, amount_fen, account, state,
            reason_code, debit_reference, return_reference, moved_at)
        SELECT payout_id, 2, sub_batch_id, 'another', amount_fen, account, 'instructed', '', '', '', now()
        FROM payouts_payoutattempt""",
    "an attempt that begins settled": """
        INSERT INTO payouts_payoutattempt (payout_id, number, sub_batch_id, end_to_end_id, amount_fen, account, state,
            reason_code, debit_reference, return_reference, moved_at)
        SELECT payout_id, 2, sub_batch_id, 'another', amount_fen, account, 'settled', '', '', '', now()
        FROM payouts_payoutattempt""",
    "settled without a booking": "UPDATE payouts_payoutattempt SET state = 'sending', moved_at = now();"
    " UPDATE payouts_payoutattempt SET state = 'settled', moved_at = now() + interval '1 second'",
    "settled without having been sent": "UPDATE payouts_payoutattempt SET state = 'settled', moved_at = now()",
    "a payout settled by hand": "UPDATE payouts_payout SET state = 'settled', moved_at = now()",
    "another amount": "UPDATE payouts_payoutattempt SET amount_fen = amount_fen + 1",
    "another account": "UPDATE payouts_payoutattempt SET account = '{}'",
    "another id": "UPDATE payouts_payoutattempt SET end_to_end_id = 'another'",
    "other bytes": "UPDATE payouts_subbatch SET file_encrypted = 'x'",
    "another payout amount": "UPDATE payouts_payout SET amount_fen = 1",
    "a move without a time": "UPDATE payouts_subbatch SET state = 'sending'",
    "an attempt taken away": "DELETE FROM payouts_payoutattempt",
    "a payout taken away": "DELETE FROM payouts_payout",
    "a payout under another number": "UPDATE payouts_payout SET id = id + 1000",
    "a line of history written by hand": "INSERT INTO payouts_payoutmove (payout_id, from_state, to_state)"
    " SELECT id, 'due', 'held' FROM payouts_payout",
    "a line of history about nothing": "INSERT INTO payouts_attemptmove (attempt_id, from_state, to_state)"
    " VALUES (999, '', 'instructed')",
    "a history made up": "UPDATE payouts_payoutmove SET reason = '{}'",
    "a history taken away": "DELETE FROM payouts_attemptmove",
}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS.keys())
def test_refused(statement: str) -> None:
    released_claims([1_00])
    payouts_due_sweep()
    sub_batches_prepare()
    before = rows()
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert rows() == before


def rows() -> list[object]:
    models = (Payout, PayoutAttempt, SubBatch, PayoutMove, AttemptMove)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_the_bank_is_never_called_inside_a_transaction(city_bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    call: Callable[..., tuple[int, bytes]] = Iso20022HttpRail.call
    paths: list[str] = []

    def watched(rail: Iso20022HttpRail, method: str, path: str, data: bytes | None = None) -> tuple[int, bytes]:
        assert not connection.in_atomic_block
        paths.append(path)
        return call(rail, method, path, data)

    monkeypatch.setattr(Iso20022HttpRail, "call", watched)
    city_bank.behave("P340200", "silent")
    released_claims([1_00])
    payouts_work_until_idle()
    assert {path.split("/")[-1] for path in paths} >= {"payments", "mailbox"}
