"""Reading what a bank says: pain.002, camt.052, camt.053, camt.054 and pacs.004, of any of their versions."""

import re
from collections.abc import Callable, Iterator
from datetime import date

from lxml import etree

from supermarket.payouts.rails.base import BankFact, FactKind, Reading, Statement, UnreadableMessageError
from supermarket.payouts.rails.reasons import DUPLICATE_CODES, TIME_OUT_CODES

NAMESPACE = re.compile(r"^\{urn:iso:std:iso:20022:tech:xsd:([a-z]{4}\.\d{3})\.\d{3}\.\d{2}\}Document$")
AMOUNT = re.compile(r"^(\d{1,16})(?:\.(\d{1,2})0*)?$", re.ASCII)
# Accepted in any degree; only a booking proves a payment, however sure the status sounds.
ACCEPTED = frozenset({"ACTC", "ACCP", "ACSP", "ACWC", "ACSC", "ACCC"})


class Node:
    """An element read by local names: `node.text("Refs/EndToEndId")`."""

    def __init__(self, element: "etree._Element", namespace: str) -> None:
        self.element, self.namespace = element, namespace

    def _path(self, path: str) -> str:
        return "/".join(f"{{{self.namespace}}}{name}" for name in path.split("/"))

    def text(self, path: str) -> str:
        """The text there, "" if there is none."""
        return (self.element.findtext(self._path(path)) or "").strip()

    def need(self, path: str) -> str:
        found = self.text(path)
        if not found:
            raise UnreadableMessageError(f"{etree.QName(self.element).localname} has no {path}")
        return found

    def each(self, path: str) -> "Iterator[Node]":
        return (Node(element, self.namespace) for element in self.element.iterfind(self._path(path)))

    def first(self, path: str) -> "Node | None":
        return next(self.each(path), None)


def parse(data: bytes) -> "etree._Element":
    """The root; raises etree.XMLSyntaxError. Nothing is fetched, no entity is expanded."""
    return etree.fromstring(
        data,
        etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=len(data) > 10_000_000),
    )


def well_formed(data: bytes) -> bool:
    try:
        parse(data)
    except etree.XMLSyntaxError:
        return False
    return True


