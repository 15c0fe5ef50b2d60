"""What a web process has ready before its first visitor."""

import importlib
from collections.abc import Callable

import pytest
from django.test import Client

from policies.models import PolicyVersion
from supermarket import wsgi
from supermarket.matching import catalogue


@pytest.mark.django_db(transaction=True)  # as a server does, `wsgi` closes the connection after its request
def test_the_first_visitor_does_not_wait_for_the_catalogue(
    english: Client, publish: Callable[..., PolicyVersion], monkeypatch: pytest.MonkeyPatch
) -> None:
    def compiled(*given: object, **named: object) -> None:
        raise AssertionError("compiled while a visitor waits")

    publish("award")
    monkeypatch.setattr(catalogue, "Engine", compiled)
    with pytest.raises(AssertionError):
        english.get("/calculator/enterprise/")
    monkeypatch.undo()
    importlib.reload(wsgi)
    monkeypatch.setattr(catalogue, "Engine", compiled)
    monkeypatch.setattr(catalogue, "compile_definition", compiled)
    assert "award" in english.get("/calculator/enterprise/").content.decode()
