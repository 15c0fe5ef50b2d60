"""`make soak`: many seeded runs, with progress. What passed is remembered for as long as the code stays the same, so
that an interrupted run goes on where it was; a failing seed is printed with the command that replays it.

    python -m tests.faults.soak --seeds 200 --first 0
"""

import argparse
import hashlib
import json
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOG = ROOT / "var" / "soak.jsonl"
CODE = ("supermarket", "enterprises", "policies", "tests/faults", "tests/payouts")
WAVES = 6


def code_digest() -> str:
    digest = hashlib.sha256()
    for folder in CODE:
        for file in sorted((ROOT / folder).rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def seeds_passed(code: str) -> set[int]:
    """Those that passed with this very code."""
    lines = LOG.read_text().splitlines() if LOG.exists() else []
    return {entry["seed"] for entry in map(json.loads, lines) if entry["code"] == code}


class Progress:
    """Prints a line a seed and remembers what passed."""

    def __init__(self, code: str, wanted: int, before: int) -> None:
        self.code, self.wanted, self.done, self.failed = code, wanted, before, 0
        self.began, self.run = time.monotonic(), 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and report.passed:
            return
        seed = int(report.nodeid.rsplit("[", 1)[1].rstrip("]"))
        self.done, self.run = self.done + 1, self.run + 1
        left = (time.monotonic() - self.began) / self.run * (self.wanted - self.done) / 60
        if report.passed:
            with LOG.open("a") as log:
                log.write(json.dumps({"seed": seed, "code": self.code, "seconds": round(report.duration, 1)}) + "\n")
        else:
            self.failed += 1
            self.say(f"{report.longreprtext}\n")
        outcome = "ok" if report.passed else f"FAILED: replay it with `make soak FIRST={seed} SEEDS=1`"
        self.say(
            f"seed {seed:>4} {report.duration:5.1f} s  {self.done} of {self.wanted}, {left:.0f} min left  {outcome}"
        )

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str]:
        """No dots between the lines."""
        return report.outcome if report.when == "call" else "", "", ""

    def say(self, words: str) -> None:
        sys.stderr.write(words + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=200, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first one")
    options = parser.parse_args()
    wanted = range(options.first, options.first + options.seeds)
    LOG.parent.mkdir(parents=True, exist_ok=True)
    code = code_digest()
    todo = [seed for seed in wanted if seed not in seeds_passed(code)]
    progress = Progress(code, len(wanted), len(wanted) - len(todo))
    if todo:
        test = str(ROOT / "tests" / "faults" / "test_soak.py")
        words = ["-q", "--no-header", "--no-summary", "-p", "no:cacheprovider", f"--soak-waves={WAVES}"]
        pytest.main([test, *words, "--soak-seeds=" + ",".join(map(str, todo))], plugins=[progress])
    passed = len(seeds_passed(code) & set(wanted))
    progress.say(f"{passed} of {len(wanted)} seeds passed with this code ({code}), {progress.failed} failed now")
    return 0 if passed == len(wanted) else 1


if __name__ == "__main__":
    sys.exit(main())
