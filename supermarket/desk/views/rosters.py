"""Rosters: lists of titles that departments issue. Imported from Excel; one title or the whole list is withdrawn."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enterprises.effects import Effect, Use
from enterprises.errors import DeliveryRefusedError, EnterprisesError
from enterprises.models import Roster, RosterEntry, RosterFile
from enterprises.rosters import FACT, rejects_rows
from enterprises.services import roster_entry_revoke, roster_import, roster_withdraw
from supermarket.access import allow, signed_in
from supermarket.dates import today
from supermarket.desk.uploads import language, table_response, uploaded
from supermarket.payouts.uses import Uses, uses_of
from supermarket.templatetags.store import say

PER_PAGE = 50
USES_SHOWN = 200
REASON_LENGTH = 300


def day_field(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class RosterForm(forms.Form):
    """A list as it was issued; a second file under the same code adds to it."""

    code = forms.RegexField(
        label=gettext_lazy("Code, the tag that rules test (for example srdi-2023)"),
        regex=r"^[a-z0-9][a-z0-9-]*$",
        max_length=64,
    )
    title_zh = forms.CharField(label=gettext_lazy("Title in Chinese"), max_length=200)
    title_en = forms.CharField(label=gettext_lazy("Title in English"), max_length=200)
    document = forms.CharField(label=gettext_lazy("Document"), max_length=200, required=False)
    issued_on = day_field(gettext_lazy("Issued on"), initial=today)
    valid_until = day_field(gettext_lazy("Valid until (empty: no end)"), required=False)
    file = forms.FileField(label=gettext_lazy("List with a column 统一社会信用代码 or 企业名称 (Excel or CSV)"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        issued_on, valid_until = given.get("issued_on"), given.get("valid_until")
        if issued_on and valid_until and valid_until < issued_on:
            self.add_error("valid_until", _("It ends before it begins."))
        return given


class WithdrawalForm(forms.Form):
    on = day_field("", initial=today)
    reason = forms.CharField(max_length=REASON_LENGTH)


@require_GET
def rosters(request: HttpRequest) -> HttpResponse:
    standing = Count("entries", filter=Q(entries__revoked_on=None))
    found = Roster.objects.annotate(standing=standing, named=Count("entries")).order_by("-issued_on", "code")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/rosters.html", {"page": page, "kept": ""})


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form = RosterForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        existing = Roster.objects.filter(code=form.cleaned_data["code"]).first()
        if existing is not None and not allow(request.user, "desk:roster-withdraw", {"pk": existing.pk}):
            form.add_error("code", _("Another department issued a roster of this code."))
        else:
            try:
                file = imported(request, form.cleaned_data)
            except DeliveryRefusedError as error:
                form.add_error("file", say(error.problem))
            except EnterprisesError as error:
                form.add_error("code", str(error))
            else:
                return redirect("desk:roster", pk=file.roster_id)
    return render(request, "desk/roster_new.html", {"form": form}, status=422 if form.errors else 200)


def imported(request: HttpRequest, given: dict[str, Any]) -> RosterFile:
    user = signed_in(request)
    with uploaded(given["file"]) as path:
        return roster_import(
            code=given["code"],
            title={"zh": given["title_zh"], "en": given["title_en"]},
            department=user.department,
            document=given["document"],
            issued_on=given["issued_on"],
            valid_until=given["valid_until"],
            path=path,
            actor=user,
        )


@require_GET
def roster(request: HttpRequest, pk: int) -> HttpResponse:
    return roster_page(request, get_object_or_404(Roster, pk=pk))


def roster_page(
    request: HttpRequest, found: Roster, effects: Sequence[Effect] | None = None, uses: Uses | None = None
) -> HttpResponse:
    """Who stands on it and who does not any more; after a withdrawal, what was decided with the title."""
    query = request.GET.get("q", "").strip()
    entries = found.entries.select_related("beneficiary", "revoked_by").order_by("revoked_on", "row_number", "pk")
    if query:
        entries = entries.filter(Q(beneficiary__name__contains=query) | Q(beneficiary__code=query.upper()))
    context = {
        "roster": found,
        "page": Paginator(entries, PER_PAGE).get_page(request.GET.get("page")),
        "files": found.files.select_related("imported_by").order_by("-pk"),
        "own": allow(request.user, "desk:roster-withdraw", {"pk": found.pk}),
        "effects": effects,
        "uses": uses,
        "shown": f":{USES_SHOWN}",
        "query": query,
        "kept": f"q={query}",
        "today": today(),
    }
    return render(request, "desk/roster.html", context)


@require_GET
def uses(request: HttpRequest, pk: int) -> HttpResponse:
    """What was decided with the title, of everybody who stands or stood on the roster."""
    found = get_object_or_404(Roster, pk=pk)
    holders = frozenset(found.entries.values_list("beneficiary_id", flat=True))
    return roster_page(request, found, uses=uses_of(title_use(holders)))


def title_use(holders: frozenset[int]) -> Use:
    return Use(beneficiaries=holders, facts=frozenset([FACT]))


@require_GET
def rejected(request: HttpRequest, pk: int, file: int, suffix: str) -> HttpResponseBase:
    """The rows of an import that found nobody."""
    found = get_object_or_404(RosterFile.objects.select_related("roster"), pk=file, roster=pk)
    return table_response(rejects_rows(found, language()), f"{found.roster.code}-{found.pk}-rejected", suffix)


@require_POST
def revoke(request: HttpRequest, pk: int, entry: int) -> HttpResponse:
    """Take one title away."""
    found = get_object_or_404(RosterEntry.objects.select_related("roster"), pk=entry, roster=pk)
    form = WithdrawalForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the day and the reason."))
        return redirect("desk:roster", pk=pk)
    try:
        effects = roster_entry_revoke(entry=found, actor=signed_in(request), **form.cleaned_data)
    except EnterprisesError as error:
        messages.error(request, str(error))
        return redirect("desk:roster", pk=pk)
    return roster_page(request, found.roster, effects, uses_of(title_use(frozenset([found.beneficiary_id]))))


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the title away from everybody."""
    found = get_object_or_404(Roster, pk=pk)
    form = WithdrawalForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the day and the reason."))
        return redirect("desk:roster", pk=pk)
    holders = frozenset(found.entries.filter(revoked_on=None).values_list("beneficiary_id", flat=True))
    try:
        effects = roster_withdraw(roster=found, actor=signed_in(request), **form.cleaned_data)
    except EnterprisesError as error:
        messages.error(request, str(error))
        return redirect("desk:roster", pk=pk)
    return roster_page(request, found, effects, uses_of(title_use(holders)))
