"""pain.001.001.09 (CustomerCreditTransferInitiation), written as a stream: memory does not grow with the file."""

import re
from io import BytesIO

from lxml import etree

from supermarket.payouts.rails.base import Instruction, Party, PaymentFile

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
CURRENCY = "CNY"
IBAN = re.compile(r"^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$")


def amount_text(fen: int) -> str:
    """12345 -> "123.45": yuan with two places, never through a float."""
    return f"{fen // 100}.{fen % 100:02d}"


def pain001_write(file: PaymentFile) -> bytes:
    """The message's bytes. Deterministic: the same file gives the same bytes on any machine and day."""
    output = BytesIO()
    with etree.xmlfile(output, encoding="UTF-8") as xml:
        xml.write_declaration()
        with xml.element("Document", nsmap={None: NAMESPACE}), xml.element("CstmrCdtTrfInitn"):
            xml.write(group_header(file))
            with xml.element("PmtInf"):
                for element in payment_header(file):
                    xml.write(element)
                forms: dict[bool, Transfer] = {}  # an IBAN and any other number stand in different elements
                for instruction in file.instructions:
                    kind = is_iban(instruction.creditor)
                    if kind not in forms:
                        forms[kind] = Transfer(instruction.creditor)
                    xml.write(forms[kind].fill(instruction))
    return output.getvalue()


def element(name: str, text: str | None = None, *children: "etree._Element", **attributes: str) -> "etree._Element":
    node = etree.Element(name, attributes)
    node.text = text
    node.extend(children)
    return node


def group_header(file: PaymentFile) -> "etree._Element":
    return element(
        "GrpHdr",
        None,
        element("MsgId", file.message_id),
        element("CreDtTm", file.created_at.isoformat(timespec="seconds")),
        element("NbOfTxs", str(file.count)),
        element("CtrlSum", amount_text(file.total_fen)),
        element("InitgPty", None, element("Nm", file.debtor.name)),
    )


def payment_header(file: PaymentFile) -> list["etree._Element"]:
    account = party_account("DbtrAcct", file.debtor)
    account.append(element("Ccy", CURRENCY))
    return [
        element("PmtInfId", file.message_id),
        element("PmtMtd", "TRF"),
        element("BtchBookg", "false"),  # one booking a transfer, or no statement line could be matched
        element("NbOfTxs", str(file.count)),
        element("CtrlSum", amount_text(file.total_fen)),
        element("ReqdExctnDt", None, element("Dt", file.execution_date.isoformat())),
        element("Dbtr", None, element("Nm", file.debtor.name)),
        account,
        party_agent("DbtrAgt", file.debtor),
    ]


class Transfer:
    """One CdtTrfTxInf, built once and filled anew for every instruction: building the elements is what takes time."""

    def __init__(self, creditor: Party) -> None:
        self.end_to_end_id = element("EndToEndId")
        self.amount = element("InstdAmt", None, Ccy=CURRENCY)
        agent = party_agent("CdtrAgt", creditor)
        self.bank_code = agent[0][0][1]
        self.name = element("Nm")
        account = party_account("CdtrAcct", creditor)
        self.account = account[0][0] if is_iban(creditor) else account[0][0][0]
        self.remittance = element("Ustrd")
        self.root = element(
            "CdtTrfTxInf",
            None,
            element("PmtId", None, self.end_to_end_id),
            element("Amt", None, self.amount),
            agent,
            element("Cdtr", None, self.name),
            account,
            element("RmtInf", None, self.remittance),
        )

    def fill(self, instruction: Instruction) -> "etree._Element":
        self.end_to_end_id.text = instruction.end_to_end_id
        self.amount.text = amount_text(instruction.amount_fen)
        self.bank_code.text = instruction.creditor.bank_code
        self.name.text = instruction.creditor.name
        self.account.text = instruction.creditor.account
        self.remittance.text = instruction.remittance[:140]
        return self.root


def is_iban(party: Party) -> bool:
    return IBAN.match(party.account) is not None


def party_agent(name: str, party: Party) -> "etree._Element":
    """The bank by its number in China's national clearing system (CNAPS, 12 digits)."""
    member = element(
        "ClrSysMmbId",
        None,
        element("ClrSysId", None, element("Cd", "CNAPS")),
        element("MmbId", party.bank_code),
    )
    return element(name, None, element("FinInstnId", None, member))


def party_account(name: str, party: Party) -> "etree._Element":
    if is_iban(party):
        identity = element("IBAN", party.account)
    else:
        identity = element("Othr", None, element("Id", party.account))
    return element(name, None, element("Id", None, identity))
