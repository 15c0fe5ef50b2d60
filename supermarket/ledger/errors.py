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
    zh = "资金额度 {appropriation} 还有在途拨付 {in_transit} 元或正在办理的批准，办结后才能关闭。"
    en = "{in_transit} yuan of {appropriation} are on their way, or a list is being approved: close it afterwards."


class AppropriationHeldError(LedgerError):
    code = "appropriation-held"
    zh = "{count} 笔已放款的申领还占用资金额度 {appropriation}，请选择结转下年，或先办结拨付。"
    en = "{count} released claims still hold money of {appropriation}: carry it over, or finish the payments first."


class SamePersonError(LedgerError):
    code = "same-person"
    zh = "经办人不能自己复核，请由另一人确认。"
    en = "Whoever asked does not confirm: another person has to."


class NotForYouError(LedgerError):
    code = "not-for-you"
    zh = "财政经办岗提出，财政放款岗确认。"
    en = "The maker of finance asks, the releaser of finance confirms."


class DocumentMissingError(LedgerError):
    code = "document-missing"
    zh = "请填写依据文件或理由。"
    en = "Name the document, or say why."


class AlreadyDecidedError(LedgerError):
    code = "already-decided"
    zh = "该事项已经办理，未重复执行。"
    en = "It has been decided already; nothing was done twice."


class DueExceededError(LedgerError):
    code = "due-exceeded"
    zh = "{payer} {month} 月应付 {open} 元，不能结算 {wanted} 元。"
    en = "{payer} owes {open} yuan of {month}: {wanted} cannot be settled."


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
