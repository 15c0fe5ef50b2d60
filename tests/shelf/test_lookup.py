"""The shelf on the terminal."""

import io

import pytest
from django.core.management import CommandError, call_command

from enterprises.models import Beneficiary
from tests.enterprises.files import Town, credit_code
from tests.shelf.test_shelf import Publish


def lookup(*arguments: str) -> str:
    out = io.StringIO()
    call_command("lookup", *arguments, stdout=out)
    return out.getvalue()


def test_a_firm_by_code_or_name(publish: Publish, firm: Beneficiary) -> None:
    publish("policy", eligibility="insured_headcount >= 20", amount="1234567.8")
    publish("far", eligibility="insured_headcount >= 30", title={"zh": "三十人", "en": "Thirty staff"})
    for query in (firm.code, "芜湖甲"):
        output = lookup(query, "--as-of", "2023-06-15", "--language", "en")
        assert "芜湖甲有限公司" in output and "1,234,567.80" in output and "R&D award" in output
        assert output.index("One click away") < output.index("Not yet") < output.index("Thirty staff")
    assert "一键可得" in lookup(firm.code, "--as-of", "2023-06-15")


def test_what_to_find_out_first(publish: Publish, firm: Beneficiary) -> None:
    publish("one", eligibility="not(special_agreement)", amount="100")
    publish("two", eligibility="special_agreement", amount="100")
    publish("three", eligibility="si_arrears", amount="5000")
    output = lookup(firm.code, "--as-of", "2023-06-15", "--language", "en")
    policies, money = output.split("Find out first")[1:]
    assert "2 waiting, worth 200.00 yuan" in policies.splitlines()[1]
    assert "1 waiting, worth 5,000.00 yuan" in money.splitlines()[1]
    assert "2项政策待此判定，涉及200.00元" in lookup(firm.code, "--as-of", "2023-06-15", "--language", "zh")


def test_who_is_not_found_or_not_clear(town: Town) -> None:
    with pytest.raises(CommandError, match="nobody is known"):
        lookup("91340200MA0000000")
    town.register((credit_code(1), "芜湖甲有限公司", "2015-03-01"), (credit_code(2), "芜湖乙有限公司", "2020-08-09"))
    with pytest.raises(CommandError, match=credit_code(2)):
        lookup("有限公司")
