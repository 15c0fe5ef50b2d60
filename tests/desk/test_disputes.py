"""A representative says that a value is wrong; its department corrects it or says why it stands."""

from collections.abc import Callable

from django.test import Client

from enterprises.models import Beneficiary, FactDispute
from enterprises.selectors import facts_as_of
from enterprises.services import dispute_raise
from enterprises.vocabulary import source_definitions
from supermarket.dates import today
from supermarket.users.models import Role

SignIn = Callable[..., Client]
DEPARTMENT = source_definitions()["social_insurance"].department


def raised(firm: Beneficiary) -> FactDispute:
    return dispute_raise(
        beneficiary=firm, fact="insured_headcount", statement="two were left out", actor=None, reference=today()
    )


def insured(firm: Beneficiary) -> object:
    return facts_as_of(beneficiary=firm, reference=today())["insured_headcount"].value


def test_the_department_sees_its_disputes_and_corrects_the_value(sign_in: SignIn, firm: Beneficiary) -> None:
    dispute = raised(firm)
    assert (
        "two were left out"
        not in sign_in(Role.EDITOR, department="芜湖市商务局").get("/desk/disputes/").content.decode()
    )
    editor = sign_in(Role.EDITOR, department=DEPARTMENT)
    assert "two were left out" in editor.get("/desk/disputes/").content.decode()
    answer = {"answer": "they were insured late", "decision": "uphold"}
    assert editor.post(f"/desk/disputes/{dispute.pk}/answer/", {**answer, "value": "many"}).status_code == 422
    assert editor.post(f"/desk/disputes/{dispute.pk}/answer/", {**answer, "value": "1,234"}).status_code == 200
    assert insured(firm) == 1234


def test_a_value_that_stands_needs_words_and_another_department_has_none(sign_in: SignIn, firm: Beneficiary) -> None:
    dispute, before = raised(firm), insured(firm)
    other = sign_in(Role.EDITOR, department="芜湖市商务局")
    assert other.post(f"/desk/disputes/{dispute.pk}/answer/", {"decision": "reject", "answer": "x"}).status_code == 403
    editor = sign_in(Role.EDITOR, department=DEPARTMENT)
    assert editor.post(f"/desk/disputes/{dispute.pk}/answer/", {"decision": "reject", "answer": " "}).status_code == 422
    editor.post(f"/desk/disputes/{dispute.pk}/answer/", {"decision": "reject", "answer": "counted on the last of May"})
    dispute.refresh_from_db()
    assert (dispute.state, insured(firm)) == ("rejected", before)
