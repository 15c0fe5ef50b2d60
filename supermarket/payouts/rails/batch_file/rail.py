"""The rail of 批量代发: a file out, a file with each row's result back, and days later what came back (退票).

The bank recognises no repetition and cannot be asked: nothing goes out twice but by two people.
"""

from collections.abc import Iterator
from datetime import time

from supermarket.payouts.rails.base import (
    Answer,
    BankMessage,
    BankUnreachableError,
    Capabilities,
    Instruction,
    PaymentFile,
    Reading,
    instruction_problem,
)
from supermarket.payouts.rails.batch_file.columns import ENCODING
from supermarket.payouts.rails.batch_file.reader import batch_file_read
from supermarket.payouts.rails.batch_file.writer import batch_file_write, layout_problem, name_of
from supermarket.payouts.rails.folder import DropFolder


class BatchFileRail:
    capabilities = Capabilities(
        name="batch-file",
        dedupe_scope="none",
        dedupe_window=None,
        can_inquire=False,
        max_rows=5_000,
        encoding=ENCODING,
        unit="fen",
        cutoff=time(14, 0),
    )

    def __init__(self, folder: DropFolder) -> None:
        self.folder = folder

    def problem(self, instruction: Instruction) -> dict[str, str] | None:
        return instruction_problem(instruction) or layout_problem(instruction)

    def render(self, file: PaymentFile) -> bytes:
        return batch_file_write(file)

    def ready(self) -> bool:
        return self.folder.ready()

    def submit(self, message_id: str, data: bytes, *, again: bool = False) -> Answer:
        return self.folder.put(name_of(data), data, again=again)

    def collect(self, after: int) -> Iterator[BankMessage]:
        yield from self.folder.collect()

    def collect_again(self, after: int) -> Iterator[BankMessage]:
        yield from self.folder.collect_again()

    def inquire(self, account: str) -> None:
        raise BankUnreachableError("a folder cannot be asked")

    def parse(self, data: bytes) -> Reading:
        return batch_file_read(data)
