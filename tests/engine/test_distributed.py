"""What docs/distributed.md shows: partitions matched by two worker processes of Dask."""

import pyarrow as pa
from distributed import Client, LocalCluster

from policies.engine import Catalogue, Population
from tests.engine.test_rematch import STOCK, VOCABULARY, _table


def match_partition(table: pa.Table) -> pa.Table:
    population = Population(table, VOCABULARY)
    matches = Catalogue(STOCK, VOCABULARY).match(population)
    return pa.table({"credit_code": population.keys} | {code: matches.eligible(code) for code in matches.codes})


def test_two_worker_processes_give_the_answers_of_one() -> None:
    table = _table(384)
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None)
    with cluster, Client(cluster) as client:
        parts = client.gather(client.map(match_partition, [table.slice(0, 192), table.slice(192)], pure=False))
    assert pa.concat_tables(parts).to_pylist() == match_partition(table).to_pylist()
