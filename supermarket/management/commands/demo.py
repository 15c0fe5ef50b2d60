"""The whole store on one machine: `make demo`."""

import fcntl
import os
import signal
import time
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console

from enterprises.town.making import town_stands
from supermarket import embedded
from supermarket.demo.accounts import OFFICIALS, PASSWORD, PERSONS, REPRESENTATIVES, accounts_make
from supermarket.demo.bank import bank_accounts_open, payer_accounts_make
from supermarket.demo.money import appropriations_make, payee_accounts_make
from supermarket.demo.processes import Ports, bank, ports_choose, store
from supermarket.demo.story import run_tell
from supermarket.embedded.children import Child
from supermarket.users.models import User

LOOK_SECONDS = 0.5
ANSWER_SECONDS = 60.0


class Command(BaseCommand):
    help = "run the store with sample policies, a synthetic town and a bank; Ctrl-C stops all of it"
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--town", type=int, default=2000, help="how many enterprises")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, town: int, seed: int, **options: Any) -> None:
        console = Console()
        if not settings.SAMPLES:
            raise CommandError("the demo publishes sample policies: set SAMPLES=1 (make demo does)")
        address_file = settings.VAR / "demo.address"
        lock = os.open(settings.VAR / "demo.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.print(f"The demo is running already: {address_file.read_text()}")
            return
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        ports = ports_choose()
        children: list[Child] = []
        try:
            prepare(console, town, seed)
            children = open_store(console, ports)
            address_file.write_text(f"http://127.0.0.1:{ports.web}/")
            console.print("[bold]5/5[/] one automatic run")
            run_tell(console)
            welcome(console, ports)
            watch(console, children)
        except KeyboardInterrupt:
            pass
        finally:
            console.print("Stopping …")
            address_file.unlink(missing_ok=True)
            for child in reversed(children):
                child.ask_to_stop()
            for child in reversed(children):
                child.stop()


def prepare(console: Console, town: int, seed: int) -> None:
    """Database, policies and town; every step may be done already."""
    console.print("[bold]1/5[/] database")
    call_command("migrate", verbosity=0)
    console.print("[bold]2/5[/] policies and reference tables")
    call_command("stock")
    console.print(f"[bold]3/5[/] a town of {town:,} enterprises")
    if not town_stands():
        call_command("town", town, seed=seed)
    accounts_make()
    payer_accounts_make()
    payee_accounts_make()
    appropriations_make(User.objects.get(username="maker"), User.objects.get(username="releaser"))


def open_store(console: Console, ports: Ports) -> list[Child]:
    console.print("[bold]4/5[/] bank, web, worker, beat")
    children = [bank(ports), *store(ports)]
    for child in children:
        child.start()
    deadline = time.monotonic() + ANSWER_SECONDS
    while not answers(f"http://127.0.0.1:{ports.web}/"):
        if time.monotonic() > deadline:
            raise CommandError(f"the web server does not answer: see {settings.VAR / 'log' / 'web.log'}")
        time.sleep(0.1)
    bank_accounts_open(f"http://127.0.0.1:{ports.bank}")
    return children


def answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def welcome(console: Console, ports: Ports) -> None:
    console.rule("The store is open")
    console.print(f"  [bold]http://127.0.0.1:{ports.web}/[/]   as of {settings.AS_OF or 'today'}", highlight=False)
    console.print(f"  everybody's password: [bold]{PASSWORD}[/]", highlight=False)
    for username, code in {**REPRESENTATIVES, **PERSONS}.items():
        console.print(f"    {username:14} acts for {code}", highlight=False)
    for account in OFFICIALS:
        console.print(f"    {account.username:14} {account.what}", highlight=False)
    console.print("  Ctrl-C stops everything.")


def watch(console: Console, children: list[Child]) -> None:
    """Start again whatever dies, until Ctrl-C."""
    while True:
        embedded.ensure()
        for child in children:
            if child.revive():
                console.print(f"{child.name} had stopped and was started again (see var/log/{child.name}.log)")
        time.sleep(LOOK_SECONDS)
