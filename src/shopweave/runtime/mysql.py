"""Foreign MySQL and MariaDB servers as sessions of `runtime.sql`, over PyMySQL."""

import re
import socket
import ssl
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from msgspec import Struct

from shopweave.connector.transports import Row
from shopweave.model.errors import Configuration, HubError, NoAnswer, NotSent, Refused

if TYPE_CHECKING:
    from pymysql.connections import Connection
    from pymysql.cursors import DictCursor

CONNECT_SECONDS = 5
LOCK_SECONDS = 10
_SLACK_SECONDS = 5
_PARAMETER = re.compile(r"'(?:[^'\\]|''|\\.)*'|\"[^\"]*\"|`[^`]*`|%|(?<![:\w]):([A-Za-z_]\w*)")
_DENIED = re.compile(r"(.+?) command denied .*? for (?:table|column|routine) (.+)")


class Address(Struct, frozen=True, kw_only=True):
    """Where a server is and who comes; the password is never shown."""

    host: str
    port: int
    user: str
    password: str
    database: str
    time_zone: str
    tls: bool
    ssl_ca: str

    @property
    def place(self) -> str:
        """Name the database for messages."""
        return f"mysql://{self.user}@{self.host}:{self.port}/{self.database}"

    def __repr__(self) -> str:
        return f"Address({self.place!r})"


def read_address(url: str) -> Address:
    """Take `mysql://user:password@host:port/database?…` apart; no message repeats the text."""
    try:
        parts = urlsplit(url)
        port = parts.port or 3306
    except ValueError:
        parts, port = urlsplit("mysql://"), 0
    options = dict(parse_qsl(parts.query))
    database = unquote(parts.path.strip("/"))
    if not (parts.hostname and database and port) or "@" in database or "/" in database:
        raise Configuration(
            "The address of the database cannot be read.",
            code="SQL-102",
            remedy="It needs a server, a port number and the name of the database; "
            "the signs @ / : in user and password are written %40 %2F %3A.",
        )
    return Address(
        host=parts.hostname,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=database,
        time_zone=options.get("time_zone", "+00:00"),
        tls="ssl_ca" in options or options.get("tls", "0") == "1",
        ssl_ca=options.get("ssl_ca", ""),
    )


class MysqlSession:
    """One connection, with a limit for every statement."""

    def __init__(self, address: Address, timeout: float) -> None:
        self._address = address
        self._driver = _driver()
        try:
            self._connection = _connect(self._driver, address, timeout)
            self.tx = MysqlTx(self._connection)
            self._set_up(timeout)
        except (self._driver.err.Error, OSError) as error:
            raise meaning_of(error, address, committing=False) from error

    def begin(self, *, read_only: bool) -> None:
        """Open a transaction; a reading one cannot write."""
        self.tx.run("START TRANSACTION READ ONLY" if read_only else "START TRANSACTION")

    def commit(self) -> None:
        """Make the transaction last."""
        self._connection.commit()

    def is_alive(self) -> bool:
        """Say whether the server still answers on this connection."""
        try:
            self._connection.ping(reconnect=False)
        except (self._driver.err.Error, OSError):
            return False
        return True

    def close(self) -> None:
        """Hang up; the server undoes an open transaction."""
        if self._connection.open:
            self._connection.close()

    def meaning(self, error: BaseException, *, committing: bool) -> HubError | None:
        """Say what an error of the driver means, None for others."""
        if not isinstance(error, (self._driver.err.Error, OSError)):
            return None
        return meaning_of(error, self._address, committing=committing)

    def _set_up(self, timeout: float) -> None:
        version = str(self.tx.rows("SELECT @@version AS version")[0]["version"])
        maria = "mariadb" in version.lower()
        limit = f"max_statement_time={timeout:g}" if maria else f"max_execution_time={int(timeout * 1000)}"
        self.tx.run("SET SESSION time_zone = :zone", {"zone": self._address.time_zone})
        self.tx.run(f"SET SESSION {limit}, innodb_lock_wait_timeout={LOCK_SECONDS}")
        self.tx.run("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")


class MysqlTx:
    """An open transaction."""

    dialect = "mysql"

    def __init__(self, connection: "Connection[DictCursor]") -> None:
        self._connection = connection

    def rows(self, statement: str, parameters: Mapping[str, Any] | None = None) -> Sequence[Row]:
        """Run a query and give all its rows."""
        with self._connection.cursor() as cursor:
            cursor.execute(translated(statement), dict(parameters or {}))
            return list(cursor.fetchall())

    def run(self, statement: str, parameters: Mapping[str, Any] | None = None) -> int:
        """Run a statement and give the number of rows it touched."""
        with self._connection.cursor() as cursor:
            return cursor.execute(translated(statement), dict(parameters or {}))


