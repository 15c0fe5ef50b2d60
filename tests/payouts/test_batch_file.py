"""The batch file of 批量代发: what we write is what the bank reads; a file that is not as agreed is refused whole."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supermarket.payouts.rails.base import (
    AMOUNT_FEN_MAX,
    FactKind,
    Instruction,
    Party,
    PaymentFile,
    UnreadableMessageError,
    instruction_problem,
)
from supermarket.payouts.rails.batch_file.reader import batch_file_read
from supermarket.payouts.rails.batch_file.writer import batch_file_write, file_name, layout_problem, name_of
from tests.payouts import batch_bank
from tests.payouts.batch_bank import Booking, payment_file_take, sealed

CITY = Party("芜湖市财政局", "34020000000100000001", "102362000012")
# Holders as they come: common, rare (outside the first plane), with the middle dot of minority names, Latin.
NAMES = st.text(st.sampled_from("芜湖市测试有限公司䶮𠮷𪚥𰻝·（）ABC abc'&<"), min_size=1, max_size=70) | st.text(
    min_size=1, max_size=60
)
instructions = st.builds(
    Instruction,
    end_to_end_id=st.from_regex(r"340200-[0-9]{1,10}-[0-9]{1,2}-[0-9]{1,3}", fullmatch=True),
    amount_fen=st.integers(1, AMOUNT_FEN_MAX - 1) | st.sampled_from([1, AMOUNT_FEN_MAX - 1]),
    creditor=st.builds(
        Party,
        name=NAMES,
        account=st.from_regex(r"[0-9A-Za-z-]{1,34}", fullmatch=True),
        bank_code=st.from_regex(r"[0-9]{12}", fullmatch=True),
    ),
    remittance=st.text("惠企政策 研发𪚥abc|", max_size=80),
).filter(lambda each: instruction_problem(each) is None and layout_problem(each) is None)


def file_of(rows: list[Instruction]) -> PaymentFile:
    return PaymentFile(
        message_id="340200-B17-3",
        created_at=datetime(2023, 6, 15, 10, 20, 30, tzinfo=UTC),
        execution_date=date(2023, 6, 15),
        debtor=CITY,
        count=len(rows),
        total_fen=sum(row.amount_fen for row in rows),
        instructions=rows,
    )


@settings(suppress_health_check=[HealthCheck.too_slow])  # the first text takes its time on a busy machine
@given(st.lists(instructions, min_size=1, max_size=5))
def test_the_bank_reads_what_was_meant(rows: list[Instruction]) -> None:
    data = batch_file_write(file_of(rows))
    taken = payment_file_take(data)
    assert (taken.name, taken.message_id, taken.account, taken.holder, taken.day) == (
        "202306151020300000170003",
        "340200-B17-3",
        CITY.account,
        CITY.name,
        "20230615",
    )
    found = [(row.end_to_end_id, row.amount_fen, Party(row.holder, row.account, row.bank_code)) for row in taken.rows]
    assert found == [(row.end_to_end_id, row.amount_fen, row.creditor) for row in rows]
    assert all(row.remittance.strip().startswith(read.remittance) for row, read in zip(rows, taken.rows, strict=True))
    assert data == batch_file_write(file_of(list(rows)))


def test_the_largest_file_is_taken_with_its_total() -> None:
    rows = [Instruction(f"340200-{n}-1-1", AMOUNT_FEN_MAX - 1, Party("甲", "1", "1" * 12), "x") for n in range(5_000)]
    assert len(payment_file_take(batch_file_write(file_of(rows))).rows) == 5_000


def test_a_files_name_is_fourteen_digits_of_time_and_ten_of_sequence() -> None:
    name = file_name("340200-B123-45", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert name == "20260102030405" + "0001230045"
    assert name_of(batch_file_write(file_of([Instruction("E", 1, CITY, "x")]))) == "202306151020300000170003"


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("𰻝" * 30, True),  # four bytes each
        ("𰻝" * 31, False),
        ("芜" * 60, True),
        ("芜" * 61, False),
        (" 芜湖", False),
        ("芜湖 ", False),
    ],
)
def test_a_name_is_never_cut(name: str, good: bool) -> None:
    problem = layout_problem(Instruction("E", 1, Party(name, "1", "1" * 12), "x"))
    assert (problem is None) is good
    assert good or (problem and problem["zh"] and problem["en"])


@pytest.mark.parametrize("character", ["\ue5e5", "\U000f0001", "\u2028", "\x85", "\x00", "\ufffe", "\ud800"])
def test_characters_that_banks_do_not_share_are_named(character: str) -> None:
    problem = instruction_problem(Instruction("E", 1, Party(f"王{character}", "1", "1" * 12), "x"))
    assert problem is not None
    assert f"U+{ord(character):04X}" in problem["zh"]


def results(rows: list[tuple[str, int, str]]) -> bytes:
    """A return file; rows: end-to-end id, fen, result."""
    lines = [
        batch_bank.result_row(
            n,
            key,
            fen,
            result,
            "20230615" if result == "S" else "",
            f"B{n}" if result == "S" else "",
            "" if result == "S" else "AC04",
            "" if result == "S" else "账户已销户",
        )
        for n, (key, fen, result) in enumerate(rows, 1)
    ]
    head = batch_bank.result_head("202306151020300000170003", "340200-B17-3", CITY.account)
    return sealed(head, [fen for _, fen, _ in rows], lines)


@given(
    st.lists(st.tuples(st.uuids().map(lambda u: u.hex), st.integers(1, 10**14 - 1), st.sampled_from("SFA")), max_size=9)
)
def test_results_are_read_as_the_bank_meant_them(rows: list[tuple[str, int, str]]) -> None:
    kinds = {"S": FactKind.DEBITED, "F": FactKind.REJECTED, "A": FactKind.ACCEPTED}
    reading = batch_file_read(results(rows))
    assert [(fact.end_to_end_id, fact.kind) for fact in reading.facts] == [
        (key, kinds[result]) for key, _, result in rows
    ]
    assert all(
        fact.amount_fen == fen for fact, (_, fen, result) in zip(reading.facts, rows, strict=True) if result == "S"
    )
    assert all(fact.reason_code == "AC04" for fact in reading.facts if fact.kind == FactKind.REJECTED)


@given(st.integers(-(10**17), 10**17), st.lists(st.tuples(st.sampled_from("DTC"), st.integers(1, 10**14)), max_size=9))
def test_a_closed_day_is_read_to_the_fen(opening_fen: int, rows: list[tuple[str, int]]) -> None:
    closing_fen = opening_fen + sum(-fen if kind == "D" else fen for kind, fen in rows)
    head = batch_bank.statement_head("2023061501", "20230615", CITY.account, opening_fen, closing_fen)
    bookings = [Booking(kind, f"E{n}", fen, f"B{n}") for n, (kind, fen) in enumerate(rows)]
    lines = [batch_bank.statement_row(n, each, "20230615") for n, each in enumerate(bookings, 1)]
    closed = batch_file_read(sealed(head, [fen for _, fen in rows], lines)).statement
    assert closed is not None
    assert (closed.opening_fen, closed.closing_fen, closed.day) == (opening_fen, closing_fen, date(2023, 6, 15))
    assert [fact.amount_fen for fact in closed.bookings] == [fen for _, fen in rows]


GOOD = results([("340200-1-1-1", 100, "S"), ("340200-2-1-1", 200, "F"), ("340200-3-1-1", 300, "S")])
HEAD, FIRST, SECOND, THIRD, _ = GOOD.split(b"\r\n")
DAMAGED: dict[str, tuple[bytes, str]] = {
    "cut off within a row": (GOOD[:-40], "line 4, byte 1"),
    "cut off after a row": (b"\r\n".join([HEAD, FIRST, SECOND, b""]), "line 1, byte 1: 3 rows"),
    "another total": (GOOD.replace(b"%018d" % 600, b"%018d" % 601), "line 1, byte 1: a total of 601"),
    "another count": (GOOD.replace(b"%08d%018d" % (3, 600), b"%08d%018d" % (4, 600)), "line 1, byte 1: 4 rows"),
    "a row doubled": (b"\r\n".join([HEAD, FIRST, FIRST, SECOND, THIRD, b""]), "line 3, byte 2"),
    "a row doubled, renumbered": (
        sealed(HEAD[:-26], [100, 100], [FIRST, FIRST.replace(b"D000001", b"D000002")]),
        "line 3, byte 8: B1 stands",
    ),
    "a column shifted": (GOOD.replace(b"340200-2-1-1 ", b" 340200-2-1-1"), "line 3, byte 8: end_to_end_id"),
    "a column inserted": (
        GOOD.replace(b"340200-2-1-1 ", b"340200-2-1-1  "),
        "line 3, byte 1: 166 bytes in place of 165",
    ),
    "UTF-8": (
        GOOD.replace("账户已销户".encode("gb18030") + b" " * 5, "账户已销户".encode()),
        "line 3, byte 120: reason is not gb18030",
    ),
    "UTF-16": (GOOD.decode("gb18030").encode("utf-16"), "line 1, byte 1"),
    "an amount with a sign": (GOOD.replace(b"%018d" % 300, b"-%017d" % 300), "line 4, byte 43: amount"),
    "an amount in yuan": (GOOD.replace(b"%018d" % 300, b"%015d.00" % 3), "line 4, byte 43: amount"),
    "another unit": (GOOD.replace(b"FEN", b"CNY"), "line 1, byte 1: amounts in 'CNY'"),
    "no such day": (GOOD.replace(b"20230615B1", b"20230631B1"), "line 2, byte 62: booked_on"),
    "no such result": (GOOD.replace(b"%018dF" % 200, b"%018dX" % 200), "line 3, byte 60: 'X'"),
    "paid without a reference": (GOOD.replace(b"B1 ", b"   "), "line 2, byte 2: a booking"),
    "another kind of file": (b"X" + GOOD[1:], "line 1, byte 1: b'X'"),
    "nothing": (b"", "line 1, byte 1"),
}


@pytest.mark.parametrize(("data", "place"), DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_file_is_refused_whole_with_its_place(data: bytes, place: str) -> None:
    assert len(batch_file_read(GOOD).facts) == 3
    with pytest.raises(UnreadableMessageError) as caught:
        batch_file_read(data)
    assert str(caught.value).startswith(place)


@given(st.data())
def test_no_cut_and_no_flipped_byte_is_taken_for_the_file(data: st.DataObject) -> None:
    """A cut is always seen. A changed byte is refused, or changes a text; never a sum."""
    end = data.draw(st.integers(0, len(GOOD) - 1))
    with pytest.raises(UnreadableMessageError):
        batch_file_read(GOOD[:end])
    place, value = data.draw(st.integers(0, len(GOOD) - 1)), data.draw(st.integers(0, 255))
    changed = GOOD[:place] + bytes([value]) + GOOD[place + 1 :]
    try:
        facts = batch_file_read(changed).facts
    except UnreadableMessageError:
        return
    assert [fact.amount_fen for fact in facts if fact.kind == FactKind.DEBITED] in ([100, 300], [100], [300])
