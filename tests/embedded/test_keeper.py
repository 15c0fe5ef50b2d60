"""The bundled servers come when wanted, come back when killed, keep what they hold, and go when nobody is left.

Each test works in a copy of the package in a folder of its own, so that it has servers of its own.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
HOLD = "import supermarket.embedded as e; e.hold(); print(e.addresses().database_url, flush=True); input()"


class House:
    """A checkout of its own, with users that hold its servers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.users: list[subprocess.Popen[str]] = []
        (folder / "supermarket").mkdir(parents=True)
        (folder / "supermarket" / "__init__.py").touch()
        shutil.copytree(ROOT / "supermarket" / "embedded", folder / "supermarket" / "embedded")

    def enter(self) -> tuple["subprocess.Popen[str]", str]:
        environment = {
            key: value
            for key, value in os.environ.items()
            if key not in ("DATABASE_URL", "REDIS_URL", "EMBEDDED_DIRECTORY")
        }
        user = subprocess.Popen(
            [sys.executable, "-c", HOLD],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.users.append(user)
        assert user.stdout is not None
        return user, user.stdout.readline().strip()

    def processes(self) -> list[int]:
        """Pids of keeper, servers and their children that belong to this house."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "cmdline").read_bytes().decode(errors="replace")
                place = os.readlink(entry / "cwd")
            except OSError:
                continue
            if str(self.folder) in words or (place == str(self.folder) and "keeper" in words):
                found.append(int(entry.name))
        return found

    def pid_of(self, word: str) -> int:
        for pid in self.processes():
            if word in Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace"):
                return pid
        raise AssertionError(f"no {word} runs")


@pytest.fixture
def house() -> Iterator[House]:
    """Not below pytest's own folder: another session closes that to the user as whom the database runs."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        here = House(Path(folder))
        yield here
        for user in here.users:
            user.kill()
            user.wait()
        assert_gone(here)


def assert_gone(house: House) -> None:
    deadline = time.monotonic() + 60
    while house.processes():
        assert time.monotonic() < deadline, f"still running: {house.processes()}"
        time.sleep(0.1)


def answers(url: str, seconds: float = 60.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with psycopg.connect(url, connect_timeout=10) as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.OperationalError:
            time.sleep(0.1)
    return False


def test_two_users_share_one_database_and_the_last_one_closes_it(house: House) -> None:
    first, url = house.enter()
    second, same = house.enter()
    assert url == same and answers(url)
    first.kill()
    first.wait()
    time.sleep(1)
    assert answers(url, seconds=10), "the second user still needs it"
    second.kill()
    second.wait()
    assert_gone(house)


def test_a_killed_database_comes_back_with_what_it_held(house: House) -> None:
    _, url = house.enter()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (amount_fen bigint); INSERT INTO kept VALUES (1)")
    os.kill(house.pid_of("pginstall/bin/postgres"), signal.SIGKILL)
    assert answers(url)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT amount_fen FROM kept").fetchall() == [(1,)]


def test_a_killed_keeper_takes_its_servers_along_and_the_next_user_starts_anew(house: House) -> None:
    house.enter()
    os.kill(house.pid_of("supermarket.embedded.keeper"), signal.SIGKILL)
    _, url = house.enter()
    assert answers(url)
