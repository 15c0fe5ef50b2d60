"""Who pays which part of a claim. Pure: tables and amounts in, shares out, to the fen, the odd fen to the lead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.conf import settings

from enterprises.vocabulary import reference_table
from policies.definition import Definition
from supermarket.claims.errors import SharesUnknownError

CITY, DISTRICT = "city", "district"


@dataclass(frozen=True, slots=True)
class PayerShare:
    """`payer`: division code. The lead pays the beneficiary; the others owe their shares to it."""

    payer: str
    share: Fraction
    lead: bool


def payer_shares(
    definition: Definition, *, accepting_area: str | None, city_level: bool, on: date
) -> tuple[PayerShare, ...]:
    """Payers of one beneficiary's claims under a policy, the lead in front.

    Where the policy does not say (`funding` is null) the area's own level pays all. Raises SharesUnknownError where
    the standard table has no row for the accepting area.
    """
    funding = definition.funding
    if funding is None:
        return (PayerShare(own_level(definition.area), Fraction(1), lead=True),)
    table = standard_table(on)
    city = str(table["city"])
    district = accepting_area or ""
    if isinstance(funding.shares, Mapping):
        names = {CITY: city, DISTRICT: district}
        shares = {names.get(payer, payer): share for payer, share in funding.shares.items()}
        if "" in shares:
            raise SharesUnknownError(area="?")
    elif city_level:
        shares = {city: Fraction(table["city_level"])}
    elif district in table["shares"]:
        of_city = Fraction(table["shares"][district])
        shares = {city: of_city, district: 1 - of_city}
    else:
        raise SharesUnknownError(area=district or "?")
    lead = {CITY: city, DISTRICT: district}.get(funding.lead, funding.lead)
    lead = lead if lead in shares else city
    found = [PayerShare(payer, share, payer == lead) for payer, share in shares.items() if share]
    return tuple(sorted(found, key=lambda each: not each.lead))


def own_level(area: str) -> str:
    """Who pays for an area by itself: a place within the installation's area, else the installation's."""
    divisions = reference_table("divisions")["codes"]
    place: str | None = area
    while place is not None and place != settings.INSTALLATION_AREA:
        place = divisions[place]["parent"] if place in divisions else None
    return settings.INSTALLATION_AREA if place is None else area


def standard_table(on: date) -> Mapping[str, Any]:
    """The dated table of standard shares that holds on a day (the last row whose `from` is not after it)."""
    rows = [
        row
        for row in reference_table("funding_shares")["standard"]
        if (row["from"] is None or row["from"] <= on) and (row["until"] is None or on <= row["until"])
    ]
    table: Mapping[str, Any] = rows[-1]
    return table


def amounts_of(amount_fen: int, shares: Sequence[PayerShare]) -> dict[str, int]:
    """Payer -> fen. Each but the lead bears its share rounded down; the lead bears the rest. Sums to `amount_fen`."""
    amounts = {
        each.payer: amount_fen * each.share.numerator // each.share.denominator for each in shares if not each.lead
    }
    lead = next(each.payer for each in shares if each.lead)
    return {lead: amount_fen - sum(amounts.values()), **amounts}


def instalment_amounts(amount_fen: int, parts: Sequence[Fraction]) -> list[int]:
    """An amount cut into instalments; the first bears the odd fen."""
    later = [amount_fen * part.numerator // part.denominator for part in parts[1:]]
    return [amount_fen - sum(later), *later]
