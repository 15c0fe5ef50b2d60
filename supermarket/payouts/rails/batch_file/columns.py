"""Fixed columns, counted in bytes of GB18030: a delimiter could be the second byte of a character, a width cannot.

Text stands left and is filled with spaces, numbers stand right and are filled with zeros. A line ends with CR LF, which
no character of GB18030 contains.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from supermarket.payouts.rails.base import UnreadableMessageError

ENCODING = "gb18030"
END = b"\r\n"


class BrokenFileError(UnreadableMessageError):
    """A file that is not as agreed, with the line (from 1) and the byte (from 1) where it is not."""

    def __init__(self, line: int, byte: int, problem: str) -> None:
        super().__init__(f"line {line}, byte {byte}: {problem}")


@dataclass(frozen=True)
class Column:
    """`kind`: "text", "number" (digits only) or "date" (eight digits; spaces: none)."""

    name: str
    width: int
    kind: str = "text"


class Layout:
    """The columns of one kind of line; the first is its letter."""

    def __init__(self, letter: str, *columns: Column) -> None:
        self.letter = letter.encode("ascii")
        self.columns = columns
        self.width = 1 + sum(column.width for column in columns)

    def pack(self, values: Mapping[str, str | int]) -> bytes:
        """A line without its end. Raises ValueError for what does not fit: see `Column`'s widths."""
        return self.letter + b"".join(packed(column, values[column.name]) for column in self.columns)

    def unpack(self, data: bytes, line: int) -> dict[str, str]:
        """The values by name; text without the filling. Raises BrokenFileError."""
        if len(data) != self.width:
            raise BrokenFileError(line, 1, f"{len(data)} bytes in place of {self.width}")
        if data[:1] != self.letter:
            raise BrokenFileError(line, 1, f"{data[:1]!r} in place of {self.letter!r}")
        found, start = {}, 1
        for column in self.columns:
            found[column.name] = unpacked(column, data[start : start + column.width], line, start + 1)
            start += column.width
        return found


def packed(column: Column, value: str | int) -> bytes:
    if column.kind == "number":
        data = f"{value:0{column.width}d}".encode("ascii")
    else:
        data = str(value).encode(ENCODING).ljust(column.width)
    if len(data) != column.width:
        raise ValueError(f"{column.name}: {len(data)} bytes in {column.width}")
    return data


def unpacked(column: Column, data: bytes, line: int, byte: int) -> str:
    try:
        text = data.decode(ENCODING)
    except UnicodeDecodeError as error:
        raise BrokenFileError(line, byte + error.start, f"{column.name} is not {ENCODING}") from None
    if column.kind == "number" and not (text.isascii() and text.isdigit()):
        raise BrokenFileError(line, byte, f"{column.name} is {text!r}, not {column.width} digits")
    text = text.rstrip(" ")
    if column.kind == "date" and text:
        try:
            date.fromisoformat(text)
        except ValueError:
            raise BrokenFileError(line, byte, f"{column.name} is {text!r}, not a date") from None
    if column.kind == "text" and text.startswith(" "):
        raise BrokenFileError(line, byte, f"{column.name} does not begin at its column")
    return text


def lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(number, bytes) of every line. Raises BrokenFileError if the last one is cut off."""
    *whole, rest = data.split(END)
    if rest:
        raise BrokenFileError(len(whole) + 1, 1, "the last line has no end: the file was cut off")
    yield from enumerate(whole, 1)


def fits(column: Column, text: str) -> bool:
    return len(text.encode(ENCODING)) <= column.width
