"""A sale in the shop, with the real connectors: stored, sold at the till, and told back to the shop."""

import json
from base64 import b64encode
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shopweave.hub import orders as tell
from shopweave.hub import runs
from shopweave.hub.context import Hub
from shopweave.hub.settings.templates import DEMO
from shopweave.model.http import HttpRequest
from shopweave.simulators.till.cashier import Cashier
from shopweave.simulators.woocommerce import products
from shopweave.store import connections, findings, shelves
from shopweave.store.base import Tx
from tests.services import postgres_url
from tests.worlds import PASSWORD, SHOP, World, play

ORDERS = """
[flows.shop-orders]
kind = "orders"
source = "shop"
target = "till"
later_changes = "update"
tell = ["status", "reference"]
done_status = "completed"

[flows.till-stock]
kind = "stock"
source = "till"
target = "shop"
"""
SETTINGS = (
    DEMO[: DEMO.index("[flows.icecat-to-shop]")].replace(
        'mode = "test"', 'mode = "test"\nsales = "hand-over"'
    )
    + ORDERS
)


class Buyer:
    """Somebody who orders in the shop."""

    def __init__(self, world: World) -> None:
        self._world = world

    def send(self, method: str, path: str, **body: Any) -> Any:
        """Do something in the shop."""
        key = b64encode(f"hub:{PASSWORD}".encode()).decode()
        request = HttpRequest(
            method=method,
            url=f"{SHOP}/wp-json/wc/v3/{path}",
            headers={"authorization": f"Basic {key}", "content-type": "application/json"},
            body=json.dumps(body).encode(),
        )
        answer = self._world.shop.handle(request)
        assert answer.status < 300, answer.body
        return json.loads(answer.body)

    def buy(self, sku: str, quantity: int) -> int:
        """Order some goods and pay for them."""
        [key] = [one.id for one in products(self._world.shop) if one.sku == sku]
        billing = {"first_name": "Aino", "email": "aino@ostaja.example", "address_1": "Kauppatori 1"}
        line = {"product_id": key, "quantity": quantity}
        made = self.send("POST", "orders", status="processing", billing=billing, line_items=[line])
        return int(made["id"])


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    if request.param == "sqlite":
        yield World(tmp_path, 8, simple=True, settings=SETTINGS)
        return
    with postgres_url() as url:
        yield World(
            tmp_path, 8, simple=True, settings=SETTINGS.replace("[hub]", f'[hub]\ndatabase = "{url}"')
        )


async def show_stock(hub: Hub) -> None:
    """Run the flow of stock, and let its first levels go."""
    [flow] = hub.house.stock.values()
    key = f"stock:{hub.ids.new()}"
    run = await hub.store.write(lambda tx: hub.stock.start(tx, flow, "test", "run", key))
    await runs.finished(hub, run)

    def let_go(tx: Tx) -> None:
        connections.flow_begun(tx, flow.row.id)
        shelves.mark_held_back(tx, flow.row.target, ["first"])
        hub.lanes.wake(tx, flow.row.target)

    await hub.store.write(let_go)
    assert await runs.settled(hub)


async def take_orders(hub: Hub) -> None:
    await runs.finished(hub, await runs.start(hub, "shop-orders", "test"))
    assert await runs.settled(hub)


def test_a_sale_in_the_shop_is_a_sale_at_the_till(world: World) -> None:
    async def story(hub: Hub) -> None:
        await world.run(hub, "till-to-shop")
        await show_stock(hub)
        await take_orders(hub)
        cashier, buyer = Cashier(world.till), Buyer(world)
        sku = next(one.sku for one in products(world.shop) if (one.stock or 0) > 5)
        before = cashier.quantity(sku)
        key = buyer.buy(sku, 2)
        await take_orders(hub)
        assert cashier.quantity(sku) == before - 2
        told = await tell.story(hub, str(key))
        assert [(one.quantity, one.stage) for one in told.movements] == [(Decimal(-2), "absorbed")]
        shown = buyer.send("GET", f"orders/{key}")
        assert shown["status"] == "completed"
        [row] = [one for one in products(world.shop) if one.sku == sku]
        assert Decimal(str(row.stock)) == before - 2
        assert not [one for one in await hub.store.read(findings.open_findings) if one.code.startswith("ORD")]

    play(world, story)
