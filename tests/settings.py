"""The store's settings, on servers that belong to the tests: a demo in the same checkout is not disturbed.

Each of the processes that share the tests (pytest-xdist) has servers of its own: some tests kill or flush them.
"""

import os
from pathlib import Path

os.environ["EMBEDDED_DIRECTORY"] = str(
    Path(__file__).resolve().parent.parent / "var" / "tests" / os.environ.get("PYTEST_XDIST_WORKER", "alone")
)
os.environ["EMBEDDED_FSYNC"] = "off"

from supermarket.settings import *  # noqa: F403
