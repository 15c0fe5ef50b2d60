"""Corrects one fact of one beneficiary: another record, like the last one of its source but for that fact.

A correction is a delivery of its own with one record. It counts from its own moment on; what was decided before can
still be replayed with the value that was known then.
"""

import hashlib
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
from django.db import connection, transaction
from django.utils import timezone

from .definitions import ABSENT_UNKNOWN, Audience, FactDefinition, FieldDefinition
from .deliveries.cells import check_column
from .effects import Effect, Use, effects_of, just_before
from .errors import EnterprisesError
from .facts import statements
from .known import stored_text, stored_values, value_as_data, value_from_stored
from .models import Beneficiary, Delivery, Source
from .personal import protect
from .vocabulary import fact_definitions, source_definitions


def correct(*, beneficiary: Beneficiary, fact: str, value: Any, as_of: date, actor: Any, note: str) -> Delivery:
    """Record that the fact is `value` (None: not known) as of the day. Raises EnterprisesError."""
    definition = fact_definitions().get(fact)
    audience: Audience = beneficiary.kind  # type: ignore[assignment]
    if definition is None or audience not in definition.audience:
        raise EnterprisesError(f"{fact} is no fact of a {beneficiary.kind}")
    source = definition.sources[audience][0]
    values = values_now(beneficiary, source, as_of)
    if value is None:
        values.pop(fact, None)
    else:
        values[fact] = stored_from_value(definition, value)
    text = stored_text(values)
    now = timezone.now()
    with transaction.atomic():
        delivery = Delivery.objects.create(
            source=Source.objects.get_or_create(code=source)[0],
            as_of=as_of,
            extent=Delivery.Extent.SUPPLEMENT,
            sha256=hashlib.sha256(f"{beneficiary.pk} {now.isoformat()} {text}".encode()).hexdigest(),
            file_name=note[:255],
            received_by=actor,
            rows_total=1,
            rows_done=1,
            records=1,
        )
        record_write(delivery, beneficiary, text)
        delivery.state = Delivery.State.LOADED
        delivery.known_from = timezone.now()
        delivery.save()
    return delivery


def value_from_text(definition: FieldDefinition, text: str) -> Any:
    """The value behind what somebody typed, spelled as in a department's file; None if it is empty.

    Raises EnterprisesError if it is no value of the fact; items cannot be typed.
    """
    if definition.kind == "items":
        raise EnterprisesError(f"{definition.code} is a list: deliver a supplement")
    column = check_column(definition, pa.array([text], pa.string()))
    if column.wrong_rows()[0]:
        raise EnterprisesError(f"{text!r} is no {definition.kind} that {definition.code} can have")
    stored = column.json[0].as_py()
    return None if stored is None else value_from_stored(definition, stored_values(f'{{"value":{stored}}}')["value"])


def effects_of_correction(delivery: Delivery, beneficiary: Beneficiary, fact: str) -> list[Effect]:
    """What was decided with the value that stood before."""
    assert delivery.known_from is not None
    before = just_before(delivery.known_from)
    return effects_of(Use(beneficiaries=frozenset([beneficiary.pk]), facts=frozenset([fact]), before=before))


def values_now(beneficiary: Beneficiary, source: str, as_of: date) -> dict[str, Any]:
    """What the source says of the beneficiary on the day, as stored; of who is absent, what absence means."""
    said = statements(beneficiary, as_of, timezone.now()).get(source)
    if said is None:
        return {}
    if said.values is not None:
        return dict(said.values)
    absent = {code: fact_definitions()[code].when_absent for code in source_definitions()[source].facts}
    return {code: value for code, value in absent.items() if value is not ABSENT_UNKNOWN}


def record_write(delivery: Delivery, beneficiary: Beneficiary, text: str) -> None:
    """Through SQL, so that decimals stay what they are."""
    column = "sealed" if beneficiary.kind == Beneficiary.Kind.PERSON else "values"
    value = protect(beneficiary, text) if column == "sealed" else text
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO enterprises_record (delivery_id, beneficiary_id, row_number, {column})"
            " VALUES (%s, %s, 1, %s)",
            [delivery.pk, beneficiary.pk, value],
        )


def stored_from_value(definition: FieldDefinition, value: Any) -> Any:
    """The stored form of a value of the rule language; raises EnterprisesError if it does not fit the fact's type."""
    fits = False
    match definition.kind:
        case "boolean":
            fits = isinstance(value, bool)
        case "integer":
            fits = isinstance(value, int) and not isinstance(value, bool)
        case "money" | "decimal" | "ratio":
            fits = isinstance(value, Decimal | int) and not isinstance(value, bool)
        case "date":
            fits = isinstance(value, date)
        case "code":
            fits = value in (definition.codes or {})
        case "tags":
            fits = isinstance(value, set | frozenset | list) and set(value) <= set(definition.codes or value)
        case "text":
            fits = isinstance(value, str)
        case "items":
            assert isinstance(definition, FactDefinition)
            return [
                {code: stored_from_value(definition.fields[code], one) for code, one in item.items()} for item in value
            ]
    if not fits:
        raise EnterprisesError(f"{value!r} is no {definition.kind} that {definition.code} can have")
    if definition.minimum is not None and value < definition.minimum:
        raise EnterprisesError(f"{definition.code} cannot be below {definition.minimum}")
    if definition.kind == "money":
        fen = Decimal(value).scaleb(2)
        if fen != fen.to_integral_value():
            raise EnterprisesError(f"{definition.code} has at most two decimals")
        return int(fen)
    return value if definition.kind in ("decimal", "ratio") else value_as_data(value)
