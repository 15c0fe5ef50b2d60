"""Deliveries of departments: what came in, what was rejected and why, and handing one over."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enterprises.errors import DeliveryRefusedError, EnterprisesError
from enterprises.models import Delivery
from enterprises.selectors import rejects_csv
from enterprises.services import delivery_load, delivery_withdraw
from enterprises.vocabulary import source_definitions
from supermarket.access import allow, signed_in, within_department
from supermarket.dates import today
from supermarket.templatetags.store import say
from supermarket.users.models import User

PER_PAGE = 50
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
    file = forms.FileField(label=_("File (CSV or Excel)"))

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
    found = get_object_or_404(Delivery.objects.select_related("source", "received_by"), pk=pk)
    page = Paginator(found.rejects.order_by("row_number"), PER_PAGE).get_page(request.GET.get("page"))
    source = source_definitions().get(found.source.code)
    own = allow(request.user, "desk:delivery-withdraw", {"pk": pk})
    context = {"delivery": found, "source": source, "page": page, "kept": "", "own": own}
    return render(request, "desk/delivery.html", context)


@require_GET
def rejected(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The rejected rows as a file to be mended."""
    found = get_object_or_404(Delivery.objects.select_related("source"), pk=pk)
    rows = rejects_csv(delivery=found, language="zh" if (get_language() or "").startswith("zh") else "en")
    name = f"{found.source.code}-{found.as_of}-rejected.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8", headers=headers)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the delivery back, and show what was decided with it."""
    found = get_object_or_404(Delivery.objects.select_related("source"), pk=pk)
    try:
        effects = delivery_withdraw(
            delivery=found, actor=signed_in(request), reason=request.POST.get("reason", "")[:REASON_LENGTH]
        )
    except EnterprisesError as error:
        messages.error(request, str(error))
        return redirect("desk:delivery", pk=pk)
    return render(request, "desk/delivery_withdrawn.html", {"delivery": found, "effects": effects})


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = DeliveryForm(user, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            taken = delivery_take(user, form.cleaned_data)
            return redirect("desk:delivery", pk=taken.pk)
        except DeliveryRefusedError as error:
            form.add_error("file", say(error.problem))
    return render(request, "desk/delivery_new.html", {"form": form}, status=422 if form.errors else 200)


def delivery_take(user: User, given: dict[str, object]) -> Delivery:
    """Through the same service as every other delivery, from a file that keeps the name it came with."""
    upload = given["file"]
    assert isinstance(upload, UploadedFile)
    with TemporaryDirectory() as folder:
        path = Path(folder) / Path(upload.name or "delivery").name
        with path.open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
        return delivery_load(
            source=str(given["source"]),
            path=path,
            as_of=given["as_of"],  # type: ignore[arg-type]
            extent=str(given["extent"]),
            actor=user,
        )
