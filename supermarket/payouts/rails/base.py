"""What a way to a bank is, and the words in which all banks are spoken of.

A rail renders instructions to bytes, hands the bytes over, collects what the bank has to say and reads it. It knows no
table, and what it returns are facts with the bank's own references: what follows from them is decided elsewhere.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True)
class Capabilities:
    """What a channel can do. `dedupe_scope` is by what the bank recognises a repeated hand-over: "message" (the
    message's id) or "none"; `dedupe_window` is for how long, None for ever. Where the scope is "none", or the window is
    over, nothing is ever handed over again without a person. `unit` is that of amounts in its files."""

    name: str
    dedupe_scope: str
    dedupe_window: timedelta | None
    can_inquire: bool
    max_rows: int
    encoding: str
    unit: str
    cutoff: time

    def dedupes(self, age: timedelta) -> bool:
        """Would the bank recognise a second copy of a message first handed over `age` ago?"""
        return self.dedupe_scope == "message" and (self.dedupe_window is None or age < self.dedupe_window)


@dataclass(frozen=True)
class Party:
    """A holder, the number of the account, and the bank's 12-digit CNAPS code."""

    name: str
    account: str
    bank_code: str


@dataclass(frozen=True)
class Instruction:
    """One credit transfer. `end_to_end_id` is at most 35 characters and unique for ever."""

    end_to_end_id: str
    amount_fen: int
    creditor: Party
    remittance: str


@dataclass(frozen=True)
class PaymentFile:
    """What one hand-over says. Rendering it twice gives the same bytes."""

    message_id: str
    created_at: datetime
    execution_date: date
    debtor: Party
    count: int
    total_fen: int
    instructions: Iterable[Instruction]


class Outcome(StrEnum):
    """What is known after a hand-over. Only a refusal that names our message is REJECTED; silence, noise and
    everything else is UNKNOWN, and so is a bank that says it has the message already."""

    ANSWERED = "answered"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Answer:
    outcome: Outcome
    reason_code: str = ""
    reason_text: str = ""


class FactKind(StrEnum):
    """What a bank can tell about an instruction, a message or an account."""

    ACCEPTED = "accepted"  # will be carried out; proves no payment
    REJECTED = "rejected"  # will not be carried out
    MESSAGE_REJECTED = "message_rejected"  # nothing of the whole message will be
    DUPLICATE = "duplicate"  # an earlier copy of the message arrived
    DEBITED = "debited"  # booked: paid
    RETURNED = "returned"  # booked: paid and given back (退票)
    CREDITED = "credited"  # booked: money arrived


@dataclass(frozen=True)
class BankFact:
    """One thing that a bank said. `reference` is the bank's own name for a booking: two messages that tell of one
    booking carry the same one; two bookings never do."""

    kind: FactKind
    message_id: str = ""
    end_to_end_id: str = ""
    reference: str = ""
    account: str = ""
    amount_fen: int = 0
    booked_on: date | None = None
    reason_code: str = ""
    reason_text: str = ""


@dataclass(frozen=True)
class Statement:
    """One day of one account, as the bank closed it. Sums in fen; bookings in the bank's order."""

    account: str
    number: str
    day: date
    opening_fen: int
    closing_fen: int
    bookings: Sequence[BankFact] = field(default_factory=list)


@dataclass(frozen=True)
class Reading:
    """All that one message of the bank says."""

    message_id: str
    facts: Sequence[BankFact] = ()
    statement: Statement | None = None


@dataclass(frozen=True)
class BankMessage:
    """Bytes that the bank put out for us, under the number that it gave them (0 if it gives none)."""

    number: int
    data: bytes


class UnreadableMessageError(ValueError):
    """The bytes are no message that the rail knows; it is kept for a person, and the rest goes on."""


class BankUnreachableError(Exception):
    """The bank did not answer, or with noise. Nothing follows from that."""


class PaymentRail(Protocol):
    capabilities: Capabilities

    def problem(self, instruction: Instruction) -> dict[str, str] | None:
        """Why this instruction cannot be written in the bank's format, as {zh, en}, or None: it is then not frozen."""
        ...

    def render(self, file: PaymentFile) -> bytes:
        """Bytes for the bank; the same for the same file."""
        ...

    def ready(self) -> bool:
        """Is there a way to hand over right now? False keeps files back that would come to nothing."""
        ...

    def submit(self, message_id: str, data: bytes, *, again: bool = False) -> Answer:
        """Hand over. Never raises for what the bank or the wire does: that is UNKNOWN. `again`: the same bytes were
        handed over before, and are to be once more."""
        ...

    def collect(self, after: int) -> Iterator[BankMessage]:
        """What the bank put out, and what of the numbers above `after` never reached us.

        A message is to be kept before the next one is asked for: a folder moves it to its archive then. Raises
        BankUnreachableError; what was yielded until then is safe to keep. Where it ends without an error, every number
        up to the highest one yielded has been seen.
        """
        ...

    def collect_again(self, after: int) -> Iterator[BankMessage]:
        """What the bank put out above the number `after`, collected before or not; of a folder, all that it ever put
        in. For a database that was restored. Raises BankUnreachableError."""
        ...

    def inquire(self, account: str) -> None:
        """Ask for a fresh report of the account; the answer comes by `collect`. Raises BankUnreachableError."""
        ...

    def parse(self, data: bytes) -> Reading:
        """Read one message. Raises UnreadableMessageError."""
        ...


BANK_CODE = re.compile(r"^\d{12}$", re.ASCII)
ACCOUNT_NUMBER = re.compile(r"^[0-9A-Za-z-]{1,34}$")
# Control characters, line separators and non-characters; private ones, which every bank reads as another character.
UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff]"
)
AMOUNT_FEN_MAX = 10**14  # a file of 5,000 such amounts still has a total of 18 digits


def instruction_problem(instruction: Instruction) -> dict[str, str] | None:
    """Why no bank could carry out this instruction, or None. One bad row does not hold up the others."""
    creditor = instruction.creditor
    if instruction.amount_fen <= 0:
        return {"zh": "金额必须大于零。", "en": "The amount must be more than zero."}
    if instruction.amount_fen >= AMOUNT_FEN_MAX:
        return {"zh": "金额超出报文所能表示的范围。", "en": "The amount is larger than a payment file can say."}
    if not creditor.name.strip() or len(creditor.name) > 140:
        return {
            "zh": "户名为空或超过 140 字。",
            "en": "The holder's name is empty or longer than 140 characters.",
        }
    for text in (creditor.name, instruction.remittance):
        if found := UNPRINTABLE.search(text):
            return {
                "zh": f"户名或附言含有银行无法识别的字符 U+{ord(found[0]):04X}。",
                "en": f"The holder's name or the remittance has a character that banks do not read: "
                f"U+{ord(found[0]):04X}.",
            }
    if not ACCOUNT_NUMBER.match(creditor.account):
        return {
            "zh": "账号应为 1 至 34 位数字或字母。",
            "en": "The account number must be 1 to 34 digits or letters.",
        }
    if not BANK_CODE.match(creditor.bank_code):
        return {"zh": "联行号应为 12 位数字。", "en": "The bank code must be 12 digits."}
    return None
