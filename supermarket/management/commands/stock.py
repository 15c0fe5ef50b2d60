"""Load or refresh parameters and policies from fixtures/: what changed, and every problem per file."""

from collections import Counter
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import get_language
from rich.console import Console
from rich.markup import escape

from policies.errors import Severity
from supermarket.matching.stocking import Line, Officials, Outcome, parameters_stock, policies_stock
from supermarket.users.models import Role
from supermarket.users.services import user_ensure

STYLE = {Outcome.REFUSED: "red", Outcome.UNCHANGED: "dim", Outcome.DRAFTED: "yellow", Outcome.KEPT: "dim"}


class Command(BaseCommand):
    help = "load or refresh parameters and policies; with SAMPLES=1 policies are published, marked as samples"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, help="policy files; default: all of fixtures/policies")
        parser.add_argument("--strict", action="store_true", help="fail where a file has errors")

    def handle(self, *args: Any, files: list[Path], strict: bool, **options: Any) -> None:
        console = Console(file=cast("IO[str]", self.stdout), highlight=False, soft_wrap=True)
        maker = user_ensure(username="stock-maker", role=Role.EDITOR, password=None, department="*")
        checker = None
        if settings.SAMPLES:
            checker = user_ensure(username="stock-checker", role=Role.REVIEWER, password=None, department="*")
        for path in files:
            if not path.is_file():
                raise CommandError(f"no such file: {path}")
        counts: Counter[Outcome] = Counter()
        failed = False
        for line in parameters_stock(path=settings.FIXTURES / "parameters.yaml", actor=maker):
            failed |= tell(console, line, counts)
        paths = files or sorted((settings.FIXTURES / "policies").glob("*.yaml"))
        for line in policies_stock(paths=paths, officials=Officials(maker, checker)):
            failed |= tell(console, line, counts)
        console.print(", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())) or "nothing to load")
        if failed and strict:
            raise CommandError("some files have errors")


def tell(console: Console, line: Line, counts: Counter[Outcome]) -> bool:
    """Print a line unless nothing happened; True where there are errors."""
    counts[line.outcome] += 1
    errors = [problem for problem in line.problems if problem.severity is Severity.ERROR]
    if line.outcome not in (Outcome.UNCHANGED, Outcome.KEPT) or errors:
        style = STYLE.get(line.outcome, "green")
        console.print(f"[{style}]{line.outcome:10}[/] {escape(line.name)} {escape(line.detail)}")
    chinese = (get_language() or "").startswith("zh")
    for problem in errors:
        text = problem.zh if chinese else problem.en
        console.print(f"  [red]✗[/] {escape(f'{problem.place}: {text}' if problem.place else text)}")
    return bool(errors)
