"""The simulated shop as a stand of the contract suite."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from itertools import count
from typing import Any

from shopweave.connector.contract import Ground, Samples, Stand
from shopweave.connector.declaration import Doors
from shopweave.connectors.woocommerce import CONNECTOR
from shopweave.model.atoms import Atoms
from shopweave.model.change import Op, Write
from shopweave.model.record import Form, Kind
from shopweave.model.values import Identity, Measures, Price, SalePrice, Status, tracked
from shopweave.runtime.clock import SystemIds, system_random
from shopweave.simulators.woocommerce import Key, WooShop
from tests.connectors.stands import live, no_doors
from tests.connectors.woocommerce.shop import Ticking
from tests.worlds import SHOP, Simulated

FIRST_ATOMS = (
    "identity",
    "name",
    "short_text",
    "long_text",
    "long_text#icecat",
    "measures",
    "attributes",
    "attributes#variation",
    "brand",
    "categories",
    "regular_price",
    "sale_price",
    "tax_class",
    "main_image",
    "gallery",
    "status",
    "node",
)
SECRET = "cs_0123 45/67+89&ab=cdef"
SETTINGS: dict[str, Any] = {
    "url": SHOP,
    "consumer_key": "ck_1122334455",
    "consumer_secret": SECRET,
    "page_size": 3,
    "new_products": "publish",
}


def write(sku: str, **atoms: Any) -> Write:
    known = {"identity": Identity(sku=sku, gtin="05397184119709"), "name": "Kettle & more", **atoms}
    return Write(
        number=1, op=Op.CREATE, kind=Kind.PRODUCT, form=Form.SIMPLE, atoms=Atoms(known), mark="shopweave:1"
    )


SAMPLES = Samples(
    feeds=("products", "categories", "brands"),
    enough=8,
    enough_orders=8,
    create=write(
        "K-1",
        long_text="<p>A kettle &amp; its lid.</p>",
        regular_price=Price(amount=Decimal("39.90")),
        measures=Measures(weight=Decimal(1250)),
        status=Status.ACTIVE,
    ),
    update=Write(
        number=1,
        op=Op.UPDATE,
        kind=Kind.PRODUCT,
        form=Form.SIMPLE,
        atoms=Atoms(
            {
                "name": "Kettle, blue",
                "regular_price": Price(amount=Decimal("41.5")),
                "sale_price": SalePrice(amount=Decimal(35)),
                "status": Status.INACTIVE,
            }
        ),
    ),
    clash=write("k-1"),
    refused=write("K-2", regular_price=Price(amount=Decimal(-1))),
    level=tracked(Decimal(-3)),
    wrong=(
        {"consumer_secret": "cs_wrong 1/2+3", "consumer_key": "ck_1122334455"},
        {"consumer_key": "ck_unknown"},
        {"consumer_key": "", "wp_user": "hub", "application_password": "wrong wrong+wrong/"},
    ),
)


class ShopHands:
    """People in the shop's own pages."""

    def __init__(self, shop: WooShop) -> None:
        self.shop, self.numbers = shop, count(1)

    def fill(self, feed: str, count: int) -> tuple[str, ...]:
        return tuple(str(self._made(feed, next(self.numbers))["id"]) for _ in range(count))

    def _made(self, feed: str, number: int) -> Any:
        if feed != "products":
            return self.shop.terms.create(_taxonomy(feed), {"name": f"Node {number}"})
        if number % 3:
            return self.shop.products.create(
                {"name": f"P {number}", "sku": f"p-{number}", "regular_price": "9"}
            )
        axis = [{"name": "Size", "options": ["S", "M"], "variation": True}]
        family = self.shop.products.create({"type": "variable", "sku": f"f-{number}", "attributes": axis})
        for size in ("S", "M"):
            own = {"attributes": [{"name": "Size", "option": size}], "sku": f"f-{number}-{size}"}
            self.shop.products.create(own, family)
        return family

    def touch(self, feed: str, remote_id: str) -> None:
        row = self.shop.products.state.products[int(remote_id)]
        self.shop.products.update(row, {"name": f"{row['name']} (new)"})

    def remove(self, feed: str, remote_id: str) -> None:
        if feed == "products":
            self.shop.products.trash(self.shop.state.products[int(remote_id)])
        else:
            self.shop.terms.remove(_taxonomy(feed), self.shop.terms.get(_taxonomy(feed), int(remote_id)))

    def count(self, kind: Kind) -> int:
        rows = self.shop.state.products.values()
        if kind is Kind.PRODUCT:
            return len([1 for row in rows if row["type"] != "variation" and row["status"] != "trash"])
        return len([1 for row in rows if row["type"] == "variation"]) + len(self.shop.state.rows["term"])


class ShopBuyers:
    """Buyers in the shop, and what its staff does with their orders."""

    def __init__(self, shop: WooShop) -> None:
        self.shop = shop

    def buy(self, count: int) -> tuple[str, ...]:
        row = self.shop.products.create({"name": "Kettle", "regular_price": "9", "manage_stock": True})
        body = {"status": "processing", "line_items": [{"product_id": row["id"], "quantity": 2}]}
        return tuple(str(self.shop.orders.create(body)["id"]) for _ in range(count))

    def change(self, order: str) -> None:
        self.shop.orders.update(self.shop.orders.rows[int(order)], {"status": "completed"})

    def lose(self, order: str) -> bool:
        self.shop.orders.trash(self.shop.orders.rows[int(order)])
        return True


def _taxonomy(feed: str) -> str:
    return {"categories": "product_cat", "brands": "product_brand"}[feed]


@asynccontextmanager
async def simulated() -> AsyncIterator[Ground]:
    clock = Ticking()
    shop = WooShop(clock, url=SHOP, keys=(Key(key="ck_1122334455", secret=SECRET),))
    doors = Doors(
        http=Simulated((SHOP, shop)),
        sql=no_doors().sql,
        clock=clock,
        ids=SystemIds(),
        random=system_random(),
    )
    yield Ground(
        connector=CONNECTOR,
        settings=SETTINGS,
        doors=doors,
        samples=SAMPLES,
        hands=ShopHands(shop),
        customers=ShopBuyers(shop),
        secrets=(SECRET, SECRET.replace(" ", "")),
        first_atoms=FIRST_ATOMS,
    )


STANDS = {
    "simulator": Stand(
        connector=CONNECTOR,
        settings=SETTINGS,
        open=simulated,
        given=frozenset(
            {"reads", "writes", "enough", "create", "update", "clash", "refused", "level", "wrong", "orders"}
        ),
        doors=no_doors(),
    ),
    **live("woocommerce", FIRST_ATOMS),
}
