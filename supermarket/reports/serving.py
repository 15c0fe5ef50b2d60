"""A report as the answer to a request: written to a file that is gone when it has been read."""

from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.http import FileResponse

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


def file_response(write: Callable[[Path], None], *, name: str, form: str) -> FileResponse:
    """`write` is given the path to write to."""
    file = NamedTemporaryFile(suffix=f".{form}")  # noqa: SIM115 - the response closes it
    write(Path(file.name))
    file.seek(0)
    response = FileResponse(file, as_attachment=True, filename=f"{name}.{form}", content_type=CONTENT_TYPES[form])
    response["Cache-Control"] = "private, no-store"
    return response
