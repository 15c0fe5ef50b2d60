"""A department hands a file over at the desk: good rows go in, bad ones are listed, others' sources are out."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from enterprises.models import Beneficiary, Delivery
from enterprises.selectors import facts_as_of
from enterprises.services import deliveries_work
from enterprises.vocabulary import source_definitions
from supermarket.dates import today
from supermarket.users.models import Role
from tests.enterprises.files import Town, credit_code

SignIn = Callable[..., Client]
SOURCE = "social_insurance"
DEPARTMENT = source_definitions()[SOURCE].department
HEADER = "统一社会信用代码,参保人数\n"


@pytest.fixture(autouse=True)
def inbox(settings: Any, tmp_path: Path) -> None:
    settings.INBOX_DIR = tmp_path / "inbox"


def received(client: Client, content: bytes, source: str = SOURCE, name: str = "insured.csv"):  # type: ignore[no-untyped-def]
    form = {"source": source, "as_of": "2023-06-10", "extent": "whole", "file": SimpleUploadedFile(name, content)}
    return client.post("/desk/deliveries/new/", form)


def hand_over(client: Client, content: bytes, source: str = SOURCE, name: str = "insured.csv"):  # type: ignore[no-untyped-def]
    """Received at the desk, and loaded as the background task does."""
    response = received(client, content, source, name)
    deliveries_work()
    return response


def test_good_rows_go_in_and_bad_ones_are_listed(sign_in: SignIn, firm: Beneficiary) -> None:
    editor = sign_in(Role.EDITOR, department=DEPARTMENT)
    response = hand_over(editor, f"{HEADER}{firm.code},31\n{firm.code}9,many\n".encode())
    assert facts_as_of(beneficiary=firm, reference=today())["insured_headcount"].value == 31
    page = editor.get(response["Location"]).content.decode()
    assert "Rejected rows" in page
    assert "many" in page
    file = editor.get(f"{response['Location']}rejected.csv")
    assert "many" in b"".join(file.streaming_content).decode()  # type: ignore[attr-defined]


def test_the_page_follows_the_load_and_then_shows_the_whole_page_anew(sign_in: SignIn, firm: Beneficiary) -> None:
    editor = sign_in(Role.EDITOR, department=DEPARTMENT)
    address = received(editor, f"{HEADER}{firm.code},31\n".encode())["Location"]
    assert facts_as_of(beneficiary=firm, reference=today())["insured_headcount"].value != 31
    page = editor.get(address).content.decode()
    assert "It is loaded next" in page
    assert 'hx-trigger="every 1s"' in page
    watching = {"HX-Request": "true"}
    assert "HX-Refresh" not in editor.get(address, headers=watching)
    Delivery.objects.filter(state="loading").update(records=200_000, rows_done=50_000)  # as a killed load leaves it
    half = editor.get(address, headers=watching).content.decode()
    assert "50000 / 200000" in half
    assert "It goes on by itself" in half
    Delivery.objects.filter(state="loading").update(records=0, rows_done=0)
    deliveries_work()
    assert editor.get(address, headers=watching)["HX-Refresh"] == "true"
    assert 'hx-trigger="every' not in editor.get(address).content.decode()


def test_a_load_can_be_stopped_by_its_department(sign_in: SignIn, firm: Beneficiary) -> None:
    before = facts_as_of(beneficiary=firm, reference=today())["insured_headcount"]
    editor = sign_in(Role.EDITOR, department=DEPARTMENT)
    address = received(editor, f"{HEADER}{firm.code},31\n".encode())["Location"]
    assert sign_in(Role.EDITOR, department="芜湖市商务局").post(f"{address}stop/").status_code == 403
    assert "stopped by hand" in editor.post(f"{address}stop/", follow=True).content.decode()
    assert deliveries_work() == []
    assert facts_as_of(beneficiary=firm, reference=today())["insured_headcount"] == before
    assert "only a load can be stopped" in editor.post(f"{address}stop/", follow=True).content.decode()


def test_a_file_in_another_encoding_is_refused_and_nothing_is_lost(sign_in: SignIn, firm: Beneficiary) -> None:
    editor = sign_in(Role.EDITOR, department=DEPARTMENT)
    before = facts_as_of(beneficiary=firm, reference=today())["insured_headcount"]
    response = hand_over(editor, f"{HEADER}{firm.code},31\n".encode("gb18030"))
    page = editor.get(response["Location"]).content.decode()
    assert "not UTF-8" in page
    assert "refused" in page
    assert facts_as_of(beneficiary=firm, reference=today())["insured_headcount"] == before


def test_a_file_over_the_limit_is_dropped_on_its_way_and_the_page_says_so(
    sign_in: SignIn, firm: Beneficiary, settings: Any
) -> None:
    settings.DELIVERY_MAX_BYTES = 1 << 20
    editor = sign_in(Role.EDITOR, department=DEPARTMENT)
    count = Delivery.objects.count()
    response = received(editor, HEADER.encode() + b"x" * (3 << 20))
    assert response.status_code == 422
    assert "the file has 3 MB, more than the limit of 1 MB" in response.content.decode()
    assert Delivery.objects.count() == count
    assert received(editor, f"{HEADER}{firm.code},31\n".encode()).status_code == 302


def test_a_list_that_shrank_is_taken_only_when_the_box_is_ticked(sign_in: SignIn, town: Town) -> None:
    codes = [credit_code(number) for number in (1, 2, 3, 4)]
    town.register(*((code, f"{code}公司", "2019-01-01") for code in codes), as_of="2023-06-05")
    editor = sign_in(Role.EDITOR, department=source_definitions()["credit"].department)
    listed = "统一社会信用代码,列入严重失信名单\n"
    hand_over(editor, (listed + "".join(f"{code},是\n" for code in codes)).encode(), source="credit")
    shorter = f"{listed}{codes[0]},是\n".encode()
    refused = hand_over(editor, shorter, source="credit")
    assert "accept fewer" in editor.get(refused["Location"]).content.decode()
    form = {"source": "credit", "as_of": "2023-06-10", "extent": "whole", "accept_fewer": "on"}
    taken = editor.post("/desk/deliveries/new/", {**form, "file": SimpleUploadedFile("credit.csv", shorter)})
    deliveries_work()
    assert "accept fewer" not in editor.get(taken["Location"]).content.decode()


def test_another_departments_source_cannot_be_chosen(sign_in: SignIn, firm: Beneficiary) -> None:
    count = Delivery.objects.count()
    response = hand_over(sign_in(Role.EDITOR, department="芜湖市商务局"), f"{HEADER}{firm.code},31\n".encode())
    assert response.status_code == 422
    assert Delivery.objects.count() == count


def test_a_file_name_cannot_leave_its_folder(sign_in: SignIn, firm: Beneficiary) -> None:
    editor = sign_in(Role.EDITOR, department=DEPARTMENT)
    hand_over(editor, f"{HEADER}{firm.code},31\n".encode(), name="../../etc/insured.csv")
    assert Delivery.objects.latest("id").file_name == "insured.csv"


def test_rejected_rows_are_not_shown_to_finance(sign_in: SignIn, firm: Beneficiary) -> None:
    delivery = Delivery.objects.latest("id")
    assert sign_in(Role.FINANCE_MAKER).get(f"/desk/deliveries/{delivery.pk}/").status_code == 403
    assert sign_in(Role.FINANCE_MAKER).get("/desk/deliveries/").status_code == 200


def test_the_agenda_counts_what_waits(sign_in: SignIn, firm: Beneficiary) -> None:
    editor = sign_in(Role.EDITOR, department=DEPARTMENT)
    hand_over(editor, f"{HEADER}{firm.code},31\n{firm.code}9,many\n".encode())
    assert "<b>1</b> Deliveries with rejected rows" in editor.get("/desk/").content.decode()


def test_users_are_read_by_the_administrator_alone(sign_in: SignIn) -> None:
    assert "administrator-" in sign_in(Role.ADMINISTRATOR).get("/desk/users/?q=admin").content.decode()
    assert sign_in(Role.EDITOR).get("/desk/users/").status_code == 403


def test_the_department_takes_its_rejected_rows_back_to_mend_them(sign_in: SignIn, firm: Beneficiary) -> None:
    editor = sign_in(Role.EDITOR, department=DEPARTMENT)
    page = hand_over(editor, f"{HEADER}{firm.code},31\n{firm.code}9,many\n".encode())["Location"]
    assert "rejected.csv" in editor.get(page).content.decode()
    book = openpyxl.load_workbook(BytesIO(editor.get(f"{page}rejected.xlsx").getvalue()))
    assert [cell.value for cell in book.active[2]][1:] == [f"{firm.code}9", "many"]
    response = editor.get(f"{page}rejected.csv")
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    assert f"{firm.code}9,many" in text
    assert sign_in(Role.EDITOR, department="芜湖市商务局").get(f"{page}rejected.csv").status_code == 403
    assert sign_in(Role.AUDITOR).get(f"{page}rejected.csv").status_code == 403


def test_a_withdrawn_delivery_is_not_known_and_its_uses_are_shown(sign_in: SignIn, firm: Beneficiary) -> None:
    before = facts_as_of(beneficiary=firm, reference=today())["insured_headcount"].value
    editor = sign_in(Role.EDITOR, department=DEPARTMENT)
    page = hand_over(editor, f"{HEADER}{firm.code},31\n".encode())["Location"]
    other = sign_in(Role.EDITOR, department="芜湖市商务局")
    assert other.post(f"{page}withdraw/", {"reason": "x"}).status_code == 403
    editor = sign_in(Role.EDITOR, department=DEPARTMENT)
    editor.post(f"{page}withdraw/", {"reason": " "})
    assert facts_as_of(beneficiary=firm, reference=today())["insured_headcount"].value == 31
    shown = editor.post(f"{page}withdraw/", {"reason": "wrong month"}, follow=True).content.decode()
    assert "No decision rests on it" in shown
    assert facts_as_of(beneficiary=firm, reference=today())["insured_headcount"].value == before
    assert "wrong month" in editor.get(page).content.decode()
