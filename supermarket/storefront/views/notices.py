"""Public notices: who is to be paid, shown before the money moves. Persons stand there by their masked names."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from supermarket.claims.errors import ClaimError
from supermarket.claims.models import Claim
from supermarket.claims.objections import objection_raise
from supermarket.claims.states import ClaimState
from supermarket.templatetags.store import say

PER_PAGE = 100


def on_notice() -> QuerySet[Claim]:
    """An objected claim is still under notice: the objection concerns the objector and the office alone."""
    return Claim.objects.filter(state__in=[ClaimState.ON_NOTICE, ClaimState.OBJECTED])


@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """One line a policy and period."""
    found = (
        on_notice()
        .values("policy__code", "policy_version__definition__title", "policy_version__definition__department", "period")
        .annotate(count=Count("pk"), total_fen=Sum("amount_fen"), until=Max("notice_until"))
        .order_by("-until", "policy__code")
    )
    return render(request, "storefront/notices.html", {"notices": found})


@require_GET
def notice(request: HttpRequest, code: str, period: str) -> HttpResponse:
    claims = on_notice().filter(policy__code=code, period=period).select_related("beneficiary", "policy_version")
    first = claims.first()
    if first is None:
        raise Http404
    page = Paginator(claims.order_by("id"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "version": first.policy_version, "code": code, "period": period, "kept": ""}
    return render(request, "storefront/notice.html", context)


class ObjectionForm(forms.Form):
    """Anonymous objections are not taken; the name is kept secret from the one whom it concerns."""

    name = forms.CharField(label=_("Your real name"), max_length=100)
    contact = forms.CharField(label=_("How we reach you"), max_length=200)
    text = forms.CharField(label=_("What is wrong"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6}))
    evidence_file = forms.FileField(label=_("Evidence (file)"), required=False)


@require_http_methods(["GET", "POST"])
def objection(request: HttpRequest, claim: int) -> HttpResponse:
    found = get_object_or_404(on_notice().select_related("beneficiary", "policy_version", "policy"), pk=claim)
    form = ObjectionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            objection_raise(claim=found, **form.cleaned_data)
        except ClaimError as error:
            form.add_error(None, say(error.message()))
        else:
            messages.success(request, gettext("Your objection is received. You will get an answer in writing."))
            return redirect("notices")
    context = {"claim": found, "form": form}
    return render(request, "storefront/objection.html", context, status=422 if form.errors else 200)
