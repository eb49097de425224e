"""Receivers as stands of the contract suite: over HTTP, a folder, a table in SQLite and in MariaDB."""

import json
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pymysql

from shopweave.connector.contract import Ground, Samples, Stand
from shopweave.connector.declaration import Doors
from shopweave.connector.settings import Setting
from shopweave.connector.transports import HttpStream
from shopweave.connectors.orderfeed import CONNECTOR
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.runtime.clock import SystemClock, SystemIds, system_random
from shopweave.runtime.files import Files
from shopweave.runtime.sql import ForeignSql, open_sql
from shopweave.simulators.receiver import Receiver
from tests.connectors.phppos.orders import hand_over, line
from tests.connectors.phppos.shop import root
from tests.connectors.stands import no_doors
from tests.services import missing

SECRET = "feed s+cret/for orders"
URL = "https://receiver.example/orders"
DDL = """CREATE TABLE shopweave_orders (
  reference VARCHAR(190) NOT NULL PRIMARY KEY, event VARCHAR(20) NOT NULL, channel VARCHAR(190) NOT NULL,
  order_id VARCHAR(190) NOT NULL, order_number VARCHAR(190) NOT NULL, status VARCHAR(190) NOT NULL,
  created DATETIME NOT NULL, changed DATETIME NOT NULL, currency CHAR(3) NOT NULL,
  total DECIMAL(23, 4) NOT NULL, document LONGTEXT NOT NULL)"""
EXACT = " DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"
SAMPLES = Samples(
    order=hand_over(line("5", 2, 20, "4.80")),
    later_order=hand_over(line("5", 1, 10), reference="shop>till:1001:2"),
    bad_orders={
        "a foreign currency": hand_over(line("5", 1), currency="USD"),
        "a quantity below zero": hand_over(line("5", -1)),
        "nothing to hand over": hand_over(line("5", 0)),
        "goods nobody can name": hand_over(line("", 1)),
    },
)
GIVEN = frozenset({"order", "later_order", "bad_orders"})
CURRENCIES: dict[str, Setting] = {"currencies": ("EUR", "SEK")}


class Door:
    """The way to a receiver in memory."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver

    async def send(self, request: HttpRequest) -> HttpResponse:
        return self.receiver.handle(request)

    def stream(self, request: HttpRequest) -> AbstractAsyncContextManager[HttpStream]:
        raise NotImplementedError


def ground(settings: Mapping[str, Setting], taken: Callable[[], int], **doors: Any) -> Ground:
    quiet = no_doors()
    given = {"http": quiet.http, "sql": quiet.sql, "clock": SystemClock(), **doors}
    made = Doors(ids=SystemIds(), random=system_random(), **given)
    return Ground(
        connector=CONNECTOR,
        settings={**settings, **CURRENCIES},
        doors=made,
        samples=SAMPLES,
        secrets=(SECRET,),
        taken=taken,
    )


@asynccontextmanager
async def posted(*, dedupes: bool) -> AsyncIterator[Ground]:
    receiver = Receiver(SystemClock(), SECRET, dedupes=dedupes)
    settings: dict[str, Setting] = {"way": "http", "url": URL, "secret": SECRET, "dedupes": dedupes}
    yield ground(settings, lambda: len(receiver.orders), http=Door(receiver))


@asynccontextmanager
async def filed(form: str) -> AsyncIterator[Ground]:
    with tempfile.TemporaryDirectory() as folder:
        settings = {"way": "files", "folder": folder, "format": form}
        yield ground(settings, lambda: len(list(Path(folder).iterdir())), files=Files())


@asynccontextmanager
async def lite() -> AsyncIterator[Ground]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "erp.db"
        with sqlite3.connect(path) as db:
            db.execute(DDL)
        opened: list[ForeignSql] = []

        def sql(url: str) -> ForeignSql:
            opened.append(open_sql(url))
            return opened[-1]

        def taken() -> int:
            return int(db.execute("SELECT COUNT(*) FROM shopweave_orders").fetchone()[0])

        yield ground({"way": "table", "path": str(path)}, taken, sql=sql)
        for one in opened:
            one.close()
        db.close()


@asynccontextmanager
async def maria() -> AsyncIterator[Ground]:
    name = f"sw_test_feed_{uuid4().hex[:8]}"
    try:
        connection = root()
    except pymysql.err.OperationalError as error:
        missing("mariadb", str(error))
        raise
    opened: list[ForeignSql] = []

    def sql(url: str) -> ForeignSql:
        opened.append(open_sql(url))
        return opened[-1]

    with connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        cursor.execute(f"CREATE USER '{name}'@'%' IDENTIFIED BY 'x'")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE ON {name}.* TO '{name}'@'%'")
        cursor.execute(f"USE {name}")
        cursor.execute(DDL + EXACT)

        def taken() -> int:
            cursor.execute("SELECT COUNT(*) AS n FROM shopweave_orders")
            rows: Any = cursor.fetchall()
            return int(rows[0]["n"])

        try:
            place = {"host": "127.0.0.1", "user": name, "password": "x", "database": name}
            yield ground({"way": "table", **place}, taken, sql=sql)
        finally:
            for one in opened:
                one.close()
            cursor.execute(f"DROP DATABASE {name}")
            cursor.execute(f"DROP USER '{name}'@'%'")


def _stand(settings: Mapping[str, Setting], opened: Any, speaks: str) -> Stand:
    return Stand(
        connector=CONNECTOR,
        settings=settings,
        open=opened,
        given=GIVEN,
        doors=no_doors(),
        hands=False,
        speaks=speaks,
    )


STANDS = {
    "http": _stand(
        {"way": "http", "url": URL, "secret": SECRET, "dedupes": True}, lambda: posted(dedupes=True), "http"
    ),
    "forgetful": _stand({"way": "http", "url": URL, "secret": SECRET}, lambda: posted(dedupes=False), "http"),
    "json": _stand({"way": "files", "folder": "out"}, lambda: filed("json"), "files"),
    "csv": _stand({"way": "files", "folder": "out"}, lambda: filed("csv"), "files"),
    "sqlite": _stand({"way": "table", "path": "x.db"}, lite, "sql"),
    "mariadb": _stand({"way": "table", "path": "x.db"}, maria, "sql"),
}


def read(content: bytes) -> dict[str, Any]:
    """Read a document as a receiver would."""
    found: dict[str, Any] = json.loads(content)
    return found
