"""Workers as processes of their own, so that kill -9 is what it says; forked from one that has Django loaded."""

import importlib
import multiprocessing
import os
import signal
from collections.abc import Mapping
from multiprocessing.process import BaseProcess
from typing import Any

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.faults.loaded"])


def worker_start(
    database: str, settings: Mapping[str, Any], *, dies_at: str = "", call: int = 1, once: bool = False
) -> BaseProcess:
    """A process that does the payouts' work on `database`. `dies_at`: "module:function:before|after", where it kills
    itself at the given call, as kill -9 would."""
    process = CONTEXT.Process(target=work, args=(database, dict(settings), dies_at, call, once), daemon=True)
    process.start()
    return process


def work(database: str, overrides: Mapping[str, Any], dies_at: str, call: int, once: bool) -> None:
    from django.conf import settings
    from django.db import connections

    import tests.faults.loaded  # noqa: F401

    connections.settings["default"]["NAME"] = database
    settings.DATABASES["default"]["NAME"] = database
    for name, value in overrides.items():
        setattr(settings, name, value)
    if dies_at:
        arm(dies_at, call)
    from supermarket.payouts.work import payouts_work_for_ever, payouts_work_until_idle

    payouts_work_until_idle() if once else payouts_work_for_ever(pause_seconds=0.05)


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
    for module in [each for key, each in list(importlib.sys.modules.items()) if key.startswith("supermarket.payouts")]:
        for key, value in list(vars(module).items()):
            if value is original:
                setattr(module, key, deadly)
