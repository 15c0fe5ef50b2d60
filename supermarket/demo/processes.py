"""What the demo runs beside the two servers: web, worker, beat, bank."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from supermarket.embedded.addresses import free_port, port_taken
from supermarket.embedded.children import Child

WEB_PORT = 8000
LOG = settings.VAR / "log"


def script(name: str) -> str:
    """A console script of the environment that we run in."""
    return str(Path(sys.executable).with_name(name))


@dataclass(frozen=True)
class Ports:
    web: int
    bank: int


def ports_choose() -> Ports:
    wanted = int(os.environ.get("PORT", WEB_PORT))
    return Ports(web=free_port() if port_taken(wanted) else wanted, bank=free_port())


def bank(ports: Ports) -> Child:
    """mock-bank with books of its own on disk: killed and started again, it remembers."""
    return Child(
        name="bank",
        command=[
            script("mock-bank"),
            f"--port={ports.bank}",
            f"--db={settings.VAR / 'bank.sqlite'}",
            "--timezone=Asia/Shanghai",
            "--cutoff=23:59",
            *([f"--clock={settings.AS_OF}T10:00"] if settings.AS_OF else []),
            "-q",
        ],
        log=LOG / "bank.log",
    )


def store(ports: Ports) -> list[Child]:
    """Web, worker and beat, all told where the bank is."""
    environment = {**os.environ, "BANK_URL": f"http://127.0.0.1:{ports.bank}"}
    celery = [script("celery"), "--app=supermarket", "--quiet"]
    return [
        Child(
            name="web",
            command=[
                script("granian"),
                "--interface=wsgi",
                "--host=127.0.0.1",
                f"--port={ports.web}",
                "--workers=2",
                "--blocking-threads=4",
                "--no-ws",
                "--log-level=warning",
                "supermarket.wsgi:application",
            ],
            log=LOG / "web.log",
            environment=environment,
        ),
        Child(
            name="worker",
            command=[*celery, "worker", "--concurrency=2", "--loglevel=warning", "--without-gossip"],
            log=LOG / "worker.log",
            environment=environment,
        ),
        Child(
            name="beat",
            command=[*celery, "beat", f"--schedule={settings.VAR / 'beat'}", "--loglevel=warning", "--pidfile="],
            log=LOG / "beat.log",
            environment=environment,
        ),
    ]
