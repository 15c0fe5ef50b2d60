"""Writing the payment file of 批量代发."""

import re
from datetime import datetime

from supermarket.payouts.rails.base import Instruction, PaymentFile
from supermarket.payouts.rails.batch_file.columns import ENCODING, END, fits
from supermarket.payouts.rails.batch_file.layouts import HOLDER, PAYMENT_HEAD, PAYMENT_ROW, REMITTANCE, UNIT

NUMBERS = re.compile(r"\d+", re.ASCII)


def file_name(message_id: str, created_at: datetime) -> str:
    """Fourteen digits of date and time, ten of sequence: six of the batch and four of the file within it."""
    batch, sequence = NUMBERS.findall(message_id)[-2:]
    return f"{created_at:%Y%m%d%H%M%S}{int(batch) % 10**6:06d}{int(sequence) % 10**4:04d}"


def name_of(data: bytes) -> str:
    """The name under which these bytes are put out: it stands in their first line."""
    return data[1:25].decode("ascii")


def batch_file_write(file: PaymentFile) -> bytes:
    """The file's bytes: a line of count and total, then a line an instruction. The same file gives the same bytes."""
    head: dict[str, str | int] = {
        "name": file_name(file.message_id, file.created_at),
        "message_id": file.message_id,
        "day": f"{file.execution_date:%Y%m%d}",
        "account": file.debtor.account,
        "holder": file.debtor.name,
        "bank_code": file.debtor.bank_code,
        "unit": UNIT,
        "count": file.count,
        "total": file.total_fen,
    }
    found = [PAYMENT_HEAD.pack(head)]
    found += [PAYMENT_ROW.pack(row(number, each)) for number, each in enumerate(file.instructions, 1)]
    return END.join([*found, b""])


def row(number: int, each: Instruction) -> dict[str, str | int]:
    return {
        "row": number,
        "end_to_end_id": each.end_to_end_id,
        "account": each.creditor.account,
        "holder": each.creditor.name,
        "bank_code": each.creditor.bank_code,
        "amount": each.amount_fen,
        "remittance": shortened(each.remittance, REMITTANCE.width),
    }


def shortened(text: str, width: int) -> str:
    """As much of the text as fits, in whole characters."""
    return text.strip().encode(ENCODING)[:width].decode(ENCODING, "ignore").rstrip()


def layout_problem(instruction: Instruction) -> dict[str, str] | None:
    """What the columns cannot carry although a bank might: a name is never cut, and never loses a character."""
    name = instruction.creditor.name
    if not fits(HOLDER, name):
        return {
            "zh": f"户名超过批量文件的 {HOLDER.width} 字节。",
            "en": f"The holder's name is longer than the {HOLDER.width} bytes of the batch file.",
        }
    if name != name.strip(" "):
        return {"zh": "户名首尾有空格。", "en": "The holder's name begins or ends with a space."}
    return None
