"""Whether to show a door: pages link only to what the reader may open."""

from django import template
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from supermarket.access import allow

register = template.Library()


@register.filter
def may(request: HttpRequest, route: str) -> bool:
    return allow(request.user, route)


@register.filter
def here(request: HttpRequest, address: str) -> SafeString:
    """Marks the link to where the reader is."""
    return mark_safe('aria-current="page"') if request.path.startswith(address) else mark_safe("")


@register.filter
def may_edit(request: HttpRequest, code: str) -> bool:
    """Whether the policy `code` is the reader's to draft."""
    return allow(request.user, "desk:policy-edit", {"code": code})
