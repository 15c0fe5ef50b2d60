"""应享未享 at the desk: who was entitled and is not paid, and why."""

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from supermarket.access import reach_of, signed_in
from supermarket.claims.unpaid import Why
from supermarket.reports.serving import file_response
from supermarket.reports.text import page_language
from supermarket.reports.unpaid import unpaid_claims, unpaid_file, unpaid_totals
from supermarket.users.models import Role, User

PER_PAGE = 50


def department_of(user: User) -> str | None:
    """A head sees his department's; finance and audit see all."""
    return reach_of(user) if user.role == Role.HEAD else None


@require_GET
def unpaid(request: HttpRequest) -> HttpResponse:
    department = department_of(signed_in(request))
    totals = unpaid_totals(department=department)
    why, policy = request.GET.get("why", ""), request.GET.get("policy", "")
    claims = unpaid_claims(department=department).select_related("beneficiary", "policy").order_by("pk")
    if why in Why:
        claims = claims.filter(why=why)
    if policy:
        claims = claims.filter(policy__code=policy)
    context = {
        "totals": totals,
        "count": sum(each.count for each in totals),
        "total_fen": sum(each.amount_fen for each in totals),
        "page": Paginator(claims, PER_PAGE).get_page(request.GET.get("page")),
        "why": why,
        "policy": policy,
        "kept": f"why={why}&policy={policy}",
    }
    return render(request, "desk/unpaid.html", context)


@require_GET
def workbook(request: HttpRequest) -> FileResponse:
    department, language = department_of(signed_in(request)), page_language()
    return file_response(
        lambda path: unpaid_file(path=path, language=language, department=department), name="unpaid", form="xlsx"
    )
