"""A small lexicon for tests of the catalogue."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from policies.lexicon import Lexicon
from policies.rules import FactType
from policies.services import Ground

AREAS = {"100000": None, "340000": "100000", "340200": "340000", "340202": "340200", "340100": "340000"}
LEXICON = Lexicon(
    vocabulary={
        "accepting_area": FactType("code", codes=tuple(AREAS)),
        "insured_headcount": FactType("integer", unit="person"),
        "rd_expense": FactType("money"),
        "msme_size": FactType("code", codes=("large", "medium", "small", "micro")),
        "dishonest": FactType("boolean"),
        "stage": FactType("code", codes=("filed", "listed")),
        "lpr-1y": FactType("ratio", parameter=True),
    },
    areas=AREAS,
    sources={"tax"},
)


def parameters(day: date) -> Mapping[str, object]:
    return {"lpr-1y": Decimal("0.0355")} if day >= date(2023, 6, 20) else {}


GROUND = Ground(LEXICON, parameters)
