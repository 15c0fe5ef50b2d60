"""How values read in a page."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Protocol
from uuid import uuid4

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from enterprises.vocabulary import reference_table, source_definitions
from policies.definition import Term
from supermarket import labels
from supermarket.claims.approving import queue_of
from supermarket.claims.models import Claim
from supermarket.claims.states import ClaimState, RecoveryState
from supermarket.claims.unpaid import Why
from supermarket.payouts.states import AttemptState, PayoutState

register = template.Library()


class BothLanguages(Protocol):
    """A text or a problem that says itself in Chinese and in English."""

    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...


@register.filter
def say(text: BothLanguages | Mapping[str, str] | None) -> str:
    """A text in the page's language, or in the other one where it lacks."""
    if not text:
        return ""
    zh, en = (text.get("zh", ""), text.get("en", "")) if isinstance(text, Mapping) else (text.zh, text.en)
    return en or zh if get_language() == "en" else zh or en


@register.filter
def day(value: date | None) -> str:
    return date_format(value, "Y-m-d") if value else ""


@register.filter
def yuan(fen: int | None) -> SafeString:
    """Fen as yuan with thousands and, where there are any, fen: 200,000 yuan."""
    if fen is None:
        return format_html('<span class="money unknown">{}</span>', _("amount not known yet"))
    whole, rest = divmod(abs(fen), 100)
    digits = f"{whole:,}" + (f".{rest:02}" if rest else "")
    sign = "−" if fen < 0 else ""
    return format_html('<span class="money">{}<small> {}</small></span>', sign + digits, _("yuan"))


@register.filter
def whole(number: int) -> str:
    """A count with its thousands: 273,500."""
    return f"{number:,}"


@register.filter
def source_name(code: str) -> str:
    """The name of a department's data set."""
    source = source_definitions().get(code)
    return say(source.name) if source else code


@register.simple_tag
def new_key() -> str:
    """Marks one form: sent twice, it is one request."""
    return uuid4().hex


@register.filter
def claim_state(state: str) -> str:
    return str(ClaimState(state).label)


@register.filter
def unpaid_why(why: str) -> str:
    return str(Why(why).label)


@register.filter
def queue_place(claim: Claim) -> int:
    """Which one in the queue for money of its policy: 1 is served next."""
    return queue_of(claim).count() + 1


@register.filter
def recovery_state(state: str) -> str:
    return str(RecoveryState(state).label)


@register.filter
def payout_state(state: str) -> str:
    return str(PayoutState(state).label)


@register.filter
def attempt_state(state: str) -> str:
    return str(AttemptState(state).label)


@register.filter
def area(code: str) -> str:
    """The name of a division."""
    found = reference_table("divisions")["codes"].get(code)
    return say(found) if found else code


@register.filter
def label(value: StrEnum) -> str:
    return labels.label(value)


@register.filter
def term(value: Term) -> str:
    return labels.term(value)


@register.filter
def group_note(value: Any) -> str:
    return str(labels.GROUP_NOTES[value])


@register.filter
def mode_note(value: Any) -> str:
    return str(labels.MODE_NOTES[value])
