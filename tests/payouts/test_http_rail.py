"""The rail against a bank on a real socket, and against everything that is not quite a bank."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from supermarket.payouts.rails.base import BankUnreachableError, FactKind, Instruction, Outcome, Party, Reading
from supermarket.payouts.rails.iso20022.http import Iso20022HttpRail
from tests.payouts.bank import Bank
from tests.payouts.test_iso20022 import CITY, file_of

GOOD = Instruction("340200-1-1-1", 1_234, Party("芜湖测试企业有限公司", "6222021307001234567", "102362000012"), "奖补")


@pytest.fixture
def rail(bank: Bank) -> Iso20022HttpRail:
    bank.account_open("CITY", "340200000001")
    return Iso20022HttpRail(bank.url, "", 10)


def file_bytes(rail: Iso20022HttpRail) -> bytes:
    closed = Instruction("340200-2-1-1", 5_000, Party("销户企业", "NL84MOCK0000000003", "102362000012"), "奖补")
    return rail.render(file_of([GOOD, closed]))


def readings(rail: Iso20022HttpRail, after: int = 0) -> list[Reading]:
    return [rail.parse(message.data) for message in rail.collect(after)]


def facts(found: list[Reading]) -> list[tuple[str, str, int]]:
    return [(fact.kind, fact.end_to_end_id, fact.amount_fen) for reading in found for fact in reading.facts]


def test_from_file_to_statement(bank: Bank, rail: Iso20022HttpRail) -> None:
    bank.behave("CITY", "return-later", days=1)
    assert rail.submit("340200-B1-1", file_bytes(rail)).outcome == Outcome.ANSWERED
    assert facts(readings(rail)) == [
        (FactKind.ACCEPTED, "340200-1-1-1", 0),
        (FactKind.REJECTED, "340200-2-1-1", 0),
        (FactKind.DEBITED, "340200-1-1-1", 1_234),
    ]
    bank.advance(2)
    found = [
        each for each in readings(rail, 2) if each.facts or (each.statement and each.statement.account == CITY.account)
    ]
    assert [fact for fact in facts(found) if fact[0] == FactKind.RETURNED] == [
        (FactKind.RETURNED, "340200-1-1-1", 1_234)
    ] * 3
    assert len({fact.reference for each in found for fact in each.facts if fact.kind == FactKind.RETURNED}) == 1
    first, second = (each.statement for each in found if each.statement)
    assert first and second
    assert (first.opening_fen - first.closing_fen, second.closing_fen) == (1_234, first.opening_fen)


def test_a_second_copy_is_recognised_and_says_nothing(rail: Iso20022HttpRail) -> None:
    data = file_bytes(rail)
    rail.submit("340200-B1-1", data)
    assert rail.submit("340200-B1-1", data).outcome == Outcome.UNKNOWN
    assert (FactKind.DUPLICATE, "", 0) in facts(readings(rail))


def test_a_truncated_file_is_not_taken_for_refused(rail: Iso20022HttpRail) -> None:
    """The bank refuses what it cannot read, but cannot name it: a whole copy may still be on its way."""
    assert rail.submit("340200-B1-1", file_bytes(rail)[:900]).outcome == Outcome.UNKNOWN


def test_a_file_refused_by_name_is_refused(bank: Bank, rail: Iso20022HttpRail) -> None:
    bank.behave("CITY", "reject-file")
    answer = rail.submit("340200-B1-1", file_bytes(rail))
    assert (answer.outcome, answer.reason_code) == (Outcome.REJECTED, "FF01")


def test_messages_lost_on_the_way_are_fetched_by_number(bank: Bank, rail: Iso20022HttpRail) -> None:
    rail.submit("340200-B1-1", file_bytes(rail))
    bank.ask("GET", "/_mock/mailbox")  # taken, and the answer lost
    rail.inquire("CITY")
    kinds = [kind for kind, _, _ in facts(readings(rail))]
    assert sorted(kinds) == ["accepted", "debited", "debited", "rejected"]


def test_a_bank_that_is_down(bank: Bank, rail: Iso20022HttpRail) -> None:
    bank.stop()
    assert rail.submit("340200-B1-1", file_bytes(rail)).outcome == Outcome.UNKNOWN
    with pytest.raises(BankUnreachableError):
        list(rail.collect(0))
    with pytest.raises(BankUnreachableError):
        rail.inquire("CITY")


@contextmanager
def stranger(raw: bytes) -> Iterator[str]:
    """A server that answers anything with these bytes and hangs up."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def http(status: str, body: str, length: int | None = None) -> bytes:
    return f"HTTP/1.0 {status}\r\nContent-Length: {length or len(body)}\r\n\r\n{body}".encode()


OURS = '{"msg_id": "M", "reason": "FF01"}'


@pytest.mark.parametrize(
    ("raw", "outcome"),
    [
        (b"", Outcome.UNKNOWN),
        (b"garbage\r\n\r\n", Outcome.UNKNOWN),
        (http("500 Oops", OURS), Outcome.UNKNOWN),
        (http("504 Gateway Timeout", "<html>"), Outcome.UNKNOWN),
        (http("404 Not Found", "no such route"), Outcome.UNKNOWN),
        (http("401 Unauthorized", "{}"), Outcome.UNKNOWN),
        (http("302 Found", ""), Outcome.UNKNOWN),
        (http("202 Accepted", "not json"), Outcome.UNKNOWN),
        (http("202 Accepted", '{"msg_id": "ANOTHER"}'), Outcome.UNKNOWN),
        (http("202 Accepted", '{"msg_id": "M"}', length=99), Outcome.UNKNOWN),
        (http("422 Refused", OURS, length=99), Outcome.UNKNOWN),
        (http("422 Refused", '{"msg_id": "M", "reason": "DUPL"}'), Outcome.UNKNOWN),
        (http("422 Refused", '{"msg_id": "ANOTHER", "reason": "FF01"}'), Outcome.UNKNOWN),
        (http("422 Refused", OURS), Outcome.REJECTED),
        (http("202 Accepted", '{"msg_id": "M"}'), Outcome.ANSWERED),
    ],
    ids=lambda value: value.decode().replace("\r\n", " ")[9:70] if isinstance(value, bytes) else str(value),
)
def test_only_a_refusal_that_names_our_message_is_one(raw: bytes, outcome: Outcome) -> None:
    with stranger(raw) as url:
        assert Iso20022HttpRail(url, "", 2).submit("M", b"<x/>").outcome == outcome
