"""Foreign databases: one transaction a call, honest errors, no password anywhere."""

import asyncio
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import pymysql
import pytest

from shopweave.connector.transports import SqlTx
from shopweave.model.errors import BrokenData, Configuration, HubError, NoAnswer, NotSent, Refused
from shopweave.runtime.mysql import meaning_of, read_address, translated
from shopweave.runtime.sql import ForeignSql, open_sql

T = TypeVar("T")
PASSWORD = "hidden p@ss/word"
QUOTED = "hidden%20p%40ss%2Fword"
USER = f"sw_test_{uuid4().hex[:8]}"


def run(sql: ForeignSql, work: Callable[[SqlTx], T], *, read_only: bool = False, timeout: float = 5) -> T:
    return asyncio.run(sql.transact(work, read_only=read_only, timeout=timeout))


def wrong(
    sql: ForeignSql, work: Callable[[SqlTx], Any], *, read_only: bool = False, timeout: float = 5
) -> HubError:
    with pytest.raises(HubError) as caught:
        run(sql, work, read_only=read_only, timeout=timeout)
    assert PASSWORD not in str(caught.value)
    assert PASSWORD not in repr(caught.value)
    return caught.value


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[ForeignSql]:
    path = tmp_path / "till one.db"
    with closing(sqlite3.connect(path)) as made:
        made.executescript("CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, price DECIMAL(23,10))")
    sql = open_sql(f"sqlite:///{path}")
    yield sql
    sql.close()


def _root() -> "pymysql.Connection[Any]":
    return pymysql.connect(host="127.0.0.1", user="root", password="", autocommit=True)


@contextmanager
def _database() -> Iterator[str]:
    try:
        root = _root()
    except pymysql.err.OperationalError:
        if "mariadb" in os.environ.get("SHOPWEAVE_REQUIRE", ""):
            raise
        pytest.skip("MariaDB is not reachable")
    name = f"sw_test_sql_{uuid4().hex[:8]}"
    with root, root.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8")
        cursor.execute(f"CREATE TABLE {name}.item (id INT PRIMARY KEY, name TEXT, price DECIMAL(23,10))")
        cursor.execute(f"CREATE USER '{USER}'@'%%' IDENTIFIED BY %s", (PASSWORD,))
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE ON {name}.* TO '{USER}'@'%%'", ())
        try:
            yield name
        finally:
            cursor.execute(f"DROP DATABASE {name}")
            cursor.execute(f"DROP USER '{USER}'@'%%'", ())


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with _database() as name:
        yield name


@pytest.fixture
def maria(database: str) -> Iterator[ForeignSql]:
    with _root() as root, root.cursor() as cursor:
        cursor.execute(f"DELETE FROM {database}.item")
    sql = open_sql(f"mysql://{USER}:{QUOTED}@127.0.0.1:3306/{database}")
    yield sql
    sql.close()


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)])
def sql(request: pytest.FixtureRequest) -> ForeignSql:
    found: ForeignSql = request.getfixturevalue("lite" if request.param == "sqlite" else "maria")
    return found


def insert(tx: SqlTx, number: int = 1, name: str = "50 % ':x' \"q\"", price: Decimal | None = None) -> int:
    statement = "INSERT INTO item (id, name, price) VALUES (:id, :name, :price)"
    return tx.run(statement, {"id": number, "name": name, "price": price})


def count(tx: SqlTx) -> int:
    found: int = tx.rows("SELECT COUNT(*) AS n FROM item")[0]["n"]
    return found


def test_what_a_transaction_wrote_is_read_by_the_next_with_texts_and_decimals_exact(sql: ForeignSql) -> None:
    assert run(sql, lambda tx: insert(tx, price=Decimal("19.99"))) == 1
    query = "SELECT id, name, price FROM item WHERE name LIKE '50 %' AND name <> ':none' AND id = :id"
    (row,) = run(sql, lambda tx: tx.rows(query, {"id": 1}), read_only=True)
    assert dict(row) == {"id": 1, "name": "50 % ':x' \"q\"", "price": Decimal("19.99")}
    assert isinstance(row["price"], Decimal)


def test_reads_and_writes_are_counted(sql: ForeignSql) -> None:
    run(sql, insert)
    run(sql, count, read_only=True)
    run(sql, count, read_only=True)
    assert (sql.reads, sql.writes) == (2, 1)


def test_a_reading_transaction_cannot_write(sql: ForeignSql) -> None:
    assert isinstance(wrong(sql, insert, read_only=True), Refused)
    assert run(sql, count, read_only=True) == 0


@pytest.mark.parametrize("failure", [BrokenData("broken"), ValueError("broken")])
def test_what_the_work_raises_comes_out_unchanged_and_leaves_nothing(
    sql: ForeignSql, failure: Exception
) -> None:
    def work(tx: SqlTx) -> None:
        insert(tx)
        raise failure

    with pytest.raises(type(failure)) as caught:
        run(sql, work)
    assert caught.value is failure
    assert run(sql, count, read_only=True) == 0


