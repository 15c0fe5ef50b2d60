"""A department imports a list of titles, and takes a title or the list back: who was decided with it is shown."""

from collections.abc import Callable
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from enterprises.models import Beneficiary, Roster
from enterprises.selectors import facts_as_of
from policies.models import PolicyVersion
from supermarket.claims.applying import claim_apply
from supermarket.claims.models import Claim
from supermarket.dates import today
from supermarket.ledger.appropriations import appropriation_grant
from supermarket.users.models import Role
from tests.claims.conftest import FUNDING
from tests.claims.people import firms_settle, owner_of, user_named
from tests.enterprises.files import KEY, Town, credit_code

SignIn = Callable[..., Client]


def workbook(*rows: list[str]) -> bytes:
    book, file = openpyxl.Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def import_list(client: Client, *rows: list[str], code: str = "srdi-2023", **changes: str) -> HttpResponse:
    form = {
        "code": code, "title_zh": "2023年专精特新", "title_en": "SRDI 2023", "issued_on": "2023-04-01", **changes,
        "file": SimpleUploadedFile("srdi.xlsx", workbook([KEY], *rows)),
    }  # fmt: skip
    return client.post("/desk/rosters/new/", form)


def titles(firm: Beneficiary) -> object:
    return facts_as_of(beneficiary=firm, reference=today())["rosters"].value


@pytest.fixture
def firms(town: Town) -> list[Beneficiary]:
    return firms_settle(town, [40, 12])


@pytest.fixture
def claimed(publish: Callable[..., PolicyVersion], sign_in: SignIn, firms: list[Beneficiary]) -> Claim:
    """Firm 1 has claimed by its title."""
    import_list(sign_in(Role.EDITOR), *([one.code] for one in firms))
    publish("award", delivery="apply_and_enjoy", funding=FUNDING, eligibility='list contains(rosters, "srdi-2023")')
    for payer in ("340207", "340200"):
        appropriation_grant(
            payer=payer, pool="science", fiscal_year=2023, amount_fen=10_000_000, document="财企〔2023〕1号",
            actor=user_named("finance_maker"), confirmed_by=user_named("finance_releaser"), key=payer,
        )  # fmt: skip
    return claim_apply(
        beneficiary=firms[0], policy_code="award", period="2023", actor=owner_of(firms[0]), commitment_accepted=True
    )


def test_a_list_from_excel_is_a_title_and_rows_that_find_nobody_come_back(
    sign_in: SignIn, firms: list[Beneficiary]
) -> None:
    editor = sign_in(Role.EDITOR)
    page = import_list(editor, *([one.code] for one in firms), [credit_code(77)])["Location"]
    assert titles(firms[0]) == {"srdi-2023"}
    shown = editor.get(page).content.decode()
    assert firms[1].name in shown
    assert "1 row found nobody" in shown
    file = Roster.objects.get().files.get()
    for suffix in ("csv", "xlsx"):
        assert editor.get(f"{page}files/{file.pk}/rejected.{suffix}").status_code == 200
    table = b"".join(editor.get(f"{page}files/{file.pk}/rejected.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert credit_code(77) in table
    assert "is not registered here" in table
    assert firms[1].name not in editor.get(f"{page}?q={firms[0].code}").content.decode()


def test_a_withdrawn_title_shows_what_was_decided_with_it(sign_in: SignIn, claimed: Claim) -> None:
    roster = Roster.objects.get()
    entry = roster.entries.get(beneficiary=claimed.beneficiary)
    editor, address = sign_in(Role.EDITOR), f"/desk/rosters/{roster.pk}/entries/{entry.pk}/revoke/"
    assert "Give the day" in editor.post(address, {"on": "2023-06-10", "reason": " "}, follow=True).content.decode()
    assert titles(claimed.beneficiary) == {"srdi-2023"}
    page = editor.post(address, {"on": "2023-06-10", "reason": "弄虚作假"}).content.decode()
    assert titles(claimed.beneficiary) == set()
    assert "1 claims" in page
    assert f"/desk/claims/{claimed.pk}/" in page
    assert "R&amp;D award: eligible 10,000.00 yuan -&gt; not eligible" in page
    assert "弄虚作假" in editor.get(f"/desk/rosters/{roster.pk}/").content.decode()
    claimed.refresh_from_db()
    assert claimed.state == "released"  # an official looks at each: nothing is changed by itself


def test_a_withdrawn_roster_takes_the_title_from_everybody(
    sign_in: SignIn, claimed: Claim, firms: list[Beneficiary]
) -> None:
    roster, editor = Roster.objects.get(), sign_in(Role.EDITOR)
    assert "1 claims" in editor.get(f"/desk/rosters/{roster.pk}/uses/").content.decode()
    given = {"on": "2023-06-10", "reason": "issued in error"}
    page = editor.post(f"/desk/rosters/{roster.pk}/withdraw/", given).content.decode()
    assert [titles(one) for one in firms] == [set(), set()]
    assert f"/desk/claims/{claimed.pk}/" in page
    again = editor.post(f"/desk/rosters/{roster.pk}/withdraw/", given, follow=True).content.decode()
    assert "nobody stands on the roster any more" in again


def test_another_department_neither_adds_nor_withdraws(sign_in: SignIn, claimed: Claim) -> None:
    roster = Roster.objects.get()
    other = sign_in(Role.EDITOR, department="芜湖市商务局")
    assert other.get(f"/desk/rosters/{roster.pk}/").status_code == 200
    assert other.post(f"/desk/rosters/{roster.pk}/withdraw/", {"on": "2023-06-10", "reason": "x"}).status_code == 403
    assert "Another department issued" in import_list(other, [credit_code(2)]).content.decode()
    assert import_list(other, [credit_code(2)], code="trade-2023").status_code == 302


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"valid_until": "2023-03-31"}, "It ends before it begins"),
        ({"code": "专精特新"}, "Enter a valid value"),
        ({"issued_on": "soon"}, "Enter a valid date"),
    ],
)
def test_a_list_that_cannot_be_is_refused_with_its_reason(
    sign_in: SignIn, firms: list[Beneficiary], changes: dict[str, str], words: str
) -> None:
    response = import_list(sign_in(Role.EDITOR), [firms[0].code], **changes)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Roster.objects.exists()
