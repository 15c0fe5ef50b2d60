"""Files that are handed over are kept until they are in: by upload, by the drop folder, by pulling."""

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from enterprises.deliveries import drop_folder
from enterprises.deliveries.intake import inbox, kept_file
from enterprises.errors import SourceUnreachableError
from enterprises.models import Delivery
from enterprises.services import deliveries_work, delivery_receive
from enterprises.sources.http import TRIES, HttpAdapter
from enterprises.sources.pulling import pull

from .files import KEY, Town, credit_code, write_csv


@pytest.fixture(autouse=True)
def folders(settings: Any, tmp_path: Path) -> None:
    settings.INBOX_DIR = tmp_path / "inbox"
    settings.DROP_DIR = tmp_path / "drop"


def insured_file(path: Path, *counts: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_csv(path, [KEY, "参保人数"], *([credit_code(number), count] for number, count in enumerate(counts, 1)))


def test_what_is_received_is_loaded_by_whoever_comes_next(town: Town, tmp_path: Path) -> None:
    path = insured_file(tmp_path / "upload.csv", 27, 3)
    delivery = delivery_receive(source="social_insurance", path=path, as_of=date(2023, 6, 1), name="五月.csv")
    path.unlink()
    assert (delivery.state, delivery.file_name) == ("loading", "五月.csv")
    assert [one.pk for one in deliveries_work()] == [delivery.pk]
    delivery.refresh_from_db()
    assert (delivery.state, delivery.records) == ("loaded", 2)
    assert list(inbox().iterdir()) == []
    assert deliveries_work() == []


def test_a_refused_file_is_marked_and_does_not_come_again(town: Town, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "bad.csv", ["a", "b"], [1, 2])
    delivery = delivery_receive(source="social_insurance", path=path, as_of=date(2023, 6, 1))
    deliveries_work()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.remarks[0]["code"]) == ("refused", "no_key_column")
    assert not kept_file(delivery).exists()


def test_the_drop_folder_takes_what_is_quiet_and_says_what_is_wrong(town: Town, tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    insured_file(drop / "social_insurance" / "2023-05-31.csv", 27, 3)
    insured_file(drop / "social_insurance" / "2023-06-02-supplement.csv", 28)
    insured_file(drop / "social_insurance" / "may.csv", 1)
    insured_file(drop / "social_insurance" / "2023-05-30.csv.part", 1)
    insured_file(drop / "weather" / "2023-05-31.csv", 1)
    assert drop_folder.take(drop, quiet_seconds=3600) == []
    taken = drop_folder.take(drop, quiet_seconds=0)
    assert [(str(one.as_of), one.extent) for one in taken] == [("2023-05-31", "whole"), ("2023-06-02", "supplement")]
    assert drop_folder.take(drop, quiet_seconds=0) == []
    left = {path.name for path in drop.glob("*/*")}
    assert left == {
        "may.csv",
        "may.csv.refused.txt",
        "2023-05-30.csv.part",
        "2023-05-31.csv",
        "2023-05-31.csv.refused.txt",
    }
    assert "weather" in (drop / "weather" / "2023-05-31.csv.refused.txt").read_text()


class Department(BaseHTTPRequestHandler):
    """Serves one file; breaks off after `break_after` bytes as often as told, and answers 503 before that."""

    content = b""
    break_off = 0
    unavailable = 0
    ranges: list[str] = []
    authorization = ""

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        cls = type(self)
        cls.authorization = self.headers.get("Authorization", "")
        if cls.unavailable:
            cls.unavailable -= 1
            self.send_error(503)
        elif self.path.endswith("manifest.json"):
            offer = {"as_of": "2023-06-01", "file": "files/may.csv", "sha256": hashlib.sha256(self.content).hexdigest()}
            self.reply(200, json.dumps({"deliveries": [offer]}).encode())
        else:
            wanted = self.headers.get("Range", "bytes=0-")
            cls.ranges.append(wanted)
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            self.reply(206 if start else 200, self.content[start:])

    def reply(self, status: int, data: bytes) -> None:
        cls = type(self)
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if (cls.break_off and status != 200) or (cls.break_off and not self.path.endswith(".json")):
            cls.break_off -= 1
            data = data[: len(data) // 2]
        self.wfile.write(data)


@pytest.fixture
def department(town: Town, tmp_path: Path) -> Iterator[HttpAdapter]:
    Department.content = insured_file(tmp_path / "served.csv", 27, 3).read_bytes()
    Department.break_off = Department.unavailable = 0
    Department.ranges = []
    server = HTTPServer(("127.0.0.1", 0), Department)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield HttpAdapter(f"http://127.0.0.1:{server.server_port}/manifest.json", token="t", wait=lambda _: None)
    server.shutdown()
    server.server_close()


def test_pulling_fetches_what_is_new_once(department: HttpAdapter) -> None:
    received, failures = pull({"social_insurance": department})
    assert (len(received), failures) == (1, {})
    assert Department.authorization == "Bearer t"
    deliveries_work()
    assert Delivery.objects.get(source__code="social_insurance").records == 2
    assert pull({"social_insurance": department}) == ([], {})
    assert len(Department.ranges) == 1


def test_a_broken_line_goes_on_where_it_broke_off(department: HttpAdapter) -> None:
    Department.unavailable, Department.break_off = 2, 2
    received, failures = pull({"social_insurance": department})
    assert (len(received), failures) == (1, {})
    half = len(Department.content) // 2
    assert Department.ranges[:2] == ["bytes=0-", f"bytes={half}-"]
    deliveries_work()
    assert Delivery.objects.get(source__code="social_insurance").records == 2


def test_a_department_that_is_down_keeps_nobody_else(department: HttpAdapter) -> None:
    class Down:
        def offers(self) -> list[Any]:
            raise SourceUnreachableError("down")

        def fetch(self, offer: Any, target: Path) -> None:
            raise AssertionError

    received, failures = pull({"tax_returns": Down(), "social_insurance": department})
    assert (len(received), list(failures)) == (1, ["tax_returns"])


def test_a_server_that_stays_away_is_given_up_after_its_tries(department: HttpAdapter) -> None:
    Department.unavailable = TRIES
    received, failures = pull({"social_insurance": department})
    assert received == []
    assert "503" in str(failures["social_insurance"])


def test_a_file_that_is_not_the_manifests_is_thrown_away(
    department: HttpAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    (offer,) = department.offers()
    Department.content = Department.content.replace(b"27", b"99")
    monkeypatch.setattr(department, "offers", lambda: [offer])
    received, failures = pull({"social_insurance": department})
    assert received == []
    assert "sha256" in str(failures["social_insurance"])
    assert list(inbox().iterdir()) == []


def test_a_manifest_cannot_send_the_token_to_another_server(
    department: HttpAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    (offer,) = department.offers()
    elsewhere = replace(offer, file="http://127.0.0.1:1/may.csv")
    monkeypatch.setattr(department, "offers", lambda: [elsewhere])
    received, failures = pull({"social_insurance": department})
    assert received == []
    assert "another server" in str(failures["social_insurance"])
    assert Department.ranges == []


def test_a_manifest_that_is_none_is_told_apart_from_a_server_that_is_down(
    department: HttpAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json, "dumps", lambda _: '{"deliveries": [{"as_of": "soon"}]}')
    received, failures = pull({"social_insurance": department})
    assert received == []
    assert "not a manifest" in str(failures["social_insurance"])
