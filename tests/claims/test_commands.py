"""A run and its replay from the terminal."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from supermarket.claims.errors import CodeWrongError
from supermarket.claims.models import Evidence, OfficerKey, Run
from supermarket.claims.one_time import STEP_SECONDS, code_use, officer_key_make, totp
from supermarket.ledger.models import DueSettlement
from tests.claims.people import DAY, firms_settle, user_named
from tests.claims.test_runs import AUTOMATIC, Grant, Publish
from tests.enterprises.files import Town
from tests.ledger.test_dues import laid_out

pytestmark = pytest.mark.django_db


def manage(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def status(run: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(manage("run", "status", run, "--json"))
    return found


@pytest.fixture(autouse=True)
def shop(town: Town, publish: Publish, grant: Grant, settings: Any) -> None:
    settings.AS_OF, settings.SAMPLES = DAY, True
    publish("award", **AUTOMATIC, notice={"days": 5, "unit": "working_days"})
    for payer in ("340200", "340207"):
        grant(payer, 100_000_000)
    firms_settle(town, [40, 50, 10])
    for name in ("editor", "head", "finance_releaser"):
        user_named(name)


def test_a_run_by_three_officers(settings: Any) -> None:
    started = manage("run", "start", "award", "2023", "--by", "editor", "--notice-days", "0")
    run = str(Run.objects.get().pk)
    assert f"run {run}: award 2023 · screened" in started and "9,000.00" in started
    manage("run", "decide", run, "--minutes", "党组会8号", "--by", "editor")
    with pytest.raises(CommandError, match="head"):
        manage("run", "approve", run, "--by", "editor")
    manage("run", "approve", run, "--by", "head")
    manage("run", "pause", run, "--by", "head")
    assert status(run)["paused"] is True
    manage("run", "resume", run, "--by", "head")
    manage("run", "release", run, "--order", "77", "--by", "finance_releaser")
    found = status(run)
    assert (found["state"], found["claims"]) == ("released", {"released": {"count": 2, "fen": 900_000}})
    assert (found["made_by"], found["approved_by"], found["released_by"]) == ("editor", "head", "finance_releaser")
    assert found["payers"][0] == {
        "payer": "340200", "count": 2, "amount_fen": 360_000, "available_fen": 100_000_000 - 360_000
    }  # fmt: skip
    assert manage("replay", run) == "2 decisions: same 2\n"


def test_tampering_is_told_from_a_changed_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    from supermarket.claims import replaying

    manage("run", "start", "award", "2023", "--by", "editor")
    run = Run.objects.get()
    tampered = Evidence.objects.filter(claim__run=run).earliest("pk")
    digest_of = replaying.digest_of
    monkeypatch.setattr(replaying, "digest_of", lambda row: "x" if row.pk == tampered.pk else digest_of(row))
    with pytest.raises(CommandError, match="not every decision"):
        manage("replay", str(run.pk))
    with pytest.raises(CommandError, match="give a run"):
        manage("replay")
    with pytest.raises(CommandError, match="does not exist"):
        manage("replay", "--claim", "0")


def test_a_step_out_of_turn_says_so() -> None:
    manage("run", "start", "award", "2023", "--by", "editor")
    run = str(Run.objects.get().pk)
    with pytest.raises(CommandError, match=r"cannot become approved|list has changed"):
        manage("run", "approve", run, "--by", "head")
    with pytest.raises(CommandError, match="no run 0"):
        manage("run", "status", "0")
    with pytest.raises(CommandError, match="no user nobody"):
        manage("run", "cancel", run, "--because", "x", "--by", "nobody")
    assert "cancelled" in manage("run", "cancel", run, "--because", "重做", "--by", "editor")


def test_outside_a_demo_an_officer_gives_a_one_time_code(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SAMPLES = False
    monkeypatch.setattr("builtins.input", lambda prompt: "000000")
    with pytest.raises(CommandError, match="one-time code"):
        manage("run", "start", "award", "2023", "--by", "editor")
    assert not Run.objects.exists()
    with pytest.raises(CommandError, match="demo"):
        settings.SAMPLES = False
        monkeypatch.setattr("supermarket.management.officers.code_use", lambda **_: None)
        manage("run", "start", "award", "2023", "--by", "editor", "--notice-days", "0")


def test_a_code_counts_once_and_only_in_its_time() -> None:
    user = user_named("head")
    assert officer_key_make(user=user).startswith("otpauth://totp/")
    key = OfficerKey.objects.get()
    from enterprises.secrets import decrypt

    generator = totp(bytes.fromhex(decrypt(key.secret_encrypted, purpose="officer key")))
    now = 1_700_000_000
    code = generator.generate(now).decode()
    with pytest.raises(CodeWrongError):
        code_use(user=user, code=code, now=now + 3 * STEP_SECONDS)
    code_use(user=user, code=code, now=now + STEP_SECONDS)
    for wrong in (code, generator.generate(now - STEP_SECONDS).decode(), "", "abc"):
        with pytest.raises(CodeWrongError):
            code_use(user=user, code=wrong, now=now)
    with pytest.raises(CodeWrongError):
        code_use(user=user_named("editor"), code=code, now=now)


def test_what_is_due_between_payers_is_settled_at_the_terminal(settings: Any) -> None:
    laid_out("340200", "340207", 1_000_00)
    for name in ("finance_maker", "finance_releaser"):
        user_named(name)
    given = (
        "ledger",
        "settle",
        "340200",
        "340207",
        "2023-07",
        "--document",
        "财预〔2023〕7号",
        "--by",
        "finance_maker",
    )
    with pytest.raises(CommandError, match="cannot be settled"):
        manage(*given, "--amount", "1000.01")
    with pytest.raises(CommandError, match="two places"):
        manage(*given, "--amount", "1.001")
    manage(*given, "--amount", "400.00")
    manage(*given)
    first, second = DueSettlement.objects.order_by("pk")
    assert (first.amount_fen, second.amount_fen) == (400_00, 1_000_00)
    with pytest.raises(CommandError, match="releaser"):
        manage("ledger", "confirm", str(first.pk), "--by", "finance_maker")
    assert "400.00 yuan settled" in manage("ledger", "confirm", str(first.pk), "--by", "finance_releaser")
    with pytest.raises(CommandError, match="cannot be settled"):
        manage("ledger", "confirm", str(second.pk), "--by", "finance_releaser")
    assert "600.00" in manage("ledger", "dues")
