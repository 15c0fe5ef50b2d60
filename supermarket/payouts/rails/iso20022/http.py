"""The ISO 20022 rail over HTTP: a payments route, a mailbox, and an intraday report on request.

Time-outs, broken answers and every status that does not name our message leave the outcome unknown. The bank numbers
what it puts into the mailbox; a number that we never saw is fetched by itself, so that an answer lost on the way after
the mailbox was emptied is not lost for good.
"""

import base64
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import time
from typing import Any
from urllib.parse import quote

from supermarket.payouts.rails.base import (
    Answer,
    BankMessage,
    BankUnreachableError,
    Capabilities,
    Instruction,
    Outcome,
    PaymentFile,
    Reading,
    instruction_problem,
)
from supermarket.payouts.rails.iso20022.reader import message_read, well_formed
from supermarket.payouts.rails.iso20022.writer import pain001_write
from supermarket.payouts.rails.reasons import DUPLICATE_CODES

NUMBERS_MISSING_MAX = 20  # a gap as long as this is the end of what a bank put out
ANSWER_BYTES_MAX = 512 * 1024 * 1024


class Iso20022HttpRail:
    """`url`: the bank's address; `credentials`: "user:password" or empty."""

    capabilities = Capabilities(
        name="iso20022-http",
        dedupe_scope="message",
        dedupe_window=None,
        can_inquire=True,
        max_rows=5_000,
        encoding="utf-8",
        unit="yuan",
        cutoff=time(15, 0),
    )

    def __init__(self, url: str, credentials: str, timeout_seconds: float) -> None:
        self.url = url.rstrip("/")
        self.headers = {"Content-Type": "application/xml; charset=utf-8"}
        if credentials:
            self.headers["Authorization"] = "Basic " + base64.b64encode(credentials.encode()).decode()
        self.timeout_seconds = timeout_seconds
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect())

    def problem(self, instruction: Instruction) -> dict[str, str] | None:
        return instruction_problem(instruction)

    def ready(self) -> bool:
        return True  # asking beforehand would say nothing of the hand-over itself

    def render(self, file: PaymentFile) -> bytes:
        return pain001_write(file)

    def parse(self, data: bytes) -> Reading:
        return message_read(data)

    def submit(self, message_id: str, data: bytes, *, again: bool = False) -> Answer:
        try:
            status, body = self.call("POST", "/payments", data)
        except BankUnreachableError as error:
            return Answer(Outcome.UNKNOWN, reason_text=str(error))
        said = json_object(body)
        if said.get("msg_id") != message_id:
            return Answer(Outcome.UNKNOWN, reason_text=f"HTTP {status} that does not name our message")
        code, text = str(said.get("reason") or ""), str(said.get("reason_text") or "")
        if 200 <= status < 300:
            return Answer(Outcome.ANSWERED, code, text)
        if 400 <= status < 500 and code and code not in DUPLICATE_CODES:
            return Answer(Outcome.REJECTED, code, text)
        return Answer(Outcome.UNKNOWN, code, text or f"HTTP {status}")

    def collect(self, after: int) -> Iterator[BankMessage]:
        status, body = self.call("GET", "/_mock/mailbox")
        listed = json_list(status, body)
        for each in listed:
            yield BankMessage(int(each["id"]), str(each["body"]).strip().encode())
        numbers = {int(each["id"]) for each in listed}
        for number in range(after + 1, max(numbers, default=0)):
            missing = None if number in numbers else self.fetch(number)
            if missing is not None:
                yield missing

    def collect_again(self, after: int) -> Iterator[BankMessage]:
        """By their numbers, one after the other, until there are none for a while."""
        number, missing = after + 1, 0
        while missing < NUMBERS_MISSING_MAX:
            message = self.fetch(number)
            if message is not None:
                yield message
            number, missing = number + 1, 0 if message else missing + 1

    def fetch(self, number: int) -> BankMessage | None:
        """One message by its number, whoever collected it; None if the bank has none of that number.

        A body that is no whole document may have been cut short on the way: it counts only if it comes twice alike.
        """
        body = self.fetch_body(number)
        if body is None:
            return None
        if not well_formed(body) and self.fetch_body(number) != body:
            raise BankUnreachableError(f"message {number} comes in different lengths")
        return BankMessage(number, body.strip())

    def fetch_body(self, number: int) -> bytes | None:
        status, body = self.call("GET", f"/_mock/mailbox/{number}")
        if status == 404:
            return None
        if status != 200:
            raise BankUnreachableError(f"HTTP {status} for message {number}")
        return body

    def inquire(self, account: str) -> None:
        status, _ = self.call("POST", f"/_mock/accounts/{quote(account, safe='')}/report", b"")
        if status != 201:
            raise BankUnreachableError(f"HTTP {status} for a report of the account")

    def call(self, method: str, path: str, data: bytes | None = None) -> tuple[int, bytes]:
        """Status and body; raises BankUnreachableError for whatever keeps us from a whole answer."""
        request = urllib.request.Request(self.url + path, data=data, headers=self.headers, method=method)
        try:
            with self.opener.open(request, timeout=self.timeout_seconds) as answer:
                return answer.status, whole_body(answer)
        except urllib.error.HTTPError as error:
            with error:
                try:
                    return error.code, whole_body(error)
                except (OSError, http.client.HTTPException) as broken:
                    raise BankUnreachableError(f"{method} {path}: {broken!r}") from broken
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise BankUnreachableError(f"{method} {path}: {error!r}") from error


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A payment file does not go to an address that somebody else names."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def whole_body(answer: Any) -> bytes:
    body: bytes = answer.read(ANSWER_BYTES_MAX)
    announced = answer.headers.get("Content-Length")
    if announced is not None and announced.isdigit() and len(body) < int(announced):
        raise http.client.IncompleteRead(body)
    return body


def json_object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def json_list(status: int, body: bytes) -> list[dict[str, Any]]:
    """The mailbox's listing; one that is cut off or not a listing is as good as none."""
    try:
        said = json.loads(body)
        if status == 200 and isinstance(said, list):
            return sorted((each for each in said if "body" in each), key=lambda each: int(each["id"]))
    except (ValueError, TypeError, KeyError) as error:
        raise BankUnreachableError(f"the mailbox's listing is broken: {error!r}") from error
    raise BankUnreachableError(f"HTTP {status} for the mailbox")
