"""Cases of the conformance kit that are refused on purpose, by id or by suite, with the reason."""

from collections.abc import Mapping
from typing import Final

DEVIATIONS: Final[Mapping[str, str]] = {
    "0003-input-data-string-allowed-values": "the answer depends on allowed values that the expression does not carry",
    "0082-feel-coercion": "the answer depends on the decision's declared type, which the expression does not carry",
    "0085-decision-services": "the answer depends on the service's declared types, which the expression does not carry",
}


def deviation(case_id: str) -> str | None:
    """Why a case is refused, or None."""
    return DEVIATIONS.get(case_id) or DEVIATIONS.get(case_id.split("/")[0])
