"""Child processes that end with their parent and come back when they die."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
STOP_SECONDS = 15.0
RESTART_SECONDS_MAX = 5.0


def end_with_parent(number: signal.Signals) -> Callable[[], None]:
    """A preexec function: the kernel sends `number` to the child when the parent dies, even by kill -9."""
    parent = os.getpid()

    def ask_kernel() -> None:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it died before we asked
            os.kill(os.getpid(), number)

    return ask_kernel


@dataclass
class Child:
    """One supervised process. `stop_signal` is the one that it takes as "finish and go"."""

    name: str
    command: Sequence[str]
    log: Path
    environment: dict[str, str] | None = None
    user: int | None = None
    group: int | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    process: "subprocess.Popen[bytes] | None" = None
    restarts: int = 0
    started_at: float = field(default=0.0)

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment,
                cwd="/" if self.user is not None else None,
                user=self.user,
                group=self.group,
                extra_groups=[] if self.user is not None else None,
                start_new_session=True,  # Ctrl-C in the terminal reaches the supervisor alone
                preexec_fn=end_with_parent(self.stop_signal),
            )
        self.started_at = time.monotonic()

    @property
    def alive(self) -> bool:
        """Looks without collecting the dead: until `end_group` does, nobody else gets the number of its group."""
        if self.process is None or self.process.returncode is not None:
            return False
        return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def revive(self) -> bool:
        """Start again if dead; quick deaths wait longer each time. True if it was started."""
        if self.alive:
            return False
        pause = min(RESTART_SECONDS_MAX, 0.2 * 2 ** min(self.restarts, 5))
        if self.started_at and time.monotonic() - self.started_at < pause:
            return False
        if time.monotonic() - self.started_at > 60:
            self.restarts = 0
        self.restarts += 1
        self.end_group()
        self.start()
        return True

    def end_group(self) -> None:
        """Kill and collect. Workers that a killed main process left behind would hold its port: they go with it."""
        if self.process is not None and self.process.returncode is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def ask_to_stop(self) -> None:
        if self.process is not None and self.alive:
            self.process.send_signal(self.stop_signal)

    def stop(self) -> None:
        self.ask_to_stop()
        deadline = time.monotonic() + STOP_SECONDS
        while self.alive and time.monotonic() < deadline:
            time.sleep(0.02)
        self.end_group()
