"""What a shop or a stranger may send at its worst, to a real process, beside good orders.

Each is answered and told of, nothing is lost, and no good order waits for any of it.
"""

import re
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from shopweave.connector.callbacks import Callback
from shopweave.hub.context import Hub
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.simulators.till import sales
from tests.cli.test_cli import EXE, call, last
from tests.connectors.woocommerce.test_callbacks import signed
from tests.servers import serving
from tests.services import postgres_url
from tests.trade.test_shop_to_till import TO_TILL, Trade, trading
from tests.worlds import SHOP, play

pytestmark = pytest.mark.long(30)

HUGE = 50_000_000
SOON = 90.0
SETTINGS = (
    trading("hand-over", TO_TILL.replace('later_changes = "update"', "every = 60"))
    .replace('type = "phppos"', 'type = "phppos"\ncurrency = "EUR"')
    .replace('schedule = "every 1 minutes"', "")
    .replace('schedule = "every 2 minutes"', "")
)
LATER = "UPDATE callback SET at = '2020-01-01T00:00:00.000000Z' WHERE remote_id = '{}'"


class Shop:
    """A shop that sells, and the hub that works for it in a process of its own."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder, self.database, self.url = folder, database, ""
        where = f'[hub]\ndatabase = "{database}"' if database else "[hub]"
        self.trade = Trade(folder, SETTINGS.replace("[hub]", where, 1))
        self.lock = threading.Lock()
        self.hook: dict[str, str] = {}

    def handle(self, request: HttpRequest) -> HttpResponse:
        with self.lock:
            return self.trade.world.shop.handle(request)

    def call(self, *words: str) -> Any:
        """Give what a command prints."""
        done = call(*words, "--json", "--dir", str(self.folder), cwd=self.folder)
        assert done.returncode == 0, done.stderr
        return last(done)

    def order(self, sku: str = "", **changed: Any) -> str:
        """Let somebody buy one piece; gives the order's id."""
        with self.lock:
            chosen = sku or self.trade.goods(2)[0]
            row = self.trade.buy(**{f"s{chosen}": 1})
            self.trade.world.shop.orders.rows[row["id"]].update(changed)
            return str(row["id"])

    def line(self, key: str, **changed: Any) -> None:
        with self.lock:
            self.trade.world.shop.orders.rows[int(key)]["line_items"][0].update(changed)

    def send(self, callback: Callback) -> httpx.Response:
        path = self.hook["url"].partition("/hooks/")[2]
        with httpx.Client(trust_env=False, timeout=60) as client:
            return client.post(
                f"{self.url}/hooks/{path}", content=callback.body, headers=dict(callback.headers)
            )

    def tell(self, key: str) -> None:
        """Send the shop's signed callback of an order, which must be taken."""
        answer = self.send(signed("order.updated", {"id": int(key)}, self.hook["secret"]))
        assert (answer.status_code, answer.json()) == (200, {"accepted": True})

    def announce(self, size: int) -> bytes:
        """Begin a body of so many bytes; gives what is answered before it has all come."""
        host, port = self.url.removeprefix("http://").split(":")
        path = self.hook["url"].partition("/hooks/")[2]
        with socket.create_connection((host, int(port)), timeout=60) as wire:
            wire.sendall(f"POST /hooks/{path} HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode())
            with wire.makefile("rb") as answer:
                return answer.read()

    def sold(self) -> list[str]:
        return [str(one.order) for one in sales(self.trade.world.till)]

    def booked(self, *keys: str) -> None:
        """Wait until the till has each of these once."""
        until = time.monotonic() + SOON
        while not set(keys) <= set(self.sold()) and time.monotonic() < until:
            time.sleep(0.1)
        assert [key for key in keys if self.sold().count(key) != 1] == []

    def codes(self) -> set[str]:
        return {str(one["code"]) for one in self.call("findings")["findings"]}

    def told(self, *codes: str) -> None:
        """Wait until the hub has told of all of these."""
        until = time.monotonic() + SOON
        while (found := self.codes()) < {*found, *codes} and time.monotonic() < until:
            time.sleep(0.5)
        assert set(codes) <= found

    def known(self, key: str) -> Any:
        """Wait until the hub has read an order; gives its story."""
        until = time.monotonic() + SOON
        while time.monotonic() < until:
            done = call("orders", "show", key, "--json", "--dir", str(self.folder), cwd=self.folder)
            if done.returncode == 0:
                return last(done)
            time.sleep(0.5)
        raise AssertionError(key)

    def age(self, key: str) -> None:
        """Let the callbacks of an order have come long ago."""
        if self.database:
            with psycopg.connect(self.database) as server:
                server.execute(LATER.format(int(key)))
            return
        with sqlite3.connect(self.folder / "hub.sqlite", timeout=30) as file:
            file.execute(LATER.format(int(key)))
        file.close()


@contextmanager
def opened(folder: Path, database: str) -> Iterator[Shop]:
    """Let the goods come into the shop, then leave the hub to a process."""
    shop = Shop(folder, database)

    async def begun(hub: Hub) -> None:
        await shop.trade.begun(hub)

    play(shop.trade.world, begun)
    (folder / "simulators" / "shop-password").chmod(0o600)
    with serving(shop.handle) as address:
        (folder / "shopweave.toml").write_text(shop.trade.world.settings.replace(SHOP, address))
        shop.hook = shop.call("hooks")["hooks"][0]
        command = [*EXE, "serve", "--port", "0", "--dir", str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            found = re.search(r"http://[\d.:]+\d", process.stdout.readline())
            assert found is not None
            shop.url = found[0]
            try:
                yield shop
            finally:
                process.terminate()
                process.communicate(timeout=60)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with ExitStack() as stack:
        url = stack.enter_context(postgres_url()) if request.param == "postgres" else ""
        yield stack.enter_context(opened(tmp_path_factory.mktemp("hostile"), url))


@pytest.mark.timeout(600)
def test_strangers_are_answered_and_told_of_while_good_orders_go_over(shop: Shop) -> None:
    secret = shop.hook["secret"]
    first = shop.order()
    wrong = shop.send(signed("order.updated", {"id": int(first)}, "wrong"))
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "HOOK-010")
    huge = threading.Thread(target=lambda: answers.append(shop.announce(HUGE)))
    answers: list[bytes] = []
    huge.start()
    shop.tell(first)
    broken = shop.send(signed("order.updated", b'{"id": 7, ', secret))
    assert (broken.status_code, broken.json()["error"]["code"]) == (400, "HOOK-012")
    second = shop.order()
    shop.tell(second)
    shop.booked(first, second)
    huge.join(60)
    assert answers[0].startswith(b"HTTP/1.1 413")
    assert b"HOOK-013" in answers[0]
    shop.told("HOOK-010", "HOOK-012", "HOOK-013")


@pytest.mark.timeout(600)
def test_a_replay_is_taken_and_books_nothing_twice(shop: Shop) -> None:
    key = shop.order()
    for _ in range(3):
        shop.tell(key)
    shop.booked(key)
    shop.age(key)
    shop.tell(key)
    shop.told("HOOK-014")
    later = shop.order()
    shop.tell(later)
    shop.booked(key, later)


@pytest.mark.timeout(900)
def test_bad_orders_are_kept_and_told_of_while_good_ones_go_over(shop: Shop) -> None:
    with shop.lock:
        orders, products = shop.trade.world.shop.orders, shop.trade.world.shop.products
        odd = {"name": "Odd", "sku": "odd-1", "regular_price": "5", "manage_stock": True, "stock_quantity": 9}
        made = products.create(odd)
        line = {"product_id": made["id"], "quantity": 1}
        unknown = str(orders.create({"line_items": [line], "set_paid": True})["id"])
    below, foreign, unreadable = shop.order(), shop.order(currency="SEK"), shop.order(currency="")
    shop.line(below, quantity=-1)
    good = []
    for key in (unknown, below, foreign, unreadable):
        shop.tell(key)
        good.append(shop.order())
        shop.tell(good[-1])
    shop.booked(*good)
    shop.told("ORD-020", "ORD-021", "POS-053", "WOO-131")
    assert [one["parked"] for one in shop.known(unknown)["lines"]] == ["no item is linked to it"]
    assert [one["parked"] for one in shop.known(below)["lines"]] == ["a quantity below zero"]
    assert [one["state"] for one in shop.known(foreign)["hand_overs"]] == ["refused"]
    assert shop.known(unreadable)["order"]["problem"]
    assert not {unknown, below, foreign, unreadable} & set(shop.sold())
