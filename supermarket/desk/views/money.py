"""The money set aside, and whether the books are sound."""

from collections import Counter

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from supermarket.dates import today
from supermarket.desk.views.appropriations import GrantForm
from supermarket.ledger.models import Appropriation, AskedState, LedgerAccount, MovementRequest
from supermarket.ledger.selectors import appropriations_in_disorder, trial_balance

PER_PAGE = 50
Role = LedgerAccount.Role
ROLES = {
    Role.GRANTED: _("set aside"),
    Role.AVAILABLE: _("free"),
    Role.RESERVED: _("reserved for approved claims"),
    Role.IN_TRANSIT: _("instructed, not settled yet"),
    Role.SPENT: _("spent"),
    Role.BANK: _("on the bank's statement"),
    Role.OUTSTANDING: _("said by the bank, not on a statement yet"),
    Role.EXPENSE: _("given by payers"),
    Role.DUE_FROM: _("laid out for other payers"),
    Role.SUSPENSE: _("on the statement, not explained yet"),
    Role.FUNDING: _("put in by the treasury"),
    Role.RECOVERABLE: _("to be paid back by beneficiaries"),
    Role.RECOVERED: _("paid back or written off"),
}


@require_GET
def money(request: HttpRequest) -> HttpResponse:
    """Appropriations of one payer and year, or of all; the trial balance, a line a kind of account."""
    found = Appropriation.objects.select_related("policy").order_by("-fiscal_year", "payer", "pool", "policy__code")
    payers, years = (sorted(set(found.values_list(name, flat=True))) for name in ("payer", "fiscal_year"))
    payer, year = request.GET.get("payer", ""), request.GET.get("year", "")
    if payer in payers:
        found = found.filter(payer=payer)
    if year.isdecimal() and int(year) in years:
        found = found.filter(fiscal_year=int(year))
    by_role: Counter[str] = Counter()
    for balance in trial_balance():
        by_role[balance.account.role] += balance.amount_fen
    asked = MovementRequest.objects.filter(state=AskedState.ASKED).select_related("appropriation", "made_by")
    context = {
        "asked": asked.order_by("pk"),
        "grant": GrantForm(initial={"fiscal_year": today().year}),
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "payers": payers,
        "years": [str(each) for each in years],
        "payer": payer,
        "year": year,
        "kept": f"payer={payer}&year={year}",
        "balances": [(words, by_role[role]) for role, words in ROLES.items() if role in by_role],
        "sum_fen": by_role.total(),
        "disorder": appropriations_in_disorder(),
    }
    return render(request, "desk/money.html", context)
