"""Matching at the desk: what the last match found, who came in and who dropped out, and a new one."""

from collections.abc import Callable
from datetime import date

from django.test import Client

from enterprises.models import Beneficiary
from policies.models import PolicyVersion
from supermarket.matching.models import MatchRun
from supermarket.matching.services import match_run, match_start, matches_work
from supermarket.users.models import Representation, Role, User
from tests.enterprises.files import KEY, Town, credit_code

SignIn = Callable[..., Client]
DAY = date(2023, 6, 15)
PAGE = "/desk/matching/"


def read(client: Client, address: str = PAGE, **headers: str) -> str:
    return client.get(address, headers=headers).content.decode()


def insured(town: Town, headcount: int) -> None:
    town.deliver("social_insurance", [KEY, "insured_headcount"], [credit_code(1), headcount], as_of="2023-06-10")


def test_an_administrator_starts_a_match_and_sees_it_going_on(
    sign_in: SignIn, firm: Beneficiary, publish: Callable[..., PolicyVersion]
) -> None:
    publish("twenty", eligibility="insured_headcount >= 20", title={"zh": "二十人", "en": "Twenty heads"})
    administrator, editor = sign_in(Role.ADMINISTRATOR), sign_in(Role.EDITOR)
    assert "Nobody was matched yet" in read(administrator)
    assert "Match everybody now" not in read(editor)
    assert editor.post(f"{PAGE}start/").status_code == 403
    administrator.post(f"{PAGE}start/", {"audience": "enterprise"})
    assert "is being carried out" in read(editor, **{"hx-request": "true"})
    matches_work()
    live = editor.get(f"{PAGE}?audience=enterprise", headers={"hx-request": "true"})
    assert live["HX-Refresh"] == "true"
    page = read(editor)
    assert "Twenty heads" in page and "not in the match before" in page
    assert MatchRun.objects.get().started_by == User.objects.get(role=Role.ADMINISTRATOR)


def test_who_came_in_and_dropped_out_is_listed_for_the_policys_department(
    sign_in: SignIn, town: Town, firm: Beneficiary, publish: Callable[..., PolicyVersion]
) -> None:
    publish("thirty")
    match_run(audience="enterprise", as_of=DAY)
    insured(town, 31)
    came_in = match_run(audience="enterprise", as_of=DAY).sets.get()
    editor = sign_in(Role.EDITOR)
    assert f"{PAGE}sets/{came_in.pk}/" in read(editor, f"{PAGE}?changed")
    assert firm.code in read(editor, f"{PAGE}sets/{came_in.pk}/")
    assert firm.code not in read(editor, f"{PAGE}sets/{came_in.pk}/?out")
    assert sign_in(Role.EDITOR, department="芜湖市商务局").get(f"{PAGE}sets/{came_in.pk}/").status_code == 403
    insured(town, 29)
    dropped_out = match_run(audience="enterprise", as_of=DAY).sets.get()
    assert firm.code in read(editor, f"{PAGE}sets/{dropped_out.pk}/?out")


def test_the_owner_reads_what_is_new_and_no_one_else_does(
    sign_in: SignIn, town: Town, firm: Beneficiary, publish: Callable[..., PolicyVersion]
) -> None:
    publish("thirty", title={"zh": "三十人", "en": "Thirty heads"})
    match_run(audience="enterprise", as_of=DAY)
    insured(town, 31)
    match_start(audience="enterprise", as_of=DAY)
    owner = sign_in(Role.REPRESENTATIVE, department="")
    Representation.objects.create(user=User.objects.get(role=Role.REPRESENTATIVE), beneficiary=firm, since=DAY)
    mine, everybodys = f"/my/{firm.code}/", f"/shelf/{firm.code}/"
    assert "New for you" not in read(owner, mine)  # the match is not carried out yet
    matches_work()
    assert "New for you" in read(owner, mine)
    assert "New for you" not in read(owner, everybodys)
    insured(town, 12)
    assert "New for you" not in read(owner, mine)  # nobody is told of what does not hold any more