def test_a_missing_table_is_named_as_a_matter_of_configuration(sql: ForeignSql) -> None:
    error = wrong(sql, lambda tx: tx.rows("SELECT * FROM phppos_items"), read_only=True)
    assert isinstance(error, Configuration)
    assert error.code == "SQL-106"
    assert "phppos_items" in error.what
    assert error.remedy


def test_a_doubled_key_is_refused_and_leaves_nothing_else(sql: ForeignSql) -> None:
    def work(tx: SqlTx) -> None:
        insert(tx, 1)
        insert(tx, 1)

    assert isinstance(wrong(sql, work), Refused)
    assert run(sql, count, read_only=True) == 0


def test_two_transactions_of_one_transport_run_beside_each_other(sql: ForeignSql) -> None:
    barrier = threading.Barrier(2, timeout=5)

    def work(tx: SqlTx) -> int:
        barrier.wait()
        return count(tx)

    async def both() -> list[int]:
        one = sql.transact(work, read_only=True, timeout=5)
        two = sql.transact(work, read_only=True, timeout=5)
        return list(await asyncio.gather(one, two))

    assert asyncio.run(both()) == [0, 0]


def test_a_hundred_increments_of_two_transports_all_arrive(
    sql: ForeignSql, request: pytest.FixtureRequest
) -> None:
    run(sql, lambda tx: insert(tx, price=Decimal(0)))

    def up(tx: SqlTx) -> int:
        return tx.run("UPDATE item SET price = price + 1 WHERE id = 1")

    async def hundred() -> None:
        await asyncio.gather(*(sql.transact(up, read_only=False, timeout=30) for _ in range(100)))

    asyncio.run(hundred())
    (row,) = run(sql, lambda tx: tx.rows("SELECT price FROM item"), read_only=True)
    assert row["price"] == 100


def test_neither_repr_nor_place_shows_the_password() -> None:
    sql = open_sql(f"mysql://hub:{QUOTED}@db.example:3307/till?time_zone=SYSTEM")
    assert repr(sql) == "ForeignSql('mysql://hub@db.example:3307/till')"
    assert PASSWORD not in repr(read_address(f"mysql://hub:{QUOTED}@db.example/till"))


@pytest.mark.parametrize(
    "url", ["", "postgres://x/y", "mysql://host", f"mysql://u:{PASSWORD}@h:99x/db", "mysql:///db"]
)
def test_an_address_that_cannot_be_read_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(Configuration) as caught:
        open_sql(url)
    assert PASSWORD not in str(caught.value)


def test_a_missing_sqlite_file_is_not_created(tmp_path: Path) -> None:
    sql = open_sql(f"sqlite:///{tmp_path / 'none.db'}")
    error = wrong(sql, count)
    assert isinstance(error, Configuration)
    assert error.code == "SQL-104"
    assert not (tmp_path / "none.db").exists()
    sql.close()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"no database at all" * 100)
    sql = open_sql(f"sqlite:///{tmp_path / 'a.db'}")
    assert wrong(sql, count).code == "SQL-105"
    sql.close()


def test_a_locked_file_was_not_written(lite: ForeignSql) -> None:
    path = lite.place.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert isinstance(wrong(lite, insert, timeout=0.05), NotSent)


def test_an_endless_statement_is_stopped(lite: ForeignSql) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT MAX(i) AS m FROM n"
    error = wrong(lite, lambda tx: tx.rows(endless), read_only=True, timeout=0.1)
    assert isinstance(error, NotSent)


@pytest.mark.mariadb
def test_an_endless_statement_is_stopped_by_the_server(maria: ForeignSql) -> None:
    error = wrong(maria, lambda tx: tx.rows("SELECT SLEEP(5) AS s, 1 FROM dual"), read_only=True, timeout=0.2)
    assert isinstance(error, NotSent)


@pytest.mark.mariadb
def test_a_session_is_utc_and_utf8mb4_and_read_committed(maria: ForeignSql) -> None:
    query = "SELECT @@session.time_zone AS z, @@tx_isolation AS i, @@character_set_client AS c, '😀' AS e"
    (row,) = run(maria, lambda tx: tx.rows(query), read_only=True)
    assert dict(row) == {"z": "+00:00", "i": "READ-COMMITTED", "c": "utf8mb4", "e": "😀"}


@pytest.mark.mariadb
@pytest.mark.parametrize(
    ("url", "kind", "code"),
    [
        ("mysql://{user}:wrong@127.0.0.1/{db}", Configuration, "SQL-1045"),
        ("mysql://{user}:{password}@127.0.0.1/mysql", Configuration, "SQL-1044"),
        ("mysql://root@127.0.0.1/sw_test_nowhere", Configuration, "SQL-1049"),
        ("mysql://root@127.0.0.1:1/x", NotSent, "SQL-112"),
        ("mysql://root@no-such-host.invalid/x", NotSent, "SQL-111"),
    ],
)
def test_each_way_of_not_getting_in_has_its_own_sentence(
    database: str, url: str, kind: type[HubError], code: str
) -> None:
    sql = open_sql(url.format(user=USER, password=QUOTED, db=database))
    error = wrong(sql, count, read_only=True)
    sql.close()
    assert isinstance(error, kind)
    assert error.code == code
    assert error.remedy


