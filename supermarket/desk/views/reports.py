"""Reports for officials, as files."""

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from supermarket.claims.models import Run
from supermarket.reports.run_files import FORMS, run_file
from supermarket.reports.serving import file_response


@require_GET
def run_report(request: HttpRequest, pk: int, form: str) -> FileResponse:
    """In the language of the page."""
    if form not in FORMS:
        raise Http404
    run = get_object_or_404(Run.objects.select_related("policy", "policy_version", "made_by"), pk=pk)
    language = get_language() or "zh-hans"
    return file_response(
        lambda path: run_file(run, form=form, path=path, language=language), name=f"run-{pk}", form=form
    )
