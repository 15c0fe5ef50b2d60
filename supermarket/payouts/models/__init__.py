"""Tables of payouts: what is to be paid, what was sent to a bank, what the bank said, and its statements."""

from supermarket.payouts.models.bank import BankEvent, BankMessage, Channel, PayerAccount
from supermarket.payouts.models.payout import (
    Adoption,
    AttemptMove,
    Payout,
    PayoutAttempt,
    PayoutBatch,
    PayoutMove,
    SubBatch,
    SubBatchMove,
)
from supermarket.payouts.models.statement import BankStatement, StatementLine, SuspenseItem
from supermarket.payouts.models.watch import Alarm, AuditBlock, Heartbeat

__all__ = [
    "Adoption",
    "Alarm",
    "AttemptMove",
    "AuditBlock",
    "BankEvent",
    "BankMessage",
    "BankStatement",
    "Channel",
    "Heartbeat",
    "PayerAccount",
    "Payout",
    "PayoutAttempt",
    "PayoutBatch",
    "PayoutMove",
    "StatementLine",
    "SubBatch",
    "SubBatchMove",
    "SuspenseItem",
]
