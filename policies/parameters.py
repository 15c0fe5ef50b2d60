"""City parameters (LPR, unemployment target, reserve of the fund …): their types, and their values on a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.contrib.auth.models import AbstractUser
from django.db import transaction

from policies.definition import Text
from policies.definition.plain import Plain
from policies.definition.reader import Reader
from policies.errors import DefinitionProblems, Problem
from policies.models import Parameter, ParameterValue
from policies.rules import FactType

NUMBERS = ("integer", "decimal", "money", "ratio")
KINDS = (*NUMBERS, "date", "boolean", "text")


def parameter_types() -> dict[str, FactType]:
    """Code -> type of every parameter, for the vocabulary of rules."""
    return {
        parameter.code: FactType(
            parameter.kind,  # type: ignore[arg-type]
            unit=parameter.unit or None,
            labels=parameter.labels,
            parameter=True,
        )
        for parameter in Parameter.objects.all()
    }


@dataclass(frozen=True, slots=True)
class ParameterBook:
    """All values of all parameters: (since, code, value) in the order in which later ones take their place."""

    entries: tuple[tuple[date, str, object], ...]

    def as_of(self, on: date) -> dict[str, object]:
        """Code -> value in force on a day. A parameter without a value on that day is not in it: unknown."""
        return {code: value for since, code, value in self.entries if since <= on}


def parameter_book(*, known_at: datetime | None = None) -> ParameterBook:
    """Every value; `known_at` leaves out what was entered later."""
    values = ParameterValue.objects.select_related("parameter").order_by("since", "id")
    if known_at is not None:
        values = values.filter(entered_at__lte=known_at)
    return ParameterBook(
        tuple((row.since, row.parameter.code, parameter_value(row.parameter.kind, row.value)) for row in values)
    )


def parameters_as_of(on: date, *, known_at: datetime | None = None) -> dict[str, object]:
    """Code -> value in force on a day, in the language's types; `known_at` leaves out what was entered later."""
    return parameter_book(known_at=known_at).as_of(on)


def parameter_value(kind: str, text: str) -> object:
    """`text` in the language's types; raises ValueError."""
    if kind in NUMBERS:
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise ValueError(text) from None
        if not number.is_finite() or (kind == "integer" and number != number.to_integral_value()):
            raise ValueError(text)
        return number
    if kind == "date":
        return date.fromisoformat(text)
    if kind == "boolean":
        return {"true": True, "false": False}[text]
    return text


@dataclass(frozen=True, slots=True)
class ValueEntry:
    since: date
    value: str
    document: str
    sample: bool


@dataclass(frozen=True, slots=True)
class ParameterEntry:
    """One parameter as fixtures/parameters.yaml or the desk's form states it."""

    code: str
    kind: str
    unit: str
    labels: Text
    area: str
    values: tuple[ValueEntry, ...]


def parameter_parse(code: str, data: Plain) -> ParameterEntry:
    """Raises DefinitionProblems with every problem."""
    if not isinstance(data, Mapping):
        raise DefinitionProblems([Problem(code, zh="应为若干“键：值”", en="must be a mapping of keys to values")])
    problems: list[Problem] = []
    reader = Reader(data, code, problems)
    kind = reader.word("type", KINDS)

    def value_entry(row: Reader) -> ValueEntry:
        since, text = row.day("from"), row.expression("value", required=True) or ""
        if since is None:
            row.problem("from", "缺少日期", "must be a date")
        try:
            parameter_value(kind or "text", text)
        except (ValueError, KeyError):
            row.problem("value", f"{text!r} 不是 {kind}", f"{text!r} is no {kind}")
        return ValueEntry(since or date.min, text, row.text("document") or "", row.boolean("sample"))

    entry = ParameterEntry(
        code=code,
        kind=kind,
        unit=reader.text("unit") or "",
        labels=reader.pair("labels", required=True) or Text("", ""),
        area=reader.text("area", required=True, pattern=r"\d{6}") or "",
        values=reader.rows("values", value_entry),
    )
    reader.close()
    if problems:
        raise DefinitionProblems(problems)
    return entry


@transaction.atomic
def parameter_save(*, entry: ParameterEntry, actor: AbstractUser) -> int:
    """Store a parameter and those of its values that are new or differ; returns how many values were added.

    A code never changes its meaning: another type or unit is refused.
    """
    labels = {"zh": entry.labels.zh, "en": entry.labels.en}
    parameter, _ = Parameter.objects.get_or_create(
        code=entry.code, defaults={"kind": entry.kind, "unit": entry.unit, "labels": labels, "area": entry.area}
    )
    if (parameter.kind, parameter.unit) != (entry.kind, entry.unit):
        raise DefinitionProblems(
            [Problem(entry.code, zh="类型或单位不可更改，请用新代码", en="type and unit never change: use a new code")]
        )
    if (parameter.labels, parameter.area) != (labels, entry.area):
        Parameter.objects.filter(pk=parameter.pk).update(labels=labels, area=entry.area)
    stored = {value.since: value for value in parameter.values.order_by("id")}
    added = [
        ParameterValue(
            parameter=parameter,
            since=value.since,
            value=value.value,
            document=value.document,
            sample=value.sample,
            entered_by_id=actor.pk,
        )
        for value in entry.values
        if (row := stored.get(value.since)) is None
        or (row.value, row.document, row.sample) != (value.value, value.document, value.sample)
    ]
    ParameterValue.objects.bulk_create(added)
    return len(added)
