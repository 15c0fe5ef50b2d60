"""A load that is killed goes on when the file comes again, to the same end state, byte for byte."""

import os
import signal
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from enterprises.deliveries import loading
from enterprises.errors import DeliveryRefusedError
from enterprises.models import Beneficiary, Delivery
from enterprises.selectors import facts_as_of
from enterprises.services import delivery_load

from .files import KEY, Town, credit_code, write_csv

pytestmark = pytest.mark.django_db(transaction=True)

ROWS, CHUNK = 1000, 100
REFERENCE = date(2023, 6, 15)

# Loads a file in chunks and kills itself, like kill -9, at the n-th chunk: before or after its transaction ends.
CHILD = """
import os, signal, sys
from datetime import date
from pathlib import Path
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[3]
from enterprises.deliveries import loading
loading.CHUNK_RECORDS = {chunk}
chunks = 0
def die(*_):
    global chunks
    chunks += 1
    if chunks == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[4] == "within":
    lines = loading.copy_lines
    loading.copy_lines = lambda *args: (die(), lines(*args))[1]
loading.load(source="{source}", path=Path(sys.argv[1]), as_of=date(2023, 6, 1),
             progress=die if sys.argv[4] == "after" else None)
"""


@pytest.fixture
def town(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(loading, "CHUNK_RECORDS", CHUNK)
    town = Town(tmp_path)
    town.register(*((credit_code(number), f"芜湖{number}有限公司", "2015-03-01") for number in range(1, ROWS + 1)))
    return town


def killed(path: Path, source: str, chunk: int, where: str) -> None:
    child = [sys.executable, "-c", CHILD.format(chunk=CHUNK, source=source), str(path), str(chunk)]
    name = connection.settings_dict["NAME"]
    done = subprocess.run([*child, name, where], env={**os.environ, "DJANGO_SETTINGS_MODULE": "supermarket.settings"})
    assert done.returncode == -signal.SIGKILL


def end_state(delivery: Delivery) -> bytes:
    """Everything that the delivery left in the database, but for its own id and times."""
    rows = b""
    for query in (
        "SELECT code, row_number, values FROM enterprises_record JOIN enterprises_beneficiary ON id = beneficiary_id"
        " WHERE delivery_id = {id} ORDER BY row_number",
        "SELECT row_number, raw, problems FROM enterprises_deliveryreject WHERE delivery_id = {id} ORDER BY 1",
        "SELECT state, rows_total, rows_done, rows_rejected, remarks FROM enterprises_delivery WHERE id = {id}",
        "SELECT code, name, sort_key FROM enterprises_beneficiary ORDER BY code",
    ):
        with connection.cursor() as cursor, cursor.copy(f"COPY ({query.format(id=delivery.pk)}) TO STDOUT") as copy:
            rows += b"".join(copy)
    return rows


def insured_rows() -> list[list[object]]:
    """Every tenth row is wrong."""
    return [[credit_code(number), number if number % 10 else -1] for number in range(1, ROWS + 1)]


def test_a_killed_load_goes_on_to_the_same_end_state(town: Town) -> None:
    path = write_csv(town.folder / "insured.csv", [KEY, "参保人数"], *insured_rows())
    whole = delivery_load(source="social_insurance", path=path, as_of=date(2023, 5, 31))
    expected = end_state(whole)
    firm = Beneficiary.objects.get(code=credit_code(1))

    # Killed within the fourth chunk, and then after the second of those that were left: nothing of it counts yet.
    for chunk, where, rows_done in ((4, "within", 300), (2, "after", 500)):
        killed(path, "social_insurance", chunk, where)
        half = Delivery.objects.get(source__code="social_insurance", as_of=date(2023, 6, 1))
        assert (half.state, half.rows_done) == ("loading", rows_done)
        assert facts_as_of(beneficiary=firm, reference=REFERENCE)["insured_headcount"].delivery_id == whole.pk

    again = delivery_load(source="social_insurance", path=path, as_of=date(2023, 6, 1))
    assert again.pk == half.pk
    assert end_state(again) == expected
    assert facts_as_of(beneficiary=firm, reference=REFERENCE)["insured_headcount"].delivery_id == again.pk


def test_a_killed_register_makes_nobody_known_twice(town: Town) -> None:
    rows = [[credit_code(number), f"芜湖{number}号有限公司"] for number in range(501, 501 + ROWS)]
    path = write_csv(town.folder / "register.csv", [KEY, "企业名称"], *rows)
    killed(path, "business_register", 3, "within")
    delivery = delivery_load(source="business_register", path=path, as_of=date(2023, 6, 1))
    assert (delivery.state, delivery.records) == ("loaded", ROWS)
    assert Beneficiary.objects.count() == ROWS + 500


def test_two_do_not_load_one_delivery_at_the_same_time(town: Town) -> None:
    path = write_csv(town.folder / "insured.csv", [KEY, "参保人数"], *insured_rows())
    refused: list[str] = []

    def second() -> None:
        try:
            delivery_load(source="social_insurance", path=path, as_of=date(2023, 6, 1))
        except DeliveryRefusedError as error:
            refused.append(error.problem.code)
        finally:
            connection.close()

    def meanwhile(done: int, total: int) -> None:
        if not refused:
            other = threading.Thread(target=second)
            other.start()
            other.join()

    delivery = delivery_load(source="social_insurance", path=path, as_of=date(2023, 6, 1), progress=meanwhile)
    assert refused == ["being_loaded"]
    assert (delivery.state, delivery.records, delivery.rows_rejected) == ("loaded", 900, 100)
