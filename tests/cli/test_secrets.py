"""No secret leaves the hub: seeded everywhere, provoked everywhere, looked for everywhere in every form."""

import base64
import json
import os
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from shopweave.connector.contract.failing import holds
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.runtime.clock import seeded
from shopweave.simulators.catalogue import catalogue
from shopweave.simulators.till import create
from shopweave.simulators.woocommerce import Key, WooShop
from tests.mail import mail_server
from tests.servers import Authority, serving

pytestmark = pytest.mark.long(45)

MAIN = "from shopweave.cli import main; main()"
CRASH = """
import shopweave.hub.checking as checking
async def broken(hub):
    import os
    raise RuntimeError("crash with " + os.environ["S_SHOP"]) from ValueError(os.environ["S_MAIL"])
checking.check_all = broken
"""
SECRETS = {
    "S_KEY": "ck_7Qm2xVbn41Lk",
    "S_SHOP": "cs_9/8+hT e&st=Zw",
    "S_WORD": "aB3d Ef6h iJ9l mN2p",
    "S_TOKEN": "5f0c9e1a-2222-4b4b-8c8c-9d9d9d9d9d9d",
    "S_CONTENT": "content t0ken/+x",
    "S_TILL": "till pä55/wörd+",
    "S_MAIL": "mail pa55 w0rd/+",
    "S_SIGN": "sign-me-4711-xyz",
    "S_DATA": "hub db pa55/+",
}
HOOK = "hook-4f7e21c9a0"
SETTINGS = """[hub]
allow_private_addresses = true

[connections.till]
type = "phppos"
path = "till.sqlite"

[connections.old-till]
type = "phppos"
host = "127.0.0.1"
port = 9
user = "hub"
password = {{ env = "S_TILL" }}
database = "till"

[connections.icecat]
type = "icecat"
url = "{shop}/api"
user = "hub"
api_token = {{ env = "S_TOKEN" }}
content_token = {{ env = "S_CONTENT" }}

[connections.shop]
type = "woocommerce"
url = "{shop}"
consumer_key = {{ env = "S_KEY" }}
consumer_secret = {{ env = "S_SHOP" }}
wp_user = "hub"
application_password = {{ env = "S_WORD" }}
weight_unit = "kg"

[flows.till-to-shop]
source = "till"
target = "shop"
own = ["identity", "name", "regular_price", "status"]

[flows.icecat-to-shop]
source = "icecat"
target = "shop"
items = "till"
own = ["attributes"]
create = false

[notify]
webhook = {{ env = "S_HOOK" }}
webhook_secret = {{ env = "S_SIGN" }}

[notify.email]
host = "127.0.0.1"
port = {mail}
user = "hub"
password = {{ env = "S_MAIL" }}
from = "hub@shop.example"
to = ["me@shop.example"]
tls = "none"
"""


class Parrot:
    """A shop that says back what it was sent: headers, decoded and encoded, in whatever way it is told to."""

    def __init__(self) -> None:
        class Now:
            def now(self) -> datetime:
                return datetime.now(UTC)

            def monotonic(self) -> float:
                return 0.0

            async def sleep(self, seconds: float) -> None:
                raise AssertionError

        self.shop = WooShop(Now(), keys=(Key(key=SECRETS["S_KEY"], secret=SECRETS["S_SHOP"]),))
        self.mode = ""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self.mode == "items" and request.method == "POST" and "/batch" in request.url:
            return self._items(request)
        if not self.mode or self.mode == "items":
            return self.shop.handle(request)
        kind, _, status = self.mode.partition(" ")
        text = self._echo(request)
        body = f"<html>{text}</html>" if kind == "html" else json.dumps({"code": "x", "message": text})
        headers = {"content-type": "text/html" if kind == "html" else "application/json"}
        return HttpResponse(status=int(status), headers=headers, body=body.encode())

    def _items(self, request: HttpRequest) -> HttpResponse:
        sent = json.loads(request.body or b"{}")
        error = {"code": "bad_item", "message": f"no: {self._echo(request)}"}
        body = {part: [{"id": 0, "error": error} for _ in rows] for part, rows in sent.items()}
        return HttpResponse(
            status=200, headers={"content-type": "application/json"}, body=json.dumps(body).encode()
        )

    def _echo(self, request: HttpRequest) -> str:
        given = {name.lower(): value for name, value in request.headers.items()}.get("authorization", "")
        plain = base64.b64decode(given.partition(" ")[2] or b"").decode(errors="replace")
        known = [secret for name, secret in SECRETS.items() if name != "S_DATA"]
        everything = " ".join([*known, *map(quote, known)])
        return f"you sent {given} which is {plain} or {quote(plain, safe='')} and {everything}"


