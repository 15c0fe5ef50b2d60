"""A seeded proxy between the product and its bank: it loses, delays, breaks, doubles and replays what passes."""

import http.client
import random
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

FAULTS = (
    "lost before the bank",
    "lost after the bank",
    "answered too late",
    "arrives too late",
    "500 before the bank",
    "502 after the bank",
    "request cut off",
    "answer cut off",
    "answer shortened",
    "sent twice",
    "old answer",
)


class FaultProxy:
    """`rate`: share of requests that something happens to; `late_seconds`: longer than the client waits."""

    def __init__(self, bank_url: str, seed: int, rate: float, late_seconds: float = 1.0) -> None:
        self.bank = urlsplit(bank_url).netloc
        self.random = random.Random(seed)
        self.rate = rate
        self.late_seconds = late_seconds
        self.done: Counter[str] = Counter()
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.lock = threading.Lock()
        self.at_the_bank = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(self))
        self.server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=[0.02], daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.shutdown()
        self.server.server_close()

    def choose(self) -> str | None:
        with self.lock:
            fault = self.random.choice(FAULTS) if self.random.random() < self.rate else None
            if fault:
                self.done[fault] += 1
            return fault

    def forward(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """One request after the other: whoever holds `at_the_bank` may stop the bank without cutting one in two. (It
        writes down a file and its report in two transactions; no bank that forgets to report is played here.)"""
        with self.at_the_bank:
            connection = http.client.HTTPConnection(self.bank, timeout=30)
            try:
                connection.request(method, path, body=body, headers={**headers, "Content-Length": str(len(body))})
                answer = connection.getresponse()
                return answer.status, answer.read()
            finally:
                connection.close()


def handler_for(proxy: FaultProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.pass_on("GET")

        def do_POST(self) -> None:
            self.pass_on("POST")

        def pass_on(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name: self.headers[name] for name in ("Content-Type", "Authorization") if name in self.headers}
            fault = proxy.choose()
            if fault == "lost before the bank":
                return
            if fault == "500 before the bank":
                self.answer(500, b'{"error": "no"}')
                return
            if fault == "arrives too late":
                time.sleep(proxy.late_seconds)
            sent = body[: len(body) // 2] if fault == "request cut off" else body
            try:
                status, said = proxy.forward(method, self.path, headers, sent)
                if fault == "sent twice":
                    status, said = proxy.forward(method, self.path, headers, sent)
            except OSError:
                return
            before = proxy.answers.get(self.path)
            proxy.answers[self.path] = (status, said)
            if fault == "lost after the bank":
                return
            if fault == "answered too late":
                time.sleep(proxy.late_seconds)
            if fault == "502 after the bank":
                status, said = 502, b"<html>bad gateway</html>"
            if fault == "old answer" and before is not None:
                status, said = before
            self.answer(status, said, fault)

        def answer(self, status: int, said: bytes, fault: str | None = None) -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(said) // 2 if fault == "answer shortened" else len(said)))
                self.end_headers()
                self.wfile.write(said[: len(said) // 2] if fault in ("answer cut off", "answer shortened") else said)
            except OSError:
                pass  # whoever asked did not wait

        def log_message(self, *_: object) -> None:
            pass

    return Handler
