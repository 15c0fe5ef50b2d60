"""One enterprise is one beneficiary through new names, new codes, mergers and cancelled registrations."""

from datetime import date

from enterprises.models import Beneficiary
from enterprises.selectors import beneficiary_find, facts_as_of

from .files import KEY, Town, credit_code

HEADER = [KEY, "name", "原统一社会信用代码", "注销日期", "承继主体信用代码"]


def firm(number: int) -> Beneficiary:
    return Beneficiary.objects.get(code=credit_code(number))


def found(query: str) -> list[str]:
    return [one.code for one in beneficiary_find(query=query)]


def test_a_new_name_is_shown_and_the_old_one_still_finds(town: Town) -> None:
    town.register((credit_code(1), "芜湖焕新有限公司", "2015-03-01"), as_of="2023-06-10")
    assert firm(1).name == "芜湖焕新有限公司"
    assert found("焕新") == found("芜湖甲有限") == [credit_code(1)]
    assert firm(1).former_names.get().until == date(2023, 6, 10)


def test_an_older_register_that_comes_late_renames_nobody(town: Town) -> None:
    town.register((credit_code(1), "芜湖旧称有限公司", "2015-03-01"), as_of="2023-01-31")
    assert firm(1).name == "芜湖甲有限公司"


def test_a_new_code_is_the_same_enterprise_with_all_that_is_known(town: Town) -> None:
    town.deliver("tax_registration", [KEY, "accepting_area"], [credit_code(1), "340202"], as_of="2023-06-01")
    before = firm(1).pk
    town.deliver(
        "business_register", HEADER, [credit_code(11), "芜湖甲有限公司", credit_code(1), "", ""], as_of="2023-06-10"
    )
    assert firm(11).pk == before
    assert found(credit_code(1)) == found(credit_code(11)) == [credit_code(11)]
    assert facts_as_of(beneficiary=firm(11), reference=date(2023, 6, 15))["accepting_area"].value == "340202"
    late = town.deliver("tax_registration", [KEY, "accepting_area"], [credit_code(1), "340207"], as_of="2023-06-12")
    assert late.records == 1
    assert facts_as_of(beneficiary=firm(11), reference=date(2023, 6, 15))["accepting_area"].value == "340207"


def test_rows_under_the_former_and_the_present_code_are_a_duplicate(town: Town) -> None:
    town.deliver(
        "business_register", HEADER, [credit_code(11), "芜湖甲有限公司", credit_code(1), "", ""], as_of="2023-06-10"
    )
    town.register((credit_code(3), "芜湖丙有限公司", "2019-01-01"), as_of="2023-06-11")
    rows = [[credit_code(number), "340202"] for number in (2, 1, 3, 11)]
    delivery = town.deliver("tax_registration", [KEY, "accepting_area"], *rows, as_of="2023-06-12")
    assert {one.row_number: one.problems[0]["code"] for one in delivery.rejects.all()} == {
        3: "duplicate_key",
        5: "duplicate_key",
    }


def test_a_merged_and_a_cancelled_enterprise_keep_their_rows(town: Town) -> None:
    town.deliver(
        "business_register",
        HEADER,
        [credit_code(1), "芜湖甲有限公司", "", "2023-06-05", credit_code(2)],
        [credit_code(2), "芜湖乙有限公司", "", "", ""],
        as_of="2023-06-10",
    )
    assert firm(1).cancelled_on == date(2023, 6, 5)
    assert firm(1).succeeded_by == firm(2)
    assert firm(2).cancelled_on is None


def test_codes_of_two_known_rows_that_are_one_enterprise_become_predecessor_and_successor(town: Town) -> None:
    town.deliver(
        "business_register", HEADER, [credit_code(2), "芜湖乙有限公司", credit_code(1), "", ""], as_of="2023-06-10"
    )
    assert firm(1).succeeded_by == firm(2)
    assert firm(2).predecessors.get() == firm(1)
