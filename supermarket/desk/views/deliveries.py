"""Deliveries of departments: what came in, what was rejected and why, and handing one over."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enterprises.deliveries.problems import problem
from enterprises.effects import Use
from enterprises.errors import DeliveryRefusedError, EnterprisesError
from enterprises.models import Delivery
from enterprises.selectors import rejects_table
from enterprises.services import delivery_receive, delivery_stop, delivery_withdraw
from enterprises.vocabulary import source_definitions
from supermarket.access import allow, signed_in, within_department
from supermarket.celery import poke
from supermarket.dates import today
from supermarket.desk.delivery_page import load_progress
from supermarket.desk.uploads import language, table_response, too_large, uploaded
from supermarket.payouts.uses import uses_of
from supermarket.requests import by_htmx
from supermarket.templatetags.store import say
from supermarket.users.models import User

PER_PAGE = 50
USES_SHOWN = 200  # of each kind; the file has all
REASON_LENGTH = 300


class DeliveryForm(forms.Form):
    """A department hands over its own sources only."""

    source = forms.ChoiceField(label=_("Source"))
    as_of = forms.DateField(
        label=_("True on"), initial=today, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    extent = forms.ChoiceField(
        label=_("Extent"),
        choices=[
            (Delivery.Extent.WHOLE, _("names everybody that the source knows of")),
            (Delivery.Extent.SUPPLEMENT, _("only these rows; all others stand as they were")),
        ],
    )
    accept_fewer = forms.BooleanField(
        label=_("Take it also if it names less than half as many as the last one"), required=False
    )
    # The last field: a file that is too large is dropped, what stands before it arrives.
    file = forms.FileField(label=_("File (CSV, Excel, JSON Lines or Parquet)"))

    def __init__(self, user: User, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["source"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (source.code, f"{say(source.name)} · {source.department}")
            for source in source_definitions().values()
            if not source.compiled and within_department(user, source.department)
        ]


@require_GET
def deliveries(request: HttpRequest) -> HttpResponse:
    found = Delivery.objects.select_related("source", "received_by").order_by("-received_at")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/deliveries.html", {"page": page, "sources": source_definitions(), "kept": ""})


@require_GET
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """To htmx only how far the load is; when it has ended, the whole page anew."""
    found = get_object_or_404(Delivery.objects.select_related("source", "received_by"), pk=pk)
    progress = load_progress(found)
    own = allow(request.user, "desk:delivery-withdraw", {"pk": pk})
    context = {"delivery": found, "progress": progress, "own": own}
    if by_htmx(request):
        response = render(request, "desk/parts/delivery_live.html", context)
        if progress is None:
            response["HX-Refresh"] = "true"
        return response
    page = Paginator(found.rejects.order_by("row_number"), PER_PAGE).get_page(request.GET.get("page"))
    source = source_definitions().get(found.source.code)
    return render(request, "desk/delivery.html", {**context, "source": source, "page": page, "kept": ""})


@require_GET
def rejected(request: HttpRequest, pk: int, suffix: str) -> HttpResponseBase:
    """The rejected rows as a file to be mended."""
    found = get_object_or_404(Delivery.objects.select_related("source"), pk=pk)
    rows = rejects_table(delivery=found, language=language())
    return table_response(rows, f"{found.source.code}-{found.as_of}-rejected", suffix)


@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """The wrong file: give the load up."""
    found = get_object_or_404(Delivery.objects.select_related("source"), pk=pk)
    try:
        delivery_stop(delivery=found, actor=signed_in(request))
    except EnterprisesError as error:
        messages.error(request, str(error))
    return redirect("desk:delivery", pk=pk)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the delivery back, then show what was decided with it."""
    found = get_object_or_404(Delivery.objects.select_related("source"), pk=pk)
    try:
        delivery_withdraw(
            delivery=found, actor=signed_in(request), reason=request.POST.get("reason", "")[:REASON_LENGTH]
        )
    except EnterprisesError as error:
        messages.error(request, str(error))
        return redirect("desk:delivery", pk=pk)
    return redirect("desk:delivery-uses", pk=pk, suffix="html")


@require_GET
def uses(request: HttpRequest, pk: int, suffix: str) -> HttpResponseBase:
    """Claims, payouts and runs that rest on the delivery: to be looked at before it is withdrawn, and after."""
    found = get_object_or_404(Delivery.objects.select_related("source"), pk=pk)
    rest_on_it = uses_of(Use(deliveries=frozenset([pk])))
    if suffix == "html":
        context = {"delivery": found, "uses": rest_on_it, "shown": f":{USES_SHOWN}"}
        return render(request, "desk/delivery_uses.html", context)
    return table_response(rest_on_it.rows(), f"delivery-{pk}-uses", suffix)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Keeps the file; it is loaded in the background, and its page shows how far it is."""
    user = signed_in(request)
    form = DeliveryForm(user, request.POST or None, request.FILES or None)
    if too_large(request):
        limit = settings.DELIVERY_MAX_BYTES >> 20
        words = say(problem("too_large", size_mb=int(request.META["CONTENT_LENGTH"]) >> 20, limit_mb=limit))
        form.fields["file"].error_messages["required"] = words
    if request.method == "POST" and form.is_valid():
        try:
            taken = delivery_take(user, form.cleaned_data)
        except DeliveryRefusedError as error:
            form.add_error("file", say(error.problem))
        else:
            poke("deliveries.work")
            return redirect("desk:delivery", pk=taken.pk)
    return render(request, "desk/delivery_new.html", {"form": form}, status=422 if form.errors else 200)


def delivery_take(user: User, given: dict[str, object]) -> Delivery:
    """Through the same service as every other delivery, from a file that keeps the name it came with."""
    upload = given["file"]
    assert isinstance(upload, UploadedFile)
    with uploaded(upload) as path:
        return delivery_receive(
            source=str(given["source"]),
            path=path,
            as_of=given["as_of"],  # type: ignore[arg-type]
            extent=str(given["extent"]),
            accept_fewer=bool(given["accept_fewer"]),
            actor=user,
        )
