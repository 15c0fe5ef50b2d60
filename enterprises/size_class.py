"""Size classes of enterprises by 工信部联企业〔2011〕300号, from fixtures/reference/msme.yaml.

A class needs every bound that its industry lists, else the enterprise is one class down: so the class is the lowest of
those that each measure reaches by itself. The notice counts in 10,000 yuan; amounts here are yuan.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from .vocabulary import reference_table

SizeClass = Literal["large", "medium", "small", "micro", "not_classifiable"]
CLASSES: tuple[SizeClass, ...] = ("large", "medium", "small", "micro")
NOT_CLASSIFIABLE: SizeClass = "not_classifiable"
MEASURES = {"staff": ("staff", 1), "revenue": ("revenue_10k_yuan", 10_000), "assets": ("assets_10k_yuan", 10_000)}

Bounds = Mapping[str, tuple[int, int, int]]


@lru_cache
def bounds_by_industry() -> Mapping[str, Bounds | None]:
    """Section or leading digits -> lower bounds of large, medium and small by measure; None: not classifiable."""
    table = reference_table("msme")
    found: dict[str, Bounds | None] = {str(code): None for code in table["not_classifiable"]}
    for row in table["rows"]:
        bounds = {
            measure: tuple(bound * factor for bound in row[key])
            for measure, (key, factor) in MEASURES.items()
            if key in row
        }
        found |= {str(code): bounds for code in row["codes"]}
    return found


@lru_cache
def section_of_division() -> Mapping[str, str]:
    """ "39" -> "C"."""
    return {code[1:]: code[0] for code in reference_table("industries")["divisions"]}


@lru_cache(maxsize=4096)
def industry_bounds(industry: str) -> Bounds | None:
    """Bounds for a class of GB/T 4754-2017 ("3911", "C3911", "C39" or "C"): the longest match wins.

    None: the notice does not cover the industry, or there is no such industry. Raises LookupError where the industry is
    given too coarsely: the notice parts it.
    """
    digits = industry.lstrip("ABCDEFGHIJKLMNOPQRST")
    known = bounds_by_industry()
    if len(digits) < 4 and any(code.startswith(digits) and len(code) > len(digits) for code in finer_codes(industry)):
        raise LookupError(industry)
    for length in range(len(digits), 1, -1):
        if digits[:length] in known:
            return known[digits[:length]]
    section = section_of_division().get(digits[:2]) if digits else industry[:1]
    return known.get(section or "")


def finer_codes(industry: str) -> list[str]:
    """Codes by which the notice parts the industry's section."""
    digits = industry.lstrip("ABCDEFGHIJKLMNOPQRST")
    section = section_of_division().get(digits[:2]) if digits else industry[:1]
    return [code for code in bounds_by_industry() if section_of_division().get(code[:2]) == section]


def size_class(
    *, industry: str, staff: int | None, revenue: Decimal | None, assets: Decimal | None
) -> SizeClass | None:
    """The size class; None where it hangs on what is not known. Staff in persons, revenue and assets in yuan."""
    try:
        bounds = industry_bounds(industry)
    except LookupError:
        return None
    if bounds is None:
        return NOT_CLASSIFIABLE
    values: dict[str, Decimal | int | None] = {"staff": staff, "revenue": revenue, "assets": assets}
    lowest, unknown = 0, False
    for measure, steps in bounds.items():
        value = values[measure]
        if value is None:
            unknown = True
        else:
            lowest = max(lowest, sum(value < step for step in steps))
    return None if unknown and CLASSES[lowest] != "micro" else CLASSES[lowest]
