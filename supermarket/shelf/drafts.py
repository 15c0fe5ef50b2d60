"""What a draft would do, payers included: claims know who pays which part, matching knows whom it hits."""

from collections.abc import Iterable
from datetime import date, datetime
from fractions import Fraction

from policies.definition import Definition
from supermarket.claims.errors import SharesUnknownError
from supermarket.claims.sharing import payer_shares
from supermarket.matching.drafts import draft_simulated
from supermarket.matching.simulation import PayersOf, Simulation

NOBODY_KNOWN = "?"  # the table of shares has no row for the place


def draft_simulation(*, definition: Definition, as_of: date, known_at: datetime | None = None) -> Simulation:
    """Whom the draft hits and what it costs, by area and payer; raises RuleProblems where it does not compile."""
    return draft_simulated(definition=definition, as_of=as_of, payers_of=payers(definition, as_of), known_at=known_at)


def payers(definition: Definition, on: date) -> PayersOf:
    """Payer and share of a beneficiary in a place, the lead first."""

    def payers_of(area: str | None, city_level: bool) -> Iterable[tuple[str, Fraction]]:
        try:
            shares = payer_shares(definition, accepting_area=area, city_level=city_level, on=on)
        except SharesUnknownError:
            return [(NOBODY_KNOWN, Fraction(1))]
        return [(share.payer, share.share) for share in shares]

    return payers_of
