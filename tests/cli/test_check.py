"""`shopweave check` against real sockets: each obstacle has its own sentence, remedy and code."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pymysql
import pytest

from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.simulators.woocommerce import Key, User, WooShop
from tests.connectors.phppos.shop import PASSWORD, mariadb_database, mariadb_user
from tests.servers import Authority, serving
from tests.services import missing, postgres_url

pytestmark = pytest.mark.long(30)

EXE = [sys.executable, "-c", "from shopweave.cli import main; main()"]
KEYS = (
    Key(key="ck_good", secret="cs_good"),
    Key(key="ck_reads", secret="cs_reads", permission="read"),
    Key(key="ck_author", secret="cs_author", role="author"),
)
PAGE = b"<!DOCTYPE html><title>Welcome</title>"


class Now:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        raise AssertionError


def web_page(status: int) -> Callable[[HttpRequest], HttpResponse]:
    return lambda _: HttpResponse(status=status, headers={"content-type": "text/html"}, body=PAGE)


def shop(*, pretty: bool = True, wordpress_only: bool = False) -> Callable[[HttpRequest], HttpResponse]:
    made = WooShop(
        Now(), keys=KEYS, users=(User(name="hub", password="pass word"),), secure=True, pretty=pretty
    )

    def handle(request: HttpRequest) -> HttpResponse:
        index = "?rest_route=/" in request.url
        if index or (wordpress_only and "/wc/v3" in request.url):
            body = {"namespaces": ["wp/v2"]} if index else {"code": "rest_no_route", "message": "No route."}
            headers = {"content-type": "application/json"}
            return HttpResponse(status=200 if index else 404, headers=headers, body=json.dumps(body).encode())
        return made.handle(request)

    return handle


def redirecting(request: HttpRequest) -> HttpResponse:
    place = f"https://www.shop.example{request.url.partition('127.0.0.1')[2].partition('/')[2]}"
    return HttpResponse(status=301, headers={"location": place, "content-type": "text/html"}, body=PAGE)


class Folder:
    """A hub's folder with a settings file, checked by a process of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.env: dict[str, str] = {}

    def settings(self, connection: str, hub: str = "") -> None:
        (self.path / "shopweave.toml").write_text(f"{hub}\n[connections.it]\n{connection}\n")

    def check(self, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*EXE, "check", *options],
            cwd=self.path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, "SHOP_SECRET": "cs_good", **self.env},
        )


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def woo(
    url: str, key: str = "ck_good", secret: str = "cs_good", more: str = ""
) -> tuple[str, dict[str, str]]:
    return (
        f'type = "woocommerce"\nurl = "{url}"\nconsumer_key = {{ env = "K" }}\n'
        f'consumer_secret = {{ env = "S" }}\n{more}'
    ), {"K": key, "S": secret}


