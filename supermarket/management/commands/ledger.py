"""`manage.py ledger check`: trial balance, appropriations, payouts and bank statements, to the fen."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from supermarket.ledger.errors import yuan
from supermarket.ledger.selectors import trial_balance
from supermarket.payouts.checks import books_check


class Command(BaseCommand):
    help = "check: do the books agree with themselves, the payouts and the bank? balance: every account"

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        check = actions.add_parser("check", help="ends with an error that names every disagreement")
        check.add_argument("--json", action="store_true")
        actions.add_parser("balance", help="the trial balance")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "balance":
            for balance in trial_balance():
                self.stdout.write(f"{balance.account!s:40} {yuan(balance.amount_fen):>20}")
            return
        problems = books_check()
        if options["json"]:
            self.stdout.write(json.dumps({"agrees": not problems, "problems": problems}, ensure_ascii=False))
        if problems:
            raise CommandError("\n".join(problems))
        if not options["json"]:
            self.stdout.write("The books agree: trial balance, appropriations, payouts and bank statements.")