@lru_cache(maxsize=512)
def translated(statement: str) -> str:
    """Write `:name` as PyMySQL's `%(name)s`, and a percent sign of the statement as two."""

    def one(found: re.Match[str]) -> str:
        return f"%({found[1]})s" if found[1] else found[0].replace("%", "%%")

    return _PARAMETER.sub(one, statement)


def _driver() -> ModuleType:
    try:
        import pymysql
    except ImportError as error:
        raise Configuration(
            "The driver for MySQL and MariaDB is not installed.",
            code="SQL-103",
            remedy="Install it with: pip install 'shopweave[mysql]'.",
        ) from error
    return pymysql


def _connect(driver: ModuleType, address: Address, timeout: float) -> "Connection[DictCursor]":
    # The statement limit of the server comes first; the socket's is for servers that fell silent.
    silence = int(timeout) + _SLACK_SECONDS
    connection: Connection[DictCursor] = driver.connect(
        host=address.host,
        port=address.port,
        user=address.user,
        password=address.password,
        database=address.database,
        charset="utf8mb4",
        autocommit=True,
        cursorclass=driver.cursors.DictCursor,
        client_flag=driver.constants.CLIENT.FOUND_ROWS,
        connect_timeout=CONNECT_SECONDS,
        read_timeout=silence,
        write_timeout=silence,
        ssl=ssl.create_default_context(cafile=address.ssl_ca or None) if address.tls else None,
    )
    return connection


_ADMISSION = {
    1045: ("The database does not accept this user or password.", "Check user and password."),
    1044: ("This user may not use the database.", "Check its name, and grant the user SELECT on it."),
    1049: ("The server has no database of this name.", "Check the name of the database."),
    1130: ("The database lets nobody in from this machine.", "Create the user for this machine's address."),
    1698: ("The database does not accept this user.", "Give the user a password to sign in with."),
}
_LATER = {
    1040: "The database has no free connection.",
    1205: "The database waited too long for a lock and took everything back.",
    1213: "Two transactions blocked each other; the database took this one back.",
    1969: "The statement took too long.",
    3024: "The statement took too long.",
    1317: "The statement was stopped.",
    1053: "The database is shutting down.",
    1290: "The database takes no writes at present.",
    1836: "The database takes no writes at present.",
}
_LOST = (0, 2006, 2013, 2014, 2055)


def meaning_of(error: Exception, address: Address, *, committing: bool) -> HubError:
    """Say what an error of PyMySQL means."""
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    text = str(error.args[1]) if len(error.args) > 1 else ""
    where = address.place
    if committing and number != 1213:
        return _lost(where, committing=True)
    if number in _ADMISSION:
        what, remedy = _ADMISSION[number]
        return Configuration(what, code=f"SQL-{number}", where=where, remedy=remedy)
    if number in (1142, 1143, 1370, 1227):
        return _missing_right(text, where)
    if number in (1054, 1146):
        return Configuration(
            f"The database lacks something: {text}.",
            code="SQL-106",
            where=where,
            remedy="Check the table prefix and the version of the system.",
        )
    if number in (2003, 2005):
        return _unreachable(error, where)
    if number in _LATER:
        return NotSent(_LATER[number], code=f"SQL-{number}", where=where)
    if number in _LOST or isinstance(error, OSError):
        return _lost(where, committing=False)
    return Refused(f"The database refuses a statement ({number}: {text}).", code="SQL-120", where=where)


def _missing_right(text: str, where: str) -> Configuration:
    found = _DENIED.search(text)
    right, thing = (found[1], found[2].replace("`", "").replace("'", "")) if found else ("a right", "it")
    return Configuration(
        f"The database user lacks {right} on {thing}.",
        code="SQL-1142",
        where=where,
        remedy=f"Grant it: GRANT {right} ON {thing} TO this user.",
    )


def _unreachable(error: Exception, where: str) -> NotSent:
    if isinstance(getattr(error, "original_exception", None), socket.gaierror):
        return NotSent(
            "The name of the database server cannot be found.",
            code="SQL-111",
            where=where,
            remedy="Check the name for typing errors.",
        )
    return NotSent(
        "The database server cannot be reached.",
        code="SQL-112",
        where=where,
        remedy="Check that it runs, its port, and that it takes connections from this machine.",
    )


def _lost(where: str, *, committing: bool) -> HubError:
    if committing:
        return NoAnswer(
            "The connection to the database broke during the commit.", code="SQL-115", where=where
        )
    return NotSent(
        "The connection to the database broke; it takes everything back.", code="SQL-113", where=where
    )
