"""The schema is valid OpenAPI 3.1, and the server keeps to it whatever it is sent."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from enterprises.models import Beneficiary
from policies.models import PolicyVersion
from supermarket.wsgi import application

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
OPERATIONS = {"beneficiary_list", "beneficiary_shelf", "shelf_evaluate", "policy_list", "policy_detail", "fact_list"}
FOR_OFFICIALS = {"run_report"}  # a visitor is sent to sign in


@pytest.mark.django_db
def test_the_schema_is_openapi_3_1(client: Client) -> None:
    schema = client.get("/api/schema/?format=json").json()
    assert schema["openapi"].startswith("3.1")
    validate_schema(schema)
    operations = {one["operationId"] for path in schema["paths"].values() for one in path.values()}
    assert operations == OPERATIONS | FOR_OFFICIALS


@pytest.mark.django_db
def test_the_documents_of_the_api_load_nothing_from_elsewhere(client: Client) -> None:
    for address in ("/api/docs/", "/api/redoc/"):
        page = client.get(address).content.decode()
        assert "/static/" in page
        assert "//cdn" not in page


@pytest.fixture
def api(firm: Beneficiary, publish: Callable[..., PolicyVersion]) -> Iterator[Any]:
    """The schema over the WSGI application, whose requests must not close the test's transaction (as Django's own
    client sees to)."""
    publish("award")
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_the_server_keeps_to_its_schema(api: Any, name: str) -> None:
    (operation,) = [
        found.ok() for found in api.get_all_operations() if found.ok().definition.raw["operationId"] == name
    ]

    @settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def send(case: Any) -> None:
        case.call_and_validate(checks=CHECKS)

    send()
