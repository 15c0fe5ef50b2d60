"""The product's processes, so that kill -9 is what it says; forked from one that has Django loaded.

`clock` is a shared number of seconds by which the process's clock is wrong.
"""

import importlib
import logging
import multiprocessing
import os
import signal
import socketserver
from collections.abc import Callable, Mapping
from datetime import timedelta
from multiprocessing.process import BaseProcess
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.faults.loaded"])
Clock = Any  # multiprocessing's Synchronized[float]


def clock_new() -> Clock:
    return CONTEXT.Value("d", 0.0)


def process_start(
    target: Callable[..., None], database: str, settings: Mapping[str, Any], *words: Any, clock: Clock = None
) -> BaseProcess:
    """A process that does `target` on `database`, with these settings."""
    process = CONTEXT.Process(target=begin, args=(target, database, dict(settings), clock, words), daemon=True)
    process.start()
    return process


def begin(
    target: Callable[..., None], database: str, overrides: Mapping[str, Any], clock: Clock, words: tuple[Any, ...]
) -> None:
    from django.conf import settings
    from django.db import connections
    from django.utils import timezone

    import tests.faults.loaded  # noqa: F401

    logging.disable(logging.WARNING)
    connections.settings["default"]["NAME"] = database
    settings.DATABASES["default"]["NAME"] = database
    for name, value in overrides.items():
        setattr(settings, name, value)
    if clock is not None:
        right = timezone.now
        timezone.now = lambda: right() + timedelta(seconds=clock.value)
    target(*words)


def worker_start(
    database: str, settings: Mapping[str, Any], *, dies_at: str = "", call: int = 1, clock: Clock = None
) -> BaseProcess:
    """`manage.py payouts work`. `dies_at`: "module:function:before|after", where it kills itself at the given call, as
    kill -9 would."""
    return process_start(work, database, settings, dies_at, call, clock=clock)


def work(dies_at: str, call: int) -> None:
    if dies_at:
        arm(dies_at, call)
    from supermarket.payouts.work import payouts_work_for_ever

    payouts_work_for_ever(pause_seconds=0.05)


def celery_work(broker: str) -> None:
    """A Celery worker of both queues."""
    from supermarket.celery import app

    app.conf.broker_url = broker
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=CRITICAL")
    app.worker_main(["worker", "--pool=solo", "--queues=payouts,default", *quiet])


def beat(broker: str, schedule: str) -> None:
    """Celery's beat, with the payouts' sweep at the pace of a test."""
    from supermarket.celery import app

    app.conf.broker_url = broker
    app.conf.beat_schedule = {"payouts.work": {"task": "payouts.work", "schedule": 0.3, "options": {"expires": 3}}}
    app.Beat(schedule=schedule, max_interval=0.1, loglevel="CRITICAL", quiet=True).run()


def web(port: int, broker: str, dies_at: str = "") -> None:
    """The store's pages on a port; a thread a request. `dies_at` as for a worker."""
    from supermarket.celery import app
    from supermarket.wsgi import application

    app.conf.broker_url = broker
    if dies_at:
        arm(dies_at, call=1)
    make_server("127.0.0.1", port, application, Threaded, Quiet).serve_forever()


class Threaded(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def arm(dies_at: str, call: int) -> None:
    """Replace the function, wherever it was imported to, by one that kills the process."""
    module_name, name, moment = dies_at.split(":")
    owner: Any = importlib.import_module(module_name)
    for part in name.split(".")[:-1]:
        owner = getattr(owner, part)
    name = name.rsplit(".", 1)[-1]
    original = getattr(owner, name)
    calls = 0

    def deadly(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **kwargs)
        if calls == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, deadly)
    for module in [each for key, each in list(importlib.sys.modules.items()) if key.startswith("supermarket.")]:
        names = vars(module)
        for table in [names, *(each for each in names.values() if isinstance(each, dict))]:
            for key in [key for key, value in table.items() if value is original]:
                table[key] = deadly
