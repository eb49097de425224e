"""Services that tests need: skipped where they are missing, unless the environment requires them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pytest

SERVER = "postgresql://postgres@127.0.0.1:5432"


def missing(name: str, why: str) -> None:
    """Skip, or fail where `SHOPWEAVE_REQUIRE` names the service."""
    if name in os.environ.get("SHOPWEAVE_REQUIRE", "").split(","):
        pytest.fail(f"{name} is required here: {why}")
    pytest.skip(f"{name} is not there: {why}")


@contextmanager
def postgres_url() -> Iterator[str]:
    """Give a fresh database of PostgreSQL, dropped in the end."""
    name = f"sw_test_{uuid4().hex[:12]}"
    try:
        server = psycopg.connect(f"{SERVER}/postgres", autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        missing("postgres", str(error).splitlines()[0])
        return
    try:
        server.execute(f"CREATE DATABASE {name}")
        yield f"{SERVER}/{name}"
    finally:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.close()
