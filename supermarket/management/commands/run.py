"""`manage.py run …`: a run from the terminal, step by step.

`--by USER` says who acts. With SAMPLES=1 that is enough; else the officer gives a one-time code.
"""

import json
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from supermarket import dates
from supermarket.claims.errors import ClaimError
from supermarket.claims.models import Run
from supermarket.claims.one_time import officer_key_make
from supermarket.claims.runs.approval import approval_carry_out, run_approve
from supermarket.claims.runs.background import run_prepare
from supermarket.claims.runs.deciding import decision_carry_out, run_decide
from supermarket.claims.runs.notice import run_advance, run_remind
from supermarket.claims.runs.preparing import run_start
from supermarket.claims.runs.releasing import run_pause, run_release, run_resume, run_supplement
from supermarket.claims.selectors import RunProgress, run_progress
from supermarket.claims.states import RunState
from supermarket.ledger.errors import LedgerError, yuan
from supermarket.management.officers import BY, officer, user_named
from supermarket.payouts.recalling import run_recall
from supermarket.reports.run_files import FORMS, run_file
from supermarket.users.models import User


class Command(BaseCommand):
    help = "start, decide, approve, release, pause, resume, cancel or look at a run"

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        start = actions.add_parser("start", help="match everybody and screen")
        start.add_argument("policy")
        start.add_argument("period", help="2023, 2023H1, 2023Q1, 2023-01 or once")
        start.add_argument("--by", required=True, help=BY)
        start.add_argument("--notice-days", type=int, help="with SAMPLES=1 only; 0: no notice")
        start.add_argument("--confirmation-days", type=int, help="with SAMPLES=1 only; 0: no confirmation")
        decide = self.of_run(actions, "decide", "enter the collective decision and close the list")
        decide.add_argument("--minutes", required=True, help="number of the minutes")
        decide.add_argument("--on", type=date.fromisoformat, help="date of the meeting (default: today)")
        decide.add_argument("--file", type=Path, help="the minutes")
        approve = self.of_run(actions, "approve", "the head approves the list")
        approve.add_argument("--list", help="hash of the list that was looked at (default: the one decided on)")
        release = self.of_run(actions, "release", "finance releases the money")
        release.add_argument("--order", required=True, help="payment order number")
        cancel = self.of_run(actions, "cancel", "withdraw what has not left")
        cancel.add_argument("--because", required=True)
        self.of_run(actions, "pause", "nothing further leaves for the bank")
        self.of_run(actions, "resume", "go on")
        self.of_run(actions, "supplement", "a supplementary run of those who left this one")
        for name, what in (("advance", "do what is due today"), ("remind", "remind who has not confirmed")):
            actions.add_parser(name, help=what).add_argument("run", type=int)
        status = actions.add_parser("status", help="where it stands")
        status.add_argument("run", type=int)
        status.add_argument("--json", action="store_true")
        report = actions.add_parser("report", help="the report of a run as a file")
        report.add_argument("run", type=int)
        report.add_argument("--format", choices=sorted(FORMS), default="xlsx")
        report.add_argument("-o", "--output", type=Path, required=True)
        report.add_argument("--language", choices=("zh-hans", "en"), default="zh-hans")
        key = actions.add_parser("key", help="a new key for an officer's authenticator; shown once")
        key.add_argument("user")

    def of_run(self, actions: Any, name: str, what: str) -> ArgumentParser:
        parser: ArgumentParser = actions.add_parser(name, help=what)
        parser.add_argument("run", type=int)
        parser.add_argument("--by", required=True, help=BY)
        return parser

    def handle(self, *args: Any, **options: Any) -> None:
        action = options["action"]
        if action == "key":
            self.stdout.write(officer_key_make(user=user_named(options["user"])))
            return
        if action == "report":
            self.report(self.run_of(options["run"]), options)
            return
        try:
            run = self.start(options) if action == "start" else self.run_of(options["run"])
            if action not in ("start", "status"):
                run = self.act(run, action, options) or run
        except (ClaimError, LedgerError) as error:
            words = error.message()
            raise CommandError(f"{words['zh']}\n{words['en']}") from None
        progress = run_progress(run)
        if options.get("json"):
            self.stdout.write(json.dumps(progress.as_data(), ensure_ascii=False, indent=1))
        else:
            self.say(progress)

    def report(self, run: Run, options: dict[str, Any]) -> None:
        """Written beside and put in place when it is whole."""
        output: Path = options["output"]
        draft = output.with_name(f".{output.name}.part")
        run_file(run, form=options["format"], path=draft, language=options["language"])
        draft.replace(output)
        self.stdout.write(str(output))

    def start(self, options: dict[str, Any]) -> Run:
        actor = officer(options["by"])
        terms = {name: options[name] for name in ("notice_days", "confirmation_days") if options[name] is not None}
        run = run_start(policy_code=options["policy"], period=options["period"], actor=actor, options=terms)
        return run_prepare(run=run, actor=actor)

    def act(self, run: Run, action: str, options: dict[str, Any]) -> Run | None:
        if action == "advance":
            return run_advance(run=run)
        if action == "remind":
            self.stdout.write(f"reminded {run_remind(run=run)}")
            return run
        actor = officer(options["by"])
        steps: dict[str, Callable[[], Run]] = {
            "decide": lambda: self.decide(run, actor, options),
            "approve": lambda: self.approve(run, actor, options),
            "release": lambda: run_release(run=run, payment_order_number=options["order"], actor=actor),
            "pause": lambda: run_pause(run=run, actor=actor),
            "resume": lambda: run_resume(run=run, actor=actor),
            "cancel": lambda: run_recall(run=run, actor=actor, reason=options["because"]),
            "supplement": lambda: run_supplement(parent=run, actor=actor),
        }
        return steps[action]()

    def approve(self, run: Run, actor: User, options: dict[str, Any]) -> Run:
        """All of it here and now, with progress; interrupted, it goes on by itself or by the same command."""
        if run.state != RunState.APPROVED:
            run = run_approve(run=run, list_hash=options["list"] or run.list_hash, actor=actor)
        return approval_carry_out(run=run, report=lambda left: self.stderr.write(f"{left} claims left"))

    def decide(self, run: Run, actor: User, options: dict[str, Any]) -> Run:
        """All of it here and now, with progress; interrupted, it goes on by itself."""
        minutes_on = options["on"] or dates.today()
        path: Path | None = options["file"]
        with path.open("rb") if path else nullcontext() as file:
            minutes = File(file, name=path.name) if path and file else None
            run = run_decide(
                run=run,
                minutes_number=options["minutes"],
                minutes_on=minutes_on,
                actor=actor,
                minutes_file=minutes,
            )
        run = decision_carry_out(run=run, report=lambda done, count: self.stderr.write(f"{done} of {count} steps"))
        if run.decision_problem:
            raise CommandError(f"{run.decision_problem['zh']}\n{run.decision_problem['en']}")
        return run

    def run_of(self, number: int) -> Run:
        found = Run.objects.select_related("policy", "policy_version", "made_by", "approved_by", "released_by")
        run = found.filter(pk=number).first()
        if run is None:
            raise CommandError(f"there is no run {number}")
        return run

    def say(self, progress: RunProgress) -> None:
        run = progress.run
        self.stdout.write(f"run {run.pk}: {run.policy.code} {run.period} · {run.state}{' · paused' * run.paused}")
        for name, count in run.counts.items():
            self.stdout.write(f"  {name}: {count}")
        for state, (count, fen) in sorted(progress.states.items()):
            self.stdout.write(f"  {state:24} {count:8} {yuan(fen):>20}")
        for state, count in sorted(progress.left.items()):
            self.stdout.write(f"  left it, {state:15} {count:8}")
        for total in progress.payers:
            free = "nothing set aside" if total.available_fen is None else f"free {yuan(total.available_fen)}"
            self.stdout.write(f"  payer {total.payer:18} {total.count:8} {yuan(total.amount_fen):>20} · {free}")
        if run.list_hash:
            self.stdout.write(f"  list {run.list_hash} · {run.list_count} · {yuan(run.list_total_fen or 0)}")
        for what, day in (("on notice until", run.notice_until), ("to be confirmed until", run.confirm_until)):
            if day is not None:
                self.stdout.write(f"  {what} {day}")
