"""The naive script: it does its work when nothing goes wrong, and does not know what it has done."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import pytest

from shopweave.connector.transports import HttpStream, SqlTx
from shopweave.model.errors import NoAnswer
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.runtime.sqlite import SqliteTx
from shopweave.simulators.catalogue import catalogue
from shopweave.simulators.till import Cashier, create, sales
from shopweave.simulators.woocommerce import User, WooShop
from shopweave.simulators.woocommerce.fill import fill
from shopweave.storms.trade.naive import Script, Site

T = TypeVar("T")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SITES = tuple(
    Site(name=name, url=f"https://{name}.storm", user="hub", password="secret word")
    for name in ("north", "south")
)


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.moment = NOON - timedelta(seconds=30)

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.moment.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        await asyncio.sleep(0)


class Net:
    """Both shops behind one transport; `cut` loses what it says yes to."""

    def __init__(self, shops: dict[str, WooShop]) -> None:
        self.shops = shops
        self.log: list[str] = []
        self.cut: Callable[[HttpRequest], bool] = lambda _: False

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.log.append(f"{request.method} {request.url}")
        if self.cut(request):
            raise NoAnswer
        return self.shops[request.url.split("/")[2].partition(".")[0]].handle(request)

    def stream(self, request: HttpRequest) -> AbstractAsyncContextManager[HttpStream]:
        raise NotImplementedError


class Drawer:
    """The till's database; `is_away` for those who write."""

    def __init__(self, path: Path) -> None:
        self._path, self.is_away = path, False

    async def transact(self, work: Callable[[SqlTx], T], *, read_only: bool, timeout: float) -> T:
        if self.is_away and not read_only:
            raise NoAnswer
        with closing(sqlite3.connect(self._path)) as db, db:
            db.row_factory = sqlite3.Row
            return work(SqliteTx(db))


class Street:
    """A till, two shops that sell its goods, and the script between them."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.till = Hands(), folder / "till.sqlite"
        goods = catalogue(Random(1), 7, date(2026, 3, 1))
        create(self.till, goods, NOON - timedelta(days=1))
        self.shops = {
            site.name: WooShop(self.clock, url=site.url, users=(User(name="hub", password="secret word"),))
            for site in SITES
        }
        for shop in self.shops.values():
            fill(shop, goods)
        self.cashier, self.net = Cashier(self.till), Net(self.shops)
        self.sql = Drawer(self.till)
        self.script = Script(self.net, self.sql, self.clock, SITES)

    def buy(self, name: str, sku: str, quantity: int = 1) -> int:
        """Buy in a shop, now."""
        row = self.row(name, sku)
        named: dict[str, Any] = {"product_id": row["id"]}
        if row["type"] == "variation":
            named = {"product_id": row["parent_id"], "variation_id": row["id"]}
        line = {**named, "quantity": quantity}
        return int(self.shops[name].orders.create({"line_items": [line], "set_paid": True})["id"])

    def row(self, name: str, sku: str) -> dict[str, Any]:
        """Give a product of a shop."""
        state = self.shops[name].state
        return state.products[state.skus[sku.lower()]]

    def shown(self, name: str, sku: str) -> int:
        """Give the level that a shop shows."""
        return int(self.row(name, sku)["stock_quantity"])

    def run(self, minute: datetime) -> None:
        """Let the script run once, at a full minute."""
        self.clock.moment = minute
        asyncio.run(self.script.run(minute))

    def booked(self) -> list[str]:
        """Give the orders that stand in the till, by their marks."""
        return [one.mark for one in sales(self.till) if one.mark]


@pytest.fixture
def street(tmp_path: Path) -> Street:
    return Street(tmp_path)


@pytest.mark.parametrize("sku", ["1", "6-60"])
def test_an_order_is_booked_and_both_shops_show_what_is_left(street: Street, sku: str) -> None:
    before = street.cashier.quantity(sku)
    order = street.buy("north", sku)
    street.run(NOON)
    assert street.booked() == [f"north:{order}:till:1"]
    assert street.cashier.quantity(sku) == before - 1
    assert street.shown("north", sku) == street.shown("south", sku) == before - 1


def test_an_order_is_seen_in_one_minute_and_no_other(street: Street) -> None:
    street.clock.moment = NOON
    order = street.buy("south", "1")
    street.run(NOON)
    assert street.booked() == []
    street.run(NOON + timedelta(minutes=1))
    street.run(NOON + timedelta(minutes=2))
    assert street.booked() == [f"south:{order}:till:1"]


def test_a_minute_that_is_missed_is_lost(street: Street) -> None:
    street.buy("north", "1")
    street.net.cut = lambda request: "/orders" in request.url
    street.run(NOON)
    street.net.cut = lambda _: False
    street.run(NOON + timedelta(minutes=1))
    assert street.booked() == []


def test_an_order_that_is_touched_again_is_booked_again(street: Street) -> None:
    order = street.buy("north", "1")
    street.run(NOON)
    street.clock.moment += timedelta(seconds=20)
    shop = street.shops["north"]
    shop.orders.update(shop.state.rows["order"][order], {"customer_note": "Please ring"})
    street.run(NOON + timedelta(minutes=1))
    assert street.booked() == [f"north:{order}:till:1"] * 2


def test_a_sale_of_this_minute_is_written_over(street: Street) -> None:
    before = int(street.cashier.quantity("1"))
    street.clock.moment = NOON
    street.buy("north", "1")
    assert street.shown("north", "1") == before - 1
    street.run(NOON)
    assert street.shown("north", "1") == before


def test_a_till_that_is_away_loses_the_order_and_not_the_run(street: Street) -> None:
    street.buy("north", "1")
    street.cashier.sell({"2": Decimal(1)}, NOON)
    street.sql.is_away = True
    street.run(NOON)
    assert street.booked() == []
    assert street.shown("south", "2") == street.cashier.quantity("2")


def test_cron_starts_a_run_at_each_full_minute(street: Street) -> None:
    async def story() -> None:
        cron = asyncio.ensure_future(street.script.cron())
        while street.script.begun < 4:
            await asyncio.sleep(0)
        cron.cancel()

    asyncio.run(story())
    asked = [line for line in street.net.log if "north.storm" in line and "/orders?" in line]
    for number, line in enumerate(asked[:3]):
        end = NOON + timedelta(minutes=number)
        assert f"modified_before={end:%Y-%m-%dT%H}%3A{end:%M}%3A00" in line
