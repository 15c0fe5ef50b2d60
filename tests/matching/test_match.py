"""Everybody against every policy: the same answers as one by one, kept compactly; who came in, who dropped out."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from enterprises.models import Beneficiary
from enterprises.selectors import facts_as_of
from enterprises.vocabulary import fact_definitions
from policies.models import PolicyVersion
from supermarket.matching import working
from supermarket.matching.changes import match_changes, match_latest, members, news_of
from supermarket.matching.errors import MatchBusyError, MatchGoneError
from supermarket.matching.everybody import version_decided
from supermarket.matching.models import MatchNews, MatchPopulation, MatchRun
from supermarket.matching.selectors import shelf_answer
from supermarket.matching.services import match_run, match_start, matches_start_daily, matches_work
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


def test_an_interrupted_match_counts_for_nothing_and_goes_on(
    town: Town, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish("forty", eligibility="insured_headcount >= 40")
    publish("thirty")
    monkeypatch.setattr(working, "PART_POLICIES", 1)
    keep, kept = working.part_keep, []

    def fail_at_second(*args: Any) -> set[int]:
        if kept:
            raise RuntimeError("the disk is full")
        kept.append(keep(*args))
        return kept[-1]

    with monkeypatch.context() as patched:
        patched.setattr(working, "part_keep", fail_at_second)
        with pytest.raises(RuntimeError):
            match_run(audience="enterprise", as_of=DAY)
    half = MatchRun.objects.get()
    assert (half.finished_at, half.sets.count(), match_latest("enterprise")) == (None, 1, None)
    # What is delivered meanwhile does not count: the match is of one moment.
    insured(town, 50, 50, 50, as_of="2023-06-10")
    told: list[tuple[int, int]] = []
    run = match_run(audience="enterprise", as_of=DAY, progress=lambda *done: told.append(done))
    assert (run.pk, told) == (half.pk, [(2, 2)])
    found = {one.version.policy.code: numbers(members(one)) for one in run.sets.all()}
    assert found == {"forty": {3}, "thirty": {2, 3}}
    assert match_latest("enterprise") == run


def test_a_match_of_another_day_takes_the_place_of_an_interrupted_one(town: Town, publish: Publish) -> None:
    publish("thirty")
    old = match_start(audience="enterprise", as_of=DAY - timedelta(days=1))
    run = match_start(audience="enterprise", as_of=DAY)
    with pytest.raises(MatchGoneError):
        working.match_carry_out(old, None)
    assert matches_work() == 1
    assert list(MatchRun.objects.filter(finished_at__isnull=False)) == [run]


def test_two_do_not_carry_out_one_match(town: Town, publish: Publish) -> None:
    publish("thirty")
    run = match_start(audience="enterprise", as_of=DAY)

    def second() -> str:
        try:
            with working.alone(run):
                return "both"
        except MatchBusyError:
            return "busy"
        finally:
            connection.close()

    with working.alone(run), ThreadPoolExecutor(1) as pool:
        assert pool.submit(second).result() == "busy"


def test_who_becomes_entitled_is_told_and_nobody_else(town: Town, publish: Publish) -> None:
    publish("thirty")
    match_run(audience="enterprise", as_of=DAY)
    assert not MatchNews.objects.exists()  # with nothing before it, nothing is new
    insured(town, 35, 30, 50, as_of="2023-06-10")
    publish("tiny", eligibility="insured_headcount <= 30")
    match_run(audience="enterprise", as_of=DAY)
    told = {n: news_of(Beneficiary.objects.get(code=credit_code(n)), DAY) for n in (1, 2, 3, 4)}
    assert told == {1: {"thirty": DAY}, 2: {"tiny": DAY}, 3: {}, 4: {}}
    later = news_of(Beneficiary.objects.get(code=credit_code(1)), DAY + timedelta(days=31))
    assert not later


def test_each_day_has_its_match(town: Town, publish: Publish) -> None:
    publish("thirty")
    for day, started in ((DAY, 2), (DAY, 0), (DAY + timedelta(days=1), 2)):
        assert matches_start_daily(as_of=day) == started
        matches_work()
    assert match_latest("enterprise").as_of == DAY + timedelta(days=1)  # type: ignore[union-attr]


def test_old_matches_are_forgotten_but_for_the_last_ones(town: Town, publish: Publish) -> None:
    publish("thirty")
    for count in (10, 20, 30, 40):
        insured(town, count, 30, 50, as_of="2023-06-10")
        match_run(audience="enterprise", as_of=DAY)
        MatchRun.objects.update(
            started_at=timezone.now() - timedelta(days=99), finished_at=timezone.now() - timedelta(days=99)
        )
    last = match_run(audience="enterprise", as_of=DAY)
    assert MatchRun.objects.count() == 2
    assert MatchPopulation.objects.filter(pk__in=last.sets.values("population")).exists()
    assert MatchPopulation.objects.count() == 1  # the same deliveries, the same population


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
    insured(town, 35, 29, 50, as_of="2023-06-10")
    out = io.StringIO()
    call_command("match", as_of=DAY, audience="enterprise", who="thirty", stdout=out)
    assert out.getvalue().splitlines()[1:] == [f"+ {credit_code(1)} 芜湖1有限公司", f"- {credit_code(2)} 芜湖2有限公司"]
