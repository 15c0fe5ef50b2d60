"""mock-bank as a process with its own books: the bank of the tests. Only tests ask its oracle (`payments`)."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from stdnum import iban

from supermarket.embedded.addresses import free_port

CLOCK = "2023-06-15T10:00"


def account_number(number: str) -> str:
    """An IBAN with good check digits for an account of the mock bank."""
    draft = f"CN00MOCK{number}"
    return f"CN{iban.calc_check_digits(draft)}{draft[4:]}"


class Bank:
    def __init__(self, database: Path | None = None, *flags: str) -> None:
        self.port = free_port()
        self.database = database
        self.flags = flags
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        books = ["--db", str(self.database)] if self.database else []
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "mockbank", "--port", str(self.port), "--timezone", "Asia/Shanghai"),
                *("--cutoff", "23:59", "--clock", CLOCK, "-q", *books, *self.flags),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                self.ask("GET", "/_mock/health")
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("mock-bank does not start")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def account_open(self, identity: str, number: str, balance_fen: int = 10_000_000_000, **more: Any) -> str:
        """Open an account in CNY; its IBAN."""
        details = {"id": identity, "iban": account_number(number), "name": identity, "currency": "CNY", **more}
        self.ask("POST", "/_mock/accounts", {**details, "balance": balance_fen})
        return str(details["iban"])

    def behave(self, identity: str, behaviour: str, **parameters: Any) -> None:
        self.ask("PATCH", f"/_mock/accounts/{identity}", {"behaviour": behaviour, "parameters": parameters})

    def advance(self, days: int) -> None:
        self.ask("POST", f"/_mock/advance?days={days}")

    def payments(self) -> list[dict[str, Any]]:
        """The oracle: every payment that the bank decided on."""
        return list(self.ask("GET", "/_mock/payments"))

    def booked(self) -> list[tuple[str, int]]:
        """(end-to-end id, fen) of everything that left an account, sorted: an id that stands twice was paid twice."""
        return sorted((each["end_to_end_id"], each["amount"]) for each in self.payments() if each["booked_at"])

    def balance_fen(self, identity: str) -> int:
        return int(self.ask("GET", f"/_mock/accounts/{identity}")["balance"])

    def requests(self) -> list[str]:
        return [each["path"] for each in self.ask("GET", "/_mock/requests")]
