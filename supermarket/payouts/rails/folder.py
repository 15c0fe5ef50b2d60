"""A drop folder: files out for a bank to take, files in from it. Below the root:

    out/      what the bank takes away          sent/     a copy of everything that was ever put out
    in/       what the bank puts there          archive/  what of it has been kept

A file appears whole or not at all (written under another name, forced to the disk, linked), and nothing that was put
out is ever written over: a name is used for one content, for ever.
"""

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from supermarket.payouts.rails.base import Answer, BankMessage, BankUnreachableError, Outcome

# Names under which senders write before they rename.
UNFINISHED = (".tmp", ".part", ".filepart", ".writing", ".swp")


class DropFolder:
    """`settle_seconds`: a file that changed within this time may still be on its way."""

    def __init__(self, root: Path, settle_seconds: float) -> None:
        self.out, self.sent, self.incoming, self.archive = (root / name for name in ("out", "sent", "in", "archive"))
        self.settle_seconds = settle_seconds

    def ready(self) -> bool:
        """Both sides are there (a share may not be mounted) and can be written to."""
        return all(os.access(folder, os.W_OK) for folder in (self.out, self.incoming))

    def put(self, name: str, data: bytes, *, again: bool = False) -> Answer:
        """Put a file out. ANSWERED: it lies there, forced to the disk. What was put out before and is gone (the bank
        took it, or we died in between) is put there once more only if it shall be `again`."""
        try:
            self.sent.mkdir(exist_ok=True)
            new = create(self.sent / name, data)
            if not new and (self.sent / name).read_bytes() != data:
                return Answer(Outcome.UNKNOWN, reason_text=f"{name} was put out before, with another content")
            if not new and not again and not (self.out / name).exists():
                return Answer(Outcome.UNKNOWN, reason_text=f"{name} was put out before")
            if not create(self.out / name, data) and (self.out / name).read_bytes() != data:
                return Answer(Outcome.UNKNOWN, reason_text=f"{name} lies in the folder, with another content")
        except OSError as error:
            return Answer(Outcome.UNKNOWN, reason_text=f"the folder: {error}")
        return Answer(Outcome.ANSWERED)

    def collect(self) -> Iterator[BankMessage]:
        """Whole files in the order of their names; each is archived once the next one is asked for."""
        try:
            found = [path for path in sorted(self.incoming.iterdir(), key=order) if self.settled(path)]
            for path in found:
                data = path.read_bytes()
                yield BankMessage(0, data)
                self.put_away(path, data)
        except OSError as error:
            raise BankUnreachableError(f"the folder: {error}") from error

    def collect_again(self) -> Iterator[BankMessage]:
        """Everything that was ever put in and kept, the oldest first."""
        try:
            for path in sorted(self.archive.iterdir(), key=lambda path: path.stat().st_mtime):
                yield BankMessage(0, path.read_bytes())
        except FileNotFoundError:
            return  # nothing was archived yet
        except OSError as error:
            raise BankUnreachableError(f"the folder: {error}") from error

    def settled(self, path: Path) -> bool:
        if path.name.startswith(".") or path.name.endswith(UNFINISHED) or not path.is_file():
            return False
        return time.time() - path.stat().st_mtime >= self.settle_seconds

    def put_away(self, path: Path, data: bytes) -> None:
        """Another worker may have been quicker. The digest in the name keeps different contents apart."""
        self.archive.mkdir(exist_ok=True)
        try:
            path.rename(self.archive / f"{path.name}.{hashlib.sha256(data).hexdigest()[:16]}")
        except FileNotFoundError:
            return


class FolderRail:
    """What rails over a drop folder have in common: a bank behind one puts files there and cannot be asked."""

    def __init__(self, folder: DropFolder) -> None:
        self.folder = folder

    def ready(self) -> bool:
        return self.folder.ready()

    def collect(self, after: int) -> Iterator[BankMessage]:
        yield from self.folder.collect()

    def collect_again(self, after: int) -> Iterator[BankMessage]:
        yield from self.folder.collect_again()

    def inquire(self, account: str) -> None:
        raise BankUnreachableError("a folder cannot be asked")


def order(path: Path) -> tuple[str, int, str]:
    """Names in their order, with numbers at the end by value: report-9.xml before report-10.xml."""
    stem, _, tail = path.stem.rpartition("-")
    return (stem, int(tail), path.name) if tail.isascii() and tail.isdigit() else (path.stem, 0, path.name)


def create(path: Path, data: bytes) -> bool:
    """Make a file that is not there yet: whole, on the disk, or not at all. False if there is one of that name."""
    if path.exists():
        return False
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # fails where a rename would write over
    except FileExistsError:
        return False
    finally:
        draft.unlink(missing_ok=True)
    folder_sync(path.parent)
    return True


def folder_sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
