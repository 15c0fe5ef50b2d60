"""Where the embedded servers live: their folder, ports and password, settled once per checkout.

Reading the addresses starts nothing, so that settings can be imported without a database.
"""

import hashlib
import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
DATABASE = "supermarket"


@dataclass(frozen=True)
class Addresses:
    """Ports on 127.0.0.1 and the one password of both servers."""

    postgres_port: int
    valkey_port: int
    password: str

    @property
    def database_url(self) -> str:
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.postgres_port}/{DATABASE}"

    @property
    def redis_url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.valkey_port}/0"


def reachable_by_others(path: Path) -> bool:
    """Can a user without rights of its own walk down to `path`?"""
    return all(folder.stat().st_mode & 0o001 for folder in [path, *path.parents] if folder.exists())


def service_directory() -> Path:
    """The folder of the servers' data: EMBEDDED_DIRECTORY (the tests have servers of their own), or `var/`.

    PostgreSQL refuses to run as root, and the user it then runs as cannot walk into a closed home: there the
    data stands under /var/lib instead.
    """
    directory = Path(os.environ.get("EMBEDDED_DIRECTORY", CHECKOUT / "var"))
    if os.geteuid() == 0 and not reachable_by_others(CHECKOUT):
        digest = hashlib.sha256(str(directory).encode()).hexdigest()[:8]
        return Path("/var/lib/supermarket") / digest
    return directory


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def port_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def addresses_settle() -> Addresses:
    """Choose new ports; the password stays, for the cluster was made with it."""
    known = addresses_read()
    chosen = Addresses(free_port(), free_port(), known.password if known else secrets.token_urlsafe(24))
    file = service_directory() / "addresses.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(asdict(chosen)))
    draft.replace(file)
    return chosen


def addresses_read() -> Addresses | None:
    try:
        return Addresses(**json.loads((service_directory() / "addresses.json").read_text()))
    except FileNotFoundError:
        return None


def addresses() -> Addresses:
    """The settled addresses, chosen on the first call of a checkout."""
    return addresses_read() or addresses_settle()
