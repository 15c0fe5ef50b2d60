"""`manage.py audit verify [--anchors]`: is the history as it was sealed? `manage.py audit seal` seals now."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from supermarket.payouts.audit import anchors, anchors_verify, blocks_seal, chain_verify
from supermarket.payouts.models import AuditBlock


class Command(BaseCommand):
    help = "verify: compare the histories with their seals, and with --anchors the seals with what lies outside"

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        verify = actions.add_parser("verify", help="ends with an error that names every difference")
        verify.add_argument("--anchors", action="store_true", help="compare with the heads in ANCHOR_DIR too")
        actions.add_parser("seal", help="seal what was written since the last seal")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "seal":
            block = blocks_seal()
            self.stdout.write(f"block {block.number} {block.digest}" if block else "nothing new")
            return
        problems = list(chain_verify())
        found = anchors() if options["anchors"] else []
        problems += anchors_verify() if found else []
        if problems:
            raise CommandError("\n".join(problems))
        anchored = f"anchored on {len(found)} days" if found else "not anchored"
        self.stdout.write(f"{AuditBlock.objects.count()} blocks: consistent, {anchored}")
