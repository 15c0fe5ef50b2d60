"""Reading what the bank says in batch files: results, 退票, and the statement of a day (对账文件).

A file that is not as agreed is refused as a whole, with the place; nothing of it is applied. A row that is as agreed
and speaks of nothing of ours is a fact like any other: what becomes of it is decided elsewhere.
"""

from collections.abc import Callable
from datetime import date

from supermarket.payouts.rails.base import BankFact, FactKind, Reading, Statement
from supermarket.payouts.rails.batch_file import layouts
from supermarket.payouts.rails.batch_file.columns import BrokenFileError, Layout, lines

Values = dict[str, str]
RESULTS = {"S": FactKind.DEBITED, "F": FactKind.REJECTED, "A": FactKind.ACCEPTED}
BOOKINGS = {"D": FactKind.DEBITED, "T": FactKind.RETURNED, "C": FactKind.CREDITED}


def batch_file_read(data: bytes) -> Reading:
    """What one file says. Raises BrokenFileError."""
    read = READERS.get(data[:1])
    if read is None:
        raise BrokenFileError(1, 1, f"{data[:1]!r} begins no file that is read here")
    return read(data)


def records(data: bytes, head_layout: Layout, row_layout: Layout) -> tuple[Values, list[Values]]:
    """The head and the rows, with unit, count, total, numbering and ids checked."""
    head, rows, seen = Values(), [], dict[str, int]()
    for number, line in lines(data):
        if number == 1:
            head = head_layout.unpack(line, 1)
            if head["unit"] != layouts.UNIT:
                raise BrokenFileError(1, 1, f"amounts in {head['unit']!r}; agreed is {layouts.UNIT}")
            continue
        row = row_layout.unpack(line, number)
        if int(row["row"]) != number - 1:
            raise BrokenFileError(number, 2, f"row {int(row['row'])} stands in the place of row {number - 1}")
        key = row["reference"] or row["end_to_end_id"]
        if key in seen:
            raise BrokenFileError(number, 8, f"{key} stands in line {seen[key]} already")
        seen[key] = number
        rows.append(row)
    if int(head["count"]) != len(rows):
        raise BrokenFileError(1, 1, f"{int(head['count'])} rows are announced, {len(rows)} are there")
    total = sum(int(row["amount"]) for row in rows)
    if int(head["total"]) != total:
        raise BrokenFileError(1, 1, f"a total of {int(head['total'])} fen is announced, the rows come to {total}")
    return head, rows


def results(data: bytes) -> Reading:
    """The return file: what became of each row of a payment file."""
    head, rows = records(data, layouts.RESULT_HEAD, layouts.RESULT_ROW)
    facts = []
    for line, row in enumerate(rows, 2):
        if row["result"] not in RESULTS:
            raise BrokenFileError(line, 60, f"{row['result']!r} is no result")
        fact = booking(RESULTS[row["result"]], head, row, line) if row["result"] == "S" else status(head, row)
        facts.append(fact)
    return Reading(f"{head['name']}-R", facts)


def status(head: Values, row: Values) -> BankFact:
    return BankFact(
        RESULTS[row["result"]],
        message_id=head["message_id"],
        end_to_end_id=row["end_to_end_id"],
        reason_code=row["reason_code"],
        reason_text=row["reason"],
    )


def booking(kind: FactKind, head: Values, row: Values, line: int) -> BankFact:
    if not row["reference"] or not row["booked_on"]:
        raise BrokenFileError(line, 2, "a booking has a reference and a day")
    return BankFact(
        kind,
        message_id=head.get("message_id", ""),
        end_to_end_id=row["end_to_end_id"],
        reference=row["reference"],
        account=head["account"],
        amount_fen=int(row["amount"]),
        booked_on=date.fromisoformat(row["booked_on"]),
        reason_code=row["reason_code"],
        reason_text=row["reason"],
    )


def returns(data: bytes) -> Reading:
    """退票: transfers that came back, days later."""
    head, rows = records(data, layouts.RETURN_HEAD, layouts.RETURN_ROW)
    facts = [booking(FactKind.RETURNED, head, row, line) for line, row in enumerate(rows, 2)]
    return Reading(f"{head['name']}-T", facts)


def statement(data: bytes) -> Reading:
    """对账文件: one closed day of one account."""
    head, rows = records(data, layouts.STATEMENT_HEAD, layouts.STATEMENT_ROW)
    facts = []
    for line, row in enumerate(rows, 2):
        if row["kind"] not in BOOKINGS:
            raise BrokenFileError(line, 8, f"{row['kind']!r} is no booking")
        facts.append(booking(BOOKINGS[row["kind"]], head, row, line))
    closed = Statement(
        account=head["account"],
        number=head["number"],
        day=date.fromisoformat(head["day"]),
        opening_fen=signed(head, "opening"),
        closing_fen=signed(head, "closing"),
        bookings=facts,
    )
    return Reading(f"{head['number']}-S", facts, closed)


def signed(head: Values, name: str) -> int:
    sign = head[f"{name}_sign"]
    if sign not in ("+", "-"):
        raise BrokenFileError(1, 1, f"{sign!r} is no sign of the {name} balance")
    return int(head[name]) * (1 if sign == "+" else -1)


READERS: dict[bytes, Callable[[bytes], Reading]] = {b"R": results, b"T": returns, b"S": statement}
