"""Public notices: who is to be paid, shown before the money moves. Persons stand there by their masked names."""

from django.core.paginator import Paginator
from django.db.models import Count, Max, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from supermarket.claims.models import Claim
from supermarket.claims.states import ClaimState

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
