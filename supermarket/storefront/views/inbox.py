"""What the store told the user's beneficiaries, and where else he wants to be told."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from supermarket.access import signed_in
from supermarket.dates import today
from supermarket.notices.selectors import InboxLine, address_of, inbox_line
from supermarket.notices.selectors import inbox as notices_of
from supermarket.notices.services import address_set, notices_read
from supermarket.users.selectors import beneficiaries_represented

PER_PAGE = 30


@dataclass(frozen=True)
class Line:
    """A notice with the page that it leads to."""

    notice: InboxLine
    address: str


def represented(request: HttpRequest) -> list[int]:
    return [one.pk for one in beneficiaries_represented(user=signed_in(request), on=today())]


def leads_to(line: InboxLine) -> str:
    """The page of what the notice is about; empty where there is none."""
    code = line.beneficiary.code
    kind, _separator, key = line.about.partition(":")
    match kind:
        case "claim":
            return reverse("my-claim", kwargs={"code": code, "claim": key})
        case "recovery":
            return reverse("my-recovery", kwargs={"code": code, "recovery": key})
        case "account":
            return reverse("my-account", kwargs={"code": code})
        case "policy":
            return reverse("policy", kwargs={"code": key})
    return ""


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    page = Paginator(notices_of(represented(request)), PER_PAGE).get_page(request.GET.get("page"))
    lines = [Line(line, leads_to(line)) for line in map(inbox_line, page)]
    email = address_of(signed_in(request))
    return render(request, "storefront/inbox.html", {"page": page, "lines": lines, "email": email, "kept": ""})


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """One notice, or all of them."""
    notice = request.POST.get("notice", "")
    found = int(notice) if notice.isdecimal() else None
    notices_read(beneficiaries=represented(request), actor=signed_in(request), notice=found)
    return redirect("my-inbox")


@require_POST
def address(request: HttpRequest) -> HttpResponse:
    """Wants to be told by e-mail, elsewhere, or no longer."""
    typed = request.POST.get("email", "").strip()[:254]
    try:
        address_set(user=signed_in(request), channel="email", address=typed)
    except ValidationError:
        messages.error(request, _("This is no e-mail address."))
    else:
        told = _("You are told by e-mail from now on.") if typed else _("You are not told by e-mail any more.")
        messages.success(request, told)
    return redirect("my-inbox")
