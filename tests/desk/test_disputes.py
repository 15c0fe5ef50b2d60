"""A representative says that a value is wrong; its department corrects it or says why it stands."""

from collections.abc import Callable
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from enterprises.models import Beneficiary, FactDispute
from enterprises.selectors import facts_as_of
from enterprises.services import dispute_raise, dispute_reject
from enterprises.vocabulary import source_definitions
from policies.models import PolicyVersion
from supermarket.dates import today
from supermarket.users.models import Role, User

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
    page = editor.post(f"/desk/disputes/{dispute.pk}/answer/", {**answer, "value": "1,234"}, follow=True)
    assert "they were insured late" in page.content.decode()
    assert insured(firm) == 1234


def test_only_policies_that_read_the_fact_are_decided_again_and_the_effect_is_kept_on_both_pages(
    sign_in: SignIn, firm: Beneficiary, publish: Callable[..., PolicyVersion], owner: User
) -> None:
    publish("by-headcount", eligibility="insured_headcount >= 30", title={"zh": "按人数", "en": "By headcount"})
    publish("by-place", eligibility='accepting_area = "340207"', title={"zh": "按地点", "en": "By place"})
    dispute, editor = raised(firm), sign_in(Role.EDITOR, department=DEPARTMENT)
    address = f"/desk/disputes/{dispute.pk}/"
    answer = {"answer": "two were left out", "decision": "uphold", "value": "31"}
    editor.post(f"{address}answer/", answer)
    own = Client(headers={"accept-language": "en"})
    own.force_login(owner)
    for page in (editor.get(address), own.get(f"/my/{firm.code}/data/")):
        text = page.content.decode()
        assert "By headcount: not eligible -&gt; eligible 10,000.00 yuan" in text
        assert "By place" not in text
    assert editor.post(f"{address}answer/", answer).status_code == 422


def test_overdue_answers_are_listed_and_counted_for_the_department_that_owes_them(
    sign_in: SignIn, firm: Beneficiary
) -> None:
    dispute = raised(firm)
    editor = sign_in(Role.EDITOR, department=DEPARTMENT)
    assert firm.code not in editor.get("/desk/disputes/?state=overdue").content.decode()
    FactDispute.objects.filter(pk=dispute.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    assert firm.code in editor.get("/desk/disputes/?state=overdue").content.decode()
    assert "<b>1</b> Answers that are overdue" in editor.get("/desk/").content.decode()
    assert firm.code in sign_in(Role.AUDITOR).get("/desk/disputes/?state=overdue").content.decode()
    assert sign_in(Role.AUDITOR).get(f"/desk/disputes/{dispute.pk}/").status_code == 200
    other = sign_in(Role.EDITOR, department="芜湖市商务局")
    assert other.get(f"/desk/disputes/{dispute.pk}/").status_code == 403
    dispute_reject(dispute=dispute, answer="it stands", actor=None)
    assert firm.code not in editor.get("/desk/disputes/?state=overdue").content.decode()
    assert firm.code in editor.get("/desk/disputes/?state=answered").content.decode()


def test_a_value_that_stands_needs_words_and_another_department_has_none(sign_in: SignIn, firm: Beneficiary) -> None:
    dispute, before = raised(firm), insured(firm)
    other = sign_in(Role.EDITOR, department="芜湖市商务局")
    assert other.post(f"/desk/disputes/{dispute.pk}/answer/", {"decision": "reject", "answer": "x"}).status_code == 403
    editor = sign_in(Role.EDITOR, department=DEPARTMENT)
    assert editor.post(f"/desk/disputes/{dispute.pk}/answer/", {"decision": "reject", "answer": " "}).status_code == 422
    editor.post(f"/desk/disputes/{dispute.pk}/answer/", {"decision": "reject", "answer": "counted on the last of May"})
    dispute.refresh_from_db()
    assert (dispute.state, insured(firm)) == ("rejected", before)


def test_an_official_of_another_department_disputes_a_value(sign_in: SignIn, firm: Beneficiary) -> None:
    other = sign_in(Role.REVIEWER, department="芜湖市商务局")
    given = {"beneficiary": firm.code, "fact": "insured_headcount", "statement": "the payroll says 31"}
    assert other.post("/desk/disputes/new/", {**given, "beneficiary": "NOBODY"}).status_code == 422
    assert other.post("/desk/disputes/new/", {**given, "statement": ""}).status_code == 422
    assert not FactDispute.objects.exists()
    assert other.post("/desk/disputes/new/", given).status_code == 302
    assert other.post("/desk/disputes/new/", given).status_code == 422  # one open dispute a fact
    page = sign_in(Role.EDITOR, department=DEPARTMENT).get("/desk/disputes/").content.decode()
    assert "the payroll says 31" in page
