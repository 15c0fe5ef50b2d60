"""What a register says beside facts: new names, codes that replaced others, cancelled registrations, mergers.

One enterprise stays one beneficiary through all of it: records, claims and payments hang on the row, not on the code.
"""

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from enterprises.definitions import FieldDefinition, SourceDefinition
from enterprises.models import Beneficiary, Delivery, FormerCode, FormerName, Person
from enterprises.names import name_mask, sort_key
from enterprises.secrets import key_unwrap, seal, unseal

from .cells import mask
from .checking import Checked

FORMER_CODE, CANCELLED_ON, SUCCESSOR = "原统一社会信用代码", "注销日期", "承继主体信用代码"

RENAMED = """
SELECT b.id, b.name, n.name FROM unnest(%s::bigint[], %s::text[]) AS n (id, name)
JOIN enterprises_beneficiary b ON b.id = n.id WHERE b.name <> n.name
"""


def columns(source: SourceDefinition) -> Mapping[str, FieldDefinition]:
    """The optional columns of a register of enterprises."""
    if not source.registers or source.audience != "enterprise":
        return {}
    kinds = {FORMER_CODE: "text", CANCELLED_ON: "date", SUCCESSOR: "text"}
    return {name: FieldDefinition(name, kind, {"zh": name, "en": name}, name) for name, kind in kinds.items()}


def apply(
    source: SourceDefinition, delivery: Delivery, checked: Checked, keys: pa.Array, ids: np.ndarray, joined: list[int]
) -> None:
    """Bring the beneficiaries up to date with the newest delivery of their register.

    `ids`: one a row of the sheet; `joined`: rows of those who became known by it, and have their name from it.
    """
    if source.name_column is None:
        return
    good = checked.good()
    named = good.copy()
    named[joined] = False
    names = pc.utf8_trim_whitespace(checked.sheet.columns[source.name_column]).filter(pa.array(named)).to_pylist()
    if source.audience == "person":
        rename_persons(dict(zip(ids[named].tolist(), names, strict=True)))
        return
    rename(ids[named].tolist(), names, delivery.as_of)
    changes = [(name, change) for name, change in CHANGES.items() if name in checked.extras]
    stated = [mask(pc.is_valid(checked.extras[name])) for name, _ in changes]
    for row in np.flatnonzero(good & np.logical_or.reduce([*stated, np.zeros(len(ids), bool)])).tolist():
        for name, change in changes:
            value = checked.extras[name][row].as_py()
            if value:
                change(int(ids[row]), keys[row].as_py(), value)


def rename(ids: list[int], names: list[str], as_of: date) -> None:
    """The name before is kept as a former one."""
    with connection.cursor() as cursor:
        cursor.execute(RENAMED, [ids, names])
        for beneficiary, before, now in cursor.fetchall():
            FormerName.objects.get_or_create(beneficiary_id=beneficiary, name=before, until=as_of)
            Beneficiary.objects.filter(pk=beneficiary).update(name=now, sort_key=sort_key(now))


def rename_persons(names: Mapping[int, str]) -> None:
    """A person's former names are not kept."""
    for person in Person.objects.filter(pk__in=list(names), wrapped_key__isnull=False):
        key, name = key_unwrap(person.wrapped_key or ""), names[person.pk]
        if name and unseal(bytes(person.name_sealed), key=key).decode() != name:
            Person.objects.filter(pk=person.pk).update(name_sealed=seal(name.encode(), key=key))
            masked = name_mask(name)
            Beneficiary.objects.filter(pk=person.pk).update(name=masked, sort_key=sort_key(masked))


def recode(beneficiary: int, code: str, former: str) -> None:
    """The enterprise has a new code. Had the former one a row of its own beside it, that one is succeeded by it."""
    Beneficiary.objects.filter(pk=beneficiary, code=former).update(code=code)
    other = Beneficiary.objects.filter(code=former).first()
    if other is None:
        FormerCode.objects.get_or_create(code=former, defaults={"beneficiary_id": beneficiary})
    elif other.pk != beneficiary:
        Beneficiary.objects.filter(pk=other.pk).update(succeeded_by=beneficiary)


def cancel(beneficiary: int, code: str, day: str) -> None:
    Beneficiary.objects.filter(pk=beneficiary).update(cancelled_on=date.fromisoformat(day))


def succeed(beneficiary: int, code: str, successor: str) -> None:
    """Merged into another enterprise that is known here."""
    into = Beneficiary.objects.filter(code=successor).exclude(pk=beneficiary).first()
    if into is not None:
        Beneficiary.objects.filter(pk=beneficiary).update(succeeded_by=into)


# In this order: a code that was replaced may be the one that others name.
CHANGES: Mapping[str, Callable[[int, str, str], None]] = {FORMER_CODE: recode, CANCELLED_ON: cancel, SUCCESSOR: succeed}
