"""The rail of 批量代发: a file out, a file with each row's result back, and days later what came back (退票).

The bank recognises no repetition and cannot be asked: nothing goes out twice but by two people.
"""

from datetime import time

from supermarket.payouts.rails.base import (
    Answer,
    Capabilities,
    Instruction,
    PaymentFile,
    Reading,
    instruction_problem,
)
from supermarket.payouts.rails.batch_file.columns import ENCODING
from supermarket.payouts.rails.batch_file.reader import batch_file_read
from supermarket.payouts.rails.batch_file.writer import batch_file_write, layout_problem, name_of
from supermarket.payouts.rails.folder import FolderRail


class BatchFileRail(FolderRail):
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

    def problem(self, instruction: Instruction) -> dict[str, str] | None:
        return instruction_problem(instruction) or layout_problem(instruction)

    def render(self, file: PaymentFile) -> bytes:
        return batch_file_write(file)

    def submit(self, message_id: str, data: bytes, *, again: bool = False) -> Answer:
        return self.folder.put(name_of(data), data, again=again)

    def parse(self, data: bytes) -> Reading:
        return batch_file_read(data)
