"""From checked rows to the lines that COPY takes."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from enterprises.definitions import SourceDefinition
from enterprises.models import Delivery, Person
from enterprises.secrets import key_unwrap, seal
from enterprises.vocabulary import fact_definitions

from .checking import Checked

COLUMNS = "delivery_id, beneficiary_id, row_number, values, sealed"


@dataclass
class Records:
    """One a beneficiary, in the order of the rows: ids, number of the first row, JSON text of the values."""

    ids: np.ndarray
    row_numbers: np.ndarray
    json: pa.Array

    def __len__(self) -> int:
        return len(self.ids)

    def part(self, start: int, length: int) -> "Records":
        end = start + length
        return Records(self.ids[start:end], self.row_numbers[start:end], self.json.slice(start, length))


def make_records(source: SourceDefinition, checked: Checked, row_ids: np.ndarray) -> Records:
    """The good rows as records; of items, all rows of one beneficiary as one record."""
    good = checked.good()
    ids, numbers = row_ids[good], checked.sheet.row_numbers[good]
    texts = checked.json.filter(pa.array(good))
    if source.items is None:
        return Records(ids, numbers, texts)
    order = np.argsort(ids, kind="stable")
    grouped = ids[order]
    starts = np.flatnonzero(np.diff(grouped, prepend=-1))
    lists = pa.ListArray.from_arrays(pa.array([*starts, len(grouped)], pa.int32()), texts.take(pa.array(order)))
    member = fact_definitions()[source.items].code
    joined = pc.binary_join_element_wise(f'{{"{member}":[', pc.binary_join(lists, ","), "]}", "")
    first = numbers[order][starts]
    place = np.argsort(first, kind="stable")
    return Records(grouped[starts][place], first[place], joined.take(pa.array(place)))


def copy_lines(source: SourceDefinition, delivery: Delivery, part: Records) -> bytes | memoryview:
    """The lines of COPY's text format for COLUMNS."""
    return sealed_lines(delivery, part) if source.audience == "person" else open_lines(delivery, part)


def open_lines(delivery: Delivery, part: Records) -> memoryview:
    """Made in one go: the data buffer of the array of lines is what COPY wants."""
    texts = pc.replace_substring(part.json, "\\", "\\\\")
    ids, numbers = (pc.cast(pa.array(one), pa.string()) for one in (part.ids, part.row_numbers))
    lines = pc.binary_join_element_wise(str(delivery.pk), ids, numbers, texts, "\\N\n", "\t")
    offsets, data = lines.buffers()[1:]
    ends = np.frombuffer(offsets, np.int32)
    return memoryview(data)[: ends[len(lines)]]


def sealed_lines(delivery: Delivery, part: Records) -> bytes:
    """The same for persons: values sealed under each one's key. Nothing is taken in about a person who was erased."""

    def lines() -> Iterator[str]:
        people = Person.objects.filter(pk__in=part.ids.tolist()).values_list("pk", "wrapped_key")
        keys = {person: key_unwrap(wrapped) for person, wrapped in people if wrapped is not None}
        rows = zip(part.ids.tolist(), part.row_numbers.tolist(), part.json.to_pylist(), strict=True)
        for person, number, text in rows:
            if person in keys:
                sealed = seal(text.encode(), key=keys[person]).hex()
                yield f"{delivery.pk}\t{person}\t{number}\t\\N\t\\\\x{sealed}\n"

    return "".join(lines()).encode()