class Hub:
    """A folder and its processes; keeps all they print."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.printed: list[str] = []
        self.env: dict[str, str] = {}

    def call(self, *words: str, code: str = MAIN, **env: str) -> int:
        done = subprocess.run(
            [sys.executable, "-c", code, *words],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={**os.environ, **SECRETS, **self.env, **env},
        )
        self.printed.append(f"$ {' '.join(words)}\n{done.stdout}{done.stderr}")
        return done.returncode

    def texts(self) -> Iterator[tuple[str, str]]:
        """Give all that was printed or written, with what databases hold packed."""
        yield from (("output", text) for text in self.printed)
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                yield path.name, path.read_bytes().decode("utf-8", errors="replace")
            if path.suffix == ".sqlite" and path.name != "till.sqlite":
                yield from _cells(path)


def _cells(path: Path) -> Iterator[tuple[str, str]]:
    db = sqlite3.connect(path)
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        rows = db.execute(f"SELECT * FROM {table}")
        names = [column[0] for column in rows.description]
        for row in rows:
            yield from ((f"{table}.{name}", _unpacked(cell)) for name, cell in zip(names, row, strict=True))
    db.close()


def _unpacked(cell: object) -> str:
    if isinstance(cell, bytes):
        with suppress(zlib.error):
            cell = zlib.decompress(cell)
        return bytes(cell).decode("utf-8", errors="replace")
    return str(cell)


def leaks(hub: Hub, known: dict[str, str]) -> list[str]:
    return sorted(
        {
            f"{name} in {place}"
            for place, text in hub.texts()
            for name, secret in known.items()
            for form in (secret, "".join(secret.split()))
            if holds(text, form)
        }
    )


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    create(
        tmp_path / "till.sqlite", catalogue(seeded(3), 6, date(2026, 3, 1), simple=True), datetime.now(UTC)
    )
    return Hub(tmp_path)


def test_no_secret_is_in_any_output_log_database_or_backup(
    hub: Hub, tmp_path_factory: pytest.TempPathFactory
) -> None:
    parrot = Parrot()
    authority = Authority(tmp_path_factory.mktemp("authority"))
    with (
        serving(parrot) as shop,
        serving(parrot, authority.context()) as tls,
        mail_server(password="x") as mail,
    ):
        hub.env["S_HOOK"] = f"{shop}/{HOOK}"
        settings = SETTINGS.format(shop=shop, mail=mail.port)
        (hub.folder / "shopweave.toml").write_text(settings)
        for mode in ("json 401", "json 400", "json 500", "html 200", "html 401", "html 503", "json 404"):
            parrot.mode = mode
            assert hub.call("check", "--json") == 2
            assert hub.call("run", "--json") in (1, 2, 3)
        parrot.mode = "items"
        assert hub.call("run", "--approve", "--json") in (1, 3)
        hub.call("run", "--approve", SHOPWEAVE_DEBUG="1")
        parrot.mode = "html 500"
        hub.call("notify", "test", "--json")
        hub.call("check", code=CRASH + MAIN)
        hub.call("check", "--json", code=CRASH + MAIN, SHOPWEAVE_DEBUG="1")
        for command in ("findings", "runs", "plans", "connections", "flows", "conflicts"):
            assert hub.call(command, "--json") in (0, 3)
            assert hub.call(command) in (0, 3)
        hub.call("explain", "1", "--json")
        assert hub.call("backup", "copy.sqlite") == 0
        (hub.folder / "shopweave.toml").write_text(settings.replace(f'url = "{shop}"', f'url = "{tls}"'))
        assert hub.call("check", "--json") == 2
        (hub.folder / "shopweave.toml").write_text(settings.replace("wp_user", "wp_usr"))
        assert hub.call("check", "--json") == 2
        data = quote(SECRETS["S_DATA"], safe="")
        hub.env["S_URL"] = f"postgresql://hub:{data}@127.0.0.1:9/shopweave"
        with_database = settings.replace("[hub]", '[hub]\ndatabase = { env = "S_URL" }')
        (hub.folder / "shopweave.toml").write_text(with_database)
        assert hub.call("check", "--json") == 2
        hub.call("check", SHOPWEAVE_DEBUG="1")
    assert any("HUB-500" in text for text in hub.printed)
    assert any("bad_item" in text for _, text in hub.texts())
    assert leaks(hub, {**SECRETS, "S_HOOK": HOOK}) == []


def test_the_search_would_find_what_leaks(hub: Hub) -> None:
    secret = SECRETS["S_SHOP"]
    pair = base64.b64encode(f"hub:{secret}".encode()).decode()
    for text in (secret, quote(secret, safe=""), f"Authorization: Basic {pair}"):
        hub.printed = [f"error: {text}"]
        assert leaks(hub, {"S_SHOP": secret})
