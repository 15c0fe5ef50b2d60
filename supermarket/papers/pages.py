"""A sheet as an answer to a request: a page to be printed, or a PDF. Who may read it is the caller's to say."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from supermarket.papers.pdf import sheet_pdf
from supermarket.papers.types import EvidenceSheet
from supermarket.papers.wording import printed


def sheet_response(request: HttpRequest, sheet: EvidenceSheet | None, *, suffix: str, back: str) -> HttpResponse:
    """`suffix`: html or pdf, the end of the address; `back`: where the page leads back to."""
    if sheet is None or suffix not in ("html", "pdf"):
        raise Http404
    words = printed(sheet)
    if suffix == "html":
        pdf = f"{request.path.removesuffix('html')}pdf"
        return render(request, "papers/sheet.html", {"sheet": words, "back": back, "pdf": pdf})
    name = f"evidence-{sheet.claim or sheet.definition.code}-{sheet.digest[:8]}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(sheet_pdf(words), content_type="application/pdf", headers=headers)
