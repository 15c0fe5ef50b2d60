"""Reports of runs. The one part of the API that is not for everybody: officials who are signed in at the desk, as the
access table says."""

from datetime import timedelta

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.views import APIView

from supermarket.access import signed_in
from supermarket.api.problems import ProblemSerializer
from supermarket.claims.models import Run
from supermarket.reports.making import run_file_ask, run_is_long
from supermarket.reports.models import RunFile
from supermarket.reports.run_files import FORMS, run_file
from supermarket.reports.serving import CONTENT_TYPES, file_response, kept_response
from supermarket.reports.text import page_language

FRESH = timedelta(hours=1)


class RunReportApi(APIView):
    authentication_classes = (SessionAuthentication,)

    @extend_schema(
        operation_id="run_report",
        parameters=[
            OpenApiParameter("run", OpenApiTypes.INT, location="path"),
            OpenApiParameter("form", enum=sorted(FORMS), location="path"),
        ],
        responses={
            **{(200, kind): OpenApiTypes.BINARY for kind in CONTENT_TYPES.values()},
            202: None,
            404: ProblemSerializer,
        },
    )
    def get(self, request: Request, run: int, form: str) -> HttpResponseBase:
        """The report of a run as a workbook or a PDF, in the language of Accept-Language. For officials of finance,
        heads and auditors. That of a long run is made in the background: 202 until it is ready, ask again after the
        seconds of Retry-After; one that is older than an hour is made anew."""
        found = Run.objects.select_related("policy", "policy_version", "made_by").filter(pk=run).first()
        if found is None or form not in FORMS:
            raise Http404
        language = page_language()
        if run_is_long(found):
            asked = RunFile.objects.filter(run=found, form=form, language=language).first()
            if asked is not None and asked.made_at and asked.made_at > timezone.now() - FRESH:
                return kept_response(asked)
            run_file_ask(run=found, form=form, language=language, actor=signed_in(request))
            return HttpResponse(status=202, headers={"Retry-After": "10"})
        return file_response(
            lambda path: run_file(found, form=form, path=path, language=language), name=f"run-{run}", form=form
        )
