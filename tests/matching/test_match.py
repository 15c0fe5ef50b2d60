"""Everybody against every policy: the same answers as one by one, kept compactly; who came in, who dropped out."""

import io
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from enterprises.models import Beneficiary
from enterprises.selectors import facts_as_of
from enterprises.vocabulary import fact_definitions
from policies.models import PolicyVersion
from supermarket.matching.changes import match_changes, members
from supermarket.matching.everybody import version_decided
from supermarket.matching.models import MatchPopulation, MatchRun, MatchSet
from supermarket.matching.selectors import shelf_answer
from supermarket.matching.services import match_run
from tests.enterprises.files import KEY, Town, credit_code

Publish = Callable[..., PolicyVersion]
DAY = date(2023, 6, 15)


@pytest.fixture
def town(db: None, tmp_path: object) -> Town:
    """Firms 1-4 with 10, 30, 50 insured persons and none known."""
    town = Town(tmp_path)  # type: ignore[arg-type]
    town.register(*((credit_code(n), f"芜湖{n}有限公司", "2015-03-01") for n in (1, 2, 3, 4)))
    town.deliver(
        "tax_registration", [KEY, "accepting_area"], *([credit_code(n), "340207"] for n in (1, 2, 3, 4)),
        as_of="2023-06-01",
    )  # fmt: skip
    insured(town, 10, 30, 50, as_of="2023-06-01")
    return town


def insured(town: Town, *counts: int | str, as_of: str) -> None:
    rows = [[credit_code(number), count] for number, count in enumerate((*counts, ""), start=1)]
    town.deliver("social_insurance", [KEY, "insured_headcount"], *rows, as_of=as_of)


def hired(town: Town) -> None:
    """Firm 1 hired two who count and one who does not; firm 2 one of open contract, firm 3 one of open premium."""
    facts = ["contract_months", "employer_social_insurance_paid"]
    fields = fact_definitions()["hires"].fields
    rows = ((1, "a", 12, "100.04"), (1, "b", 24, "0.01"), (1, "c", 6, "999"), (2, "d", "", "5"), (3, "e", 36, ""))
    town.deliver(
        "hires",
        [KEY, *(fields[code].column for code in ("identity", *facts))],
        *([credit_code(firm), who, months, paid] for firm, who, months, paid in rows),
        as_of="2023-06-01",
    )


def numbers(ids: np.ndarray) -> set[int]:
    """Which of the firms 1-4."""
    codes = {credit_code(n): n for n in range(1, 5)}
    return {codes[one.code] for one in Beneficiary.objects.filter(pk__in=ids.tolist())}


def test_everybody_is_answered_as_each_would_be(town: Town, publish: Publish) -> None:
    publish("thirty")
    publish("many-or-new", eligibility="insured_headcount > 40 or years_since_registration < 3")
    publish("elsewhere", area="340202")
    publish("last-year", in_force={"from": "2022-01-01", "until": "2022-12-31"})
    publish("by-head", eligibility="true", amount="33.33 * insured_headcount / 7")
    publish("no-sum", amount=None, pay="never")
    publish(
        "by-hire",
        eligibility="true",
        items={"from": "hires", "key": "identity", "where": "contract_months >= 12"},
        amount="sum(for hire in items return 0.125 * hire.employer_social_insurance_paid)",
    )
    hired(town)
    run = match_run(audience="enterprise", as_of=DAY)
    matches = {match.version.policy.code: match for match in run.sets.all()}
    assert len(matches) == 7
    sums: dict[str, list[int | None]] = {code: [] for code in matches}
    for firm in Beneficiary.objects.all():

        def facts(day: date, firm: Beneficiary = firm) -> dict[str, object]:
            return {code: fact.value for code, fact in facts_as_of(beneficiary=firm, reference=day).items()}

        for answer in shelf_answer(audience="enterprise", facts=facts, as_of=DAY):
            match = matches[answer.definition.code]
            found = firm.pk in members(match), firm.pk in members(match, unknown=True)
            assert found == (answer.decided.truth is True, answer.decided.truth is None), answer.definition.code
            if answer.decided.truth is True:
                sums[answer.definition.code].append(answer.amount_fen)
    for code, match in matches.items():
        known = [fen for fen in sums[code] if fen is not None]
        assert (match.amount_fen, match.sums_unknown) == (sum(known), len(sums[code]) - len(known)), code
    thirty = matches["thirty"]
    assert numbers(members(thirty)) == {2, 3}
    assert (thirty.eligible, thirty.unknown, thirty.amount_fen, thirty.sums_unknown) == (2, 1, 2_000_000, 0)
    assert {one.reference for one in matches.values()} == {DAY, date(2022, 12, 31)}
    assert MatchPopulation.objects.count() == 2


def test_who_came_in_and_who_dropped_out(town: Town, publish: Publish) -> None:
    publish("thirty")
    (first,) = match_changes(match_run(audience="enterprise", as_of=DAY))
    assert (first.first, numbers(first.came_in), numbers(first.dropped_out)) == (True, {2, 3}, set())
    insured(town, 35, 29, "", as_of="2023-06-10")
    publish("new")
    new, thirty = match_changes(match_run(audience="enterprise", as_of=DAY))
    assert (new.first, numbers(new.came_in)) == (True, {1})
    assert not thirty.first
    assert (numbers(thirty.came_in), numbers(thirty.dropped_out), numbers(thirty.now_unknown)) == ({1}, {2, 3}, {3})


def test_a_match_is_kept_as_a_whole_or_not_at_all(
    town: Town, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish("thirty")

    def fail(*args: object, **options: object) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(MatchSet.objects, "bulk_create", fail)
        with pytest.raises(RuntimeError), transaction.atomic():
            match_run(audience="enterprise", as_of=DAY)
    assert not MatchRun.objects.exists() and not MatchPopulation.objects.exists()


def test_a_run_decides_on_what_was_known_then(town: Town, publish: Publish) -> None:
    version = publish("thirty")
    then = timezone.now()
    insured(town, 35, 29, 50, as_of="2023-06-10")

    def eligible(known_at: object) -> set[int]:
        found = version_decided(version=version, period="2023", decision=DAY, known_at=known_at)  # type: ignore[arg-type]
        rows = np.flatnonzero(found.outcome.eligible)
        headcounts = [known["insured_headcount"].value for known in found.population.known(rows)]
        assert all(count >= 30 for count in headcounts)
        return numbers(found.population.ids[rows])

    assert eligible(then) == {2, 3}
    assert eligible(then + timedelta(hours=1)) == {1, 3}


def test_the_command_tells_counts_and_changes(town: Town, publish: Publish) -> None:
    publish("thirty")
    outputs = []
    for _ in range(2):
        out = io.StringIO()
        call_command("match", as_of=DAY, audience="enterprise", stdout=out)
        outputs.append(out.getvalue())
    assert outputs[0].splitlines()[-1].split() == ["thirty", "2023", "2", "1", "20,000.00", "-", "-"]
    assert outputs[1].splitlines()[-1].split() == ["thirty", "2023", "2", "1", "20,000.00", "0", "0"]
