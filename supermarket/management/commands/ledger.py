"""`manage.py ledger …`: are the books sound, what do payers owe each other, who was entitled and is not paid."""

import json
from argparse import ArgumentParser
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError

from supermarket.ledger.dues import due_months, due_settle_ask, due_settle_confirm
from supermarket.ledger.errors import LedgerError, yuan
from supermarket.ledger.models import DueSettlement
from supermarket.ledger.selectors import trial_balance
from supermarket.management.officers import BY, officer
from supermarket.payouts.checks import books_check
from supermarket.reports.unpaid import unpaid_file, unpaid_totals


class Command(BaseCommand):
    help = "check · balance · dues · settle · confirm · unpaid"

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        check = actions.add_parser("check", help="do the books agree? ends with an error that names every disagreement")
        check.add_argument("--json", action="store_true")
        actions.add_parser("balance", help="the trial balance")
        actions.add_parser("dues", help="what payers owe each other, month by month")
        settle = actions.add_parser(
            "settle", help="ask to settle what a payer owes of a month; another person confirms"
        )
        settle.add_argument("payer", help="division code of who owes")
        settle.add_argument("lead", help="division code of who laid it out")
        settle.add_argument("month", help="2023-06")
        settle.add_argument("--amount", type=Decimal, help="yuan (default: all that is open)")
        settle.add_argument("--document", required=True)
        settle.add_argument("--by", required=True, help=BY)
        confirm = actions.add_parser("confirm", help="confirm a settlement that was asked for")
        confirm.add_argument("settlement", type=int)
        confirm.add_argument("--by", required=True, help=BY)
        unpaid = actions.add_parser("unpaid", help="who was entitled and is not paid, and why")
        unpaid.add_argument("-o", "--output", type=Path, help="write a workbook")
        unpaid.add_argument("--language", choices=("zh-hans", "en"), default="zh-hans")

    def handle(self, *args: Any, **options: Any) -> None:
        actions: dict[str, Callable[[dict[str, Any]], None]] = {
            "check": self.check_books,
            "balance": self.balance,
            "dues": self.dues,
            "settle": self.settle,
            "confirm": self.confirm,
            "unpaid": self.unpaid,
        }
        try:
            actions[options["action"]](options)
        except LedgerError as error:
            words = error.message()
            raise CommandError(f"{words['zh']}\n{words['en']}") from None

    def check_books(self, options: dict[str, Any]) -> None:
        problems = books_check()
        if options["json"]:
            self.stdout.write(json.dumps({"agrees": not problems, "problems": problems}, ensure_ascii=False))
        if problems:
            raise CommandError("\n".join(problems))
        if not options["json"]:
            self.stdout.write("The books agree: trial balance, appropriations, payouts and bank statements.")

    def balance(self, options: dict[str, Any]) -> None:
        for balance in trial_balance():
            self.stdout.write(f"{balance.account!s:40} {yuan(balance.amount_fen):>20}")

    def dues(self, options: dict[str, Any]) -> None:
        for due in due_months():
            self.stdout.write(
                f"{due.month}  {due.payer} owes {due.lead}  laid out {yuan(due.laid_out_fen):>18}  given back "
                f"{yuan(due.returned_fen):>14}  settled {yuan(due.settled_fen):>18}  open {yuan(due.open_fen):>18}"
            )

    def settle(self, options: dict[str, Any]) -> None:
        payer, lead, month = options["payer"], options["lead"], options["month"]
        amount: Decimal | None = options["amount"]
        if amount is None:
            amount_fen = sum(due.open_fen for due in due_months(payer=payer, lead=lead) if due.month == month)
        elif amount != amount.quantize(Decimal("0.01")):
            raise CommandError("an amount has two places at most")
        else:
            amount_fen = int(amount * 100)
        settlement = due_settle_ask(
            payer=payer,
            lead=lead,
            month=month,
            amount_fen=amount_fen,
            document=options["document"],
            actor=officer(options["by"]),
            key=uuid4().hex,
        )
        self.stdout.write(f"settlement {settlement.pk}: {yuan(amount_fen)} yuan asked for, another person confirms it")

    def confirm(self, options: dict[str, Any]) -> None:
        settlement = DueSettlement.objects.filter(pk=options["settlement"]).first()
        if settlement is None:
            raise CommandError(f"there is no settlement {options['settlement']}")
        settlement = due_settle_confirm(settlement=settlement, actor=officer(options["by"]))
        self.stdout.write(f"settlement {settlement.pk}: {yuan(settlement.amount_fen)} yuan settled")

    def unpaid(self, options: dict[str, Any]) -> None:
        output: Path | None = options["output"]
        for each in unpaid_totals():
            self.stdout.write(f"{each.why:18} {each.policy:40} {each.count:8} {yuan(each.amount_fen):>20}")
        if output is not None:
            draft = output.with_name(f".{output.name}.part")
            unpaid_file(path=draft, language=options["language"])
            draft.replace(output)
            self.stdout.write(str(output))
