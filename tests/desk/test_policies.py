"""From a text typed at the desk to a published policy, by two officials; and everything that is refused on the way."""

from collections.abc import Callable

import pytest
from django.test import Client

from policies.models import PolicyVersion
from policies.publishing.interchange.yaml import policy_read, policy_write
from supermarket.users.models import Role
from tests.policies.definitions import definition

SignIn = Callable[..., Client]
TEXT = policy_write(definition(code="new-award"))


def state(number: int = 1) -> str:
    return PolicyVersion.objects.get(policy__code="new-award", number=number).state


def drafted(client: Client, text: str = TEXT) -> None:
    assert client.post("/desk/policies/new/", {"text": text})["Location"] == "/desk/policies/new-award/"


def step(client: Client, name: str, **given: str) -> int:
    return client.post(f"/desk/policies/new-award/1/{name}/", given).status_code


def test_a_policy_goes_from_draft_to_the_shelf_by_two_officials(sign_in: SignIn) -> None:
    editor, reviewer = sign_in(Role.EDITOR), sign_in(Role.REVIEWER)
    drafted(editor)
    step(editor, "submit")
    assert state() == "in_review"
    step(reviewer, "publish")
    assert state() == "published"
    assert "R&amp;D award" in Client(headers={"accept-language": "en"}).get("/policies/").content.decode()


def test_an_editor_cannot_publish_and_a_reviewer_cannot_draft(sign_in: SignIn) -> None:
    editor, reviewer = sign_in(Role.EDITOR), sign_in(Role.REVIEWER)
    drafted(editor)
    step(editor, "submit")
    assert step(editor, "publish") == 403
    assert reviewer.post("/desk/policies/new/", {"text": TEXT}).status_code == 403
    assert state() == "in_review"


def test_another_departments_policy_is_out_of_reach(sign_in: SignIn) -> None:
    drafted(sign_in(Role.EDITOR))
    other = sign_in(Role.EDITOR, department="芜湖市商务局")
    assert step(other, "submit") == 403
    assert other.get("/desk/policies/new-award/edit/").status_code == 403
    assert other.post("/desk/policies/new/", {"text": TEXT}).status_code == 403
    assert other.get("/desk/policies/new-award/").status_code == 200  # reading is open to officials


def test_a_department_cannot_take_a_policy_over_by_writing_its_own_name_into_it(sign_in: SignIn) -> None:
    drafted(sign_in(Role.EDITOR))
    taken = policy_write(definition(code="new-award", department="芜湖市商务局"))
    other = sign_in(Role.EDITOR, department="芜湖市商务局")
    assert other.post("/desk/policies/new/", {"text": taken}).status_code == 403


def test_a_text_with_mistakes_is_told_and_kept(sign_in: SignIn) -> None:
    wrong = TEXT.replace("audience: enterprise", "audience: everybody")
    response = sign_in(Role.EDITOR).post("/desk/policies/new/", {"text": wrong})
    assert response.status_code == 422
    page = response.content.decode()
    assert "audience" in page
    assert "everybody" in page.split("<textarea")[1]
    assert not PolicyVersion.objects.exists()


def test_a_draft_with_a_type_error_is_not_handed_in(sign_in: SignIn) -> None:
    editor = sign_in(Role.EDITOR)
    drafted(editor, policy_write(definition(code="new-award", eligibility='insured_headcount >= "many"')))
    assert "eligibility" in editor.get("/desk/policies/new-award/").content.decode()
    step(editor, "submit")
    assert state() == "draft"


def test_returning_needs_a_reason_that_the_maker_reads(sign_in: SignIn) -> None:
    editor, reviewer = sign_in(Role.EDITOR), sign_in(Role.REVIEWER)
    drafted(editor)
    step(editor, "submit")
    step(reviewer, "return", reason=" ")
    assert state() == "in_review"
    step(reviewer, "return", reason="no document number")
    assert state() == "draft"
    assert "no document number" in editor.get("/desk/policies/new-award/").content.decode()


def test_a_withdrawal_takes_two(sign_in: SignIn, publish: Callable[..., PolicyVersion]) -> None:
    publish("new-award")
    editor, reviewer = sign_in(Role.EDITOR), sign_in(Role.REVIEWER)
    step(reviewer, "withdraw", reason="x")
    assert state() == "published"
    step(editor, "propose-withdrawal", reason="the document lapsed")
    step(reviewer, "withdraw", reason="agreed")
    assert state() == "withdrawn"


def test_what_is_exported_is_what_was_published(sign_in: SignIn, publish: Callable[..., PolicyVersion]) -> None:
    version = publish("new-award")
    response = sign_in(Role.AUDITOR).get("/desk/policies/new-award/1/yaml/")
    assert policy_read(response.content.decode()) == version.parsed


@pytest.mark.parametrize("role", [Role.HEAD, Role.AUDITOR, Role.FINANCE_MAKER, Role.ADMINISTRATOR])
def test_readers_are_shown_no_button(sign_in: SignIn, publish: Callable[..., PolicyVersion], role: Role) -> None:
    publish("new-award")
    page = sign_in(role).get("/desk/policies/new-award/").content.decode()
    assert "Propose withdrawal" not in page
    assert "Draft a new version" not in page


def test_an_unknown_policy_is_not_found(sign_in: SignIn) -> None:
    assert sign_in(Role.AUDITOR).get("/desk/policies/nothing/").status_code == 404
