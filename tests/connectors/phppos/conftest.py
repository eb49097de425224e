"""Tills to test on: one SQLite file, one MariaDB database."""

import os
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest

from .shop import Shop, mariadb_database, mariadb_shop, mariadb_user, root, sqlite_shop


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    try:
        root().close()
    except pymysql.err.OperationalError:
        if "mariadb" in os.environ.get("SHOPWEAVE_REQUIRE", ""):
            raise
        pytest.skip("MariaDB is not reachable")
    with mariadb_database() as name:
        yield name


@pytest.fixture(scope="session")
def user(database: str) -> Iterator[str]:
    with mariadb_user(database, f"ALL ON {database}.*") as name:
        yield name


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Shop]:
    with sqlite_shop(tmp_path / "till.db") as shop:
        yield shop


@pytest.fixture
def maria(database: str, user: str) -> Iterator[Shop]:
    with mariadb_shop(database, user) as shop:
        yield shop


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)])
def shop(request: pytest.FixtureRequest) -> Shop:
    found: Shop = request.getfixturevalue("lite" if request.param == "sqlite" else "maria")
    return found
