"""What to do about a refusal or a return: the bank's reason codes (ISO 20022 external code sets) and their remedies."""

import re
from enum import StrEnum

from enterprises.accounts import number_mask


class Remedy(StrEnum):
    MEND = "mend"  # the beneficiary corrects the account, then a new instruction goes out
    RETRY = "retry"  # nothing is wrong with the instruction: a new one goes out later
    STOP = "stop"  # the channel or our account is at fault: nothing more goes out until a person looks
    PERSON = "person"  # a person decides


REASONS: dict[str, tuple[Remedy, str, str]] = {
    "AC01": (Remedy.MEND, "账号有误", "the account number is wrong"),
    "AC02": (Remedy.STOP, "付款账号有误", "the debtor's account number is wrong"),
    "AC03": (Remedy.MEND, "收款账号无效", "the creditor's account number is not valid"),
    "AC04": (Remedy.MEND, "账户已销户", "the account is closed"),
    "AC06": (Remedy.MEND, "账户被冻结", "the account is blocked"),
    "AG01": (Remedy.MEND, "该账户不能收款", "the account cannot receive transfers"),
    "AM02": (Remedy.STOP, "金额超过限额", "the amount is above the limit"),
    "AM03": (Remedy.STOP, "币种不符", "the currency does not fit the account"),
    "AM04": (Remedy.STOP, "付款账户余额不足", "the debtor's account has not enough money"),
    "AM10": (Remedy.STOP, "控制总额不符", "the control sum is wrong"),
    "AM18": (Remedy.STOP, "笔数不符", "the number of transactions is wrong"),
    "BE01": (Remedy.MEND, "户名与账号不符", "name and account number do not belong together"),
    "FF01": (Remedy.STOP, "报文格式有误", "the file's format is wrong"),
    "FRAD": (Remedy.PERSON, "疑似欺诈", "suspected fraud"),
    "MD07": (Remedy.PERSON, "收款人已故", "the creditor is deceased"),
    "MS03": (Remedy.PERSON, "银行未说明原因", "the bank gave no reason"),
    "RC01": (Remedy.MEND, "联行号有误", "the bank code is wrong"),
    "RR03": (Remedy.PERSON, "监管要求：收款人信息", "regulatory: creditor's particulars"),
    "RR04": (Remedy.PERSON, "监管要求", "regulatory"),
}
# What could be an account number in a bank's free text: no other word is so long and has digits.
NUMBER = re.compile(r"\b(?=\w*\d)[0-9A-Za-z]{8,34}\b", re.ASCII)
# The message or the instruction arrived before: says nothing against the first copy.
DUPLICATE_CODES = frozenset({"DUPL", "AM05"})
# The bank itself does not know what became of it.
TIME_OUT_CODES = frozenset({"AB05", "AB06", "AB07", "AB08", "AB09", "AB10", "AB11"})


def remedy(code: str) -> Remedy:
    """What follows from a reason code; one that we do not know is for a person."""
    return REASONS[code][0] if code in REASONS else Remedy.PERSON


def reason_words(code: str, text: str = "") -> dict[str, str]:
    """The reason in both languages, with the bank's own words behind it; account numbers in them are masked."""
    text = NUMBER.sub(lambda number: number_mask(number[0]), text)
    _, zh, en = REASONS.get(code, (Remedy.PERSON, "银行退回", "the bank refused it"))
    behind = f" ({code}: {text})" if text else f" ({code})" if code else ""
    return {"zh": zh + behind, "en": en + behind}
