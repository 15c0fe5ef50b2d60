"""Files of the registers: business register, tax, statistics, industry catalogues, size classes."""

from collections.abc import Mapping

import numpy as np

from .draws import Draws, fen, one_of, where_known
from .firms import Firms
from .rows import Maker, Rows, listed, rows_of_all


def business_register(firms: Firms, draws: Draws) -> Rows:
    capital = np.round(np.maximum(firms.assets * draws.random.uniform(0.05, 0.4, draws.count), 10_000), -4)
    years = (np.datetime64(firms.reference) - firms.registered_on).astype(np.int64) * 4 // 1461
    return rows_of_all(
        firms,
        {
            "name": np.array(firms.name),
            "registered_on": firms.registered_on,
            "years_since_registration": years,
            "entity_type": entity_types(firms, draws),
            "registered_in": firms.office,
            "registered_capital_paid": where_known(fen(capital), draws.chance(0.8)),
            "industry_section": firms.section,
            "industry_division": firms.division,
            "industry_class": firms.industry_class,
        },
    )


def entity_types(firms: Firms, draws: Draws) -> np.ndarray:
    insured = (firms.kind == "individual_business") & draws.chance(0.3)
    law = (firms.kind == "social_service_org") & draws.chance(0.2)
    return one_of([insured, law], ["insured_individual_business", "law_firm"], "") + np.where(
        insured | law, "", firms.kind
    )


def tax_registration(firms: Firms, draws: Draws) -> Rows:
    return rows_of_all(firms, {"accepting_area": firms.area})


def tax_returns(firms: Firms, draws: Draws) -> Rows:
    small_profit = (firms.staff <= 300) & (firms.assets <= 5e7)
    margin = draws.ratio(0.045, 0.08, low=-0.6)
    income = firms.revenue * margin
    growth = draws.ratio(0.08, 0.22, low=-0.9)
    old = firms.registered_on < np.datetime64("2021-01-01")
    quarter = firms.revenue * draws.random.uniform(0.18, 0.30, draws.count)
    before = quarter / (1 + np.maximum(growth, -0.8))
    peak = firms.revenue * draws.random.uniform(0.6, 1.1, draws.count)
    research = firms.technical & draws.chance(firms.by_rank(0.9, 0.75, 0.4, 0.08))
    return rows_of_all(
        firms,
        {
            "tax.is_vat_small_scale": firms.revenue <= 5_000_000,
            "tax.is_small_low_profit": small_profit & (income <= 3_000_000),
            "tax.taxable_income": fen(income),
            "tax.avg_staff_quarterly": np.round(firms.staff * draws.random.uniform(0.92, 1.05, draws.count), 1),
            "tax.avg_assets_quarterly": fen(firms.assets * draws.random.uniform(0.9, 1.02, draws.count)),
            "loss_in_last_3y": (income < 0) | draws.chance(0.1),
            "revenue.year": fen(firms.revenue * (1 + growth)),
            "revenue.year_yoy": where_known(growth, old),
            "revenue.h1_yoy": where_known(np.round(growth * 0.8, 4), old),
            "revenue.q1_2022": where_known(fen(quarter), firms.registered_on < np.datetime64("2022-04-01")),
            "revenue.q1_2021_has_base": old,
            "revenue.q1_yoy": where_known(growth, old),
            "revenue.q1_increment": where_known(fen(quarter - before), old),
            "revenue.main_business_prev_year": fen(firms.revenue * 0.97),
            "revenue.main_business_highest_before": fen(peak),
            "sales.q1_yoy": where_known(draws.ratio(0.07, 0.2), old),
            "sales.year_yoy": where_known(draws.ratio(0.07, 0.2), old),
            "rd.expense_actual": fen(np.where(research, firms.revenue * draws.random.beta(2, 30, draws.count), 0)),
        },
    )


def rd_deduction(firms: Firms, draws: Draws) -> Rows:
    enjoys = firms.technical & draws.chance(firms.by_rank(0.85, 0.65, 0.3, 0.05))
    expense = firms.revenue * draws.random.beta(2, 28, draws.count)
    increment = expense * draws.ratio(0.12, 0.3)
    return listed(
        firms,
        enjoys,
        rd__super_deduction_enjoyed=True,
        rd__expense_recognised_by_tax_prev_year=fen(expense),
        rd__expense_increment=fen(increment),
    )


def rd_filings(firms: Firms, draws: Draws) -> Rows:
    return listed(firms, firms.technical & draws.chance(firms.by_rank(0.5, 0.3, 0.08, 0.005)), rd__reserve_system=True)


