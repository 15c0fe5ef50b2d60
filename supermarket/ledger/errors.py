"""What the books refuse. Each with a code and a sentence in Chinese and in English."""

from supermarket.errors import StoreError


def yuan(fen: int) -> str:
    """123456 -> "1,234.56"."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


class LedgerError(StoreError):
    """What the books refuse."""


class AppropriationExhaustedError(LedgerError):
    code = "appropriation-exhausted"
    zh = "资金额度不足：{appropriation} 可用 {available} 元，需要 {wanted} 元。请追加额度或按政策排队。"
    en = "The appropriation {appropriation} has {available} yuan left, {wanted} are needed: raise it or queue."


class AppropriationClosedError(LedgerError):
    code = "appropriation-closed"
    zh = "资金额度 {appropriation} 已关闭，不能再占用。请使用新年度的额度。"
    en = "The appropriation {appropriation} is closed: use the one of the new fiscal year."


class AppropriationCutTooDeepError(LedgerError):
    code = "appropriation-cut-too-deep"
    zh = "资金额度 {appropriation} 只剩 {available} 元未占用，不能调减 {wanted} 元。"
    en = "Only {available} yuan of the appropriation {appropriation} are free; {wanted} cannot be cut."


class AppropriationInUseError(LedgerError):
    code = "appropriation-in-use"
    zh = "资金额度 {appropriation} 还有在途拨付 {in_transit} 元，到账或退回后才能关闭。"
    en = "{in_transit} yuan of the appropriation {appropriation} are on their way: close it once they settle."


class AmountNotPositiveError(LedgerError):
    code = "amount-not-positive"
    zh = "金额必须大于零：{wanted} 元。"
    en = "An amount must be more than zero, not {wanted} yuan."


class KeyReusedError(LedgerError):
    code = "key-reused"
    zh = "记账键 {key} 已用于另一笔内容，未重复记账。"
    en = "The key {key} stands for another entry already; nothing was entered."


class ReservationNotFoundError(LedgerError):
    code = "reservation-not-found"
    zh = "没有找到处于“{stage}”的占用：{holders}。"
    en = "No reservation in stage {stage} for {holders}."
