"""Files of the lists: credit and conduct, titles, agreements, listings, and what enterprises state themselves."""

from collections.abc import Mapping

import numpy as np

from .draws import Draws, one_of, where_known
from .firms import Firms
from .rows import Maker, Rows, listed


def credit(firms: Firms, draws: Draws) -> Rows:
    serious = draws.chance(0.006)
    return listed(firms, serious | draws.chance(0.02), serious_dishonesty_listed=serious, dishonesty_record_3y=True)


def accidents(firms: Firms, draws: Draws) -> Rows:
    return listed(firms, firms.in_divisions("B", "C", "E") & draws.chance(0.002), major_accident_3y=True)


def tax_violations(firms: Firms, draws: Draws) -> Rows:
    return listed(firms, draws.chance(0.012), tax_violation_3y=True)


def city_level_list(firms: Firms, draws: Draws) -> Rows:
    return listed(firms, draws.chance(firms.by_rank(0.08, 0.02, 0.001, 0.0)), city_level=True)


def special_agreements(firms: Firms, draws: Draws) -> Rows:
    return listed(firms, draws.chance(firms.by_rank(0.12, 0.02, 0.0005, 0.0)), special_agreement=True)


def headquarters(firms: Firms, draws: Draws) -> Rows:
    kinds = draws.pick({"headquarters": 3, "regional_hq": 4, "rd_centre": 2, "operations_centre": 1})
    return listed(firms, draws.chance(firms.by_rank(0.06, 0.004, 0.0, 0.0)), hq__kind=kinds)


def social_insurance(firms: Firms, draws: Draws) -> Rows:
    """Insured employers. Every third micro firm insures nobody and so does not stand in the file."""
    insured = draws.chance(firms.by_rank(1.0, 0.99, 0.93, 0.62))
    count = np.maximum(np.round(firms.staff * draws.random.uniform(0.75, 1.0, draws.count)), 1).astype(np.int64)
    before = np.maximum(np.round(count * draws.random.uniform(0.85, 1.15, draws.count)), 1).astype(np.int64)
    layoffs = np.where(draws.chance(0.72), 0.0, np.round(draws.random.exponential(0.07, draws.count), 4))
    premium = before * draws.between(33_000, 55_000)  # fen: about 1 % of a year's wages
    old = firms.registered_on < np.datetime64("2022-01-01")
    existed = firms.registered_on < np.datetime64("2020-02-01")
    return listed(
        firms,
        insured,
        is_insured_unit=True,
        insured_headcount=count,
        ui_insured_count_prev_year=where_known(before, old),
        ui_layoff_rate_prev_year=where_known(np.minimum(layoffs, 1.0), old),
        ui_premium_paid_prev_year=where_known(premium, old),
        ui_months_paid_in_full=np.where(old, draws.between(9, 12), draws.between(1, 12)),
        si_arrears=draws.chance(0.02),
        si_exempted_2020=np.where(existed, count * draws.between(200_000, 500_000), 0),
        si_avg_insured_2022=np.where(old, np.round(before * draws.random.uniform(0.95, 1.05, draws.count), 1), 0.0),
        headcount_drop_rate=draws.ratio(0.0, 0.08),
    )


def employer_statements(firms: Firms, draws: Draws) -> Rows:
    return listed(
        firms,
        (firms.rank < 3) & draws.chance(0.5),
        no_layoff_commitment_signed=draws.chance(0.8),
        on_duty_person_days=firms.staff * draws.between(0, 4),
        new_eligible_hires_ratio=np.round(draws.random.beta(1.2, 9, draws.count), 4),
    )


def high_tech(firms: Firms, draws: Draws) -> Rows:
    holds = firms.technical & draws.chance(firms.by_rank(0.65, 0.45, 0.12, 0.012))
    year = draws.between(2020, 2022)
    return listed(
        firms,
        holds,
        qualification__high_tech__event=one_of([draws.chance(0.45)], ["re_recognised"], "first_recognised"),
        qualification__high_tech__year=year,
        qualification__high_tech__valid=draws.chance(0.97),
    )


