"""Facts that follow from others and from the day, for everybody at once; `enterprises.computed` says how for one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from enterprises.size_class import CLASSES, NOT_CLASSIFIABLE, industry_bounds

from .columns import fen

Arrays = Mapping[str, pa.Array]
MEASURED_BY = {"staff": "staff_count", "revenue": "revenue_prev_year", "assets": "assets_total"}
MICRO = CLASSES.index("micro")
# Places in the names of classes, and two that are none.
NO_CLASS, UNKNOWN_CLASS, BY_MEASURES = len(CLASSES), -1, -2


def years_since_registration(known: Arrays, reference: date) -> pa.Array:
    """Full years at the reference date where the day of registration is known, else as delivered."""
    registered = known["registered_on"]
    days = pc.fill_null(pc.cast(registered, pa.int32()), 0).to_numpy().astype("datetime64[D]")
    years = days.astype("datetime64[Y]").astype(np.int64) + 1970
    months = days.astype("datetime64[M]").astype(np.int64) % 12 + 1
    day_of_month = (days - days.astype("datetime64[M]")).astype(np.int64) + 1
    later_in_year = months * 32 + day_of_month > reference.month * 32 + reference.day
    full = np.maximum(reference.year - years - later_in_year, 0)
    return pc.coalesce(pa.array(full, mask=is_null(registered)), known["years_since_registration"])


@dataclass(frozen=True)
class IndustryTable:
    """The notice's lower bounds by industry; the last row stands for no industry. `steps`: industry x measure x 3, in
    persons and fen; `counts`: whether the measure counts; `fixed`: NO_CLASS or UNKNOWN_CLASS whatever the measures."""

    steps: np.ndarray
    counts: np.ndarray
    fixed: np.ndarray


def industry_table(industries: list[str]) -> IndustryTable:
    rows, measures = len(industries) + 1, len(MEASURED_BY)
    table = IndustryTable(
        np.zeros((rows, measures, 3), np.int64), np.zeros((rows, measures), bool), np.full(rows, BY_MEASURES, np.int8)
    )
    table.fixed[-1] = UNKNOWN_CLASS
    for row, industry in enumerate(industries):
        try:
            bounds = industry_bounds(industry)
        except LookupError:
            table.fixed[row] = UNKNOWN_CLASS
            continue
        if bounds is None:
            table.fixed[row] = NO_CLASS
            continue
        for number, measure in enumerate(MEASURED_BY):
            if measure in bounds:
                table.counts[row, number] = True
                table.steps[row, number] = np.array(bounds[measure]) * (1 if measure == "staff" else 100)
    return table


def msme_size(known: Arrays, reference: date) -> pa.Array:
    """The stated class, else the one of the notice's table."""
    stated = known["msme_size"]
    industry = pc.coalesce(*(known[code] for code in ("industry_class", "industry_division", "industry_section")))
    encoded = pc.dictionary_encode(industry)
    place = pc.fill_null(encoded.indices, -1).to_numpy()
    table = industry_table(encoded.dictionary.to_pylist())
    lowest, unknown = np.zeros(len(stated), np.int8), np.zeros(len(stated), bool)
    for number, (measure, code) in enumerate(MEASURED_BY.items()):
        values = known[code]
        amounts = pc.fill_null(values, 0).to_numpy() if measure == "staff" else fen(values)
        missing, counted = is_null(values), table.counts[place, number]
        below = (amounts[:, None] < table.steps[place, number]).sum(axis=1, dtype=np.int8)
        lowest = np.where(counted & ~missing, np.maximum(lowest, below), lowest)
        unknown |= counted & missing
    found = np.where(unknown & (lowest != MICRO), UNKNOWN_CLASS, lowest)
    fixed = table.fixed[place]
    found = np.where(fixed == BY_MEASURES, found, fixed)
    names = pa.array([*CLASSES, NOT_CLASSIFIABLE])
    return pc.coalesce(stated, names.take(pa.array(found, mask=found == UNKNOWN_CLASS)))


def is_null(values: pa.Array) -> np.ndarray:
    found: np.ndarray = pc.is_null(values).to_numpy(zero_copy_only=False)
    return found


COMPUTED: Mapping[str, Callable[[Arrays, date], pa.Array]] = {
    "years_since_registration": years_since_registration,
    "msme_size": msme_size,
}
