"""Reports of runs. The one part of the API that is not for everybody: officials who are signed in at the desk, as the
access table says."""

from django.http import FileResponse, Http404
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from supermarket.api.problems import ProblemSerializer
from supermarket.claims.models import Run
from supermarket.reports.run_files import FORMS, run_file
from supermarket.reports.serving import CONTENT_TYPES, file_response


class RunReportApi(APIView):
    @extend_schema(
        operation_id="run_report",
        parameters=[
            OpenApiParameter("run", OpenApiTypes.INT, location="path"),
            OpenApiParameter("form", enum=sorted(FORMS), location="path"),
        ],
        responses={**{(200, kind): OpenApiTypes.BINARY for kind in CONTENT_TYPES.values()}, 404: ProblemSerializer},
    )
    def get(self, request: Request, run: int, form: str) -> FileResponse:
        """The report of a run as a workbook or a PDF, in the language of Accept-Language. For officials of finance,
        heads and auditors."""
        found = Run.objects.select_related("policy", "policy_version", "made_by").filter(pk=run).first()
        if found is None or form not in FORMS:
            raise Http404
        language = get_language() or "zh-hans"
        return file_response(
            lambda path: run_file(found, form=form, path=path, language=language), name=f"run-{run}", form=form
        )