def tech_sme(firms: Firms, draws: Draws) -> Rows:
    holds = firms.technical & draws.chance(firms.by_rank(0.0, 0.4, 0.22, 0.03))
    return listed(firms, holds, qualification__tech_sme__valid=True)


def high_tech_incubation(firms: Firms, draws: Draws) -> Rows:
    holds = firms.technical & draws.chance(firms.by_rank(0.0, 0.08, 0.06, 0.004))
    return listed(firms, holds, qualification__high_tech_incubation__valid=True)


def srdi(firms: Firms, draws: Draws) -> Rows:
    holds = firms.in_divisions("C", "I65", "M73") & draws.chance(firms.by_rank(0.2, 0.3, 0.06, 0.002))
    level = draws.pick({
        "municipal": 50, "provincial_growth_small_micro": 12, "provincial": 28, "provincial_champion": 4,
        "national_little_giant": 5, "national_single_champion": 1,
    })  # fmt: skip
    recognised = (level == "municipal") & draws.chance(0.7)
    return listed(
        firms,
        holds,
        qualification__srdi__level=level,
        qualification__srdi_municipal__event=np.where(recognised, "recognised", "none"),
    )


def srdi_filings(firms: Firms, draws: Draws) -> Rows:
    return listed(
        firms,
        firms.in_divisions("C", "I65", "M73") & (firms.rank < 3) & draws.chance(0.5),
        revenue_growth_avg_2y=draws.ratio(0.12, 0.15),
        main_product_revenue_share=np.round(draws.random.beta(6, 2.2, draws.count), 4),
    )


def green_factory(firms: Firms, draws: Draws) -> Rows:
    national = firms.in_divisions("C") & draws.chance(firms.by_rank(0.1, 0.02, 0.001, 0.0))
    provincial = firms.in_divisions("C") & draws.chance(firms.by_rank(0.2, 0.06, 0.004, 0.0))
    kinds = one_of([~national, draws.chance(0.25)], ["none", "green_supply_chain"], "green_factory")
    return listed(
        firms,
        national | provincial,
        qualification__national_green=kinds,
        qualification__provincial_green_factory=provincial,
    )


def smart_factory(firms: Firms, draws: Draws) -> Rows:
    holds = firms.in_divisions("C") & draws.chance(firms.by_rank(0.25, 0.08, 0.006, 0.0))
    return listed(
        firms,
        holds,
        qualification__provincial_smart=draws.pick({"smart_factory": 1, "digital_workshop": 2}),
        qualification__smart_factory__level=draws.pick({"none": 12, "excellent": 3, "pilot": 0.3}),
    )


def quality_award(firms: Firms, draws: Draws) -> Rows:
    return listed(
        firms,
        (firms.area == "340202") & draws.chance(firms.by_rank(0.05, 0.01, 0.0, 0.0)),
        quality_award__jinghu_won=True,
    )


def listing(firms: Firms, draws: Draws) -> Rows:
    stage = draws.pick({"regional_board_reform": 12, "tutoring_filed": 2, "neeq_innovation": 2, "ipo_approved": 0.6})
    board = np.where(stage == "regional_board_reform", "anhui_equity_exchange_srdi", "other")
    year = where_known(draws.between(2018, 2022), stage != "tutoring_filed")
    return listed(
        firms,
        draws.chance(firms.by_rank(0.06, 0.04, 0.006, 0.0)),
        listing__stage=stage,
        listing__board=board,
        listing__year=year,
    )


LISTS: Mapping[str, Maker] = {
    make.__name__: make
    for make in (
        credit, accidents, tax_violations, city_level_list, special_agreements, headquarters, social_insurance,
        employer_statements, high_tech, tech_sme, high_tech_incubation, srdi, srdi_filings, green_factory,
        smart_factory, quality_award, listing,
    )
}  # fmt: skip
