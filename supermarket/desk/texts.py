"""Problems that services told, as messages of the next page."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest

from supermarket.templatetags.store import BothLanguages, say


def tell(request: HttpRequest, problems: Iterable[BothLanguages]) -> None:
    for problem in problems:
        messages.error(request, say(problem))
