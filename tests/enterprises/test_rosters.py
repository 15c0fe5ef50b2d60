"""Lists of departments: imported from their files, valid over days, titles revoked one by one."""

from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from django.utils import timezone

from enterprises import effects
from enterprises.effects import Effect, Use
from enterprises.errors import DeliveryRefusedError, EnterprisesError
from enterprises.models import Beneficiary, FormerName, Roster, RosterEntry, RosterFile
from enterprises.selectors import facts_as_of
from enterprises.services import roster_entry_revoke, roster_import, rosters_refresh

from .files import KEY, Town, credit_code

DEPARTMENT = "芜湖市经济和信息化局"
TITLE = {"zh": "2023年市级专精特新企业", "en": "municipal SRDI enterprises of 2023"}


def workbook(path: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def imported(
    path: Path, code: str = "srdi-2023", until: date | None = None, issued: date = date(2023, 4, 1)
) -> RosterFile:
    return roster_import(
        code=code,
        title=TITLE,
        department=DEPARTMENT,
        document="芜经信〔2023〕1号",
        issued_on=issued,
        valid_until=until,
        path=path,
    )


def rosters(number: int, on: date) -> set[str] | None:
    firm = Beneficiary.objects.get(code=credit_code(number))
    fact = facts_as_of(beneficiary=firm, reference=on).get("rosters")
    return None if fact is None else set(fact.value)


@pytest.fixture
def three(town: Town) -> Town:
    town.register((credit_code(3), "芜湖丙有限公司", "2019-01-01"))
    return town


def test_a_list_from_excel_is_a_tag_from_its_day_on(three: Town) -> None:
    path = workbook(
        three.folder / "srdi.xlsx",
        ["2023年市级专精特新企业名单"],
        ["序号", "企业名称", KEY],
        [1, "芜湖甲有限公司", credit_code(1)],
        [2, "芜湖丙有限公司", credit_code(3)],
    )
    assert imported(path).rejects == []
    assert rosters(1, date(2023, 6, 15)) == {"srdi-2023"}
    assert rosters(2, date(2023, 6, 15)) == set()
    assert rosters(1, date(2023, 3, 31)) is None
    assert imported(path).entries.count() == 2
    assert RosterFile.objects.count() == 1


def test_a_list_of_names_finds_who_bears_or_bore_the_name(three: Town) -> None:
    FormerName.objects.create(
        beneficiary=Beneficiary.objects.get(code=credit_code(3)), name="芜湖旧名厂", until="2022-01-01"
    )
    three.register(
        (credit_code(4), "芜湖同名有限公司", "2019-01-01"), (credit_code(5), "芜湖同名有限公司", "2020-01-01")
    )
    path = workbook(
        three.folder / "names.xlsx",
        ["企业名称"], ["芜湖甲有限公司"], ["芜湖旧名厂"], ["芜湖乙有限公司"], ["芜湖同名有限公司"], ["芜湖查无此厂"],
    )  # fmt: skip
    file = imported(path)
    assert [(one["row"], one["code"]) for one in file.rejects] == [(5, "ambiguous_name"), (6, "unknown_beneficiary")]
    assert rosters(3, date(2023, 6, 15)) == {"srdi-2023"}


def test_a_list_ends_when_it_says_so_and_others_go_on(three: Town) -> None:
    header = [KEY]
    imported(workbook(three.folder / "a.xlsx", header, [credit_code(1)]), until=date(2023, 5, 31))
    imported(
        workbook(three.folder / "b.xlsx", header, [credit_code(1)], [credit_code(2)]),
        "green-2023",
        issued=date(2023, 5, 1),
    )
    assert rosters(1, date(2023, 4, 30)) == {"srdi-2023"}
    assert rosters(1, date(2023, 5, 31)) == {"srdi-2023", "green-2023"}
    assert rosters(1, date(2023, 6, 1)) == {"green-2023"}
    assert rosters(2, date(2023, 4, 30)) == set()


def test_a_revoked_title_is_gone_from_its_day_on_and_its_uses_are_found(
    three: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effects, "_finders", [])
    asked: list[Use] = []

    def claims(use: Use) -> list[Effect]:
        asked.append(use)
        return [Effect("claim", "C1", 1, "申领", "claim")]

    effects.finder_register(claims)
    imported(workbook(three.folder / "a.xlsx", [KEY], [credit_code(1)], [credit_code(2)]))
    entry = RosterEntry.objects.get(beneficiary__code=credit_code(1))
    before = timezone.now()
    found = roster_entry_revoke(entry=entry, on=date(2023, 5, 20), reason="弄虚作假", actor=None)
    assert [one.reference for one in found] == ["C1"]
    assert [(use.beneficiaries, use.facts) for use in asked] == [
        (frozenset([entry.beneficiary_id]), frozenset(["rosters"]))
    ]
    assert rosters(1, date(2023, 5, 19)) == {"srdi-2023"}
    assert rosters(1, date(2023, 5, 20)) == set()
    assert rosters(2, date(2023, 5, 20)) == {"srdi-2023"}
    known = facts_as_of(beneficiary=entry.beneficiary, reference=date(2023, 5, 20), known_at=before)
    assert known["rosters"].value == {"srdi-2023"}
    with pytest.raises(EnterprisesError, match="already"):
        roster_entry_revoke(entry=entry, on=date(2023, 5, 21), reason="again", actor=None)


def test_who_comes_back_on_a_list_is_on_it_again(three: Town) -> None:
    imported(workbook(three.folder / "a.xlsx", [KEY], [credit_code(1)], [credit_code(2)]))
    entry = RosterEntry.objects.get(beneficiary__code=credit_code(1))
    roster_entry_revoke(entry=entry, on=date(2023, 4, 1), reason="误列", actor=None)
    assert rosters(1, date(2023, 6, 1)) == set()
    imported(workbook(three.folder / "again.xlsx", [KEY], [credit_code(1)]))
    assert rosters(1, date(2023, 6, 1)) == {"srdi-2023"}


def test_nobody_else_delivers_rosters_and_a_list_keeps_its_dates(three: Town) -> None:
    with pytest.raises(DeliveryRefusedError, match="put together here"):
        three.deliver("rosters", [KEY, "rosters"], [credit_code(1), "made-up"], as_of="2023-06-01")
    imported(workbook(three.folder / "a.xlsx", [KEY], [credit_code(1)]))
    with pytest.raises(EnterprisesError, match="2023-04-01"):
        imported(workbook(three.folder / "b.xlsx", [KEY], [credit_code(2)]), issued=date(2023, 4, 2))
    assert Roster.objects.count() == 1


def test_refreshing_keeps_the_fact_fresh(three: Town) -> None:
    imported(workbook(three.folder / "a.xlsx", [KEY], [credit_code(1)]))
    late = date(2023, 4, 1) + timedelta(days=250)
    assert rosters(1, late) is None
    assert rosters_refresh(on=late) is not None
    assert rosters_refresh(on=late + timedelta(days=5)) is None
    assert rosters(1, late) == {"srdi-2023"}
