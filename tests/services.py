"""Services that tests need: skipped where they are missing, unless the environment requires them."""

import atexit
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from shopweave.runtime.clock import SystemClock
from shopweave.runtime.upgrading import bring_up

SERVER = "postgresql://postgres@127.0.0.1:5432"


def missing(name: str, why: str) -> None:
    """Skip, or fail where `SHOPWEAVE_REQUIRE` names the service."""
    if name in os.environ.get("SHOPWEAVE_REQUIRE", "").split(","):
        pytest.fail(f"{name} is required here: {why}")
    pytest.skip(f"{name} is not there: {why}")


def postgres() -> psycopg.Connection:
    """Connect to the server, whatever its databases are."""
    try:
        return psycopg.connect(f"{SERVER}/postgres", autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        missing("postgres", str(error).splitlines()[0])
        raise


@contextmanager
def postgres_url(*, empty: bool = False) -> Iterator[str]:
    """Give a database of PostgreSQL with the tables of a new hub, or an empty one; it is dropped in the end."""
    name = f"sw_test_{uuid4().hex[:12]}"
    with closing(postgres()) as server:
        try:
            server.execute(f"CREATE DATABASE {name} TEMPLATE {'template1' if empty else new_hub()}")
            yield f"{SERVER}/{name}"
        finally:
            drop(server, name)


@cache
def new_hub() -> str:
    """Make the database of a new hub once in a process, to copy: its steps cost more than most tests."""
    name = f"sw_test_new_{uuid4().hex[:12]}"
    with closing(postgres()) as server:
        server.execute(f"CREATE DATABASE {name}")
    atexit.register(forget, name)
    bring_up(Path(), f"{SERVER}/{name}", SystemClock(), held=True)
    return name


def forget(name: str) -> None:
    """Drop a database when the process ends."""
    with closing(postgres()) as server:
        drop(server, name)


def drop(server: psycopg.Connection, name: str) -> None:
    server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