def msme(firms: Firms, draws: Draws) -> Rows:
    stated = draws.chance(0.7)  # for the others the class is worked out from the measures
    return rows_of_all(
        firms,
        {
            "msme_size": where_known(firms.size, stated),
            "staff_count": firms.staff,
            "revenue_prev_year": fen(firms.revenue),
            "assets_total": fen(firms.assets),
        },
    )


def industry_catalogues(firms: Firms, draws: Draws) -> Rows:
    groups = {
        "F51": "wholesale", "F52": "retail", "H61": "accommodation", "H62": "catering", "R88": "enclosed_venue_culture",
        "L72": "tourism", "G54": "road_passenger",
    }  # fmt: skip
    return rows_of_all(
        firms,
        {
            "industry_group": one_of([firms.division == one for one in groups], list(groups.values()), "other"),
            "industry.in_ten_emerging": firms.in_divisions("C36", "C38", "C39", "C27", "I65", "M73")
            & draws.chance(0.5),
            "industry.negative_list_rd": firms.in_divisions("C16", "H", "F", "K", "L", "R90"),
            "industry.restricted_or_prohibited": draws.chance(0.01),
        },
    )


def statistics_list(firms: Firms, draws: Draws) -> Rows:
    """Lists decide, not figures, and they lag: some firms above a threshold are not in, some below still are."""
    industrial = firms.in_divisions("B", "C", "D") & (firms.revenue >= 2e7)
    quota = (
        ((firms.division == "F51") & (firms.revenue >= 2e7))
        | ((firms.division == "F52") & (firms.revenue >= 5e6))
        | (firms.in_divisions("H61", "H62") & (firms.revenue >= 2e6))
    )
    service = firms.in_divisions("G", "I", "L", "M", "N", "O", "R") & (firms.revenue >= 1e7)
    building = firms.in_divisions("E", "K") & (firms.revenue >= 2e7)
    enlisted = (industrial | quota | service | building) & draws.chance(0.93)
    first = draws.chance(0.09)
    trades = {"F51": "wholesale", "F52": "retail", "H61": "accommodation", "H62": "catering"}
    months = np.where(first, draws.between(1, 20), draws.between(12, 120))
    return listed(
        firms,
        enlisted,
        is_above_scale=industrial | service,
        is_above_scale_industrial=industrial,
        is_above_quota_trade=quota,
        is_large_above_quota_trade=quota & (firms.revenue >= 1e8),
        is_four_above_unit=True,
        in_statistics_direct_report=draws.chance(0.97),
        in_unified_survey_industrial_list=industrial,
        above_scale__event=np.where(first, one_of([draws.chance(0.2)], ["new_built_entered"], "first_entered"), "none"),
        above_scale__months_in_list=months,
        trade__kind=one_of([firms.division == one for one in trades], list(trades.values()), "not_trade"),
    )


def statistics_answers(firms: Firms, draws: Draws) -> Rows:
    asked = (firms.in_divisions("F51", "F52", "H61", "H62") & (firms.rank < 3)) | (
        firms.in_divisions("B", "C", "D") & (firms.rank < 3)
    )
    trade = firms.in_divisions("F51", "F52")
    return listed(
        firms,
        asked,
        retail_sales__year_reached_100m=trade & (firms.revenue >= 1e8),
        retail_sales__year_reached_500m=trade & (firms.revenue >= 5e8),
        retail_sales__q1_growth_reached_30pct=trade & draws.chance(0.1),
        retail_sales__growth_beat_city_by_2pp=trade & draws.chance(0.3),
        revenue__main_business_prev_year_crossed=firms.in_divisions("B", "C", "D") & draws.chance(0.12),
    )


def online_retail(firms: Firms, draws: Draws) -> Rows:
    sells = firms.in_divisions("F51", "F52", "I64") & draws.chance(0.12)
    return listed(
        firms, sells, online_retail_sales__year=fen(firms.revenue * draws.random.uniform(0.05, 0.9, draws.count))
    )


def electricity(firms: Firms, draws: Draws) -> Rows:
    metered = firms.in_divisions("B", "C", "D") & (firms.rank < 3)
    return listed(firms, metered, electricity__avg_daily_ratio=draws.ratio(0.45, 0.25, low=0.0))


REGISTERS: Mapping[str, Maker] = {
    make.__name__: make
    for make in (
        business_register, tax_registration, tax_returns, rd_deduction, rd_filings, msme, industry_catalogues,
        statistics_list, statistics_answers, online_retail, electricity,
    )
}  # fmt: skip
