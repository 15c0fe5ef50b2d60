"""Rows that did not go in: kept with their reasons, and given back as a file to be mended and delivered again.

What a row of a person's source says is encrypted: under the person's own key where the row is a known person's, so that
it goes with the key, else under the installation's.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from django.db import connection, transaction

from enterprises.definitions import SourceDefinition
from enterprises.errors import Problem
from enterprises.models import Delivery, DeliveryReject, Person
from enterprises.secrets import decrypt, encrypt, key_unwrap, seal, unseal

from .checking import Checked, raw_row
from .resolving import Resolved

PURPOSE = "delivery reject"
REASON_COLUMN = "问题"
WHOLE_LINE = ""  # the column of a line that could not be parted into columns


def write(
    source: SourceDefinition, delivery: Delivery, checked: Checked, resolved: Resolved | None, limit: int | None = None
) -> None:
    """Keep the bad rows, once; at most `limit`."""
    with transaction.atomic(), connection.cursor() as cursor:
        if delivery.rejects.exists():
            return
        rows = sorted(bad_rows(checked, resolved), key=lambda row: row[0])[:limit]
        keys = person_keys(owner for _, owner, _, _ in rows) if source.audience == "person" else {}
        with cursor.copy("COPY enterprises_deliveryreject (delivery_id, row_number, raw, problems) FROM STDIN") as copy:
            for number, owner, raw, found in rows:
                if source.audience == "person":
                    raw = kept(raw, owner, keys)
                    found = [replace(one, value="") for one in found]
                problems = json.dumps([one.as_data() for one in found], ensure_ascii=False)
                copy.write_row((delivery.pk, number, raw, problems))


def bad_rows(checked: Checked, resolved: Resolved | None) -> Iterator[tuple[int, int, str, list[Problem]]]:
    """Row number, id of the beneficiary (0: none), the row as JSON, what is wrong."""
    for number, line, wrong in checked.sheet.set_aside:
        yield number, 0, json.dumps({WHOLE_LINE: line}, ensure_ascii=False), [wrong]
    for row, found in checked.problems.items():
        owner = 0 if resolved is None else int(resolved.ids[row])
        yield int(checked.sheet.row_numbers[row]), owner, raw_row(checked.sheet, row), found


def person_keys(owners: Iterator[int]) -> dict[int, bytes]:
    people = Person.objects.filter(pk__in={owner for owner in owners if owner}).values_list("pk", "wrapped_key")
    return {person: key_unwrap(wrapped) for person, wrapped in people if wrapped is not None}


def kept(raw: str, owner: int, keys: Mapping[int, bytes]) -> str:
    if owner in keys:
        return f"{owner}:{base64.b64encode(seal(raw.encode(), key=keys[owner])).decode()}"
    return f"0:{encrypt(raw, purpose=PURPOSE)}"


def row_of(reject: DeliveryReject, audience: str) -> dict[str, str]:
    """The row by column; empty once the person is erased."""
    raw = reject.raw
    if audience == "person":
        owner, _, token = raw.partition(":")
        if owner == "0":
            raw = decrypt(token, purpose=PURPOSE)
        else:
            key = person_keys(iter([int(owner)])).get(int(owner))
            raw = unseal(base64.b64decode(token), key=key).decode() if key else "{}"
    row: dict[str, str] = json.loads(raw)
    return row


def as_rows(delivery: Delivery, audience: str, language: str = "zh") -> Iterator[list[str]]:
    """A header and the bad rows as they came, with a column in front that says why."""
    rejects = list(delivery.rejects.order_by("row_number"))
    rows = [row_of(reject, audience) for reject in rejects]
    names = list(dict.fromkeys(name for row in rows for name in row))
    yield [REASON_COLUMN, *names]
    for reject, row in zip(rejects, rows, strict=True):
        reasons = "; ".join(f"{one['column']} {one[language]}".strip() for one in reject.problems)
        yield [reasons, *(row.get(name) or "" for name in names)]
