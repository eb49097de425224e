"""A till and a street of shops in a process of their own, and the settings of a hub for them."""

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from multiprocessing.connection import Connection
from pathlib import Path

from msgspec import Struct, structs

from shopweave.demo.serve import Server
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.runtime.clock import SystemClock, seeded
from shopweave.simulators.catalogue import Catalogue, catalogue
from shopweave.simulators.till import create
from shopweave.simulators.woocommerce import Key, User, WooShop
from shopweave.simulators.woocommerce.fill import fill

PASSWORD = "a password of the street"
KEY, SECRET = f"ck_{7:040x}", f"cs_{9:040x}"
STOCK = Decimal(1_000_000)
SHOP = """
[connections.shop{n}]
type = "woocommerce"
mode = "test"
sales = "hand-over"
url = "{url}"
allow_http = true
wp_user = "hub"
application_password = {{ file = "password" }}
requests_at_once = {at_once}

[flows.orders{n}]
kind = "orders"
source = "shop{n}"
target = "till"
statuses = ["processing"]
every = 60

[flows.stock{n}]
kind = "stock"
source = "till"
target = "shop{n}"
every = 60
"""
PRICES = """
[flows.prices]
source = "till"
target = "shop2"
own = ["regular_price"]

[flows.prices.guard]
share = 1.0
price_move = 9.0
"""
TILL = """[hub]
time_zone = "Europe/Helsinki"
allow_private_addresses = true

[connections.till]
type = "phppos"
path = "till.sqlite"
currency = "EUR"
key_sweep_hours = 0
"""


class Visit(Struct, frozen=True, kw_only=True):
    """A request as shop number `shop` saw it; monotonic seconds, which all processes of a machine share."""

    shop: int
    method: str
    path: str
    body: bytes
    came: float
    answered: float


class Watched:
    """One shop: every request is noted when it arrives; it may be made to answer late."""

    def __init__(self, number: int, goods: Catalogue, clock: SystemClock, seen: list[Visit]) -> None:
        self._number, self._clock, self._seen = number, clock, seen
        self._came: dict[int, float] = {}
        self.late = 0.0
        self.shop = WooShop(
            clock, users=(User(name="hub", password=PASSWORD),), keys=(Key(key=KEY, secret=SECRET),)
        )
        fill(self.shop, goods)
        self.server = Server(self, clock, pace=self._pace)

    async def open(self) -> str:
        """Begin to answer; gives the address."""
        url = await self.server.start()
        self.shop.answer_at(url)
        return url

    def _pace(self, request: HttpRequest) -> float:
        self._came[id(request)] = self._clock.monotonic()
        return self.late

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        answer = self.shop.handle(request)
        now = self._clock.monotonic()
        self._seen.append(
            Visit(
                shop=self._number,
                method=request.method,
                path=request.url.split("/wp-json", 1)[-1],
                body=request.body,
                came=self._came.pop(id(request), now),
                answered=now,
            )
        )
        return answer


class Street:
    """The hub's side of the street; shops are counted from 1."""

    def __init__(self, folder: Path, pipe: Connection, urls: list[str]) -> None:
        self.folder, self.urls, self._pipe = folder, urls, pipe

    def visits(self) -> list[Visit]:
        """Give what the shops saw since the last call."""
        self._pipe.send(("seen", 0, 0.0))
        found: list[Visit] = self._pipe.recv()
        return found

    def sell(self, orders: int) -> None:
        """Let the first shop have that many orders of one piece."""
        self._pipe.send(("sell", orders, 0.0))
        self._pipe.recv()

    def delay(self, shop: int, seconds: float) -> None:
        """Let one shop answer so much later; 0 for all of them."""
        self._pipe.send(("late", shop, seconds))
        self._pipe.recv()


@contextmanager
def street(
    folder: Path, shops: int, items: int, *, prices: bool = False, at_once: int = 4
) -> Iterator[Street]:
    """Serve the shops until the block ends, each with all items; the hub's settings are written.

    `prices` adds a flow of prices to the second shop; `at_once` is how many requests each shop takes.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, folder, shops, items), daemon=True)
    process.start()
    try:
        urls: list[str] = ours.recv()
        _write_settings(folder, urls, PRICES if prices else "", at_once)
        yield Street(folder, ours, urls)
    finally:
        ours.send(("stop", 0, 0.0))
        process.join(60)


def _write_settings(folder: Path, urls: list[str], more: str, at_once: int) -> None:
    password = folder / "password"
    password.write_text(PASSWORD, "utf-8")
    password.chmod(0o600)
    shops = "".join(SHOP.format(n=n, url=url, at_once=at_once) for n, url in enumerate(urls, 1))
    (folder / "shopweave.toml").write_text(f"{TILL}{shops}{more}", "utf-8")


def _serve(pipe: Connection, folder: Path, shops: int, items: int) -> None:
    asyncio.run(_answer(pipe, folder, shops, items))


async def _answer(pipe: Connection, folder: Path, shops: int, items: int) -> None:
    clock, seen = SystemClock(), list[Visit]()
    goods = _stocked(catalogue(seeded(7), items, datetime.now(UTC).date(), simple=True))
    create(folder / "till.sqlite", goods, clock.now())
    rows = [Watched(number, goods, clock, seen) for number in range(1, shops + 1)]
    pipe.send([await one.open() for one in rows])
    loop = asyncio.get_running_loop()
    while (asked := await loop.run_in_executor(None, pipe.recv))[0] != "stop":
        word, shop, seconds = asked
        if word == "late":
            for one in rows if not shop else [rows[shop - 1]]:
                one.late = seconds
            pipe.send("done")
        elif word == "sell":
            _sell(rows[0].shop, shop)
            pipe.send("done")
        else:
            pipe.send(list(seen))
            seen.clear()
    for one in rows:
        await one.server.stop()


def _sell(shop: WooShop, orders: int) -> None:
    goods = sorted(shop.state.rows["product"])
    for number in range(orders):
        line = {"product_id": goods[number % len(goods)], "quantity": 1}
        shop.orders.create({"status": "processing", "set_paid": True, "line_items": [line]})


def _stocked(goods: Catalogue) -> Catalogue:
    """Let every item be on the shelf and in the shops: one that is sold out, or not counted, has no level."""
    rows = tuple(
        structs.replace(one, quantity=STOCK, web=True, deleted=False, inactive=False, service=False)
        for one in goods.products
    )
    return structs.replace(goods, products=rows)
