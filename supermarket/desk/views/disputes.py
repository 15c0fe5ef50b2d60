"""Disputed values: the department that states a value corrects it, or says why it stands."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enterprises.corrections import value_from_text
from enterprises.disputes import effects_noted
from enterprises.errors import EnterprisesError
from enterprises.models import Beneficiary, FactDispute
from enterprises.selectors import disputes_answered, disputes_open, disputes_overdue
from enterprises.services import dispute_raise, dispute_reject, dispute_uphold
from enterprises.vocabulary import fact_definitions
from supermarket.access import allow, signed_in, sources_read
from supermarket.dates import today
from supermarket.disputes import dispute_lines, line_of
from supermarket.templatetags.store import say

ANSWER_LENGTH = 500
PER_PAGE = 50
KINDS = {"open": _("to answer"), "overdue": _("overdue"), "answered": _("answered")}


class DisputeForm(forms.Form):
    """An official, whatever his department, says that a value is wrong; the department that states it answers."""

    beneficiary = forms.CharField(label=_("Code of the beneficiary"), max_length=40)
    fact = forms.ChoiceField(label=_("Fact"))
    statement = forms.CharField(label=_("What is wrong"), max_length=500)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["fact"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (code, f"{say(one.labels)} ({code})")
            for code, one in sorted(fact_definitions().items(), key=lambda pair: say(pair[1].labels))
        ]

    def clean_beneficiary(self) -> Beneficiary:
        found = Beneficiary.objects.filter(code=self.cleaned_data["beneficiary"].strip().upper()).first()
        if found is None:
            raise forms.ValidationError(_("Nobody has this code: look it up in the store first."))
        return found


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form = DisputeForm(request.POST or None, initial={"beneficiary": request.GET.get("beneficiary", "")})
    if form.is_valid():
        try:
            raised = dispute_raise(**form.cleaned_data, actor=signed_in(request), reference=today())
        except EnterprisesError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, gettext("The department answers by %(day)s.") % {"day": raised.due_on})
            return redirect("desk:home")
    return render(request, "desk/dispute_new.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
def disputes(request: HttpRequest) -> HttpResponse:
    """Those of the reader's department, the most urgent first; the answered ones, the newest first."""
    kind = request.GET.get("state", "")
    kind = kind if kind in KINDS else "open"
    own = sources_read(signed_in(request))
    rows = {name: disputes_of(name).filter(source__in=own) for name in KINDS}
    page = Paginator(rows[kind], PER_PAGE).get_page(request.GET.get("page"))
    tabs = [(name, words, rows[name].count()) for name, words in KINDS.items()]
    context = {"page": page, "lines": dispute_lines(page), "tabs": tabs, "state": kind, "kept": f"state={kind}"}
    return render(request, "desk/disputes.html", context)


def disputes_of(kind: str) -> QuerySet[FactDispute]:
    if kind == "overdue":
        return disputes_overdue(on=timezone.localdate())
    return disputes_answered() if kind == "answered" else disputes_open()


@require_GET
def dispute(request: HttpRequest, pk: int) -> HttpResponse:
    return dispute_page(request, get_object_or_404(FactDispute.objects.select_related("beneficiary"), pk=pk))


def dispute_page(request: HttpRequest, found: FactDispute, status: int = 200) -> HttpResponse:
    """The dispute; open, with the form of its answer; corrected, with what the correction touched."""
    context = {
        "line": line_of(found),
        "dispute": found,
        "effects": effects_noted(found),
        "answerable": found.state == FactDispute.State.OPEN
        and allow(request.user, "desk:dispute-answer", {"pk": found.pk}),
    }
    return render(request, "desk/dispute.html", context, status=status)


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Uphold with the right value, or reject; its page then lists what was decided with the value."""
    found = get_object_or_404(FactDispute.objects.select_related("beneficiary"), pk=pk)
    words, actor = request.POST.get("answer", "")[:ANSWER_LENGTH], signed_in(request)
    try:
        if request.POST.get("decision") == "reject":
            dispute_reject(dispute=found, answer=words, actor=actor)
        else:
            value = value_from_text(fact_definitions()[found.fact], request.POST.get("value", ""))
            dispute_uphold(dispute=found, value=value, answer=words, actor=actor)
    except EnterprisesError as error:
        messages.error(request, str(error))
        found.refresh_from_db()
        return dispute_page(request, found, status=422)
    return redirect("desk:dispute", pk=pk)
