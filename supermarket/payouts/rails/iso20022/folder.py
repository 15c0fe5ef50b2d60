"""The ISO 20022 rail over a drop folder: the same messages as over HTTP, and nobody to ask.

A bank that has taken a file answers with a file; one that says nothing cannot be asked, so that nothing is put out a
second time but by two people.
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
from supermarket.payouts.rails.folder import FolderRail
from supermarket.payouts.rails.iso20022.reader import message_read
from supermarket.payouts.rails.iso20022.writer import pain001_write


class Iso20022FolderRail(FolderRail):
    """pain.001 into `out/`; pain.002, camt.05x and pacs.004 out of `in/`."""

    capabilities = Capabilities(
        name="iso20022-folder",
        dedupe_scope="message",
        dedupe_window=None,
        can_inquire=False,
        max_rows=5_000,
        encoding="utf-8",
        unit="yuan",
        cutoff=time(15, 0),
    )

    def problem(self, instruction: Instruction) -> dict[str, str] | None:
        return instruction_problem(instruction)

    def render(self, file: PaymentFile) -> bytes:
        return pain001_write(file)

    def submit(self, message_id: str, data: bytes, *, again: bool = False) -> Answer:
        return self.folder.put(f"{message_id}.xml", data, again=again)

    def parse(self, data: bytes) -> Reading:
        return message_read(data)
