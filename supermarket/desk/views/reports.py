"""Reports for officials, as files."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from supermarket.access import signed_in
from supermarket.claims.models import Run
from supermarket.reports.making import run_file_ask, run_is_long
from supermarket.reports.models import RunFile
from supermarket.reports.run_files import FORMS, run_file
from supermarket.reports.serving import file_response, kept_response
from supermarket.reports.text import page_language


@require_GET
def run_report(request: HttpRequest, pk: int, form: str) -> FileResponse:
    """That of a long run is made first, see `run_report_ask`."""
    run = run_of(pk, form)
    if not run_is_long(run):
        return file_response(
            lambda path: run_file(run, form=form, path=path, language=page_language()), name=f"run-{pk}", form=form
        )
    return kept_response(
        get_object_or_404(RunFile, run=run, form=form, language=page_language(), made_at__isnull=False)
    )


@require_POST
def run_report_ask(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    run_file_ask(run=run_of(pk, form), form=form, language=page_language(), actor=signed_in(request))
    messages.success(request, _("The report is made in the background and can be fetched here when it is ready."))
    return redirect("desk:run", pk=pk)


def run_of(pk: int, form: str) -> Run:
    if form not in FORMS:
        raise Http404
    return get_object_or_404(Run.objects.select_related("policy", "policy_version", "made_by"), pk=pk)
