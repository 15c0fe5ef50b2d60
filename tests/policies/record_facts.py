"""The facts that the collected policies test or pay by, as the records name them, and where each one went.

146 stand in conditions, 23 more in amounts only.
"""

from collections.abc import Mapping

# Names with blanks between them.
IN_CONDITIONS = """
above_scale.event above_scale.months_in_list business.is_first business.months_operating
business.months_since_registration business.social_insurance_paid business.type
claim.same_employee_same_employer_before claim.similar_grant_before dishonesty_record_3y
dispatch.insured_and_post_in_wuhu electricity.avg_daily_ratio employee.certificate_level employee.hukou_in_wuhu
employee.stayed_in_wuhu employer.is_central_or_provincial_soe employer.msme_size employer.type entity_type
first_set.got_provincial_money first_set.recognised_level fund_ui_reserve_months headcount_drop_rate
hire.contract_months hire.currently_insured_here hire.first_insured_in_city hire.group hire.hukou_local
hire.identity_already_used hire.labour_contract_signed hire.months_paid_ui_injury_pension
hire.months_social_insurance hire.months_social_insurance_consecutive hire.social_insurance_paid hire.start_date
home.is_first_ordinary_home home.purchase_date household.owns_home_in_wuhu hq.kind in_statistics_direct_report
in_unified_survey_industrial_list industry.in_ten_emerging industry.negative_list_rd
industry.restricted_or_prohibited industry_group industry_section is_above_quota_trade is_above_scale
is_above_scale_industrial is_four_above_unit is_large_above_quota_trade listing.board listing.stage listing.year
loan.amount_new loan.apply_date loan.product loan.term_months loss_in_last_3y main_product_revenue_share
major_accident_3y market.kind market.meets_standard msme_size new_eligible_hires_ratio
no_layoff_commitment_signed online_retail_sales.year patent.grant_date patent.owner_in_wuhu patent.type
patent.years_since_grant person.age person.contract_months person.education person.graduation_year_is_current
person.group person.hardship_group person.hukou_moved_in_date person.hukou_wuhu_on_jan1
person.in_graduating_class person.is_dispatched person.labour_contract_signed
person.lives_in_public_or_talent_apartment person.lives_in_public_rental person.months_since_graduation
person.owns_home_urban person.pension_insured_wuhu person.si_months_consecutive person.si_months_cumulative_wuhu
person.social_insurance_paid person.talent_class person.talent_tier
person.wuhu_enterprise_pension_after_year_start person.wuhu_enterprise_pension_before_year_start
project.high_value_patent project.high_value_patent_accepted qualification.high_tech.event
qualification.high_tech.valid qualification.high_tech.year qualification.high_tech_incubation.valid
qualification.national_green qualification.provincial_green_factory qualification.provincial_smart
qualification.smart_factory.level qualification.srdi.level qualification.srdi_any_before
qualification.srdi_municipal.event qualification.tech_sme.valid quality_award.jinghu_won rd.expense_actual
rd.expense_increment rd.reserve_system rd.super_deduction_enjoyed registered_capital_paid registered_in
retail_sales.growth_minus_city_average retail_sales.q1_yoy retail_sales.year revenue.h1_yoy
revenue.main_business_prev_year_crossed revenue.q1_2021_has_base revenue.q1_2022 revenue.q1_yoy revenue.year
revenue.year_yoy revenue_growth_avg_2y sales.q1_yoy sales.year_yoy serious_dishonesty_listed si_arrears
si_exempted_2020 staff_count tax.avg_assets_quarterly tax.avg_staff_quarterly tax.is_small_low_profit
tax.is_vat_small_scale tax.taxable_income tax_violation_3y trade.kind ui_insured_count_prev_year
ui_layoff_rate_prev_year ui_months_paid_in_full upgrade.commissioned_date upgrade.equipment_software_investment
upgrade.in_guideline years_since_registration
"""

IN_AMOUNTS_ONLY = """
employee.count_eligible first_set.provincial_award first_set.unit_price hire.count_eligible
hire.employer_social_insurance_paid home.deed_tax home.price loan.interest_paid market.floor_area
market.investment on_duty_person_days patent.annuity_paid_in_year patent.count_domestic_granted
patent.count_foreign_countries person.pension_personal_contribution_in_year provincial_award_received
rd.expense_recognised_by_tax_prev_year rent.base_rent revenue.main_business_prev_year revenue.q1_increment
si_avg_insured_2022 ui_premium_paid_prev_year upgrade.equipment_investment
"""

# Of these a beneficiary has many: the prefix became a list of items, the rest of the name a field.
ITEMS: Mapping[str, str] = {
    "employee": "employees",
    "first_set": "first_sets",
    "hire": "hires",
    "home": "homes",
    "loan": "loans",
    "market": "markets",
    "patent": "patents",
    "project": "projects",
    "upgrade": "upgrades",
}

# What this system itself has paid: exclusions of the policies, no facts.
HISTORY = {
    "claim.same_employee_same_employer_before",
    "claim.similar_grant_before",
    "hire.identity_already_used",
    "qualification.srdi_any_before",
}

PARAMETERS = {"fund_ui_reserve_months"}

# Counted or answered in another shape: a count over items, or yes or no per threshold from the statistics office.
ELSEWHERE: Mapping[str, tuple[str, ...]] = {
    "employee.count_eligible": ("employees",),
    "hire.count_eligible": ("hires",),
    "patent.count_domestic_granted": ("patents.granted_in_china",),
    "patent.count_foreign_countries": ("patents.foreign_countries",),
    "provincial_award_received": ("awards_received.amount",),
    "retail_sales.growth_minus_city_average": ("retail_sales.growth_beat_city_by_2pp",),
    "retail_sales.q1_yoy": ("retail_sales.q1_growth_reached_30pct",),
    "retail_sales.year": ("retail_sales.year_reached_100m", "retail_sales.year_reached_500m"),
}
