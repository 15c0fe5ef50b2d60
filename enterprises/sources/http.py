"""Pull over HTTP: a manifest lists the files, each is fetched in pieces that survive a broken line.

The manifest is JSON: `{"deliveries": [{"as_of": "2023-05-31", "file": "may.csv", "sha256": "…", "extent": "whole"}]}`;
`file` is relative to it. With a token each request carries `Authorization: Bearer …`.
"""

import hashlib
import http.client
import json
import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

from django.conf import settings

from enterprises.errors import SourceUnreachableError
from enterprises.models import Delivery

from .adapters import Offer

TRIES = 5
FIRST_WAIT_SECONDS = 0.5
TIMEOUT_SECONDS = 30.0
PIECE_BYTES = 1 << 16
MANIFEST_MAX_BYTES = 1 << 20
Answer = TypeVar("Answer")


@dataclass
class HttpAdapter:
    """See the module. `wait` sleeps between tries (tests do not)."""

    manifest: str
    token: str = ""
    wait: Callable[[float], None] = time.sleep

    def offers(self) -> list[Offer]:
        def read() -> list[Offer]:
            with self.open(self.manifest) as answer:
                listed = json.loads(answer.read(MANIFEST_MAX_BYTES))["deliveries"]
            offers = [
                Offer(
                    date.fromisoformat(one["as_of"]),
                    one["file"],
                    one["sha256"],
                    Delivery.Extent(one.get("extent", Delivery.Extent.WHOLE)),
                )
                for one in listed
            ]
            return sorted(offers, key=lambda offer: offer.as_of)

        return self.persist(read, self.manifest)

    def fetch(self, offer: Offer, target: Path) -> None:
        url = urljoin(self.manifest, offer.file)
        if urlsplit(url)[:2] != urlsplit(self.manifest)[:2]:
            raise SourceUnreachableError(f"{url}: a file of another server than its manifest is not fetched")
        part = target.with_name(f"{target.name}.part")
        self.persist(lambda: self.append(url, part), url)
        with part.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != offer.sha256:
            part.unlink()  # whatever it was, going on from it would not mend it
            raise SourceUnreachableError(f"{url}: the file is not the one of the manifest (sha256 {digest})")
        part.replace(target)

    def append(self, url: str, part: Path) -> None:
        """Fetch what is missing at the end of `part`."""
        have = part.stat().st_size if part.exists() else 0
        try:
            answer = self.open(url, {"Range": f"bytes={have}-"} if have else {})
        except urllib.error.HTTPError as error:
            if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:  # nothing is missing
                return
            raise
        with answer, part.open("ab" if answer.status == http.client.PARTIAL_CONTENT else "wb") as file:
            expected = answer.length
            got = 0
            while piece := answer.read(PIECE_BYTES):
                got += file.write(piece)
                if file.tell() > settings.DELIVERY_MAX_BYTES:
                    raise SourceUnreachableError(f"{url}: larger than the limit of a delivery")
            if expected is not None and got < expected:
                raise http.client.IncompleteRead(b"", expected - got)

    def open(self, url: str, headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
        if not url.startswith(("http://", "https://")):
            raise SourceUnreachableError(f"{url}: only http and https are fetched")
        request = urllib.request.Request(url, headers=headers or {})
        if self.token:
            request.add_unredirected_header("Authorization", f"Bearer {self.token}")
        answer: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS)
        return answer

    def persist(self, attempt: Callable[[], Answer], url: str) -> Answer:
        """Try again, each time after twice as long; a refusal by the server (4xx) is final."""
        for number in range(TRIES):
            try:
                return attempt()
            except urllib.error.HTTPError as error:
                problem: Exception = error
                if error.code < 500 and error.code != http.client.TOO_MANY_REQUESTS:
                    break
            except (OSError, http.client.HTTPException) as error:
                problem = error
            except (ValueError, KeyError, TypeError) as error:
                raise SourceUnreachableError(f"{url}: not a manifest ({error!r})") from error
            if number + 1 < TRIES:
                self.wait(FIRST_WAIT_SECONDS * 2**number * random.uniform(0.8, 1.2))
        raise SourceUnreachableError(f"{url}: {problem}")
