"""One match of everybody in a process of its own: `python -m tests.benchmarks.data_match_once DATABASE FOLDER`."""

import json
import os
import resource
import sys
import time
from pathlib import Path

from .data_common import REFERENCE


def main(database: str, population: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supermarket.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    connection.settings_dict["NAME"] = database
    settings.POPULATION_DIR = Path(population)
    from django.db.models import Sum
    from django.db.models.functions import Length

    from supermarket.matching.catalogue import store_catalogue
    from supermarket.matching.services import match_run

    catalogue = store_catalogue()
    for reference in {offer.reference for offer in catalogue.offers(REFERENCE, "enterprise")}:
        catalogue.engine(reference, "enterprise")
    for offer in catalogue.offers(REFERENCE, "enterprise"):
        catalogue.compiled(offer.version)
    start = time.perf_counter()
    run = match_run(audience="enterprise", as_of=REFERENCE)
    seconds = time.perf_counter() - start
    sums = run.sets.aggregate(pairs=Sum("eligible"), stored=Sum(Length("eligible_bits") + Length("unknown_bits")))
    found = {
        "seconds": seconds,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
        "policies": run.policies,
        "rows": run.sets.select_related("population").defer("population__ids")[0].population.rows,
        **sums,
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
