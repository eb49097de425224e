"""What the order feed wants to be told, and the settings as values."""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from msgspec import Struct

from shopweave.connector.settings import Option, OptionKind, Settings
from shopweave.model.errors import Configuration

HTTP, FILES, TABLE = "http", "files", "table"
# The setting of each way that says where tracking numbers are found.
FOLLOWED_BY = {HTTP: "progress_url", FILES: "back_folder", TABLE: "tracking_column"}
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

OPTIONS: tuple[Option, ...] = (
    Option(
        name="way",
        title="Way",
        description="How orders leave: as signed requests, as files in a folder, or as rows of a table.",
        kind=OptionKind.CHOICE,
        needed=True,
        choices=(HTTP, FILES, TABLE),
    ),
    Option(
        name="currencies",
        title="Currencies",
        description="Currencies (ISO 4217) the receiver takes; orders in others are refused. Empty: all.",
        kind=OptionKind.LIST,
        default=(),
        example="EUR, SEK",
    ),
    Option(
        name="url",
        title="Address",
        description="Where orders are posted to (http).",
        kind=OptionKind.URL,
        default="",
        example="https://erp.example.com/orders",
    ),
    Option(
        name="secret",
        title="Secret",
        description="Key of the signature on each request (http).",
        kind=OptionKind.SECRET,
        default="",
        recommendation="At least 32 random characters.",
    ),
    Option(
        name="dedupes",
        title="Receiver knows orders again",
        description="The receiver takes a request with an Idempotency-Key it knows as the same order (http).",
        kind=OptionKind.SWITCH,
        default=False,
        recommendation="On, once the receiver does so: else an order whose answer was lost waits for you.",
    ),
    Option(
        name="progress_url",
        title="Address that tells how far orders are",
        description="Asked with a signed POST of references, it answers with their tracking numbers (http).",
        kind=OptionKind.URL,
        default="",
        example="https://erp.example.com/orders/progress",
    ),
    Option(
        name="allow_http",
        title="Plain http",
        description="Allow an address without https; orders with their buyers then travel readable (http).",
        kind=OptionKind.SWITCH,
        default=False,
    ),
    Option(
        name="folder",
        title="Folder",
        description="Folder the files are put into (files).",
        kind=OptionKind.PATH,
        default="",
    ),
    Option(
        name="taken_folder",
        title="Folder of files already taken",
        description="Folder the receiver moves files to, under their names, when it has taken them (files). "
        "Without it the receiver must leave the files where they are.",
        kind=OptionKind.PATH,
        default="",
    ),
    Option(
        name="back_folder",
        title="Folder of answers",
        description="Folder the receiver puts a JSON file with a tracking number into, named as the order's"
        " file is, with the ending .json (files).",
        kind=OptionKind.PATH,
        default="",
    ),
    Option(
        name="format",
        title="Format",
        description="Format of the files: the whole order as JSON, or one CSV row for each line (files).",
        kind=OptionKind.CHOICE,
        default="json",
        choices=("json", "csv"),
    ),
    Option(
        name="host",
        title="Database server",
        description="Name or address of the MySQL or MariaDB server with the table (table).",
        default="",
    ),
    Option(
        name="port",
        title="Port",
        description="Port of the database server (table).",
        kind=OptionKind.NUMBER,
        default=3306,
        minimum=1,
        maximum=65535,
    ),
    Option(name="user", title="User", description="Database user for the hub (table).", default=""),
    Option(
        name="password",
        title="Password",
        description="Password of that user (table).",
        kind=OptionKind.SECRET,
        default="",
    ),
    Option(name="database", title="Database", description="Name of the database (table).", default=""),
    Option(
        name="tls",
        title="Encrypt the connection",
        description="Speak TLS to the database server and check its certificate (table).",
        kind=OptionKind.SWITCH,
        default=False,
    ),
    Option(
        name="path",
        title="SQLite file",
        description="Path of a SQLite file with the table; leaves the server unused (table).",
        kind=OptionKind.PATH,
        default="",
    ),
    Option(
        name="table_name",
        title="Table",
        description="Name of the table (table).",
        default="shopweave_orders",
    ),
    Option(
        name="tracking_column",
        title="Column of tracking numbers",
        description="Name of the column of the table that the receiver writes tracking numbers into (table).",
        default="",
        example="tracking",
    ),
)


class FeedSettings(Struct, frozen=True, kw_only=True):
    """The settings of one order feed; secret and database address stay out of `repr`."""

    way: str
    currencies: tuple[str, ...]
    url: str
    secret: str
    dedupes: bool
    folder: str
    taken_folder: str
    is_csv: bool
    address: str
    table: str
    progress_url: str
    back_folder: str
    tracking_column: str

    def __repr__(self) -> str:
        return f"FeedSettings(way={self.way!r})"


def read_settings(settings: Settings) -> FeedSettings:
    """Type the settings; raises `Configuration` for what the chosen way needs and lacks."""
    given = {option.name: settings.get(option.name, option.default) for option in OPTIONS}
    known = FeedSettings(
        way=str(given["way"]),
        currencies=_words(given["currencies"]),
        url=str(given["url"]),
        secret=str(given["secret"]),
        dedupes=bool(given["dedupes"]),
        folder=str(given["folder"]),
        taken_folder=str(given["taken_folder"]),
        is_csv=given["format"] == "csv",
        address=_address(given) if given["way"] == TABLE else "",
        table=str(given["table_name"]),
        progress_url=str(given["progress_url"]),
        back_folder=str(given["back_folder"]),
        tracking_column=str(given["tracking_column"]),
    )
    _check(known, allow_http=bool(given["allow_http"]))
    return known


def _words(value: object) -> tuple[str, ...]:
    return tuple(str(one).strip().upper() for one in value) if isinstance(value, tuple) else ()


def _check(known: FeedSettings, *, allow_http: bool) -> None:
    if known.way == HTTP:
        _check_http(known, allow_http=allow_http)
    elif known.way == FILES:
        _need(known.folder, "folder", "files")
    else:
        _check_name(known.table, "table")
        if known.tracking_column:
            _check_name(known.tracking_column, "column")


def _check_name(name: str, what: str) -> None:
    if not re.fullmatch(r"\w+", name, re.ASCII):
        raise Configuration(
            f"The name of the {what} holds signs that no {what} name has.",
            code="ORD-003",
            remedy="Use letters, digits and underscores.",
        )


def _check_http(known: FeedSettings, *, allow_http: bool) -> None:
    _need(known.url, "url", "http")
    _need(known.secret, "secret", "http")
    for url in filter(None, (known.url, known.progress_url)):
        _check_address(url, allow_http=allow_http)


def _check_address(url: str, *, allow_http: bool) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and not allow_http and parts.hostname not in _LOOPBACK:
        raise Configuration(
            "The receiver's address is plain http; orders would travel readable.",
            code="ORD-002",
            remedy="Use https, or set allow_http if the way there is safe.",
        )


def _need(value: str, name: str, way: str) -> None:
    if not value:
        raise Configuration(
            f"The way '{way}' needs the setting {name}.", code="ORD-001", remedy=f"Set {name}."
        )


def _address(given: Mapping[str, object]) -> str:
    if given["path"]:
        return f"sqlite:///{quote(str(given['path']))}"
    for name in ("host", "user", "database"):
        _need(str(given[name]), name, TABLE)
    who = f"{quote(str(given['user']), safe='')}:{quote(str(given['password']), safe='')}"
    tls = "?tls=1" if given["tls"] else ""
    return f"mysql://{who}@{given['host']}:{given['port']}/{quote(str(given['database']), safe='')}{tls}"
