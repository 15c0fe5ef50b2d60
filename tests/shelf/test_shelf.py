"""The shelf: where a policy stands, how much, why, what is lacking, and what it takes."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from enterprises.models import Beneficiary
from policies.definition import Text
from policies.models import PolicyVersion
from supermarket.shelf import AmountKind, Group, MaterialState, Shelf, ShelfItem, shelf_for
from supermarket.users.models import Representation, User
from tests.enterprises.files import KEY, Town, credit_code
from tests.shelf.conftest import DAY

Publish = Callable[..., PolicyVersion]
TAX_DECLARATION = {"paid_by": "tax_office", "delivery": "tax_declaration", "pay": "never"}


def look(firm: Beneficiary, viewer: User | None, day: date = DAY, **typed: object) -> Shelf:
    return shelf_for(beneficiary=firm, typed_facts=typed, as_of=day, viewer=viewer)


def the_item(shelf: Shelf, code: str = "policy") -> ShelfItem:
    return next(item for item in shelf.items if item.code == code)


def told(shelf: Shelf) -> str:
    """All that a shelf says, its details too."""
    details = [
        (item, item.first_reason, item.reasons, item.amount_reasons, item.missing, item.nearest, item.materials)
        for item in shelf.items
    ]
    return repr((shelf, details))


@pytest.mark.parametrize(
    ("changes", "group"),
    [
        ({"eligibility": "insured_headcount >= 20"}, Group.ONE_CLICK),
        ({"eligibility": "insured_headcount >= 30"}, Group.NOT_YET),
        ({"eligibility": "revenue.year >= 30"}, Group.CANNOT_TELL),
        ({"eligibility": "insured_headcount >= 20", "amount": "0.1 * revenue.year"}, Group.CANNOT_TELL),
        ({"eligibility": "insured_headcount >= 20", "paid_by": "province", "pay": "never"}, Group.ELSEWHERE),
        (
            {
                "eligibility": "insured_headcount >= 20",
                "paid_by": "tax_office",
                "delivery": "tax_declaration",
                "pay": "never",
            },
            Group.ELSEWHERE,
        ),
        ({"eligibility": "insured_headcount >= 20", "apply": {"from": "2023-07-01"}}, Group.NOT_YET),
        ({"eligibility": "insured_headcount >= 20", "area": "340202"}, Group.NOT_YET),
    ],
)
def test_where_a_policy_stands(
    publish: Publish, firm: Beneficiary, owner: User, changes: dict[str, object], group: Group
) -> None:
    publish("policy", **changes)
    assert the_item(look(firm, owner)).group is group


def test_an_item_says_how_much_why_until_when_and_from_whom(publish: Publish, firm: Beneficiary, owner: User) -> None:
    publish(
        "policy",
        eligibility="insured_headcount >= 20",
        amount="100.005 * insured_headcount",
        materials=[
            {"name": {"zh": "参保证明", "en": "insurance record"}, "from": "social_insurance"},
            {"name": {"zh": "纳税证明", "en": "tax record"}, "from": "tax_returns"},
            {"name": {"zh": "申请书", "en": "application"}, "upload": True},
        ],
    )
    item = the_item(look(firm, owner))
    assert (item.amount_fen, item.amount_kind, item.claimable) == (270014, AmountKind.EXACT, True)
    assert (item.period, item.periods_open, item.reference, item.deadline) == (
        "2023",
        ("2023",),
        DAY,
        date(2024, 12, 31),
    )
    area, headcount = item.reasons
    assert area.facts == ("accepting_area",) and area.value == Text("鸠江区", "Jiujiang District")
    assert headcount.truth is True and headcount.value == Text("27 人", "27 persons")
    assert [(origin.as_of, origin.typed) for origin in headcount.provenance] == [(date(2023, 6, 1), False)]
    assert [(paper.state, paper.as_of) for paper in item.materials] == [
        (MaterialState.HAVE_IT, date(2023, 6, 1)),
        (MaterialState.BRING_IT, None),
        (MaterialState.BRING_IT, None),
    ]


def test_a_sum_says_how_it_comes_about(publish: Publish, firm: Beneficiary, owner: User) -> None:
    publish("policy", eligibility="insured_headcount >= 20", amount="100 * insured_headcount")
    first, *rest = the_item(look(firm, owner)).amount_reasons
    assert first.truth is True and first.facts == ("insured_headcount",)
    assert [origin.as_of for origin in first.provenance] == [date(2023, 6, 1)]
    assert any("27" in sentence.text.zh for sentence in rest)


def test_how_near_a_way_in_is_the_owner_alone_is_told(publish: Publish, firm: Beneficiary, owner: User) -> None:
    publish("policy", eligibility='insured_headcount >= 30 and registered_on < date("2015-01-01")')
    steps = the_item(look(firm, owner)).nearest
    assert [step.facts for step in steps] == [("insured_headcount",), ("registered_on",)]
    assert "27" in steps[0].text.zh and "3" in steps[0].text.en and "short" in steps[0].text.en
    # The day of registration is public, how far it is off is not for everybody.
    (step,) = the_item(look(firm, None)).nearest
    assert step.facts == ("registered_on",) and "2015-03-01" not in step.text.en and "59" not in step.text.en
    # What somebody typed himself he may be told about.
    (headcount, _) = the_item(look(firm, None, insured_headcount=Decimal(20))).nearest
    assert "20" in headcount.text.en and "10" in headcount.text.en


def test_the_area_is_told_in_one_place_name(publish: Publish, firm: Beneficiary, owner: User) -> None:
    publish("policy", eligibility="insured_headcount >= 20")
    publish("other", eligibility="insured_headcount >= 20", area="340202")
    shelf = look(firm, owner)
    assert the_item(shelf).reasons[0].text.zh == "申请受理地为鸠江区，在芜湖市范围内。"
    assert the_item(shelf, "other").reasons[0].text.zh == "申请受理地为鸠江区，本事项只面向镜湖区。"


def test_what_is_unknown_names_the_facts_that_would_decide(publish: Publish, firm: Beneficiary, owner: User) -> None:
    publish("policy", eligibility="insured_headcount >= 20 and revenue.year >= 30")
    item = the_item(look(firm, owner))
    assert [fact.code for fact in item.missing] == ["revenue.year"]
    assert item.missing[0].label.zh and item.missing[0].source is not None and item.missing[0].typeable
    assert item.first_reason is not None and item.first_reason.truth is None and item.first_reason.value is None


def test_no_elsewhere_is_offered_without_saying_where(publish: Publish, firm: Beneficiary, owner: User) -> None:
    publish("policy", eligibility="insured_headcount >= 20", paid_by="province", pay="never")
    own = {"zh": "省厅窗口", "en": "the provincial counter"}
    publish("other", eligibility="insured_headcount >= 20", paid_by="nation", pay="never", where_to_get=own)
    shelf = look(firm, owner)
    assert the_item(shelf).where_to_get is not None and not the_item(shelf).claimable
    assert the_item(shelf, "other").where_to_get == Text("省厅窗口", "the provincial counter")


def test_a_discretionary_sum_is_shown_as_a_ceiling(publish: Publish, firm: Beneficiary, owner: User) -> None:
    publish("policy", eligibility="insured_headcount >= 20", pay="after_decision", amount="500000")
    assert the_item(look(firm, owner)).amount_kind is AmountKind.UP_TO
    assert look(firm, owner).amount_fen == 0


def test_nobody_here_is_offered_another_citys_award(publish: Publish, firm: Beneficiary, owner: User) -> None:
    publish("hefei", area="340100", eligibility="insured_headcount >= 20")
    publish("province", area="340000", eligibility="insured_headcount >= 20")
    assert [item.code for item in look(firm, owner).items] == ["province"]


def test_the_shelf_is_that_of_its_day_and_audience(publish: Publish, firm: Beneficiary, owner: User) -> None:
    publish("policy", eligibility="insured_headcount >= 20", in_force={"from": "2023-06-15", "until": "2023-06-30"})
    publish("persons", audience="person", eligibility="insured_headcount >= 20")
    assert look(firm, owner, date(2023, 6, 14)).items == ()
    assert [item.code for item in look(firm, owner).items] == ["policy"]


def test_a_past_policy_stays_while_its_money_is_to_be_had(
    publish: Publish, town: Town, firm: Beneficiary, owner: User
) -> None:
    """Its facts are those of its last day; where they say nothing for it, it is out of the way."""
    spring = {"from": "2022-01-31", "until": "2022-02-06"}
    publish("policy", period="once", in_force=spring, eligibility="insured_headcount >= 20")
    assert look(firm, owner).items == ()
    town.deliver("tax_registration", [KEY, "accepting_area"], [credit_code(1), "340207"], as_of="2022-02-01")
    town.deliver("social_insurance", [KEY, "insured_headcount"], [credit_code(1), 25], as_of="2022-02-01")
    item = the_item(look(firm, owner))
    assert item.group is Group.ONE_CLICK and item.reference == date(2022, 2, 6)
    assert item.reasons[-1].value == Text("25 人", "25 persons")
    assert look(firm, owner, date(2024, 1, 1)).items == ()


def test_typed_values_replace_known_ones_and_are_marked(publish: Publish, firm: Beneficiary, owner: User) -> None:
    publish("policy", eligibility="insured_headcount >= 30")
    shelf = look(firm, owner, insured_headcount=Decimal(31))
    item = the_item(shelf)
    assert item.group is Group.ONE_CLICK and not item.claimable  # a claim is decided on facts, not on a what-if
    assert item.reasons[-1].provenance[0].typed


def test_without_a_beneficiary_only_what_is_typed_counts(publish: Publish) -> None:
    publish("policy", eligibility="insured_headcount >= 30")
    publish("persons", audience="person", eligibility="insured_headcount >= 30")
    typed = {"accepting_area": "340207", "insured_headcount": Decimal(30)}
    shelf = shelf_for(beneficiary=None, typed_facts=typed, as_of=DAY, viewer=None)
    assert [(item.code, item.group) for item in shelf.items] == [("policy", Group.ONE_CLICK)]
    shelf = shelf_for(beneficiary=None, typed_facts=typed, as_of=DAY, viewer=None, audience="person")
    assert [item.code for item in shelf.items] == ["persons"]


# --- who sees what


def test_a_visitor_sees_public_facts_alone(publish: Publish, firm: Beneficiary, owner: User) -> None:
    publish("policy", eligibility="insured_headcount >= 20")
    item = the_item(look(firm, None))
    assert item.group is Group.CANNOT_TELL and [fact.code for fact in item.missing] == ["insured_headcount"]
    assert item.reasons[0].value == Text("鸠江区", "Jiujiang District")
    assert the_item(look(firm, owner)).group is Group.ONE_CLICK


def test_who_no_longer_represents_the_firm_is_a_visitor(publish: Publish, firm: Beneficiary, owner: User) -> None:
    publish("policy", eligibility="insured_headcount >= 20")
    Representation.objects.update(until=date(2023, 6, 14))
    assert told(look(firm, owner)) == told(look(firm, None))
    stranger = User.objects.create(username="stranger", role="representative")
    assert told(look(firm, stranger)) == told(look(firm, None))


def test_the_public_answer_is_the_same_whatever_else_is_known(publish: Publish, town: Town, firm: Beneficiary) -> None:
    """A function of public facts and of what the visitor types alone, to the byte."""
    publish("headcount", eligibility="insured_headcount >= 20")
    publish("size", eligibility='msme_size in ["small", "micro"]', amount="0.1 * revenue.year")
    publish(
        "papers",
        eligibility="insured_headcount < 20 or revenue.year >= 30",
        materials=[{"name": {"zh": "纳税证明", "en": "tax record"}, "from": "tax_returns"}],
    )
    publish("dishonest", eligibility="not(serious_dishonesty_listed)")
    before = told(look(firm, None)), told(look(firm, None, **{"revenue.year": Decimal(40)}))
    key = credit_code(1)
    town.deliver("social_insurance", [KEY, "insured_headcount"], [key, 5], as_of="2023-06-10")
    town.deliver("tax_returns", [KEY, "revenue.year"], [key, 1000000], as_of="2023-05-31")
    assert (told(look(firm, None)), told(look(firm, None, **{"revenue.year": Decimal(40)}))) == before
    # The same comparison sees a public fact change.
    town.deliver("credit", [KEY, "serious_dishonesty_listed"], [key, "是"], as_of="2023-06-01")
    assert told(look(firm, None)) != before[0]
