"""What each kind of notice says. The words are data of the store: whole sentences in Chinese and English."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

Words = Mapping[str, str]  # {zh, en}


class NoticeKind(models.TextChoices):
    CONFIRM_ASKED = "confirm_asked", _("please confirm")
    CONFIRM_REMINDED = "confirm_reminded", _("reminder to confirm")
    ON_ITS_WAY = "on_its_way", _("money on its way")
    PAID = "paid", _("paid")
    RETURNED = "returned", _("returned by the bank")
    LAPSED = "lapsed", _("lapsed")
    OBJECTION_ANSWERED = "objection_answered", _("objection answered")
    RECOVERY_NOTICED = "recovery_noticed", _("money to be paid back")
    RECOVERY_ANSWERED = "recovery_answered", _("answer about money to be paid back")
    RECOVERY_OFFSET = "recovery_offset", _("set off")
    POLICY_NEW = "policy_new", _("a policy for you")
    ACCOUNT_CHANGED = "account_changed", _("account changed")
    ADDRESS_CHANGED = "address_changed", _("address changed")


K = NoticeKind


@dataclass(frozen=True)
class Text:
    """Title and text with places for values: {policy}, {amount}, {day}, {reason}, …"""

    title: Words
    text: Words


TEXTS: Mapping[str, Text] = {
    K.CONFIRM_ASKED: Text(
        {"zh": "请确认收款账户", "en": "Please confirm where the money is to go"},
        {
            "zh": "您可享受“{policy}” {amount} 元。请在 {day} 前确认金额和收款账户。",
            "en": "You are entitled to {amount} yuan under {policy}. Confirm sum and account by {day}.",
        },
    ),
    K.CONFIRM_REMINDED: Text(
        {"zh": "提醒：请确认收款账户", "en": "Reminder: please confirm where the money is to go"},
        {
            "zh": "“{policy}” {amount} 元仍待您确认，截止 {day}。",
            "en": "{amount} yuan under {policy} still wait for your confirmation, until {day}.",
        },
    ),
    K.ON_ITS_WAY: Text(
        {"zh": "资金拨付中", "en": "Money is on its way"},
        {"zh": "“{policy}” {amount} 元已提交银行。", "en": "{amount} yuan under {policy} are on their way to you."},
    ),
    K.PAID: Text(
        {"zh": "资金已到账", "en": "Paid"},
        {
            "zh": "“{policy}” {amount} 元已付至您的账户。",
            "en": "{amount} yuan under {policy} were paid to your account.",
        },
    ),
    K.RETURNED: Text(
        {"zh": "银行退票，请更正账户", "en": "The bank returned the money: correct your account"},
        {
            "zh": "“{policy}” {amount} 元未能入账：{reason}请在 {day} 前更正收款账户，逾期视为放弃。",
            "en": "{amount} yuan under {policy} did not reach you: {reason} Correct the account by {day}, else the "
            "right lapses.",
        },
    ),
    K.LAPSED: Text(
        {"zh": "逾期未更正账户，已失效", "en": "Lapsed: the account was not corrected in time"},
        {
            "zh": "“{policy}” {amount} 元在 {day} 前未更正账户，不再拨付。",
            "en": "{amount} yuan under {policy} are not paid any more: the account was not corrected by {day}.",
        },
    ),
    K.OBJECTION_ANSWERED: Text(
        {"zh": "异议已答复", "en": "An objection was answered"},
        {
            "zh": "对您“{policy}”公示的异议已答复：{reason}",
            "en": "The objection to what you are to get under {policy} was answered: {reason}",
        },
    ),
    K.RECOVERY_NOTICED: Text(
        {"zh": "退还资金通知", "en": "Money has to be paid back"},
        {
            "zh": "“{policy}”已付资金中有 {amount} 元应当退还：{reason}请在 {day} 前退还或提出异议。",
            "en": "{amount} yuan of what was paid under {policy} have to be paid back: {reason} Pay or object by "
            "{day}.",
        },
    ),
    K.RECOVERY_ANSWERED: Text(
        {"zh": "对退还异议的答复", "en": "Your objection was answered"},
        {
            "zh": "您对退还“{policy}”资金的异议已答复：{reason}现应退还 {amount} 元。",
            "en": "Your objection about money paid under {policy} was answered: {reason} To be paid back now: {amount} "
            "yuan.",
        },
    ),
    K.RECOVERY_OFFSET: Text(
        {"zh": "已抵扣应退资金", "en": "Set off against money to be paid back"},
        {
            "zh": "“{policy}”应退还的 {amount} 元已从应付您的资金中抵扣。",
            "en": "{amount} yuan to be paid back under {policy} were set off against other money for you.",
        },
    ),
    K.POLICY_NEW: Text(
        {"zh": "有新的政策适合您", "en": "There is a policy for you"},
        {"zh": "您现在符合“{policy}”的条件。", "en": "You meet the conditions of {policy} now."},
    ),
    K.ACCOUNT_CHANGED: Text(
        {"zh": "收款账户已变更", "en": "The account for payments was changed"},
        {
            "zh": "收款账户变更为 {account}，自 {day} 起使用。如非本人操作，请立即联系服务窗口。",
            "en": "The account for payments was changed to {account}, in use from {day}. If it was not you, call the "
            "service line at once.",
        },
    ),
    K.ADDRESS_CHANGED: Text(
        {"zh": "消息地址已变更", "en": "The address for messages was changed"},
        {
            "zh": "本店消息不再发送至此地址。如非本人操作，请立即联系服务窗口。",
            "en": "Messages of this store do not go to this address any more. If it was not you, call the service "
            "line at once.",
        },
    ),
}


def title_of(kind: str) -> Words:
    return TEXTS[kind].title


def text_of(kind: str, values: Mapping[str, Any]) -> Words:
    """Values that are {zh, en} pairs go in by language; the others as they are."""
    return {
        language: template.format_map(
            {name: value[language] if isinstance(value, Mapping) else value for name, value in values.items()}
        )
        for language, template in TEXTS[kind].text.items()
    }
