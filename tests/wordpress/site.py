"""A real WordPress with the plug-in: its own folder, database and web server with several workers."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pymysql
from tools.plugin import build
from tools.wordpress import archive

from tests.services import missing

PARTS = Path(__file__).with_name("php")
COMPILED = ".compiled"
KEYS = {"read": "ck_read", "write": "ck_write", "read_write": "ck_both"}
ROLES = ("administrator", "shop_manager", "author", "subscriber")
_SET_UP = """
standin_install();
standin_install_orders();
$out = array();
foreach ( %s as $role ) {
    $id = wp_insert_user( array( 'user_login' => $role, 'user_pass' => 'x', 'role' => $role ) );
    $out[ $role ] = WP_Application_Passwords::create_new_application_password( $id, array( 'name' => 'hub' ) )[0];
}
global $wpdb;
foreach ( %s as $permissions => $key ) {
    $owner = get_user_by( 'login', 'shop_manager' )->ID;
    $wpdb->insert( "{$wpdb->prefix}woocommerce_api_keys", array( 'user_id' => $owner,
        'permissions' => $permissions, 'consumer_key' => $key, 'consumer_secret' => 'cs_secret' ) );
}
return $out;
"""


@dataclass(kw_only=True)
class Site:
    """A site that answers at `url`."""

    url: str
    folder: Path
    passwords: dict[str, str] = field(default_factory=dict)

    def run(self, code: str) -> Any:
        """Run PHP inside the site and give what it returns."""
        done = self._php(code, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.rpartition("\n=>")[2])

    def ask(self, method: str, path: str, *, who: str = "read_write", **kwargs: Any) -> httpx.Response:
        """Ask a route as a role, by a consumer key or as nobody."""
        pair = (KEYS[who], "cs_secret") if who in KEYS else (who, self.passwords.get(who, ""))
        auth = None if who == "nobody" else pair
        return httpx.request(method, f"{self.url}/wp-json{path}", auth=auth, timeout=60, **kwargs)

    def product(self, sku: str = "", **meta: str) -> int:
        """Make a product as the shop's own pages would."""
        found: int = self.run(
            f"return standin_product( {_php(sku)}, json_decode( {_php(json.dumps(meta))}, true ) );"
        )
        return found

    def product_of(self, kind: str, sku: str, parent: int = 0, *, meta: dict[str, str] | None = None) -> int:
        """Make a variable product or a variation."""
        told = f"json_decode( {_php(json.dumps(meta or {}))}, true )"
        found: int = self.run(f"return standin_product( {_php(sku)}, {told}, {_php(kind)}, {parent} );")
        return found

    def order(self, status: str, *lines: tuple[int, int], modified: str = "", **meta: str) -> int:
        """Make an order with lines of product and quantity; `modified` is UTC, now unless told."""
        items = json.dumps([{"product_id": product, "quantity": quantity} for product, quantity in lines])
        found: int = self.run(
            f"return standin_order( {_php(status)}, json_decode( {_php(items)}, true ),"
            f" json_decode( {_php(json.dumps(meta))}, true ), {_php(modified)} );"
        )
        return found

    def asked_inside(self, path: str, body: object, before: str = "") -> str:
        """Write the PHP that asks a route in the process itself, as a shop manager."""
        return (
            f"ini_set( 'log_errors', '0' ); {before}"
            "wp_set_current_user( get_user_by( 'login', 'shop_manager' )->ID );"
            f"$asked = new WP_REST_Request( 'POST', {_php(path)} );"
            "$asked->set_header( 'content-type', 'application/json' );"
            f"$asked->set_body( {_php(json.dumps(body))} );"
            "$found = rest_do_request( $asked );"
            "return array( $found->get_status(), $found->get_data() );"
        )

    def dies(self, code: str) -> int:
        """Run PHP that does not live to its end and give what the process ended with."""
        return self._php(code).returncode

    def _php(self, code: str, timeout: float | None = None) -> subprocess.CompletedProcess[str]:
        """Run PHP that finds WordPress compiled by the one before: that is half of its time."""
        (self.folder / COMPILED).mkdir(exist_ok=True)
        kept = ("-d", "opcache.enable_cli=1", "-d", f"opcache.file_cache={self.folder / COMPILED}")
        return subprocess.run(
            ["php", *kept, str(PARTS / "run.php")],
            cwd=self.folder,
            input=code,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )

    @property
    def log(self) -> str:
        """Give what PHP complained about."""
        path = self.folder / "debug.log"
        return path.read_text("utf-8") if path.exists() else ""


