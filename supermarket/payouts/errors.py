"""What payouts refuse."""

from supermarket.ledger.errors import LedgerError


class PayoutStateError(LedgerError):
    code = "payout-state"
    zh = "拨付 {payout} 处于“{state}”，不能改为“{wanted}”。"
    en = "Payout {payout} is {state} and cannot become {wanted}."
