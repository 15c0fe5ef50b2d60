"""What a recovery enters in the books (debit / credit), payer by payer:

    noticed               recoverable / recovered
    paid back             where the money is / recoverable, and recovered / expense (lead) or due from (other payers)
    less, or written off  recovered / recoverable

So the account `recoverable` holds what beneficiaries still owe, `recovered` the same from the other side, and a payer's
expense falls when the money has come, not before.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from supermarket.claims.models import Recovery
from supermarket.ledger.journal import account, journal_post
from supermarket.ledger.models import JournalEntry

Leg = tuple[str, str, int]  # role, holder, fen


def receivable_post(recovery: Recovery, parts: Mapping[str, int], *, key: str, sign: int) -> JournalEntry:
    """The debt of the beneficiary begins (sign +1), or falls without money (-1)."""
    legs = [leg for payer, fen in parts.items() for leg in both_sides(payer, sign * fen)]
    kind = "recovery_noticed" if sign > 0 else "recovery_reduced"
    return entry_post(recovery, legs, key=key, kind=kind)


def repayment_post(
    recovery: Recovery, parts: Mapping[str, int], *, lead: str, debit: Sequence[Leg], key: str
) -> JournalEntry:
    """Money came back: `debit` says where it is, and sums to what the payers get."""
    legs = list(debit)
    for payer, fen in parts.items():
        legs += both_sides(payer, -fen)
        legs.append((*cost_of(payer, lead), -fen))
    return entry_post(recovery, legs, key=key, kind="recovery_repaid")


def both_sides(payer: str, fen: int) -> list[Leg]:
    return [("recoverable", payer, fen), ("recovered", payer, -fen)]


def cost_of(payer: str, lead: str) -> tuple[str, str]:
    """Where a payer's part of what the lead paid stands: its expense, or its debt to the lead."""
    return ("expense", payer) if payer == lead else ("due_from", f"{payer}>{lead}")


def entry_post(recovery: Recovery, legs: Sequence[Leg], *, key: str, kind: str) -> JournalEntry:
    totals: Counter[tuple[str, str]] = Counter()
    for role, holder, fen in legs:
        totals[role, holder] += fen
    postings = [(account(role, holder), fen) for (role, holder), fen in sorted(totals.items()) if fen]
    reference: dict[str, Any] = {"recovery": recovery.pk, "claim": recovery.claim_id}
    return journal_post(key=f"recovery:{recovery.pk}:{key}", kind=kind, postings=postings, reference=reference)
