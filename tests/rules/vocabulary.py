"""The vocabulary that the tests of the rule language share."""

from policies.rules import FactType

VOCABULARY = {
    "insured_headcount": FactType("integer", unit="person", labels={"zh": "参保人数", "en": "insured headcount"}),
    "industry": FactType("code", labels={"zh": "行业", "en": "industry"}),
    "msme_size": FactType(
        "code",
        codes={
            "large": {"zh": "大型", "en": "large"},
            "medium": {"zh": "中型", "en": "medium"},
            "small": {"zh": "小型", "en": "small"},
            "micro": {"zh": "微型", "en": "micro"},
        },
        labels={"zh": "企业规模", "en": "enterprise size"},
    ),
    "revenue_prev_year": FactType("money", labels={"zh": "上年营业收入", "en": "revenue of the previous year"}),
    "rd.expense_prev_year": FactType("money", labels={"zh": "上年研发费用", "en": "R&D expense of the previous year"}),
    "layoff_rate": FactType("ratio", labels={"zh": "裁员率", "en": "layoff rate"}),
    "founded_on": FactType("date", labels={"zh": "成立日期", "en": "founded on"}),
    "is_above_scale": FactType("boolean", labels={"zh": "规上企业", "en": "above designated size"}),
    "dishonest": FactType("boolean", labels={"zh": "严重失信", "en": "seriously dishonest"}),
    "exports": FactType("boolean", labels={"zh": "有出口", "en": "exports"}),
    "export_value": FactType("money", applies_if="exports", labels={"zh": "出口额", "en": "export value"}),
    "rosters": FactType("tags", labels={"zh": "名单", "en": "rosters"}),
    "name": FactType("text", labels={"zh": "名称", "en": "name"}),
    "lpr-1y": FactType("ratio", parameter=True, labels={"zh": "一年期LPR", "en": "one-year LPR"}),
    "hires": FactType(
        "items",
        labels={"zh": "招用人员", "en": "hires"},
        fields={
            "identity": FactType("text", labels={"zh": "身份证号", "en": "identity"}),
            "group": FactType("code", codes=("graduate", "veteran", "other"), labels={"zh": "类别", "en": "group"}),
            "months": FactType("integer", unit="month", labels={"zh": "参保月数", "en": "months insured"}),
            "cost": FactType("money", labels={"zh": "社保费", "en": "insurance cost"}),
            "started_on": FactType("date", labels={"zh": "入职日期", "en": "started on"}),
        },
    ),
}
