"""One step by an official: carry it out, and say what came of it on the page that follows."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from supermarket.claims.errors import ClaimError
from supermarket.ledger.errors import LedgerError
from supermarket.templatetags.store import say

DONE = _("Done. The step stands in the history with your name.")


def step_take(request: HttpRequest, step: Callable[[], object], done: str | Promise = DONE) -> bool:
    """Whether the store took the step; what it refuses is told in its own words."""
    try:
        step()
    except (ClaimError, LedgerError) as error:
        messages.error(request, say(error.message()))
        return False
    messages.success(request, str(done))
    return True
