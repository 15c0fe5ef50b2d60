"""The keeper: one process per checkout that runs both servers for as long as anybody uses them.

Every user (a command, the tests, the demo) holds a shared lock on `users.lock`; a lock goes when its process
goes, however that ends. The keeper tries for the lock alone: when it gets it, nobody is left, and it stops the servers.
A server that dies meanwhile is started again.
"""

import fcntl
import json
import os
import signal
import sys
import time
from pathlib import Path

from .addresses import Addresses, addresses, addresses_settle, port_taken, service_directory
from .children import Child
from .postgres import cluster_create, database_create, postgres_answers, postgres_child
from .valkey import valkey_answers, valkey_child

LOOK_SECONDS = 0.25
START_SECONDS = 60.0


def nobody_uses_us(lock_file: int) -> bool:
    """True (and the lock is ours) if no user holds it."""
    try:
        fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def start(where: Addresses) -> list[Child]:
    """Start both and wait until both answer. A server just killed may take a while to leave its place."""
    cluster_create(where)
    children = [postgres_child(where), valkey_child(where)]
    deadline = time.monotonic() + START_SECONDS
    while not (postgres_answers(where) and valkey_answers(where)):
        if time.monotonic() > deadline:
            raise RuntimeError(f"the embedded servers do not start: see {service_directory() / 'log'}")
        for child in children:
            child.revive()
        time.sleep(0.05)
    database_create(where)
    return children


def announce(directory: Path, words: dict[str, object]) -> None:
    draft = directory / f"keeper.{os.getpid()}"
    draft.write_text(json.dumps(words))
    draft.replace(directory / "keeper.json")


def main() -> int:
    directory = service_directory()
    directory.mkdir(parents=True, exist_ok=True)
    alone = os.open(directory / "keeper.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return 0  # another keeper is at work
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    users = os.open(directory / "users.lock", os.O_CREAT | os.O_RDWR, 0o600)
    (directory / "keeper.json").unlink(missing_ok=True)  # what a keeper that was killed had said
    where = addresses()
    if port_taken(where.postgres_port) or port_taken(where.valkey_port):
        where = addresses_settle()
    try:
        children = start(where)
    except Exception as error:  # whoever waits for us must be told why
        announce(directory, {"error": str(error), "pid": os.getpid()})
        raise
    announce(directory, {"ready": True, "pid": os.getpid()})
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    while not stopping and not nobody_uses_us(users):
        for child in children:
            child.revive()
        time.sleep(LOOK_SECONDS)
    (directory / "keeper.json").unlink(missing_ok=True)
    for child in reversed(children):
        child.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
