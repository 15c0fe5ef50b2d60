"""What payouts refuse."""

from supermarket.ledger.errors import LedgerError


class PayoutStateError(LedgerError):
    code = "payout-state"
    zh = "拨付 {payout} 处于“{state}”，不能改为“{wanted}”。"
    en = "Payout {payout} is {state} and cannot become {wanted}."


class SecondPersonError(LedgerError):
    code = "second-person"
    zh = "需由另一人确认，提出人不能确认自己的处理。"
    en = "Another person has to confirm: nobody confirms what he has proposed himself."


class NothingProposedError(LedgerError):
    code = "nothing-proposed"
    zh = "没有待确认的处理，可能已被他人处理。"
    en = "There is nothing to confirm; somebody else may have dealt with it."


class SuspenseAnswerError(LedgerError):
    code = "suspense-answer"
    zh = "不能这样处理挂账：{because_zh}。"
    en = "This does not explain the money: {because_en}."


class StatementRefusedError(LedgerError):
    code = "statement-refused"
    zh = "对账单未收：{because_zh}。"
    en = "The statement was not taken: {because_en}."


class AdoptionRefusedError(LedgerError):
    code = "adoption-refused"
    zh = "银行记账 {bank_fen} 分，本笔为 {fen} 分，不是同一笔。"
    en = "The bank booked {bank_fen} fen and this payout is {fen} fen: it is another one."
