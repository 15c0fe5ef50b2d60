"""The bundled PostgreSQL and Valkey: there without set-up, gone when nobody uses them.

`DATABASE_URL` and `REDIS_URL` switch to servers of your own; then nothing here runs.
"""

import fcntl
import json
import os
import subprocess
import sys
import time

from .addresses import CHECKOUT, Addresses, addresses, service_directory

__all__ = ["Addresses", "addresses", "ensure", "hold", "service_directory", "wanted"]

WAIT_SECONDS = 180.0
_held: list[int] = []


def wanted() -> bool:
    """Is either server to be the embedded one?"""
    return not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))


def hold() -> None:
    """Use the embedded servers until this process ends: starts them if they do not run, and waits until they answer.

    Raises RuntimeError with the reason if they cannot be started.
    """
    if not wanted() or _held:
        return
    directory = service_directory()
    directory.mkdir(parents=True, exist_ok=True)
    users = os.open(directory / "users.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(users, fcntl.LOCK_SH)  # waits while a keeper that found nobody is stopping its servers
    _held.append(users)
    ensure()


def ensure() -> None:
    """Wait until a keeper runs whose servers answer; start one if need be. Long-lived users call it now and then."""
    if not wanted():
        return
    deadline = time.monotonic() + WAIT_SECONDS
    keeper: subprocess.Popen[bytes] | None = None
    while not keeper_ready():
        if keeper is None or keeper.poll() == 0:  # 0: another keeper was there first
            keeper = keeper_start()
        elif keeper.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the embedded servers do not start: {keeper_says().get('error', 'see var/log')}")
        time.sleep(0.05)


def keeper_start() -> "subprocess.Popen[bytes]":
    """A keeper of its own session: it outlives the command that needed it first."""
    log = service_directory() / "log" / "keeper.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "supermarket.embedded.keeper"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd=CHECKOUT,
        )


def keeper_says() -> dict[str, object]:
    try:
        said: dict[str, object] = json.loads((service_directory() / "keeper.json").read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return said


def keeper_ready() -> bool:
    """Does a keeper run, and did it say that its servers answer?"""
    lock = os.open(service_directory() / "keeper.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return bool(keeper_says().get("ready"))
    finally:
        os.close(lock)
    return False
