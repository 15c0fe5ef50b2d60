from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from policies.errors import DefinitionProblems
from policies.models import ParameterValue
from policies.parameters import parameter_parse, parameter_save, parameter_types, parameters_as_of
from supermarket.users.models import User

pytestmark = pytest.mark.django_db

LPR: dict[str, Any] = {
    "type": "ratio",
    "labels": {"zh": "贷款市场报价利率", "en": "loan prime rate"},
    "area": "100000",
    "values": [
        {"from": "2022-08-22", "value": "0.0365"},
        {"from": "2023-06-20", "value": Decimal("0.0355"), "document": "公告"},
    ],
}


@pytest.fixture
def maker() -> User:
    return User.objects.create(username="maker", role="editor")


def save(maker: User, **changes: Any) -> int:
    return parameter_save(entry=parameter_parse("lpr-1y", {**LPR, **changes}), actor=maker)


def test_a_value_holds_from_its_day_until_the_next_one(maker: User) -> None:
    assert save(maker) == 2
    assert parameters_as_of(date(2022, 8, 21)) == {}
    assert parameters_as_of(date(2023, 6, 19)) == {"lpr-1y": Decimal("0.0365")}
    assert parameters_as_of(date(2023, 6, 20)) == {"lpr-1y": Decimal("0.0355")}
    kind = parameter_types()["lpr-1y"]
    assert (kind.kind, kind.parameter, kind.labels) == ("ratio", True, LPR["labels"])


def test_a_correction_is_another_entry_and_the_past_stays_known(maker: User) -> None:
    save(maker)
    before = timezone.now()
    assert save(maker, values=[{"from": "2022-08-22", "value": "0.0360"}]) == 1
    assert save(maker, values=[{"from": "2022-08-22", "value": "0.0360"}]) == 0
    assert parameters_as_of(date(2023, 1, 1)) == {"lpr-1y": Decimal("0.0360")}
    assert parameters_as_of(date(2023, 1, 1), known_at=before) == {"lpr-1y": Decimal("0.0365")}
    assert ParameterValue.objects.count() == 3


def test_a_code_keeps_its_type(maker: User) -> None:
    save(maker)
    with pytest.raises(DefinitionProblems, match="use a new code"):
        save(maker, type="money")
    assert parameter_types()["lpr-1y"].kind == "ratio"


def test_every_problem_is_told_at_once() -> None:
    wrong = {"type": "rate", "labels": {"zh": "甲"}, "values": [{"from": "2023-02-30", "value": "much"}], "note": "x"}
    with pytest.raises(DefinitionProblems) as caught:
        parameter_parse("lpr-1y", wrong)
    places = {problem.place for problem in caught.value.problems}
    assert {"lpr-1y.type", "lpr-1y.labels.en", "lpr-1y.area", "lpr-1y.values.1.from", "lpr-1y.note"} <= places
    with pytest.raises(DefinitionProblems, match="'much' is no ratio"):
        parameter_parse("lpr-1y", {**LPR, "values": [{"from": "2023-01-01", "value": "much"}]})
