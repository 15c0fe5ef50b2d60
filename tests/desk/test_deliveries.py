"""A department hands a file over at the desk: good rows go in, bad ones are listed, others' sources are out."""

from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from enterprises.models import Beneficiary, Delivery
from enterprises.selectors import facts_as_of
from enterprises.vocabulary import source_definitions
from supermarket.dates import today
from supermarket.users.models import Role

SignIn = Callable[..., Client]
SOURCE = "social_insurance"
DEPARTMENT = source_definitions()[SOURCE].department
HEADER = "统一社会信用代码,参保人数\n"


def hand_over(client: Client, content: bytes, source: str = SOURCE, name: str = "insured.csv"):  # type: ignore[no-untyped-def]
    form = {"source": source, "as_of": "2023-06-10", "extent": "whole", "file": SimpleUploadedFile(name, content)}
    return client.post("/desk/deliveries/new/", form)


def test_good_rows_go_in_and_bad_ones_are_listed(sign_in: SignIn, firm: Beneficiary) -> None:
    editor = sign_in(Role.EDITOR, department=DEPARTMENT)
    response = hand_over(editor, f"{HEADER}{firm.code},31\n{firm.code}9,many\n".encode())
    assert facts_as_of(beneficiary=firm, reference=today())["insured_headcount"].value == 31
    page = editor.get(response["Location"]).content.decode()
    assert "Rejected rows" in page
    assert "many" in page
    file = editor.get(f"{response['Location']}rejected.csv")
    assert "many" in b"".join(file.streaming_content).decode()  # type: ignore[attr-defined]


def test_a_file_in_another_encoding_is_refused_and_nothing_is_lost(sign_in: SignIn, firm: Beneficiary) -> None:
    editor = sign_in(Role.EDITOR, department=DEPARTMENT)
    before = facts_as_of(beneficiary=firm, reference=today())["insured_headcount"]
    response = hand_over(editor, f"{HEADER}{firm.code},31\n".encode("gb18030"))
    assert response.status_code == 422
    assert "not UTF-8" in response.content.decode()
    assert facts_as_of(beneficiary=firm, reference=today())["insured_headcount"] == before


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
    shown = editor.post(f"{page}withdraw/", {"reason": "wrong month"}).content.decode()
    assert "No decision rests on it" in shown
    assert facts_as_of(beneficiary=firm, reference=today())["insured_headcount"].value == before
    assert "wrong month" in editor.get(page).content.decode()
