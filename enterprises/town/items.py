"""Files with a row an item: hires, employees, patents, projects, equipment, upgrades, markets, loans, awards."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from .codes import identity_numbers
from .draws import Array, Draws, fen, one_of
from .firms import Firms
from .rows import Maker, Rows

HIRE_GROUPS = {
    "graduate_of_year;graduate_of_year_2023": 34, "graduate_within_2y_unemployed": 14,
    "registered_unemployed_16_24": 16, "registered_unemployed_over_half_year": 18, "self_employed_veteran": 8,
    "out_of_poverty_person": 10,
}  # fmt: skip
IDENTITY_AREAS = ("340202", "340207", "340223", "340221", "340222", "341421")


def several(firms: Firms, draws: Draws, mean: Array) -> tuple[npt.NDArray[np.int64], Draws]:
    """A Poisson number of items for each firm: owners, and draws for the items."""
    owner = np.repeat(np.arange(len(firms)), draws.random.poisson(mean))
    return owner, Draws(draws.random, len(owner))


def days_before(firms: Firms, ages: Array) -> npt.NDArray[np.datetime64]:
    days: npt.NDArray[np.datetime64] = np.datetime64(firms.reference) - ages.astype(int).astype("timedelta64[D]")
    return days


def numbers(prefix: str, count: int) -> npt.NDArray[np.str_]:
    return np.array([f"{prefix}{number:07d}" for number in range(1, count + 1)], "U24")


def young_identities(draws: Draws) -> npt.NDArray[np.str_]:
    """Identity numbers; the rows of one day of birth and area differ in their serial number."""
    births = np.datetime64("1988-01-01") + (np.arange(draws.count) * 7 % 5840).astype("timedelta64[D]")
    areas = np.array(IDENTITY_AREAS)[np.arange(draws.count) % len(IDENTITY_AREAS)]
    return identity_numbers(areas, births, np.arange(draws.count) // 17520 % 100 + 900)


def hires(firms: Firms, draws: Draws) -> Rows:
    grows = draws.chance(firms.by_rank(0.8, 0.7, 0.3, 0.06))
    owner, draws = several(firms, draws, np.where(grows, np.minimum(firms.staff * 0.04, 40) + 0.4, 0))
    months = draws.between(0, 11)
    start = days_before(firms, months * 30 + draws.between(1, 29))
    insured = np.maximum(months - draws.between(0, 1), 0)
    return Rows(
        owner,
        {
            "identity": young_identities(draws),
            "group": draws.pick(HIRE_GROUPS),
            "start_date": start,
            "labour_contract_signed": draws.chance(0.97),
            "contract_months": np.array([6, 12, 24, 36])[draws.between(0, 3)],
            "currently_insured_here": insured > 0,
            "social_insurance_paid": insured > 0,
            "months_paid_ui_injury_pension": insured,
            "months_social_insurance": insured,
            "months_social_insurance_consecutive": insured,
            "first_insured_in_city": draws.chance(0.6),
            "hukou_local": draws.chance(0.55),
            "employer_social_insurance_paid": insured * draws.between(78_000, 125_000),
        },
    )


def employees(firms: Firms, draws: Draws) -> Rows:
    asked = (firms.rank < 3) & draws.chance(0.15)
    owner, draws = several(firms, draws, np.where(asked, np.minimum(firms.staff * 0.1, 20), 0))
    return Rows(
        owner,
        {
            "identity": young_identities(draws),
            "hukou_in_wuhu": draws.chance(0.6),
            "stayed_in_wuhu": draws.chance(0.5),
            "certificate_level": draws.pick(
                {"none": 60, "level5": 6, "level4": 12, "level3": 14, "level2": 6, "level1": 2}
            ),
        },
    )


def patents(firms: Firms, draws: Draws) -> Rows:
    owner, draws = several(firms, draws, np.where(firms.technical, firms.by_rank(14, 6, 1.2, 0.08), 0.01))
    days = np.minimum(draws.random.exponential(1100, draws.count), 6000)
    kind = draws.pick({"invention": 25, "utility_model": 60, "design": 15})
    return Rows(
        owner,
        {
            "number": numbers("ZL2023", draws.count),
            "type": kind,
            "grant_date": days_before(firms, days),
            "years_since_grant": (days // 365).astype(np.int64),
            "owner_in_wuhu": draws.chance(0.97),
            "granted_in_china": draws.chance(0.98),
            "foreign_countries": np.where(draws.chance(0.02), draws.between(1, 4), 0),
            "annuity_paid_in_year": np.where(
                kind == "invention", draws.between(60_000, 400_000), draws.between(9_000, 90_000)
            ),
        },
    )


def patent_projects(firms: Firms, draws: Draws) -> Rows:
    owner, draws = several(firms, draws, np.where(firms.technical, firms.by_rank(0.05, 0.02, 0.003, 0), 0))
    return Rows(
        owner,
        {
            "project_code": numbers("GJZ", draws.count),
            "high_value_patent": draws.chance(0.9),
            "high_value_patent_accepted": draws.chance(0.4),
        },
    )


def first_sets(firms: Firms, draws: Draws) -> Rows:
    maker = firms.in_divisions("C34", "C35", "C36", "C38", "C39", "C40")
    owner, draws = several(firms, draws, np.where(maker, firms.by_rank(0.2, 0.1, 0.015, 0), 0))
    price = np.round(draws.spread(2_500_000, 0.9), -3)
    level = draws.pick({"municipal": 5, "provincial": 10, "national": 1})
    paid = (level != "municipal") & draws.chance(0.6)
    return Rows(
        owner,
        {
            "certificate_no": numbers("STZ", draws.count),
            "recognised_level": level,
            "unit_price": fen(price),
            "got_provincial_money": paid,
            "provincial_award": fen(np.where(paid, np.minimum(price * 0.15, 5_000_000), 0)),
        },
    )


def upgrades(firms: Firms, draws: Draws) -> Rows:
    owner, draws = several(firms, draws, np.where(firms.in_divisions("C"), firms.by_rank(0.6, 0.35, 0.06, 0.002), 0))
    equipment = np.round(draws.spread(4_000_000, 1.0), -4)
    return Rows(
        owner,
        {
            "project_code": numbers("2023-340200-", draws.count),
            "commissioned_date": days_before(firms, draws.between(10, 900)),
            "equipment_investment": fen(equipment),
            "equipment_software_investment": fen(np.round(equipment * draws.random.uniform(1.0, 1.3, draws.count), -4)),
            "in_guideline": draws.chance(0.6),
        },
    )


def markets(firms: Firms, draws: Draws) -> Rows:
    owner, draws = several(
        firms, draws, np.where(firms.in_divisions("F52", "L72"), firms.by_rank(0.02, 0.01, 0.002, 0), 0)
    )
    area = np.round(draws.spread(1800, 0.5), 1)
    return Rows(
        owner,
        {
            "market_code": numbers("CSC", draws.count),
            "kind": draws.pick({"new": 3, "renovated": 6, "developer_built": 1}),
            "meets_standard": draws.chance(0.7),
            "floor_area": area,
            "investment": fen(np.round(area * draws.random.uniform(200, 900, draws.count), -2)),
        },
    )


def loans(firms: Firms, draws: Draws) -> Rows:
    owner, draws = several(firms, draws, firms.by_rank(0.02, 0.12, 0.14, 0.02))
    amount = np.round(draws.spread(2_000_000, 0.7), -4)
    rate = np.round(draws.random.uniform(0.0345, 0.055, draws.count), 4)
    months = draws.between(1, 5)
    return Rows(
        owner,
        {
            "contract_no": numbers("JK2023", draws.count),
            "product": draws.pick({"zhengyindan": 6, "startup_guarantee": 3, "other": 2}),
            "apply_date": days_before(firms, months * 30 + 5),
            "amount_new": fen(amount),
            "term_months": np.array([12, 24, 36])[draws.between(0, 2)],
            "interest_paid": fen(amount * rate * months / 12),
            "annual_rate": rate,
            "interest_months": months,
        },
    )


def provincial_awards(firms: Firms, draws: Draws) -> Rows:
    owner, draws = several(firms, draws, np.where(firms.in_divisions("C", "I65"), firms.by_rank(0.3, 0.15, 0.01, 0), 0))
    kind = draws.pick({"smart_manufacturing": 3, "srdi": 5, "first_set": 2, "other": 2})
    amounts = one_of([kind == "srdi", kind == "smart_manufacturing"], ["500000", "1000000"], "300000").astype(np.int64)
    return Rows(
        owner,
        {
            "payment_no": numbers("SJ2022", draws.count),
            "award": kind,
            "year": np.full(draws.count, firms.reference.year - 1),
            "amount": amounts * 100,
        },
    )


ITEMS: Mapping[str, Maker] = {
    make.__name__: make
    for make in (
        hires, employees, patents, patent_projects, first_sets, upgrades, markets, loans, provincial_awards,
    )
}  # fmt: skip
