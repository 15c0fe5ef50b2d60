"""The Chinese of the pages, without GNU gettext.

    python -m supermarket.messages update     collect texts of code and templates; new ones stand there to be translated
    python -m supermarket.messages compile    make the file that Django reads (`make` does it where it is needed)

The texts in the source are English; a catalogue for English is not needed.
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent
PO = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
}
HEAD = r"""# Chinese of the pages. `make messages` adds new texts; translate what is empty.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=1; plural=0;\n"

"""


def extract_template(file: BinaryIO, keywords: Any, comment_tags: Any, options: Any) -> Iterator[Any]:
    """What babel's Python extractor finds once Django has blanked all but the texts; lines stay in their places."""
    source = templatize(file.read().decode())
    flat = "\n".join(line.strip() for line in source.split("\n"))
    return extract_python(BytesIO(flat.encode()), keywords, comment_tags, {**options, "encoding": "utf-8"})


def catalogue_read() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="zh_Hans", domain="django")


def catalogue_extract() -> Catalog:
    """Every text of code and templates, with the translations that stand in the file."""
    known = catalogue_read()
    found = Catalog(locale="zh_Hans", domain="django")
    methods: list[tuple[str, Any]] = [("**/templates/**.html", extract_template), ("**.py", "python")]
    for _file, _line, text, _comments, context in extract_from_dir(ROOT, methods, keywords=KEYWORDS):
        before = known.get(text, context=context)
        found.add(text, before.string if before else None, context=context)
    return found


def catalogue_write(catalogue: Catalog) -> None:
    """Without the head that names times and tools: the file changes when a text does."""
    buffer = BytesIO(HEAD.encode())
    buffer.seek(0, 2)
    write_po(buffer, catalogue, sort_output=True, width=0, omit_header=True)
    PO.write_bytes(buffer.getvalue())


def catalogue_update() -> None:
    catalogue_write(catalogue_extract())


def catalogue_compile() -> None:
    with PO.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue_read())


if __name__ == "__main__":
    {"update": catalogue_update, "compile": catalogue_compile}[sys.argv[1]]()
