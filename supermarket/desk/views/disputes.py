"""Disputed values: the department that states a value corrects it, or says why it stands."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from enterprises.corrections import value_from_text
from enterprises.effects import Effect
from enterprises.errors import EnterprisesError
from enterprises.models import FactDispute
from enterprises.selectors import disputes_open
from enterprises.services import dispute_reject, dispute_uphold
from enterprises.vocabulary import fact_definitions, source_definitions
from supermarket.access import signed_in, within_department
from supermarket.disputes import dispute_lines

ANSWER_LENGTH = 500


@require_GET
def disputes(request: HttpRequest) -> HttpResponse:
    return page(request, None)


def page(request: HttpRequest, effects: Sequence[Effect] | None, status: int = 200) -> HttpResponse:
    """The open disputes of the reader's department, the most urgent first."""
    user = signed_in(request)
    own = [code for code, source in source_definitions().items() if within_department(user, source.department)]
    lines = dispute_lines(disputes_open().filter(source__in=own))
    return render(request, "desk/disputes.html", {"disputes": lines, "effects": effects}, status=status)


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Uphold with the right value, or reject; then what was decided with the value is listed."""
    found = get_object_or_404(FactDispute.objects.select_related("beneficiary"), pk=pk)
    words, actor = request.POST.get("answer", "")[:ANSWER_LENGTH], signed_in(request)
    try:
        if request.POST.get("decision") == "reject":
            dispute_reject(dispute=found, answer=words, actor=actor)
            return redirect("desk:disputes")
        value = value_from_text(fact_definitions()[found.fact], request.POST.get("value", ""))
        return page(request, dispute_uphold(dispute=found, value=value, answer=words, actor=actor))
    except EnterprisesError as error:
        messages.error(request, str(error))
        return page(request, None, status=422)
