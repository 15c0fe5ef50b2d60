"""Payment files: ours, written and validated against the standard's schema, beside what lxml needs to write them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from io import BytesIO

from lxml import etree

from supermarket.payouts.rails.base import Instruction, Party, PaymentFile
from supermarket.payouts.rails.iso20022.writer import NAMESPACE, amount_text, pain001_write
from tests.benchmarks.data_common import Figure, seconds
from tests.payouts.test_iso20022 import SCHEMA

FILE_ROWS = 5_000
DEBTOR = Party("芜湖市财政局", "340200000001", "102362000012")


def instructions(count: int) -> list[Instruction]:
    return [
        Instruction(
            f"340200-{number}-1-1",
            1_000_00 + number * 7919 % 1_000_000_00,
            Party(f"芜湖企业{number}有限公司", f"62220213070{number:08d}", "102362000012"),
            "惠企政策 研发费用奖励",
        )
        for number in range(count)
    ]


def payment_files(rows: Sequence[Instruction]) -> Iterator[PaymentFile]:
    for number, start in enumerate(range(0, len(rows), FILE_ROWS)):
        part = rows[start : start + FILE_ROWS]
        total_fen = sum(each.amount_fen for each in part)
        at = datetime(2023, 6, 15, 10, tzinfo=UTC)
        yield PaymentFile(f"340200-B1-{number}", at, date(2023, 6, 15), DEBTOR, len(part), total_fen, part)


def lxml_write(file: PaymentFile) -> bytes:
    """The same transactions by lxml as its manual has it: a stream, an element tree a transaction."""
    output = BytesIO()
    with (
        etree.xmlfile(output, encoding="UTF-8") as xml,
        xml.element("Document", nsmap={None: NAMESPACE}),
        xml.element("CstmrCdtTrfInitn"),
        xml.element("PmtInf"),
    ):
        for each in file.instructions:
            node = etree.Element("CdtTrfTxInf")
            etree.SubElement(etree.SubElement(node, "PmtId"), "EndToEndId").text = each.end_to_end_id
            amount = etree.SubElement(etree.SubElement(node, "Amt"), "InstdAmt", Ccy="CNY")
            amount.text = amount_text(each.amount_fen)
            agent = etree.SubElement(etree.SubElement(node, "CdtrAgt"), "FinInstnId")
            member = etree.SubElement(agent, "ClrSysMmbId")
            etree.SubElement(etree.SubElement(member, "ClrSysId"), "Cd").text = "CNAPS"
            etree.SubElement(member, "MmbId").text = each.creditor.bank_code
            etree.SubElement(etree.SubElement(node, "Cdtr"), "Nm").text = each.creditor.name
            account = etree.SubElement(etree.SubElement(node, "CdtrAcct"), "Id")
            etree.SubElement(etree.SubElement(account, "Othr"), "Id").text = each.creditor.account
            etree.SubElement(etree.SubElement(node, "RmtInf"), "Ustrd").text = each.remittance
            xml.write(node)
    return output.getvalue()


def writing(count: int) -> list[Figure]:
    rows = instructions(count)

    def ours() -> None:
        for file in payment_files(rows):
            SCHEMA.assertValid(etree.fromstring(pain001_write(file)))

    def bare() -> None:
        for file in payment_files(rows):
            lxml_write(file)

    took, lxml = (min(seconds(work) for _ in range(3)) for work in (ours, bare))
    note = f"{took:.2f} s, lxml writes them in {lxml:.2f} s"
    return [Figure(f"{count:,} instructions written and validated : lxml", took / lxml, "x", 3.0, False, note)]
