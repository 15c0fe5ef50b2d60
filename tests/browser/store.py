"""A whole store for the browser: its own database, web server, worker, beat and bank, as the demo runs them."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import urlopen

import psycopg

from supermarket import embedded
from supermarket.demo.bank import bank_accounts_open
from supermarket.embedded.addresses import free_port
from supermarket.embedded.children import Child

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "browser"
TOWN = 200
DAY = "2023-06-15"
PREPARE = (
    "from rich.console import Console; from supermarket.management.commands.demo import prepare;"
    f"prepare(Console(), {TOWN}, 1)"
)


def other(url: str, path: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))


@dataclass(frozen=True)
class Store:
    """An open store: where its pages are, and the environment of its processes."""

    address: str
    environment: dict[str, str]


def database_make(url: str, name: str) -> str:
    """A new, empty database beside the store's own."""
    with psycopg.connect(other(url, "postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    return other(url, name)


def environment(database: str, bank_port: int) -> dict[str, str]:
    addresses = embedded.addresses()
    return {
        **os.environ,
        "SAMPLES": "1",
        "AS_OF": DAY,
        "DATABASE_URL": database_make(os.environ.get("DATABASE_URL") or addresses.database_url, database),
        "REDIS_URL": other(os.environ.get("REDIS_URL") or addresses.redis_url, "7"),
        "BANK_URL": f"http://127.0.0.1:{bank_port}",
    }


def script(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def children(web_port: int, bank_port: int, environment: dict[str, str], logs: Path) -> list[Child]:
    celery = [script("celery"), "--app=supermarket", "--quiet"]
    web = f"--interface=wsgi --host=127.0.0.1 --port={web_port} --workers=1 --blocking-threads=4 --no-ws"
    bank = f"--timezone=Asia/Shanghai --cutoff=23:59 --clock={DAY}T10:00"
    worker = "worker --concurrency=1 --loglevel=warning --without-gossip --without-mingle"
    commands = {
        "bank": [script("mock-bank"), f"--port={bank_port}", *bank.split(), "-q"],
        "web": [script("granian"), *web.split(), "--log-level=warning", "supermarket.wsgi:application"],
        "worker": [*celery, *worker.split()],
        "beat": [*celery, "beat", f"--schedule={logs / 'beat'}", "--loglevel=warning", "--pidfile="],
    }
    return [
        Child(name=name, command=command, log=logs / f"{name}.log", environment=environment)
        for name, command in commands.items()
    ]


@contextmanager
def store_open(logs: Path, *, database: str = DATABASE, prepare: str = PREPARE) -> Iterator[Store]:
    """A store with sample policies, a small town and the demo's accounts. `prepare`: statements that fill it."""
    embedded.hold()
    web_port, bank_port = free_port(), free_port()
    settings = environment(database, bank_port)
    subprocess.run([sys.executable, "manage.py", "shell", "-v0", "-c", prepare], cwd=ROOT, env=settings, check=True)
    started = children(web_port, bank_port, settings, logs)
    try:
        for child in started:
            child.start()
        address = f"http://127.0.0.1:{web_port}"
        await_answer(f"{address}/health/", logs)
        bank_accounts_open(settings["BANK_URL"])
        yield Store(address, settings)
    finally:
        for child in started:
            child.ask_to_stop()
        for child in started:
            child.stop()


def await_answer(address: str, logs: Path, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urlopen(address, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"the store does not answer; see {logs}: {(logs / 'web.log').read_text()[-2000:]}")
