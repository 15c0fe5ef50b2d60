"""`manage.py replay RUN` (or `--claim ID`): decide again on the frozen evidence, and compare."""

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from supermarket.claims.models import Claim, Run
from supermarket.claims.replaying import claim_replay, run_replay


class Command(BaseCommand):
    help = "decide a run again on its frozen evidence; a difference is an engine change, a digest mismatch tampering"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", nargs="?", type=int, help="number of the run")
        parser.add_argument("--claim", type=int, help="one claim in place of a run")

    def handle(self, *args: Any, **options: Any) -> None:
        if (options["run"] is None) == (options["claim"] is None):
            raise CommandError("give a run, or --claim and its number")
        try:
            lines = (
                run_replay(Run.objects.get(pk=options["run"]))
                if options["claim"] is None
                else claim_replay(Claim.objects.get(pk=options["claim"]))
            )
        except (Run.DoesNotExist, Claim.DoesNotExist) as error:
            raise CommandError(str(error)) from None
        outcomes: Counter[str] = Counter()
        for line in lines:
            outcomes[line.outcome] += 1
            if not line.good:
                self.stdout.write(f"claim {line.claim}, evidence {line.number} ({line.engine_version}): {line.outcome}")
                for difference in line.differences:
                    self.stdout.write(f"    {difference}")
        total = ", ".join(f"{outcome} {count}" for outcome, count in sorted(outcomes.items())) or "no evidence"
        self.stdout.write(f"{outcomes.total()} decisions: {total}")
        if outcomes["different"] or outcomes["tampered"]:
            raise CommandError("not every decision comes out the same")