@pytest.mark.mariadb
def test_a_missing_right_is_named_with_its_table(maria: ForeignSql, database: str) -> None:
    error = wrong(maria, lambda tx: tx.run("DELETE FROM item"))
    assert isinstance(error, Configuration)
    assert f"DELETE on {database}.item" in error.what
    assert "GRANT DELETE" in error.remedy


@pytest.mark.mariadb
def test_a_deadlock_left_nothing(maria: ForeignSql) -> None:
    run(maria, lambda tx: (insert(tx, 1, price=Decimal(0)), insert(tx, 2, price=Decimal(0))))
    barrier = threading.Barrier(2, timeout=5)

    def crossing(first: int, second: int) -> Callable[[SqlTx], None]:
        def work(tx: SqlTx) -> None:
            tx.run("UPDATE item SET price = price + 1 WHERE id = :id", {"id": first})
            barrier.wait()
            tx.run("UPDATE item SET price = price + 1 WHERE id = :id", {"id": second})

        return work

    async def both() -> list[BaseException | None]:
        one = maria.transact(crossing(1, 2), read_only=False, timeout=10)
        two = maria.transact(crossing(2, 1), read_only=False, timeout=10)
        return list(await asyncio.gather(one, two, return_exceptions=True))

    lost = [outcome for outcome in asyncio.run(both()) if outcome is not None]
    assert [type(one) for one in lost] == [NotSent]
    rows = run(maria, lambda tx: tx.rows("SELECT price FROM item"), read_only=True)
    assert [row["price"] for row in rows] == [1, 1]


def kill_own_connection(tx: SqlTx) -> None:
    (row,) = tx.rows("SELECT CONNECTION_ID() AS id")
    with _root() as root, root.cursor() as cursor:
        cursor.execute(f"KILL {row['id']}")


@pytest.mark.mariadb
def test_a_connection_lost_before_the_commit_left_nothing(maria: ForeignSql) -> None:
    def work(tx: SqlTx) -> None:
        insert(tx)
        kill_own_connection(tx)
        count(tx)

    assert isinstance(wrong(maria, work), NotSent)
    assert run(maria, count, read_only=True) == 0


@pytest.mark.mariadb
def test_a_connection_lost_in_the_commit_leaves_its_fate_unknown(maria: ForeignSql) -> None:
    def work(tx: SqlTx) -> None:
        insert(tx)
        kill_own_connection(tx)

    assert isinstance(wrong(maria, work), NoAnswer)


@pytest.mark.mariadb
def test_a_kept_connection_the_server_closed_is_replaced(maria: ForeignSql) -> None:
    (row,) = run(maria, lambda tx: tx.rows("SELECT CONNECTION_ID() AS id"), read_only=True)
    with _root() as root, root.cursor() as cursor:
        cursor.execute(f"KILL {row['id']}")
    assert run(maria, count, read_only=True) == 0


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT :a, :b_2", "SELECT %(a)s, %(b_2)s"),
        ("SELECT ':a', \"x:b\", `c:d`, e FROM f WHERE g LIKE '5%' AND h = :h", None),
        ("SELECT a % 2, :a::text", "SELECT a %% 2, %(a)s::text"),
        ("SELECT '12:30:00', 'it''s :x' , :y", "SELECT '12:30:00', 'it''s :x' , %(y)s"),
    ],
)
def test_named_parameters_are_translated_outside_of_quotes_only(statement: str, expected: str | None) -> None:
    wanted = expected or "SELECT ':a', \"x:b\", `c:d`, e FROM f WHERE g LIKE '5%%' AND h = %(h)s"
    assert translated(statement) == wanted


@pytest.mark.parametrize("number", [1205, 2013, 2006, 1969, 9999])
def test_an_error_in_the_commit_is_never_taken_for_nothing_happened(number: int) -> None:
    address = read_address("mysql://u:p@h/d")
    error = pymysql.err.OperationalError(number, "x")
    assert isinstance(meaning_of(error, address, committing=True), NoAnswer)


@pytest.mark.parametrize("number", [1205, 1213, 2006, 2013, 1040, 1969])
def test_an_error_before_the_commit_left_nothing(number: int) -> None:
    error = pymysql.err.OperationalError(number, "x")
    assert isinstance(meaning_of(error, read_address("mysql://u:p@h/d"), committing=False), NotSent)


def test_a_missing_driver_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pymysql", None)
    sql = open_sql("mysql://u:p@h/d")
    error = wrong(sql, count)
    sql.close()
    assert error.code == "SQL-103"
    assert "shopweave[mysql]" in error.remedy
