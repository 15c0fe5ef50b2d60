"""`manage.py feel FILE`: run FEEL conformance cases against the rule language; needs no database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from policies.rules.feel import run_cases, summary


class Command(BaseCommand):
    help = "Run FEEL conformance cases (a JSON list of {id, expression, inputs, expected, error}); count per suite."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the cases, as JSON")
        parser.add_argument("--json", action="store_true", help="print counts, wrong answers and refusals as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        counted = summary(run_cases(_cases(options["file"])))
        if options["json"]:
            self.stdout.write(json.dumps(counted, ensure_ascii=False, indent=1))
            return
        for suite, counts in [*counted["suites"].items(), ("total", counted["total"])]:
            passed, refused, wrong = counts["passed"], counts["refused"], counts["wrong"]
            self.stdout.write(f"{suite:45} passed {passed:5}  refused {refused:5}  wrong {wrong:5}")
        for each in counted["refused"]:
            if each["result"] == "refused":
                place = f"{each['line']}:{each['column']}"
                self.stdout.write(f"refused: {each['id']}: {each['expression']}: {place} {each['reason']}")
        for each in counted["wrong"]:
            expected, got = (json.dumps(each[key], ensure_ascii=False) for key in ("expected", "got"))
            self.stdout.write(f"wrong: {each['id']}: {each['expression']} should be {expected}, is {got}")


def _cases(path: Path) -> list[dict[str, Any]]:
    try:
        cases = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"{path}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise CommandError(f"{path}: is not JSON ({error})") from error
    if not isinstance(cases, list) or not all(isinstance(case, dict) and "expression" in case for case in cases):
        raise CommandError(f"{path}: is not a list of cases, each with an id and an expression")
    return cases
