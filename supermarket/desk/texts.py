"""Errors of services in the page's language."""

from collections.abc import Iterable
from typing import Protocol

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import get_language


class BothLanguages(Protocol):
    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...


def told(error: BothLanguages) -> str:
    return error.en if get_language() == "en" else error.zh


def tell(request: HttpRequest, problems: Iterable[BothLanguages]) -> None:
    for problem in problems:
        messages.error(request, told(problem))
