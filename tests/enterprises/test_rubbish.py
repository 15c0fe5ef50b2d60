"""Files that are not what they say: each has its message in both languages, none takes the loader down or pollutes."""

import json
import os
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from enterprises.deliveries import intake
from enterprises.deliveries.loading import ATTEMPTS
from enterprises.errors import DeliveryRefusedError
from enterprises.models import Delivery, Record
from enterprises.services import deliveries_work, delivery_load, delivery_receive

from .files import KEY, Town, credit_code, write_csv

DAY = date(2023, 6, 1)
HEADER = [KEY, "参保人数"]
MEMORY_BYTES = 64 << 20


def far_cell(path: Path) -> None:
    """Five kilobytes that a reader would lay out as 17 billion cells."""
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    book.active["XFD1048576"] = 1
    book.save(path)


def lying_part(path: Path) -> None:
    """The directory says that the sheet has ten bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 2_000_000)
    content = path.read_bytes()
    path.write_bytes(content.replace((2_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))


def no_sheet(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "nothing")


def old_excel(path: Path) -> None:
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4096))


def one_endless_line(path: Path) -> None:
    path.write_text("x" * (1 << 20))


def open_quote(path: Path) -> None:
    path.write_text(f'{KEY},参保人数\n"{credit_code(1)},27\n{credit_code(2)},3\n' * 3)


def nothing_at_all(path: Path) -> None:
    path.write_bytes(b"")


def header_only(path: Path) -> None:
    write_csv(path, [KEY, "revenue.year"])


def picture(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 64)


def utf16(path: Path) -> None:
    path.write_text(f"{KEY},参保人数\n", encoding="utf-16")


def not_parquet(path: Path) -> None:
    path.write_bytes(b"PAR1" + bytes(100) + b"PAR1")


RUBBISH: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "far-cell.xlsx": (far_cell, "too_many_cells", "XFD1048576"),
    "lying-part.xlsx": (lying_part, "unreadable", ""),
    "no-sheet.xlsx": (no_sheet, "unreadable", ""),
    "old-excel.xlsx": (old_excel, "unreadable", "zip"),
    "endless.csv": (one_endless_line, "no_header", "65536"),
    "open-quote.csv": (open_quote, "mostly_wrong", ""),
    "nothing.csv": (nothing_at_all, "empty", ""),
    "picture.csv": (picture, "encoding_unknown", "UTF-8"),
    "utf16.csv": (utf16, "encoding", "UTF-16"),
    "not.parquet": (not_parquet, "unreadable", ""),
}


@pytest.mark.parametrize("name", RUBBISH)
def test_each_kind_of_rubbish_has_its_message_and_leaves_nothing(town: Town, tmp_path: Path, name: str) -> None:
    write, code, words = RUBBISH[name]
    write(tmp_path / name)
    records = Record.objects.count()
    with pytest.raises(DeliveryRefusedError) as refused:
        delivery_load(source="social_insurance", path=tmp_path / name, as_of=DAY)
    problem = refused.value.problem
    assert problem.code == code
    for text in (problem.zh, problem.en):
        assert words in text
        assert "{" not in text
    delivery = Delivery.objects.get(source__code="social_insurance")
    assert (delivery.state, delivery.known_from, delivery.remarks[0]["code"]) == ("refused", None, code)
    assert Record.objects.count() == records


def test_an_empty_list_says_nobody_where_a_source_names_everybody_and_is_refused_elsewhere(
    town: Town, tmp_path: Path
) -> None:
    header_only(path := tmp_path / "revenue.csv")
    with pytest.raises(DeliveryRefusedError, match="nobody stands on the list") as refused:
        delivery_load(source="tax_returns", path=path, as_of=DAY)
    assert "名单上无人" in refused.value.problem.zh
    empty = write_csv(tmp_path / "credit.csv", [KEY, "列入严重失信名单"])
    assert delivery_load(source="credit", path=empty, as_of=DAY).state == "loaded"


def test_a_nest_of_brackets_is_a_row_that_is_rejected(town: Town, tmp_path: Path) -> None:
    good = [json.dumps({KEY: credit_code(number), "参保人数": number}) for number in (1, 2)]
    (tmp_path / "nest.jsonl").write_text("\n".join([*good, "[" * 200_000]))
    delivery = delivery_load(source="social_insurance", path=tmp_path / "nest.jsonl", as_of=DAY)
    assert (delivery.records, delivery.rejects.get().problems[0]["code"]) == (2, "not_an_object")


@pytest.mark.parametrize(("size", "code"), [(2 << 30, "too_large"), (200 << 20, "no_header")])
def test_memory_stays_flat_however_large_the_file_is(town: Town, tmp_path: Path, size: int, code: str) -> None:
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(size)  # zeros that take no room
    tracemalloc.start()
    try:
        with pytest.raises(DeliveryRefusedError) as refused:
            delivery_load(source="social_insurance", path=tmp_path / "huge.csv", as_of=DAY)
        assert tracemalloc.get_traced_memory()[1] < MEMORY_BYTES
    finally:
        tracemalloc.stop()
    assert refused.value.problem.code == code


def test_without_the_guard_the_far_cell_takes_the_process_down(tmp_path: Path) -> None:
    """The negative control: the library that reads workbooks is killed by what the guard refuses."""
    far_cell(tmp_path / "far.xlsx")
    reader = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30));"
        "from python_calamine import CalamineWorkbook as Book;"
        "Book.from_path(sys.argv[1]).get_sheet_by_index(0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", reader, str(tmp_path / "far.xlsx")],
        capture_output=True,
        env={**os.environ, "RUST_BACKTRACE": "0"},
    )
    assert done.returncode < 0


def test_one_file_that_cannot_be_loaded_keeps_no_other_and_is_given_up(
    town: Town, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.INBOX_DIR = tmp_path / "inbox"
    poison = write_csv(tmp_path / "poison.csv", HEADER, [credit_code(1), 1])
    good = write_csv(tmp_path / "good.csv", HEADER, [credit_code(1), 2])
    bad = delivery_receive(source="social_insurance", path=poison, as_of=DAY)
    right = delivery_receive(source="social_insurance", path=good, as_of=date(2023, 6, 2))
    read = intake.load_opened.__globals__["read_sheet"]

    def reads(path: Path, source: Any) -> Any:
        if path == intake.kept_file(bad):
            raise MemoryError
        return read(path, source)

    monkeypatch.setitem(intake.load_opened.__globals__, "read_sheet", reads)
    assert [one.pk for one in deliveries_work()] == [right.pk]
    for _ in range(ATTEMPTS):
        deliveries_work()
    bad.refresh_from_db()
    assert (bad.state, bad.remarks[0]["code"]) == ("refused", "gave_up")
    assert not intake.kept_file(bad).exists()
    assert deliveries_work() == []
