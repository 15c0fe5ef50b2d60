"""Values of facts, written for people in both languages."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from policies.definition import Text
from policies.rules import FactType

YES, NO = Text("是", "yes"), Text("否", "no")
NONE_LISTED = Text("无", "none")


def value_text(fact_type: FactType, value: object) -> Text:
    """`value` as the language has it: money in yuan, ratios in per cent, codes by label, lists by length."""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, int | Decimal):
        return _number(fact_type, Decimal(value))
    if isinstance(value, date):
        return Text(f"{value.year}年{value.month}月{value.day}日", value.isoformat())
    if isinstance(value, str):
        return label_text(fact_type, value)
    if fact_type.kind == "tags" and isinstance(value, frozenset | set | tuple | list):
        labels = [label_text(fact_type, tag) for tag in sorted(value)]
        if not labels:
            return NONE_LISTED
        return Text("、".join(label.zh for label in labels), ", ".join(label.en for label in labels))
    if isinstance(value, tuple | list):
        return Text(f"{len(value)} 条", f"{len(value)} entries" if len(value) != 1 else "1 entry")
    return Text(str(value), str(value))


def label_text(fact_type: FactType, code: str) -> Text:
    labels: Mapping[str, str] = fact_type.code_labels(code)
    return Text(labels.get("zh", code), labels.get("en", code))


def fact_label(fact_type: FactType | None, code: str) -> Text:
    labels = (fact_type.labels if fact_type else None) or {}
    return Text(labels.get("zh", code), labels.get("en", code))


def _number(fact_type: FactType, value: Decimal) -> Text:
    if fact_type.kind == "ratio":
        text = f"{_plain(value * 100)}%"
        return Text(text, text)
    text = _plain(value)
    if fact_type.kind == "money":
        return Text(f"{_grouped(value)} 元", f"{_grouped(value)} yuan")
    if fact_type.unit == "year" or fact_type.unit is None:
        return Text(text, text)
    unit = UNITS.get(fact_type.unit, Text(fact_type.unit, fact_type.unit))
    return Text(f"{text} {unit.zh}", f"{text} {unit.en}")


UNITS = {
    "person": Text("人", "persons"),
    "person_day": Text("人天", "person days"),
    "month": Text("个月", "months"),
    "day": Text("天", "days"),
    "country": Text("个国家", "countries"),
    "area_m2": Text("平方米", "m²"),
}


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _grouped(value: Decimal) -> str:
    text = f"{value:,.2f}"
    return text.removesuffix(".00")
