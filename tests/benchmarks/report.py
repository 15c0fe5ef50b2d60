"""Timing side by side, and the table that `make bench` prints: ours, the peers, the goal, and whether it is reached."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median

Measure = Callable[[], object]


def least_seconds(measures: Mapping[str, Measure], rounds: int) -> dict[str, float]:
    """The least time of each, taken in turn so that a busy machine is busy for all."""
    found = dict.fromkeys(measures, float("inf"))
    for _ in range(rounds):
        for name, measure in measures.items():
            start = time.perf_counter()
            measure()
            found[name] = min(found[name], time.perf_counter() - start)
    return found


def median_seconds(measures: Mapping[str, Sequence[Measure]], rounds: int) -> dict[str, float]:
    """For each name the median over its calls, each at its least: p50. All calls of a name follow one another."""
    found: dict[str, list[float]] = {name: [float("inf")] * len(calls) for name, calls in measures.items()}
    for _ in range(rounds):
        for name, calls in measures.items():
            for place, call in enumerate(calls):
                start = time.perf_counter()
                call()
                found[name][place] = min(found[name][place], time.perf_counter() - start)
    return {name: median(each) for name, each in found.items()}


class Report:
    """Rows as they come; `failed` tells at the end whether a goal was missed or an answer differed."""

    def __init__(self) -> None:
        self.missed: list[str] = []

    def say(self, text: str) -> None:
        print(text, flush=True)  # noqa: T201

    def progress(self, text: str) -> None:
        print(f"… {text}", file=sys.stderr, flush=True)  # noqa: T201

    def check(self, task: str, holds: bool) -> None:
        """Answers are checked before anything is timed; nothing counts where they differ."""
        if not holds:
            sys.exit(f"{task}: answers differ")

    def ratios(self, task: str, seconds: Mapping[str, float], goals: Mapping[str, float]) -> None:
        """`seconds`: "ours" and the peers; `goals`: peer -> how many times faster than it ours must be."""
        ours = seconds["ours"]
        self.say(f"{task:34} ours {shown(ours)}")
        for name, peer in seconds.items():
            if name != "ours":
                goal = goals.get(name)
                verdict = "" if goal is None else self._verdict(task, peer / ours >= goal, f">= {goal:g} x")
                self.say(f"{'':34} {name} {shown(peer)} = {peer / ours:.1f} x{verdict}")

    def figure(self, task: str, text: str, holds: bool | None = None, goal: str = "") -> None:
        """A figure of ours alone, with its goal."""
        self.say(f"{task:34} {text}{'' if holds is None else self._verdict(task, holds, goal)}")

    def _verdict(self, task: str, holds: bool, goal: str) -> str:
        if not holds:
            self.missed.append(f"{task}: {goal}")
        return f"   goal {goal}: {'reached' if holds else 'MISSED'}"

    def end(self) -> None:
        """Exits with 1 if a goal was missed."""
        self.say(f"missed: {'; '.join(self.missed)}" if self.missed else "all goals reached")
        sys.exit(1 if self.missed else 0)


def shown(seconds: float) -> str:
    for unit, size in (("us", 1e-6), ("ms", 1e-3)):
        if seconds < 1000 * size:
            return f"{seconds / size:.2f} {unit}"
    return f"{seconds:.2f} s"


def calls(decide: Callable[..., object], inputs: Iterable[object]) -> list[Measure]:
    return [lambda one=one: decide(one) for one in inputs]
