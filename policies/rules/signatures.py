"""The builtin functions: names, parameter names and how many arguments, which of them rules may call.

Types are checked in `checker`; values are computed in the `functions_*` modules. A name with spaces is one word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Signature:
    """`parameters`: in order, for named arguments. `required`: how many must be given. `variadic`: the last repeats."""

    name: str
    parameters: tuple[str, ...]
    required: int
    variadic: bool = False


def read_signature(text: str) -> Signature:
    """From `name(a, b?, c...)`."""
    name, _, rest = text.partition("(")
    parameters = [part.strip() for part in rest.rstrip(")").split(",") if part.strip()]
    variadic = bool(parameters) and parameters[-1].endswith("...")
    required = sum(1 for part in parameters if not part.endswith("?"))
    return Signature(name, tuple(part.rstrip("?.") for part in parameters), required, variadic)


_FOR_RULES: Final = (
    # truth
    "not(negand)",
    "is known(fact)",
    "all(list...)",
    "any(list...)",
    # lists
    "count(list)",
    "min(list...)",
    "max(list...)",
    "sum(list...)",
    "mean(list...)",
    "list contains(list, element)",
    # numbers
    "abs(n)",
    "floor(n, scale?)",
    "ceiling(n, scale?)",
    "modulo(dividend, divisor)",
    "decimal(n, scale)",
    "round up(n, scale)",
    "round down(n, scale)",
    "round half up(n, scale)",
    "round half down(n, scale)",
    # texts
    "string length(string)",
    "contains(string, match)",
    "starts with(string, match)",
    "ends with(string, match)",
    "substring(string, start position, length?)",
    "upper case(string)",
    "lower case(string)",
    # dates
    "date(from, month?, day?)",
    "duration(from)",
    "years and months duration(from, to)",
    # helpers of this language
    "lookup(x, table)",
    "tiers(x, table)",
    "marginal tiers(x, table)",
    "milestones(x, before, table)",
    "steps(x, size, give)",
    "paid(group, window)",
)

SIGNATURES: Final[dict[str, Signature]] = {
    signature.name: signature for signature in (read_signature(text) for text in _FOR_RULES)
}
TABLE_FUNCTIONS: Final = frozenset({"lookup", "tiers", "marginal tiers", "milestones"})
ROUNDING_FUNCTIONS: Final = frozenset(
    {"decimal", "floor", "ceiling", "round up", "round down", "round half up", "round half down"}
)
# Texts that stand for constructors and are read as literals when their argument is one.
FEEL_ONLY_NAMES: Final = frozenset(
    {
        "date and time",
        "time",
        "string",
        "number",
        "day of year",
        "day of week",
        "month of year",
        "week of year",
        "append",
        "concatenate",
        "sublist",
        "insert before",
        "remove",
        "reverse",
        "index of",
        "flatten",
        "union",
        "distinct values",
        "sort",
        "now",
        "today",
        "get value",
        "get entries",
        "context",
        "split",
        "matches",
        "replace",
        "sqrt",
        "median",
        "substring before",
        "substring after",
        "string join",
    }
)
