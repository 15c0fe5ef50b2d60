"""The sheet that stands in the place of papers: what was read, from whom, and who may have it."""

import base64
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.utils.translation import override

from enterprises.models import Beneficiary, Delivery
from enterprises.services import person_erase
from policies.definition import Verdict
from policies.models import PolicyVersion
from supermarket.claims.models import Claim
from supermarket.papers.pdf import sheet_pdf
from supermarket.papers.selectors import sheet_before_claim, sheet_of_claim
from supermarket.papers.wording import printed
from supermarket.users.models import Representation, Role, User
from tests.claims.people import owner_of
from tests.enterprises.files import KEY, Town, credit_code

SignIn = Callable[..., Client]
DAY = date(2023, 6, 15)


def source_of(delivery: int) -> str:
    return Delivery.objects.get(pk=delivery).source.code


def test_a_claims_sheet_says_what_was_frozen_not_what_is_known_now(town: Town, claim: Claim) -> None:
    town.deliver("social_insurance", [KEY, "insured_headcount"], [claim.beneficiary.code, 12], as_of="2023-06-10")
    sheet = sheet_of_claim(claim=claim)
    assert sheet is not None
    headcount = next(line for line in sheet.facts if line.source == "social_insurance")
    assert headcount.value is not None
    assert (headcount.value.en, headcount.as_of, source_of(headcount.delivery)) == (
        "40 persons", date(2023, 6, 1), "social_insurance",
    )  # fmt: skip
    assert (sheet.digest, sheet.intact, sheet.verdict) == (claim.evidence.get().digest, True, Verdict.ELIGIBLE)
    insurance, tax, lease = sheet.papers
    assert (insurance.source, insurance.deliveries) == ("social_insurance", (headcount.delivery,))
    assert (tax.source, tax.as_of) == ("tax_registration", date(2023, 6, 1))
    assert (lease.source, lease.deliveries) == (None, ())
    assert {one.pk for one in sheet.deliveries} == {line.delivery for line in sheet.facts}


def test_evidence_that_was_changed_says_so_on_its_sheet(claim: Claim) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = 'replica'")  # no trigger fires
        cursor.execute("UPDATE claims_evidence SET amount_fen = amount_fen + 1")
    sheet = sheet_of_claim(claim=claim)
    assert sheet is not None
    with override("en"):
        assert any("changed after the decision" in warning for warning in printed(sheet).warnings)


def test_before_a_claim_the_sheet_says_that_nothing_is_decided(claimant: Beneficiary) -> None:
    sheet = sheet_before_claim(beneficiary=claimant, policy="award", period="2023", as_of=DAY)
    assert sheet is not None
    assert (sheet.claim, sheet.amount_fen, len(sheet.papers)) == (None, 1_000_000, 3)
    with override("en"):
        words = printed(sheet)
    assert any("Nothing has been claimed" in warning for warning in words.warnings)
    again = sheet_before_claim(beneficiary=claimant, policy="award", period="2023", as_of=DAY)
    assert again is not None
    assert again.digest == sheet.digest
    assert sheet_before_claim(beneficiary=claimant, policy="award", period="1999", as_of=DAY) is None


def texts_of(pdf: bytes) -> str:
    """The text of a PDF's pages: what stands in its content streams, as UTF-16 or ASCII."""
    found = ""
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.S):
        try:
            content = zlib.decompress(base85(stream))
        except (ValueError, zlib.error):
            continue
        for shown in re.findall(rb"\((.*?)(?<!\\)\) Tj", content, re.S):
            raw = re.sub(rb"\\(\d{3}|.)", unescaped, shown, flags=re.S)
            found += raw.decode("utf-16-be", errors="replace")
    return found


def unescaped(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 8)]) if found[1].isdigit() else found[1]


