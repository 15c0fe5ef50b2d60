"""`manage.py payouts work [--once]` drains the work without Celery; `payouts report` says where it all stands;
`payouts accounts` which payer pays by which way to a bank, and `payouts channel` enters such a way."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count, Sum

from supermarket.ledger.errors import yuan
from supermarket.payouts.models import Channel, PayerAccount, Payout
from supermarket.payouts.models.bank import Rail
from supermarket.payouts.rails.registry import rail_for
from supermarket.payouts.selectors import alarms_open, claims_without_payer_account, payouts_report, suspense_open
from supermarket.payouts.work import Pass, payouts_work_for_ever, payouts_work_until_idle


class Command(BaseCommand):
    help = "work: do what is to be done; report: every payout with its state and instructions"

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        work = actions.add_parser("work", help="make, send, listen, look up; with --once until nothing is left to do")
        work.add_argument("--once", action="store_true")
        report = actions.add_parser("report", help="where the payouts stand")
        report.add_argument("--json", action="store_true", help="one object a payout")
        actions.add_parser("accounts", help="who pays by which channel")
        channel = actions.add_parser("channel", help="enter or change a channel, and let payers pay by it")
        channel.add_argument("code")
        channel.add_argument("--rail", choices=Rail.values, required=True)
        channel.add_argument("--address", default="", help="the bank's address, or the folder shared with it")
        channel.add_argument("--payer", action="append", default=[], help="division codes; their accounts move to it")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "report":
            self.report_json() if options["json"] else self.report_words()
        elif options["action"] == "accounts":
            self.accounts()
        elif options["action"] == "channel":
            self.channel(options)
        elif options["once"]:
            payouts_work_until_idle(report=self.say)
        else:
            payouts_work_for_ever()

    def say(self, done: Pass) -> None:
        if not done.idle:
            self.stdout.write(
                f"made {done.created}, instructed {done.prepared}, sent {done.sent} messages, "
                f"applied {done.applied} facts, asked about {done.asked} accounts"
            )

    def accounts(self) -> None:
        for account in PayerAccount.objects.select_related("channel").order_by("payer"):
            channel = account.channel
            rail = rail_for(channel)
            said = "stopped" if account.stopped else "pays" if account.in_use else "not in use"
            open_ = "open" if rail.ready() else "the folder is not there"
            where = channel.address or settings.BANK_URL
            self.stdout.write(f"{account.payer} {account} {said}: {channel.code} {channel.rail} {where} ({open_})")

    def channel(self, options: dict[str, Any]) -> None:
        if options["rail"] != Rail.ISO20022_HTTP and not Path(options["address"]).is_absolute():
            raise CommandError("give --address: the whole path of the folder shared with the bank")
        made, _ = Channel.objects.update_or_create(
            code=options["code"], defaults={"rail": options["rail"], "address": options["address"]}
        )
        PayerAccount.objects.filter(payer__in=options["payer"], in_use=True).update(channel=made)
        self.accounts()

    def report_json(self) -> None:
        """A JSON array with one object a line."""
        lead = "["
        for row in payouts_report():
            self.stdout.write(f"{lead}{json.dumps(row, ensure_ascii=False)}", ending="")
            lead = ",\n"
        self.stdout.write("[]" if lead == "[" else "]")

    def report_words(self) -> None:
        rows = Payout.objects.values_list("state").annotate(Count("pk"), Sum("amount_fen")).order_by("state")
        for state, count, total_fen in rows:
            self.stdout.write(f"{state:10} {count:8} {yuan(total_fen):>20}")
        for claim in claims_without_payer_account():
            self.stdout.write(f"claim {claim.pk} is released, but its payer has no account here")
        for alarm in alarms_open():
            self.stdout.write(f"alarm {alarm.pk}: {alarm.words['en']}")
        for item in suspense_open():
            self.stdout.write(f"suspense {item.pk}: {yuan(item.amount_fen)} yuan since {item.since} ({item.kind})")
