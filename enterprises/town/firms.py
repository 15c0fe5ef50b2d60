"""The enterprises themselves: who they are, before any department has looked at them."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from enterprises.size_class import CLASSES, Bounds, industry_bounds

from .codes import credit_codes
from .draws import Array, Draws
from .names import enterprise_names

# Shares of industries in a city that lives on manufacturing and trade; what is not named is rare.
INDUSTRIES = {
    "F52": 19, "F51": 15, "L72": 10, "E50": 5, "E48": 4, "E47": 2, "E49": 2, "C33": 3, "C34": 3.5, "C35": 3, "C36": 3,
    "C38": 3, "C39": 1.5, "C29": 1.5, "C30": 1.2, "C18": 1.5, "C17": 0.7, "C13": 1, "C14": 0.7, "C26": 0.7, "C27": 0.3,
    "C31": 0.3, "C32": 0.4, "C40": 0.4, "C21": 0.6, "C23": 0.4, "C42": 0.2, "D44": 0.2, "B10": 0.1, "A01": 2.5,
    "A03": 1, "A04": 0.6, "A05": 0.8, "G54": 3, "G58": 0.6, "G59": 0.6, "G60": 0.3, "G53": 0.02, "H61": 0.7, "H62": 4,
    "I63": 0.1, "I64": 0.8, "I65": 3.5, "J66": 0.1, "J67": 0.2, "K70": 2, "L71": 1.2, "M73": 0.6, "M74": 2, "M75": 2.5,
    "N77": 0.4, "N78": 0.4, "O80": 1.5, "O81": 1.3, "O82": 0.6, "P83": 1, "Q84": 0.4, "Q85": 0.3,
    "R88": 0.8, "R89": 0.6, "R90": 0.5, "S95": 0.3,
}  # fmt: skip
GROUPS = {"K70": ("10", "20", "30", "40"), "G59": ("10", "20", "90"), "A01": ("11", "41")}
SIZES = {"large": 0.006, "medium": 0.034, "small": 0.22, "micro": 0.74}
AREAS = {
    "340202": 18, "340207": 17, "340209": 16, "340210": 10, "340212": 8, "340223": 9, "340281": 13, "340271": 6,
    "340272": 2, "WH-JB": 1,
}  # fmt: skip
# Offices that registered a firm before 2020 had codes that are no longer in use.
OLD_OFFICES = {"340210": "340221", "340212": "340222", "340281": "340225", "340272": "340208"}
OFFICES = {"340271": "340200", "340272": "340200", "WH-JB": "340207"}
KINDS = {"enterprise": 91, "individual_business": 4, "farmers_cooperative": 3, "social_service_org": 2}
CODE_KINDS = {
    "enterprise": "91", "individual_business": "92", "farmers_cooperative": "93", "social_service_org": "52",
}  # fmt: skip
SERIAL_STEP, SERIAL_SPACE = 611_953, 31**6
FREE_BOUNDS: Bounds = {"staff": (300, 100, 10), "revenue": (300_000_000, 50_000_000, 3_000_000)}


@dataclass(frozen=True)
class Firms:
    """One row an enterprise. Money in yuan; `size` indexes CLASSES, -1 where the notice has no class."""

    reference: date
    code: npt.NDArray[np.str_]
    name: list[str]
    kind: npt.NDArray[np.str_]
    registered_on: npt.NDArray[np.datetime64]
    division: npt.NDArray[np.str_]
    industry_class: npt.NDArray[np.str_]
    area: npt.NDArray[np.str_]
    office: npt.NDArray[np.str_]
    rank: npt.NDArray[np.int64]
    classified: npt.NDArray[np.bool_]
    staff: npt.NDArray[np.int64]
    revenue: npt.NDArray[np.float64]
    assets: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.code)

    @property
    def section(self) -> npt.NDArray[np.str_]:
        return self.division.astype("U1")

    @property
    def size(self) -> npt.NDArray[np.str_]:
        return np.where(self.classified, np.array(CLASSES)[self.rank], "not_classifiable")

    def in_divisions(self, *divisions: str) -> npt.NDArray[np.bool_]:
        """Is the industry one of these divisions or sections?"""
        return np.isin(self.division, divisions) | np.isin(self.section, divisions)

    def by_rank(self, large: float, medium: float, small: float, micro: float) -> npt.NDArray[np.float64]:
        """A figure that hangs on the size."""
        return np.array([large, medium, small, micro])[self.rank]

    @property
    def technical(self) -> npt.NDArray[np.bool_]:
        return self.in_divisions("C", "I64", "I65", "M73", "M74", "M75")


def make_firms(draws: Draws, reference: date) -> Firms:
    count = draws.count
    division, rank = draws.pick(INDUSTRIES), np.array([CLASSES.index(size) for size in draws.pick(SIZES)])
    kind = draws.pick(KINDS)
    rank = np.where(kind == "enterprise", rank, 3)
    industry = industry_classes(draws, division)
    age_days = np.minimum(draws.random.exponential(2600, count) * (1 + (rank < 3)) + 20, 14_000).astype(int)
    registered = np.datetime64(reference) - age_days.astype("timedelta64[D]")
    area = draws.pick(AREAS)
    old = registered < np.datetime64("2020-06-01")
    office = np.array([
        OLD_OFFICES.get(one, OFFICES.get(one, one)) if before else OFFICES.get(one, one)
        for one, before in zip(area.tolist(), old.tolist(), strict=True)
    ])  # fmt: skip
    numbers = np.arange(1, count + 1)
    code = credit_codes(
        np.array([CODE_KINDS[one] for one in kind.tolist()]), office, numbers * SERIAL_STEP % SERIAL_SPACE
    )
    staff, revenue, assets, classified = measures(draws, industry, rank)
    return Firms(
        reference, code, enterprise_names(numbers, division.astype("U1"), kind), kind, registered, division, industry,
        area, office, rank, classified, staff, revenue, assets,
    )  # fmt: skip


def industry_classes(draws: Draws, division: npt.NDArray[np.str_]) -> npt.NDArray[np.str_]:
    """Four digits: the division and a class in it."""
    choice = draws.between(0, 99)
    return np.array([
        one[1:] + GROUPS.get(one, ("11", "21", "31", "90"))[number % len(GROUPS.get(one, "abcd"))]
        for one, number in zip(division.tolist(), choice.tolist(), strict=True)
    ])  # fmt: skip


def measures(draws: Draws, industry: npt.NDArray[np.str_], rank: Array) -> tuple[Array, Array, Array, Array]:
    """Staff, revenue and assets such that the notice's table gives each firm its class."""
    found = {code: bounds_of(code) for code in np.unique(industry).tolist()}
    classified = np.array([found[code] is not None for code in industry.tolist()])
    low, high = np.ones((3, draws.count)), np.ones((3, draws.count))
    tops = (8_000, 6e9, 9e9)
    floors = (1, 20_000, 30_000)
    for row, (code, place) in enumerate(zip(industry.tolist(), rank.tolist(), strict=True)):
        bounds = found[code] or FREE_BOUNDS
        for number, measure in enumerate(("staff", "revenue", "assets")):
            # Where the table has no bound for the measure: people are counted in people, assets go with revenue.
            steps = bounds.get(measure) or FREE_BOUNDS.get(measure) or bounds.get("revenue") or FREE_BOUNDS["revenue"]
            edges = (tops[number], *steps, floors[number])
            low[number, row], high[number, row] = edges[place + 1], edges[place]
    within = draws.random.beta(1.2, 3.0, (3, draws.count))  # nearer to the lower bound, on a logarithmic scale
    values = low * np.power(np.maximum(high / low, 1.0), within) * 0.999
    values = np.maximum(values, low)
    return np.maximum(values[0], 1).astype(np.int64), np.round(values[1], 2), np.round(values[2], 2), classified


def bounds_of(industry: str) -> Bounds | None:
    try:
        return industry_bounds(industry)
    except LookupError:
        return None
