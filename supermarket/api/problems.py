"""What a request did wrong, as one object: a stable code, a sentence, and which fields."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response
from rest_framework.views import exception_handler


class ProblemSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="Stable: not_found, invalid, method_not_allowed, …")
    message = serializers.CharField(help_text="For people, in the language of Accept-Language.")
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), help_text="What is wrong, by field."
    )


class NotFoundProblem(exceptions.APIException):
    status_code = status.HTTP_404_NOT_FOUND
    default_code = "not_found"


def problem(code: str, message: str, fields: dict[str, list[str]] | None = None) -> dict[str, Any]:
    return {"code": code, "message": message, "fields": fields or {}}


def flat(detail: Any, place: str = "") -> dict[str, list[str]]:
    """DRF's nested details as place -> sentences: {"facts.district": […]}."""
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for key, value in detail.items():
            found |= flat(value, f"{place}.{key}".lstrip("."))
        return found
    return {place: [str(one) for one in detail]}


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's handler of exceptions; None leaves the error to Django (a 500)."""
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        fields = flat(error.detail)
        response.data = problem("invalid", _("The request has mistakes; see fields."), fields)
    elif isinstance(error, Http404):
        response.data = problem("not_found", _("There is nothing at this address."))
    elif isinstance(error, PermissionDenied):
        response.data = problem("not_allowed", _("This is not open to you."))
    elif isinstance(error, exceptions.APIException):
        codes = error.get_codes()
        response.data = problem(codes if isinstance(codes, str) else error.default_code, str(error.detail))
    return response


def nothing(request: HttpRequest, address: str) -> HttpResponse:
    """Every other address below /api/: a problem as JSON, not a page."""
    return JsonResponse(problem("not_found", _("There is nothing at this address.")), status=404)