def message_read(data: bytes) -> Reading:
    """What one message says. Raises UnreadableMessageError; never guesses."""
    try:
        root = parse(data)
    except etree.XMLSyntaxError as error:
        raise UnreadableMessageError(f"not well-formed XML: {error}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableMessageError("a bank's message has no document type declaration")
    named = NAMESPACE.match(root.tag)
    reader = READERS.get(named.group(1)) if named else None
    if reader is None or not len(root):
        raise UnreadableMessageError(f"not a message that is read here: {root.tag}")
    return reader(Node(root[0], etree.QName(root).namespace or ""))


def fen(text: str) -> int:
    """ "123.4" -> 12340. Exact; an amount with a part of a fen is refused."""
    match = AMOUNT.match(text)
    if match is None:
        raise UnreadableMessageError(f"not an amount in yuan and fen: {text!r}")
    return int(match.group(1)) * 100 + int((match.group(2) or "").ljust(2, "0"))


def day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise UnreadableMessageError(f"not a date: {text!r}") from error


def status_report(body: Node) -> Reading:
    """pain.002: what becomes of a message and of its transactions."""
    original = body.need("OrgnlGrpInfAndSts/OrgnlMsgId")
    facts = list(group_status(body, original))
    for batch in body.each("OrgnlPmtInfAndSts"):
        for transaction in batch.each("TxInfAndSts"):
            status, code = transaction.need("TxSts"), transaction.text("StsRsnInf/Rsn/Cd")
            kind = status_kind(status, code)
            if kind is not None:
                facts.append(
                    BankFact(
                        kind,
                        message_id=original,
                        end_to_end_id=transaction.need("OrgnlEndToEndId"),
                        reason_code=code,
                        reason_text=transaction.text("StsRsnInf/AddtlInf"),
                    )
                )
    return Reading(body.need("GrpHdr/MsgId"), facts)


def group_status(body: Node, original: str) -> Iterator[BankFact]:
    status = body.text("OrgnlGrpInfAndSts/GrpSts")
    code = body.text("OrgnlGrpInfAndSts/StsRsnInf/Rsn/Cd")
    text = body.text("OrgnlGrpInfAndSts/StsRsnInf/AddtlInf")
    if status == "RJCT" and code in DUPLICATE_CODES:
        yield BankFact(FactKind.DUPLICATE, message_id=original, reason_code=code, reason_text=text)
    elif status == "RJCT" and body.first("OrgnlPmtInfAndSts/TxInfAndSts") is None:
        yield BankFact(FactKind.MESSAGE_REJECTED, message_id=original, reason_code=code, reason_text=text)


def status_kind(status: str, code: str) -> FactKind | None:
    """None for what decides nothing: received, pending, a time-out between banks, a duplicate."""
    if status in ACCEPTED:
        return FactKind.ACCEPTED
    if status == "RJCT" and code not in TIME_OUT_CODES and code not in DUPLICATE_CODES:
        return FactKind.REJECTED
    return None


def notification(body: Node) -> Reading:
    """camt.054: bookings as they happen."""
    facts = [fact for each in body.each("Ntfctn") for fact in bookings(each)]
    return Reading(body.need("GrpHdr/MsgId"), facts)


def report(body: Node) -> Reading:
    """camt.052: the day so far, on request."""
    facts = [fact for each in body.each("Rpt") for fact in bookings(each)]
    return Reading(body.need("GrpHdr/MsgId"), facts)


def statement(body: Node) -> Reading:
    """camt.053: one closed day of one account."""
    found = list(body.each("Stmt"))
    if len(found) != 1:
        raise UnreadableMessageError(f"{len(found)} statements in one message; exactly one is read")
    node = found[0]
    facts = list(bookings(node))
    return Reading(
        body.need("GrpHdr/MsgId"),
        facts,
        Statement(
            account=account_number(node),
            number=node.need("ElctrncSeqNb"),
            day=day(node.need("FrToDt/ToDtTm")),
            opening_fen=balance(node, "OPBD"),
            closing_fen=balance(node, "CLBD"),
            bookings=facts,
        ),
    )


def balance(node: Node, code: str) -> int:
    for each in node.each("Bal"):
        if each.text("Tp/CdOrPrtry/Cd") == code:
            return fen(each.need("Amt")) * (1 if each.need("CdtDbtInd") == "CRDT" else -1)
    raise UnreadableMessageError(f"the statement has no balance {code}")


def account_number(node: Node) -> str:
    return node.text("Acct/Id/IBAN") or node.need("Acct/Id/Othr/Id")


def bookings(node: Node) -> Iterator[BankFact]:
    """The booked entries of a notification, a report or a statement; pending ones prove nothing and are left out."""
    account = account_number(node)
    for entry in node.each("Ntry"):
        if (entry.text("Sts/Cd") or entry.text("Sts")) != "BOOK":
            continue
        details = entry.first("NtryDtls/TxDtls")
        debit = entry.need("CdtDbtInd") == "DBIT"
        return_code = details.text("RtrInf/Rsn/Cd") if details else ""
        given_back = details is not None and details.first("RtrInf") is not None
        yield BankFact(
            FactKind.DEBITED if debit else FactKind.RETURNED if given_back else FactKind.CREDITED,
            message_id=details.text("Refs/MsgId") if details else "",
            end_to_end_id=details.text("Refs/EndToEndId") if details else "",
            reference=entry.need("AcctSvcrRef"),
            account=account,
            amount_fen=fen(entry.need("Amt")),
            booked_on=day(entry.text("BookgDt/Dt") or entry.need("BookgDt/DtTm")),
            reason_code=return_code,
            reason_text=remittance(details) if details else "",
        )


def remittance(details: Node) -> str:
    lines = [each.element.text or "" for each in details.each("RmtInf/Ustrd")]
    return " ".join(line.strip() for line in lines if line.strip())


def payment_return(body: Node) -> Reading:
    """pacs.004: payments that come back. `RtrId` is the reference of the credit on the statement."""
    original = body.text("OrgnlGrpInf/OrgnlMsgId")
    settled = body.text("GrpHdr/IntrBkSttlmDt")
    facts = [
        BankFact(
            FactKind.RETURNED,
            message_id=original,
            end_to_end_id=each.need("OrgnlEndToEndId"),
            reference=each.need("RtrId"),
            account=each.text("OrgnlTxRef/DbtrAcct/Id/IBAN") or each.text("OrgnlTxRef/DbtrAcct/Id/Othr/Id"),
            amount_fen=fen(each.need("RtrdIntrBkSttlmAmt")),
            booked_on=day(each.text("IntrBkSttlmDt") or settled),
            reason_code=each.text("RtrRsnInf/Rsn/Cd"),
            reason_text=each.text("RtrRsnInf/AddtlInf"),
        )
        for each in body.each("TxInf")
    ]
    return Reading(body.need("GrpHdr/MsgId"), facts)


READERS: dict[str, Callable[[Node], Reading]] = {
    "pain.002": status_report,
    "camt.052": report,
    "camt.053": statement,
    "camt.054": notification,
    "pacs.004": payment_return,
}
