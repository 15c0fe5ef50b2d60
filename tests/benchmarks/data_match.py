"""From the database to stored matches: everybody against 1,095 policies. In a process of its own, for its memory."""

import json
import subprocess
import sys

from django.conf import settings
from django.db import connection

from .data_common import Figure, forget_population
from .data_policies import policies_put

SECONDS, GIBIBYTES = 15.0, 2.0


def matching() -> list[Figure]:
    """Twice: nothing kept from before; and again, compared with the match before, after which nothing changed."""
    policies_put()
    forget_population()
    first, again = child(), child()
    note = f"{first['policies']:,} policies x {first['rows']:,}, {first['pairs']:,} eligible pairs"
    return [
        Figure("from the database to stored matches, time", first["seconds"], "s", SECONDS, at_least=False, note=note),
        Figure("from the database to stored matches, peak memory", first["peak"], "GiB", GIBIBYTES, at_least=False),
        Figure("the same when nothing changed, compared with before", again["seconds"], "s"),
        Figure("stored sets of a match", first["stored"] / 1e6, "MB"),
    ]


def child() -> dict[str, float]:
    """One match in a fresh process; the policies are compiled before the clock runs."""
    names = [connection.settings_dict["NAME"], str(settings.POPULATION_DIR)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.data_match_once", *names], stdout=subprocess.PIPE, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found
