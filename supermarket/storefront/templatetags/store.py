"""How values read in a page."""

from collections.abc import Mapping
from datetime import date

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def say(pair: Mapping[str, str] | None) -> str:
    """The text of a {zh, en} pair in the page's language, or in the other one where it lacks."""
    if not pair:
        return ""
    wanted, other = ("en", "zh") if get_language() == "en" else ("zh", "en")
    return pair.get(wanted) or pair.get(other) or ""


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
    return format_html('<span class="money">{}<small>{}</small></span>', sign + digits, _("yuan"))
