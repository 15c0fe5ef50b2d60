"""A bank that speaks the batch file of 批量代发, written from the agreed record and not from our reader or writer: it
cuts lines by byte positions of its own. It takes files out of the folder, keeps books, and puts files in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path


@dataclass
class Row:
    number: int
    end_to_end_id: str
    account: str
    holder: str
    bank_code: str
    amount_fen: int
    remittance: str


@dataclass
class Taken:
    """A payment file as the bank reads it."""

    name: str
    message_id: str
    day: str
    account: str
    holder: str
    rows: list[Row]


def text(data: bytes) -> str:
    return data.decode("gb18030").rstrip(" ")


def payment_file_take(data: bytes) -> Taken:
    head, *lines = data.split(b"\r\n")[:-1]
    assert len(head) == 1 + 24 + 35 + 8 + 34 + 120 + 12 + 3 + 8 + 18
    assert head[:1] == b"P"
    assert head[234:237] == b"FEN"
    rows = [
        Row(
            int(line[1:7]),
            text(line[7:42]),
            text(line[42:76]),
            text(line[76:196]),
            text(line[196:208]),
            int(line[208:226]),
            text(line[226:286]),
        )
        for line in lines
    ]
    assert all(len(line) == 286 for line in lines)
    assert (int(head[237:245]), int(head[245:263])) == (len(rows), sum(row.amount_fen for row in rows))
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    return Taken(text(head[1:25]), text(head[25:60]), text(head[60:68]), text(head[68:102]), text(head[102:222]), rows)


def padded(value: str, width: int) -> bytes:
    data = value.encode("gb18030")
    return data + b" " * (width - len(data))


def sealed(head: bytes, amounts_fen: Sequence[int], rows: Iterable[bytes]) -> bytes:
    count_and_total = b"%08d%018d" % (len(amounts_fen), sum(amounts_fen))
    return b"\r\n".join([head + count_and_total, *rows, b""])


@dataclass
class Booking:
    kind: str  # D T C
    end_to_end_id: str
    amount_fen: int
    reference: str
    code: str = ""
    reason: str = ""


@dataclass
class BatchBank:
    """`refuse`: account number -> (code, reason) of rows that it does not pay."""

    folder: Path
    account: str
    balance_fen: int
    day: date = date(2023, 6, 15)
    refuse: dict[str, tuple[str, str]] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    booked: list[Booking] = field(default_factory=list)
    paid: list[tuple[str, int]] = field(default_factory=list)  # the oracle: whatever left, in order

    def __post_init__(self) -> None:
        for name in ("out", "in"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.opening_fen = self.balance_fen

    def book(self, kind: str, end_to_end_id: str, amount_fen: int, code: str = "", reason: str = "") -> Booking:
        self.balance_fen += amount_fen if kind != "D" else -amount_fen
        made = Booking(kind, end_to_end_id, amount_fen, f"B{self.day:%m%d}{len(self.booked):06d}", code, reason)
        self.booked.append(made)
        if kind == "D":
            self.paid.append((end_to_end_id, amount_fen))
        return made

    def work(self) -> int:
        """Take every file, carry it out, put the return files in; how many files there were."""
        found = sorted(path for path in (self.folder / "out").iterdir() if not path.name.startswith("."))
        for path in found:
            taken = payment_file_take(path.read_bytes())
            assert path.name == taken.name
            path.unlink()
            self.taken.append(taken)
            self.put(f"{taken.name}.R", self.results(taken))
        return len(found)

    def results(self, taken: Taken) -> bytes:
        lines = []
        for row in taken.rows:
            code, reason = self.refuse.get(row.account, ("", ""))
            reference, result, day = "", "F", ""
            if not code:
                reference = self.book("D", row.end_to_end_id, row.amount_fen).reference
                result, day = "S", f"{self.day:%Y%m%d}"
            lines.append(
                result_row(row.number, row.end_to_end_id, row.amount_fen, result, day, reference, code, reason)
            )
        return sealed(
            result_head(taken.name, taken.message_id, taken.account), [r.amount_fen for r in taken.rows], lines
        )

    def give_back(self, name: str, end_to_end_id: str, amount_fen: int, code: str, reason: str) -> None:
        """退票, days later."""
        made = self.book("T", end_to_end_id, amount_fen, code, reason)
        row = return_row(1, end_to_end_id, amount_fen, f"{self.day:%Y%m%d}", made.reference, code, reason)
        self.put(f"{name}.T", sealed(return_head(name, self.account), [amount_fen], [row]))

    def close_day(self, tomorrow: date) -> bytes:
        """对账文件 of the day; returns its bytes."""
        rows = [statement_row(number, each, f"{self.day:%Y%m%d}") for number, each in enumerate(self.booked, 1)]
        number = f"{self.day:%Y%m%d}01"
        head = statement_head(number, f"{self.day:%Y%m%d}", self.account, self.opening_fen, self.balance_fen)
        data = sealed(head, [each.amount_fen for each in self.booked], rows)
        self.put(f"{number}.S", data)
        self.opening_fen, self.booked, self.day = self.balance_fen, [], tomorrow
        return data

    def put(self, name: str, data: bytes) -> None:
        path = self.folder / "in" / name
        path.with_name(f".{name}").write_bytes(data)
        path.with_name(f".{name}").rename(path)


def result_head(name: str, message_id: str, account: str) -> bytes:
    return b"R" + padded(name, 24) + padded(message_id, 35) + padded(account, 34) + b"FEN"


def result_row(
    number: int, end_to_end_id: str, amount_fen: int, result: str, day: str, reference: str, code: str, reason: str
) -> bytes:
    start = b"D%06d" % number + padded(end_to_end_id, 35) + b"%018d" % amount_fen + result.encode()
    return start + padded(day, 8) + padded(reference, 32) + padded(code, 4) + padded(reason, 60)


def return_head(name: str, account: str) -> bytes:
    return b"T" + padded(name, 24) + padded(account, 34) + b"FEN"


def return_row(
    number: int, end_to_end_id: str, amount_fen: int, day: str, reference: str, code: str, reason: str
) -> bytes:
    start = b"D%06d" % number + padded(end_to_end_id, 35) + b"%018d" % amount_fen
    return start + padded(day, 8) + padded(reference, 32) + padded(code, 4) + padded(reason, 60)


def statement_head(number: str, day: str, account: str, opening_fen: int, closing_fen: int) -> bytes:
    def balance(fen: int) -> bytes:
        return (b"-" if fen < 0 else b"+") + b"%018d" % abs(fen)

    start = b"S" + padded(number, 24) + padded(day, 8) + padded(account, 34) + b"FEN"
    return start + balance(opening_fen) + balance(closing_fen)


def statement_row(number: int, each: Booking, day: str) -> bytes:
    start = b"D%06d" % number + each.kind.encode() + padded(each.end_to_end_id, 35) + b"%018d" % each.amount_fen
    return start + padded(day, 8) + padded(each.reference, 32) + padded(each.code, 4) + padded(each.reason, 60)
