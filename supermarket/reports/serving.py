"""A report as the answer to a request: of a file that is gone when it has been read, or of one that was made before."""

from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from django.http import FileResponse

from supermarket.reports.models import RunFile

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


def file_response(write: Callable[[Path], None], *, name: str, form: str) -> FileResponse:
    """`write` is given the path to write to."""
    file = NamedTemporaryFile(suffix=f".{form}")  # noqa: SIM115 - the response closes it
    write(Path(file.name))
    file.seek(0)
    return response_of(file, name=name, form=form)


def kept_response(made: RunFile) -> FileResponse:
    """A report that the worker has made."""
    return response_of(made.file.open("rb"), name=f"run-{made.run_id}", form=made.form)


def response_of(file: IO[bytes], *, name: str, form: str) -> FileResponse:
    response = FileResponse(file, as_attachment=True, filename=f"{name}.{form}", content_type=CONTENT_TYPES[form])
    response["Cache-Control"] = "private, no-store"
    return response
