"""1,095 policies over the facts of SOURCES, put straight into the catalogue: publishing is not what is measured.

As the job of the engine's benchmarks has them: trees of 2 to 12 conditions with constants from a small set, so that
conditions recur; a third of the sums fixed, a third a percentage with a cap, a third in steps.
"""

import random
from datetime import datetime
from itertools import pairwise
from typing import Any

import pgtrigger
from django.db import transaction
from django.utils import timezone

from policies.definition import Definition, canonical_json, definition_parse
from policies.definition.plain import digest
from policies.models import Policy, PolicyEvent, PolicyVersion, range_from_span
from supermarket.users.models import User
from tests.policies.definitions import data

from .data_common import SEED

POLICIES = 1_095
FORCE = {"from": "2023-01-01", "until": "2023-12-31"}
AREAS = ("340202", "340207", "340209", "340210", "340212", "340223", "340281")
SECTIONS = ("C", "F", "I", "L", "H", "E", "M")
MONEY = ("tax.taxable_income", "revenue.year", "revenue.main_business_prev_year", "rd.expense_actual", "assets_total",
         "registered_capital_paid", "ui_premium_paid_prev_year", "revenue_prev_year")  # fmt: skip
COUNTS = ("insured_headcount", "staff_count", "years_since_registration", "ui_months_paid_in_full")
RATIOS = ("revenue.year_yoy", "sales.year_yoy", "ui_layoff_rate_prev_year", "headcount_drop_rate", "revenue.q1_yoy")
STEPS = (500_000, 1_000_000, 5_000_000, 20_000_000, 50_000_000, 100_000_000, 500_000_000)
FLAGS = ("tax.is_vat_small_scale", "tax.is_small_low_profit", "loss_in_last_3y", "si_arrears", "is_insured_unit",
         "revenue.q1_2021_has_base", "industry.in_ten_emerging", "industry.restricted_or_prohibited")  # fmt: skip


def condition(random: random.Random) -> str:
    match random.choice(
        ("money", "count", "count", "ratio", "flag", "flag", "area", "section", "size", "group", "day")
    ):
        case "money":
            return f"{random.choice(MONEY)} {random.choice(('>=', '<', '>'))} {random.choice((1, 2, 5, 20, 50))}00000"
        case "count":
            return f"{random.choice(COUNTS)} {random.choice(('>=', '<=', '>'))} {random.choice((1, 3, 5, 10, 30, 100))}"
        case "ratio":
            return f"{random.choice(RATIOS)} {random.choice(('>=', '<='))} {random.choice((0, '0.05', '0.1', '0.2'))}"
        case "flag":
            return random.choice(("{}", "not({})")).format(random.choice(FLAGS))
        case "area":
            return f"accepting_area in {listed(random, AREAS)}"
        case "section":
            return f"industry_section in {listed(random, SECTIONS)}"
        case "size":
            return f"msme_size in {listed(random, ('large', 'medium', 'small', 'micro'))}"
        case "group":
            return f'industry_group = "{random.choice(("wholesale", "retail", "catering", "tourism"))}"'
        case _:
            return f'registered_on < date("{random.choice((2015, 2018, 2020, 2022))}-01-01")'


def listed(random: random.Random, codes: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{code}"' for code in sorted(random.sample(codes, random.randint(1, 3)))) + "]"


def tree(random: random.Random, conditions: int) -> str:
    if conditions == 1:
        return condition(random)
    left = random.randint(1, conditions - 1)
    joined = random.choices((" and ", " or "), (6, 1))[0]
    parts = (tree(random, left), tree(random, conditions - left))
    return joined.join(f"({part})" for part in parts)


def amount(random: random.Random, number: int) -> tuple[str, dict[str, Any]]:
    """A third fixed, a third per cent with a cap, a third in 3 to 5 steps; the text and its tables."""
    fact = random.choice(MONEY[1:])
    if number % 3 == 0:
        return str(random.choice((1000, 5000, 20_000, 100_000))), {}
    if number % 3 == 1:
        return f"min(0.0{random.randint(1, 9)} * {fact}, {random.choice((50_000, 200_000, 1_000_000))})", {}
    starts = sorted(random.sample(STEPS, random.randint(3, 5)))
    ends = [f"[{low}..{high})" for low, high in pairwise(starts)]
    rows = [f"< {starts[0]}", *ends, f">= {starts[-1]}"]
    return f"tiers({fact}, steps)", {"steps": [{"when": row, "give": 10_000 * n} for n, row in enumerate(rows)]}


def definition(random: random.Random, number: int) -> dict[str, Any]:
    code = f"benchmark-{number:04d}"
    eligibility = tree(random, min(12, 2 + int(random.expovariate(1 / 3))))
    text, tables = amount(random, number)
    return data(code=code, in_force=FORCE, eligibility=eligibility, amount=text, tables=tables)


def policies_put(count: int = POLICIES) -> None:
    """As if they had been published; what is there already stays."""
    if PolicyVersion.objects.filter(state=PolicyVersion.State.PUBLISHED).exists():
        return
    draws, now = random.Random(SEED), timezone.now()
    maker, checker = (User.objects.get_or_create(username=f"benchmark-{name}")[0] for name in ("maker", "checker"))
    parsed = [definition_parse(definition(draws, number)) for number in range(count)]
    with pgtrigger.ignore(), transaction.atomic():
        put(parsed, maker, checker, now)


def put(parsed: list[Definition], maker: User, checker: User, now: datetime) -> None:
    rows = Policy.objects.bulk_create(Policy(code=one.code, department=one.department) for one in parsed)
    versions = PolicyVersion.objects.bulk_create(
        PolicyVersion(
            policy=policy,
            number=1,
            state=PolicyVersion.State.PUBLISHED,
            in_force=range_from_span(one.in_force),
            definition=one.as_data(),
            sha256=digest(canonical_json(one.as_data())),
            made_by=maker,
            checked_by=checker,
            published_at=now,
        )
        for policy, one in zip(rows, parsed, strict=True)
    )
    PolicyEvent.objects.create(version=versions[-1], kind=PolicyEvent.Kind.PUBLISHED, actor=checker, sha256="0" * 64)