def told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Give the first line that blocks; all have one code, and nobody saw a trace."""
    assert "Traceback" not in done.stdout + done.stderr
    assert done.returncode == 2, done.stdout + done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    if "error" in found:
        return dict(found["error"])
    lines = [
        line for one in found["connections"] for line in one["lines"] if not line["ok"] and line["blocks"]
    ]
    assert len({line["code"] for line in lines}) == 1, lines
    return dict(lines[0])


SHOPS: list[tuple[str, Any, dict[str, str], str, str, str]] = [
    (
        "an unknown key",
        shop(),
        {"K": "ck_none"},
        "WOO-102",
        "refuses the credentials",
        "belongs to this shop",
    ),
    ("a wrong secret", shop(), {"S": "cs_bad"}, "WOO-102", "Consumer secret is invalid", "the key's secret"),
    (
        "a read-only key",
        shop(),
        {"K": "ck_reads", "S": "cs_reads"},
        "WOO-109",
        "may read but not write",
        "Read/Write",
    ),
    (
        "a key of somebody who may do nothing",
        shop(),
        {"K": "ck_author", "S": "cs_author"},
        "WOO-102",
        "refuses the credentials",
        "shop manager",
    ),
    ("plain permalinks", shop(pretty=False), {}, "WOO-104", "Nothing answers at /wp-json", "Permalinks"),
    ("no WooCommerce", shop(wordpress_only=True), {}, "WOO-105", "does not know this route", "WooCommerce"),
    ("another site", web_page(404), {}, "WOO-108", "no WordPress", "opens in a browser"),
    ("a page in front", web_page(200), {}, "WOO-121", "a web page in place of data", "bot check"),
    ("a password in front", web_page(401), {}, "WOO-107", "a password of its own", "without that password"),
    ("a firewall", web_page(403), {}, "WOO-122", "403 with a web page", "allow the hub's address"),
    ("a shop that is down", web_page(503), {}, "WOO-121", "503 with a web page", ""),
    ("another address", redirecting, {}, "WOO-103", "another address", "https://www.shop.example"),
]


@pytest.mark.pain("frappe/ecommerce_integrations#266")
@pytest.mark.parametrize(
    ("handle", "keys", "code", "what", "remedy"), [one[1:] for one in SHOPS], ids=[one[0] for one in SHOPS]
)
def test_each_obstacle_at_a_shop_is_told_apart(
    folder: Folder, handle: Any, keys: dict[str, str], code: str, what: str, remedy: str
) -> None:
    with serving(handle) as url:
        text, folder.env = woo(url)
        folder.env |= keys
        folder.settings(text)
        found = told(folder.check("--json"))
    assert found["code"] == code
    assert what in found["what"]
    assert found["remedy"]
    assert remedy in found["remedy"]


def test_a_good_shop_passes_and_a_person_reads_it(folder: Folder, authority: Authority) -> None:
    with serving(shop(), authority.context()) as url:
        text, folder.env = woo(url)
        folder.env["SSL_CERT_FILE"] = str(authority.file)
        folder.settings(text)
        done = folder.check()
    assert done.returncode == 0, done.stdout
    assert "ok it: The key may write products." in done.stdout


def test_a_wrong_application_password_is_told(folder: Folder) -> None:
    with serving(shop()) as url:
        folder.env = {"S": "no pass"}
        folder.settings(
            f'type = "woocommerce"\nurl = "{url}"\nwp_user = "hub"\napplication_password = {{ env = "S" }}'
        )
        found = told(folder.check("--json"))
    assert (found["code"], "application password" in found["remedy"]) == ("WOO-102", True)


@pytest.mark.parametrize(
    ("context", "trusted", "code", "what"),
    [
        ({}, False, "NET-116", "signed by nobody"),
        ({"days": -2}, True, "NET-114", "has expired"),
        ({"name": "other.example"}, True, "NET-115", "another name"),
    ],
    ids=["self-signed", "expired", "another name"],
)
def test_each_bad_certificate_is_told_apart(
    folder: Folder, authority: Authority, context: dict[str, Any], trusted: bool, code: str, what: str
) -> None:
    with serving(shop(), authority.context(**context)) as url:
        text, folder.env = woo(url)
        if trusted:
            folder.env["SSL_CERT_FILE"] = str(authority.file)
        folder.settings(text)
        found = told(folder.check("--json"))
    assert found["code"] == code
    assert what in found["what"]
    assert found["remedy"]


@pytest.mark.parametrize(
    ("url", "code", "what"),
    [
        ("http://127.0.0.1:9", "NET-102", "cannot be reached"),
        ("https://no-such-shop.invalid", "NET-101", "cannot be found"),
        ("http://shop.example", "WOO-101", "plain http"),
        ("https://shop.example/wp-admin", "WOO-106", "administration"),
        ("https://shop.example/de/wp-admin/index.php", "WOO-106", "administration"),
    ],
)
def test_an_address_that_cannot_be_right_is_told(folder: Folder, url: str, code: str, what: str) -> None:
    text, folder.env = woo(url)
    folder.settings(text)
    found = told(folder.check("--json"))
    assert found["code"] == code
    assert what in found["what"]
    assert found["remedy"]


def test_a_port_that_speaks_no_tls_is_told(folder: Folder) -> None:
    with serving(shop()) as url:
        text, folder.env = woo(url.replace("http:", "https:"))
        folder.settings(text)
        found = told(folder.check("--json"))
    assert (found["code"], "HTTPS" in found["remedy"]) == ("NET-104", True)


@contextmanager
def till() -> Iterator[tuple[str, Callable[..., str]]]:
    with ExitStack() as kept:
        try:
            name = kept.enter_context(mariadb_database())
        except pymysql.err.OperationalError as error:
            missing("mariadb", str(error))
        yield name, lambda *grants: kept.enter_context(mariadb_user(name, *grants))


@pytest.mark.pain("frappe/ecommerce_integrations#266")
@pytest.mark.mariadb
@pytest.mark.parametrize(
    ("grants", "changes", "code", "remedy"),
    [
        (("ALL ON {name}.*",), {"password": "no"}, "SQL-1045", "password"),
        (("ALL ON *.*",), {"database": "sw_nowhere"}, "SQL-1049", "database"),
        (("ALL ON {name}.*",), {"database": "sw_nowhere"}, "SQL-1044", ""),
        ((), {}, "SQL-1044", ""),
        (("SELECT ON {name}.phppos_categories",), {}, "SQL-1142", "GRANT SELECT"),
        (("ALL ON {name}.*",), {"port": "1"}, "SQL-112", ""),
        (("ALL ON {name}.*",), {"host": "no-such-till.invalid"}, "SQL-111", ""),
    ],
    ids=[
        "wrong password",
        "no database",
        "hidden database",
        "no rights",
        "few rights",
        "no server",
        "no host",
    ],
)
def test_each_obstacle_at_a_database_is_told_apart(
    folder: Folder, grants: tuple[str, ...], changes: dict[str, str], code: str, remedy: str
) -> None:
    with till() as (name, user):
        values = {
            "host": "127.0.0.1",
            "user": user(*(one.format(name=name) for one in grants)),
            "database": name,
        }
        folder.env = {"P": changes.pop("password", PASSWORD)}
        port = changes.pop("port", "3306")
        lines = [f'{key} = "{value}"' for key, value in {**values, **changes}.items()]
        folder.settings("\n".join(['type = "phppos"', *lines, f"port = {port}", 'password = { env = "P" }']))
        found = told(folder.check("--json"))
    assert found["code"] == code
    assert found["what"].endswith(".")
    assert found["remedy"]
    assert remedy in found["remedy"]


@pytest.mark.postgres
def test_a_hub_without_its_database_is_told(folder: Folder) -> None:
    with postgres_url() as url:
        nowhere = url.rpartition("/")[0] + "/sw_test_nowhere"
        text, folder.env = woo("https://shop.example")
        for database, code in ((nowhere, "STORE-012"), ("postgresql://u:p@127.0.0.1:1/x", "STORE-014")):
            folder.settings(text, f'[hub]\ndatabase = "{database}"')
            found = told(folder.check("--json"))
            assert (found["code"], bool(found["remedy"])) == (code, True)


@pytest.mark.postgres
def test_a_hub_that_may_not_make_its_tables_is_told(folder: Folder) -> None:
    import psycopg

    with postgres_url(empty=True) as url, psycopg.connect(url, autocommit=True) as server:
        name = f"sw_test_poor_{os.getpid()}"
        server.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'poor pass'")
        try:
            server.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
            poor = url.replace("postgres@", f"{name}:poor%20pass@")
            text, folder.env = woo("https://shop.example")
            folder.env["D"] = poor
            folder.settings(text, '[hub]\ndatabase = { env = "D" }')
            done = folder.check("--json")
            found = told(done)
            assert found["code"] == "STORE-013"
            assert "poor" not in done.stdout.replace(name, "") + done.stderr.replace(name, "")
        finally:
            server.execute(f"DROP ROLE {name}")
