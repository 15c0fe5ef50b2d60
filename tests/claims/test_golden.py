"""The golden set: evidence of past decisions, frozen in a file, decides the same in this release.

A difference is a change of the engine: read it, and if it is meant, raise `ENGINE_VERSION` and take the file that the
test names in place of the old one.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policies.models import PolicyVersion
from supermarket.claims.evidence import ENGINE_VERSION, digest_of, evidence_replay
from supermarket.claims.models import Evidence
from supermarket.ledger.models import Appropriation
from supermarket.matching.catalogue import store_catalogue
from tests.claims.conftest import FUNDING
from tests.claims.people import firms_settle
from tests.claims.test_applying import apply
from tests.enterprises.files import Town

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parent / "golden" / "evidence.json"
# code -> what is changed in the right definition: a flat sum, one by head with a cap, a table, a three-valued rule.
POLICIES: dict[str, dict[str, Any]] = {
    "flat": {},
    "by-head": {"amount": "min(insured_headcount * 333.33, 12000)"},
    "steps": {"amount": "if insured_headcount >= 100 then 50000 else if insured_headcount >= 50 then 30000 else 10000"},
    "either": {"eligibility": "insured_headcount >= 30 or serious_dishonesty_listed"},
}
HEADCOUNTS = [40, 55, 120]
FROZEN = ("facts", "context", "verdict", "amount_fen", "engine_version")


@pytest.fixture
def decided(
    town: Town, publish: Callable[..., PolicyVersion], grant: Callable[..., Appropriation]
) -> dict[str, Evidence]:
    """The evidence of every policy for every firm, decided now."""
    for payer in ("340207", "340200"):
        grant(payer, 10**10)
    for code, changes in POLICIES.items():
        publish(code, delivery="apply_and_enjoy", funding=FUNDING, **changes)
    firms = firms_settle(town, HEADCOUNTS)
    return {f"{code} {firm.name}": apply(firm, code).evidence.get() for code in POLICIES for firm in firms}


def frozen(evidence: Evidence) -> dict[str, Any]:
    """What of it does not depend on the database of this run."""
    data = {name: getattr(evidence, name) for name in FROZEN}
    data["facts"] = {code: {**fact, "delivery": 0} for code, fact in data["facts"].items()}
    return json.loads(json.dumps(data, ensure_ascii=False))  # type: ignore[no-any-return]


def test_decisions_of_now_are_those_of_then(decided: dict[str, Evidence], tmp_path: Path) -> None:
    now = {key: frozen(evidence) for key, evidence in decided.items()}
    found = tmp_path / "evidence.json"
    found.write_text(json.dumps(now, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    assert GOLDEN.read_text() == found.read_text(), f"another decision: compare with {found}"


def test_evidence_of_then_replays_the_same(decided: dict[str, Evidence]) -> None:
    golden = json.loads(GOLDEN.read_text())
    assert len(golden) == len(POLICIES) * len(HEADCOUNTS)
    for key, data in golden.items():
        evidence = decided[key]
        for name in FROZEN:
            setattr(evidence, name, data[name])
        replay = evidence_replay(evidence, store_catalogue())
        assert replay.same, (key, replay.differences)
        assert evidence.engine_version == ENGINE_VERSION
        evidence.verdict["reasons"]["zh"] = "从前的说法"  # the wording of then is shown, not compared
        assert evidence_replay(evidence, store_catalogue()).same
        evidence.verdict["reasons"]["truth"] = False
        assert not evidence_replay(evidence, store_catalogue()).same
        evidence.verdict["reasons"]["truth"] = True
        evidence.facts["insured_headcount"]["value"] = 3
        assert not evidence_replay(evidence, store_catalogue()).same
        assert digest_of(evidence) != evidence.digest
