"""A simulated shop with a connection, for tests of orders."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from shopweave.connector.orders import OrderPage
from shopweave.connectors.woocommerce import Shop, WooSettings
from shopweave.model.order import Order
from shopweave.runtime.clock import SystemIds
from shopweave.simulators.woocommerce import Key, User, WooShop
from shopweave.simulators.woocommerce.rules import Rules
from tests.connectors.woocommerce.shop import Ticking
from tests.worlds import SHOP, Simulated

T = TypeVar("T")
OVERLAP = 120.0


class Counter:
    """A shop that sells, and a connection to it."""

    def __init__(self, rules: Rules | None = None, *, hours: int = 2, **settings: Any) -> None:
        self.clock = Ticking()
        self.shop = WooShop(
            self.clock,
            url=SHOP,
            users=(User(name="hub", password="pw"),),
            keys=(Key(key="ck_1", secret="cs_1"),),
            rules=rules or Rules(),
            offset=timedelta(hours=hours),
        )
        self.http = Simulated((SHOP, self.shop))
        values = {"url": SHOP, "consumer_key": "ck_1", "consumer_secret": "cs_1", "page_size": 3, **settings}
        self.connection = Shop(WooSettings(**values), self.http, SystemIds())

    def product(self, price: str = "10", stock: int = 100, **body: Any) -> dict[str, Any]:
        known = {"name": "Kettle", "sku": f"s{self.shop.state.next_id}", "status": "publish"}
        counted = {"manage_stock": True, "stock_quantity": stock, "regular_price": price}
        return self.shop.products.create({**known, **counted, **body})

    def order(self, *lines: dict[str, Any], status: str = "processing", **body: Any) -> dict[str, Any]:
        goods = lines or ({"product_id": self.product()["id"], "quantity": 1},)
        return self.shop.orders.create({"status": status, "line_items": list(goods), **body})

    def edit(self, order: dict[str, Any], **body: Any) -> dict[str, Any]:
        return self.shop.orders.update(self.shop.orders.rows[order["id"]], body)

    def later(self, **span: float) -> None:
        self.clock.time += timedelta(**span)

    def window(self, position: str = "", overlap: float = OVERLAP) -> tuple[dict[str, Order], str]:
        pages = run(self.pages(position, overlap))
        found = {one.order.revision.order: one.order for page in pages for one in page.orders}
        return found, pages[-1].position

    async def pages(self, position: str, overlap: float = OVERLAP) -> list[OrderPage]:
        pages = []
        while True:
            pages.append(await self.connection.orders(position, overlap=overlap))
            position = pages[-1].position
            if pages[-1].done:
                return pages

    def read(self, order: dict[str, Any]) -> Order:
        (one,) = run(self.connection.orders_by_ids((str(order["id"]),))).orders
        return one.order


def run(story: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(story)
