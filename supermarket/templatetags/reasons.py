"""Reasons as nested lists. In Python and not in templates: a shelf shows hundreds of them and must be quick."""

from collections.abc import Iterable

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from supermarket.shelf import Provenance, Reason
from supermarket.templatetags.store import day, say

register = template.Library()

SIGNS = {True: ("yes", "✓"), False: ("no", "✗"), None: ("open", "?")}


@register.filter
def mark(truth: bool | None) -> SafeString:
    """A sign with its word for those who do not see it."""
    words = {True: _("met"), False: _("not met"), None: _("unknown")}
    name, sign = SIGNS[truth]
    return mark_safe(f'<span class="mark {name}" role="img" aria-label="{escape(words[truth])}">{sign}</span>')


@register.filter
def reasons(found: Iterable[Reason]) -> SafeString:
    return mark_safe('<ul class="reasons">' + "".join(map(_line, found)) + "</ul>")


def _line(reason: Reason) -> str:
    value = f' <span class="value">{escape(say(reason.value))}</span>' if reason.value else ""
    sources = "".join(f'<small class="origin">{escape(_origin(one))}</small>' for one in reason.provenance)
    children = reasons(reason.children) if reason.children else ""
    return f"<li>{mark(reason.truth)}<div>{escape(say(reason.text))}{value}{sources}{children}</div></li>"


def _origin(provenance: Provenance) -> str:
    if provenance.typed:
        return _("typed by you")
    words = {"source": say(provenance.source), "day": day(provenance.as_of)}
    if provenance.absent:
        return _("not on the list “%(source)s” of %(day)s") % words
    return _("%(source)s, %(day)s") % words if provenance.as_of else words["source"]
