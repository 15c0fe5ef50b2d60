"""A person is erased after the claim: nothing can be read any more, and every digest and the chain still hold."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from enterprises.accounts import AccountDraft, account_add
from enterprises.models import Beneficiary, PayeeAccount
from enterprises.selectors import registered_name
from enterprises.services import person_erase
from policies.models import PolicyVersion
from supermarket.claims.applying import claim_apply
from supermarket.claims.evidence import digest_of, evidence_opened
from supermarket.claims.replaying import claim_replay
from supermarket.papers.selectors import sheet_of_claim
from supermarket.payouts.audit import blocks_seal, chain_verify
from tests.claims.conftest import FUNDING
from tests.claims.people import owner_of
from tests.enterprises.files import Town

NUMBER = "340202200003149918"


@pytest.fixture
def person(town: Town, settings: Any) -> Beneficiary:
    settings.AS_OF = date(2023, 6, 15)
    key = "公民身份号码"
    town.deliver("residence", [key, "person.name", "person.age"], [NUMBER, "示例青", 23], as_of="2023-06-01")
    town.deliver("insured_persons", [key, "accepting_area"], [NUMBER, "340207"], as_of="2023-06-01")
    person = Beneficiary.objects.get(kind="person")
    draft = AccountDraft(registered_name(beneficiary=person), "6222021300000000099", "102362000012", "工商银行芜湖分行")
    source = PayeeAccount.Source.COUNTER
    account_add(beneficiary=person, draft=draft, source=source, actor=None, usable_from=timezone.now())
    return person


def test_erasure_leaves_sound_digests_and_a_sound_chain_that_say_nothing(
    person: Beneficiary, publish: Callable[..., PolicyVersion]
) -> None:
    publish("rent", audience="person", delivery="time_limited", pay="after_decision", funding=FUNDING,
            eligibility="person.age >= 18")  # fmt: skip
    claim = claim_apply(
        beneficiary=person, policy_code="rent", period="2023", actor=owner_of(person), commitment_accepted=True
    )
    evidence = claim.evidence.get()
    assert "23" in str(evidence_opened(evidence)[0]["person.age"])
    blocks_seal()
    person_erase(beneficiary=person, actor=None)
    claim.refresh_from_db()
    assert [line.outcome for line in claim_replay(claim)] == ["erased"]
    assert digest_of(claim.evidence.get()) == evidence.digest
    assert list(chain_verify()) == []
    sheet = sheet_of_claim(claim=claim)
    assert sheet is not None
    assert (sheet.erased, sheet.intact, sheet.facts, sheet.reasons) == (True, True, (), ())
