"""Files handed over at the desk: a limit while they stream in, tables given back."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import get_language

from enterprises.deliveries.tables import csv_lines, workbook_file

TOO_LARGE = "supermarket.upload_too_large"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class SizeLimit(FileUploadHandler):
    """Drops an upload that is larger than a delivery may be, as it comes in: it fills neither memory nor disk.

    The first of `FILE_UPLOAD_HANDLERS`. The rest of the request is read and thrown away, so that the browser gets an
    answer; the form asks `too_large`.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        if start + len(raw_data) > settings.DELIVERY_MAX_BYTES:
            assert self.request is not None
            self.request.META[TOO_LARGE] = True
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> Any:
        """The next handler keeps the file."""


def too_large(request: HttpRequest) -> bool:
    return TOO_LARGE in request.META


@contextmanager
def uploaded(upload: UploadedFile) -> Iterator[Path]:
    """The upload as a file of its own name, for as long as it is needed."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / Path(upload.name or "delivery").name
        with path.open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
        yield path


def language() -> str:
    """The page's, as problems name theirs."""
    return "zh" if (get_language() or "").startswith("zh") else "en"


def table_response(rows: Iterator[Sequence[str]], name: str, suffix: str) -> HttpResponseBase:
    """Rows as a file to be saved: `suffix` csv or xlsx; there is no other."""
    if suffix not in ("csv", "xlsx"):
        raise Http404
    if suffix == "xlsx":
        return FileResponse(workbook_file(rows), as_attachment=True, filename=f"{name}.xlsx", content_type=WORKBOOK)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8", headers=headers)


def attachment(content: bytes | str, name: str, content_type: str) -> HttpResponse:
    """A file to be saved, of a size that fits into memory."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)
