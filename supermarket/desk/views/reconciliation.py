"""The bank's statements against the books at the desk, and the money that nobody can explain: always by two people."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, time

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from supermarket.access import signed_in
from supermarket.dates import today
from supermarket.desk.acting import DONE, step_take
from supermarket.desk.uploads import table_response
from supermarket.desk.views.money import ROLES, Role
from supermarket.ledger.errors import LedgerError, yuan
from supermarket.ledger.selectors import trial_balance
from supermarket.payouts import reconciliation as reading
from supermarket.payouts import services
from supermarket.payouts.bringing import statement_of
from supermarket.payouts.models import BankMessage, PayerAccount, SuspenseItem
from supermarket.payouts.rails.base import Statement
from supermarket.payouts.selectors import suspense_open

STATEMENT_BYTES_MAX = 64 * 1024 * 1024


class StatementForm(forms.Form):
    account = forms.ModelChoiceField(PayerAccount.objects.order_by("payer"), label=gettext_lazy("Bank account"))
    file = forms.FileField(label=gettext_lazy("Statement as the bank made it (camt.053 or batch file)"))


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    items = suspense_open().select_related("statement__payer_account", "line", "proposed_by")
    context = {
        "accounts": list(reading.accounts_standing(today())),
        "bands": reading.suspense_ages(suspense_open(), today()),
        "items": items[:200],
        "brought": [(message, statement_shown(message)) for message in reading.statements_brought()],
        "form": StatementForm(),
        "today": today(),
    }
    return render(request, "desk/reconciliation.html", context)


def statement_shown(message: BankMessage) -> Statement | None:
    """What a brought statement says, for the second person; None if its account is gone."""
    for account in message.channel.accounts.all():
        try:
            return statement_of(account, message.data)
        except LedgerError:
            continue
    return None


@require_GET
def account(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(PayerAccount.objects.select_related("channel"), pk=pk)
    missing = reading.days_missing(found, today())
    context = {"account": found, "days": reading.account_days(found)[:370], "missing": missing}
    return render(request, "desk/reconciliation_account.html", context)


@require_GET
def balance(request: HttpRequest, suffix: str) -> HttpResponseBase:
    """The trial balance as a table, as it stood at the end of `until` (a date of entry; default: now)."""
    until = parse_date(request.GET.get("until") or "")
    moment = timezone.make_aware(datetime.combine(until, time.max)) if until else None

    def rows() -> Iterator[Sequence[str]]:
        yield _("Account"), _("Of"), _("Balance")
        for each in trial_balance(until=moment):
            of = each.account.appropriation or each.account.holder
            yield str(ROLES[Role(each.account.role)]), str(of), yuan(each.amount_fen)

    return table_response(rows(), f"trial-balance-{until or today()}", suffix)


@require_POST
def statement_bring(request: HttpRequest) -> HttpResponse:
    form = StatementForm(request.POST, request.FILES)
    if not form.is_valid() or form.cleaned_data["file"].size > STATEMENT_BYTES_MAX:
        messages.error(request, _("Choose an account and a file of at most 64 MB."))
        return redirect("desk:reconciliation")
    chosen, data = form.cleaned_data["account"], form.cleaned_data["file"].read()
    return act(
        request,
        lambda: services.statement_bring(account=chosen, data=data, actor=signed_in(request)),
        "desk:reconciliation",
        _("Kept. It is read once another person has confirmed it."),
    )


@require_POST
def statement_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    message = get_object_or_404(BankMessage, pk=pk)
    return act(
        request,
        lambda: services.statement_confirm(message=message, actor=signed_in(request)),
        "desk:reconciliation",
    )


@require_POST
def statement_decline(request: HttpRequest, pk: int) -> HttpResponse:
    message = get_object_or_404(BankMessage, pk=pk)
    return act(
        request,
        lambda: services.statement_decline(message=message, actor=signed_in(request)),
        "desk:reconciliation",
    )


@require_GET
def suspense(request: HttpRequest, pk: int) -> HttpResponse:
    rows = SuspenseItem.objects.select_related("statement__payer_account", "line", "proposed_by", "resolved_by")
    found = get_object_or_404(rows, pk=pk)
    opposite = suspense_open().filter(
        statement__payer_account=found.statement.payer_account, amount_fen=-found.amount_fen
    )
    context = {"item": found, "answers": SuspenseItem.Answer.choices, "opposite": opposite[:20], "today": today()}
    return render(request, "desk/suspense.html", context)


@require_POST
def suspense_propose(request: HttpRequest, pk: int) -> HttpResponse:
    item = get_object_or_404(SuspenseItem, pk=pk)
    said = {name: request.POST.get(name, "") for name in ("answer", "target", "resolution")}
    return act(
        request,
        lambda: services.suspense_propose(item=item, actor=signed_in(request), **said),
        "desk:suspense",
        _("Proposed. Another person has to approve it."),
        pk=pk,
    )


@require_POST
def suspense_approve(request: HttpRequest, pk: int) -> HttpResponse:
    item = get_object_or_404(SuspenseItem, pk=pk)
    return act(request, lambda: services.suspense_approve(item=item, actor=signed_in(request)), "desk:suspense", pk=pk)


@require_POST
def suspense_drop(request: HttpRequest, pk: int) -> HttpResponse:
    item = get_object_or_404(SuspenseItem, pk=pk)
    return act(
        request, lambda: services.suspense_send_back(item=item, actor=signed_in(request)), "desk:suspense", pk=pk
    )


def act(
    request: HttpRequest, do: Callable[[], object], page: str, words: str | Promise = DONE, *, pk: int | None = None
) -> HttpResponse:
    step_take(request, do, words)
    return redirect(page) if pk is None else redirect(page, pk)