def base85(stream: bytes) -> bytes:
    return base64.a85decode(stream.strip().removesuffix(b"~>"))


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "数据证明单"), ("en", "Evidence sheet")])
def test_the_document_says_the_same_in_both_languages_with_pages_and_digest(
    claim: Claim, language: str, words: str
) -> None:
    sheet = sheet_of_claim(claim=claim)
    assert sheet is not None
    with override(language):
        pdf = sheet_pdf(printed(sheet))
    text = texts_of(pdf)
    assert pdf.startswith(b"%PDF-")
    for expected in (words, claim.beneficiary.name, sheet.digest, "1 / 2", f"#{sheet.facts[0].delivery}"):
        assert expected in text.replace("\n", ""), expected


def test_a_long_sheet_goes_on_over_pages_that_are_counted(claimant: Beneficiary) -> None:
    sheet = sheet_before_claim(beneficiary=claimant, policy="award", period="2023", as_of=DAY)
    assert sheet is not None
    long = replace(sheet, facts=sheet.facts * 60)
    assert "5 / 5" in texts_of(sheet_pdf(printed(long)))


def test_the_owner_has_it_and_no_other_beneficiary(claim: Claim, english: Client) -> None:
    address = f"/my/{claim.beneficiary.code}/claims/{claim.pk}/sheet"
    english.force_login(owner_of(claim.beneficiary))
    page = english.get(f"{address}.html").content.decode()
    assert "proof of social insurance" in page
    assert claim.evidence.get().digest in page
    assert english.get(f"{address}.pdf")["Content-Type"] == "application/pdf"
    assert english.get(f"{address}.doc").status_code == 404
    before = f"/my/{claim.beneficiary.code}/sheets/award/2023.html"
    assert "Nothing has been claimed" in english.get(before).content.decode()
    assert "sheet.html" in english.get(f"/my/{claim.beneficiary.code}/claims/{claim.pk}/").content.decode()
    other = Beneficiary.objects.create(kind="enterprise", code=credit_code(9), name="芜湖乙有限公司")
    english.force_login(owner_of(other))
    assert english.get(f"{address}.pdf").status_code == 403
    assert english.get(before).status_code == 403
    assert english.get(f"/my/{other.code}/claims/{claim.pk}/sheet.pdf").status_code == 404
    assert Client().get(f"{address}.pdf").status_code == 302


def test_department_finance_and_auditor_have_it_and_nobody_else(sign_in: SignIn, claim: Claim) -> None:
    address = f"/desk/claims/{claim.pk}/sheet.pdf"
    for role, department, status in (
        (Role.REVIEWER, "芜湖市科学技术局", 200),
        (Role.REVIEWER, "芜湖市商务局", 403),
        (Role.FINANCE_MAKER, "芜湖市财政局", 200),
        (Role.AUDITOR, "芜湖市审计局", 200),
        (Role.ADMINISTRATOR, "芜湖市数据资源管理局", 403),
    ):
        assert sign_in(role, department=department).get(address).status_code == status, (role, department)


def test_a_persons_name_is_masked_and_an_erased_persons_sheet_is_empty(
    town: Town, publish: Callable[..., PolicyVersion], english: Client
) -> None:
    publish("rent", audience="person", delivery="apply_and_enjoy", eligibility="person.age >= 18")
    town.deliver(
        "residence", ["公民身份号码", "person.name", "person.age"], ["340202200003149918", "示例青", 23],
        as_of="2023-06-01",
    )  # fmt: skip
    person = Beneficiary.objects.get(kind="person")
    user = User.objects.create(username="qing", role=Role.PERSON)
    Representation.objects.create(user=user, beneficiary=person, since=date(2020, 1, 1))
    english.force_login(user)
    address = f"/my/{person.code}/sheets/rent/2023"
    page = english.get(f"{address}.html").content.decode()
    assert "示**" in page
    text = texts_of(english.get(f"{address}.pdf").content)
    for secret in ("示例青", "340202200003149918"):
        assert secret not in page
        assert secret not in text
    assert "23" in page
    person_erase(beneficiary=person, actor=None)
    sheet = sheet_before_claim(
        beneficiary=Beneficiary.objects.get(pk=person.pk), policy="rent", period="2023", as_of=DAY
    )
    assert sheet is not None
    assert sheet.facts == ()
