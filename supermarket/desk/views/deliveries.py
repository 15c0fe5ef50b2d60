"""Deliveries of departments: what came in, what was rejected and why, and handing one over."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from enterprises.errors import DeliveryRefusedError
from enterprises.models import Delivery
from enterprises.services import delivery_load
from enterprises.vocabulary import source_definitions
from supermarket.access import signed_in, within_department
from supermarket.dates import today
from supermarket.templatetags.store import say
from supermarket.users.models import User

PER_PAGE = 50


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
            if within_department(user, source.department)
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
    return render(request, "desk/delivery.html", {"delivery": found, "source": source, "page": page, "kept": ""})


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