def _php(value: object) -> str:
    """Write a value as PHP."""
    if isinstance(value, dict):
        return f"array( {', '.join(f'{_php(key)} => {_php(one)}' for key, one in value.items())} )"
    if isinstance(value, tuple):
        return f"array( {', '.join(map(_php, value))} )"
    text = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text}'"


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def _database() -> Iterator[str]:
    name = f"sw_wp_{uuid4().hex[:12]}"
    try:
        server = pymysql.connect(host="127.0.0.1", user="root", autocommit=True)
    except pymysql.OperationalError as error:
        missing("mariadb", str(error))
        return
    with server, server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        try:
            yield name
        finally:
            cursor.execute(f"DROP DATABASE {name}")


@contextmanager
def _serving(folder: Path, port: int, workers: int) -> Iterator[None]:
    command = ["php", "-S", f"127.0.0.1:{port}", "-t", str(folder), str(PARTS / "router.php")]
    env = {**os.environ, "PHP_CLI_SERVER_WORKERS": str(workers)}
    nowhere = subprocess.DEVNULL
    with subprocess.Popen(
        command, cwd=folder, env=env, start_new_session=True, stdout=nowhere, stderr=nowhere
    ) as server:
        try:
            until = time.monotonic() + 10
            while not _answers(port):
                assert time.monotonic() < until, "the web server does not start"
                time.sleep(0.05)
            yield
        finally:
            os.killpg(server.pid, signal.SIGTERM)


def _laid_out(folder: Path, version: str, database: str, url: str) -> None:
    with zipfile.ZipFile(archive(version)) as packed:
        packed.extractall(folder)
    shutil.rmtree(folder / "wp-content/database", ignore_errors=True)
    config = (PARTS / "config.php").read_text("utf-8")
    for name, value in (("database", database), ("url", url), ("folder", str(folder))):
        config = config.replace(f"{{{name}}}", value)
    (folder / "wp-config.php").write_text(config, "utf-8")
    must = folder / "wp-content/mu-plugins"
    must.mkdir()
    for name in ("bench.php", "trackers.php"):
        shutil.copy(PARTS / name, must / name)
    shutil.copytree(PARTS / "woocommerce", folder / "wp-content/plugins/woocommerce")
    with zipfile.ZipFile(build(folder)) as plugin:
        plugin.extractall(folder / "wp-content/plugins")


@contextmanager
def wordpress(folder: Path, version: str = "6.5", workers: int = 16) -> Iterator[Site]:
    """Install WordPress with the plug-in, serve it, and take it away again."""
    if not archive(version).exists() or shutil.which("php") is None:
        missing("wordpress", "there is no PHP, or no archive of WordPress: run `make wordpress`")
    port = free_port()
    with _database() as database:
        site = Site(url=f"http://127.0.0.1:{port}", folder=folder)
        _laid_out(folder, version, database, site.url)
        subprocess.run(["php", str(PARTS / "install.php")], cwd=folder, check=True, capture_output=True)
        assert site.run("return activate_plugin( 'woocommerce/woocommerce.php' );") is None
        site.passwords = site.run(_SET_UP % (_php(ROLES), _php(KEYS)))
        assert site.run("return activate_plugin( 'shopweave/shopweave.php' );") is None
        with _serving(folder, port, workers):
            yield site
