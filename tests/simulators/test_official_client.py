"""The official `woocommerce` client drives the simulated shop over real HTTP, with signed requests."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from woocommerce import API

from shopweave.demo.courier import Courier
from shopweave.demo.serve import Server
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.runtime.clock import SystemClock, seeded
from shopweave.simulators.woocommerce import Key, Rules, WooShop


class Receiver:
    """A hub's ear."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def handle(self, request: HttpRequest) -> HttpResponse:
        self.bodies.append(request.body)
        return HttpResponse(status=200)


class Stage:
    """A shop and a receiver on ports, in a loop of their own."""

    def __init__(self) -> None:
        clock = SystemClock()
        self.receiver = Receiver()
        self.shop = WooShop(clock, keys=(Key(key="ck_a", secret="cs_b"),), rules=Rules())
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.courier = Courier(self.shop.callbacks, clock, seeded(1), kept=lambda: None)
        self.servers = (
            Server(self.shop, clock, before_answer=self.courier.before_answer),
            Server(self.receiver, clock),
        )
        self.api = API(url=self.run(self._start), consumer_key="ck_a", consumer_secret="cs_b", timeout=10)

    async def _start(self) -> str:
        self.courier.start()
        url, self.ear = [await one.start() for one in self.servers]
        self.shop.answer_at(url)
        return url

    def run(self, work: Callable[[], Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work(), self.loop).result(10)

    async def _stop(self) -> None:
        await self.courier.stop()
        for one in self.servers:
            await one.stop()

    def close(self) -> None:
        self.run(self._stop)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


@pytest.fixture
def stage() -> Iterator[Stage]:
    found = Stage()
    yield found
    found.close()


def made(api: API, path: str, **body: Any) -> Any:
    answer = api.post(path, body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_products_batches_and_categories(stage: Stage) -> None:
    api = stage.api
    shelf = made(api, "products/categories", name="Lamps")
    lamp = made(api, "products", name="Lamp", sku="L", regular_price="5.00", categories=[{"id": shelf["id"]}])
    assert api.get(f"products/{lamp['id']}").json()["categories"][0]["name"] == "Lamps"
    assert api.put(f"products/{lamp['id']}", {"regular_price": "6.00"}).json()["price"] == "6.00"
    batch = api.post(
        "products/batch",
        {"create": [{"name": "B", "sku": "B"}], "update": [{"id": lamp["id"], "name": "Lamp 2"}]},
    ).json()
    assert (batch["create"][0]["sku"], batch["update"][0]["name"]) == ("B", "Lamp 2")
    page = api.get("products", params={"per_page": 1, "page": 2, "orderby": "id", "order": "asc"})
    assert (page.json()[0]["sku"], page.headers["X-WP-TotalPages"]) == ("B", "2")
    assert api.get("products", params={"category": shelf["id"]}).json()[0]["id"] == lamp["id"]
    assert api.delete(f"products/{lamp['id']}", params={"force": True}).status_code == 200
    assert api.get(f"products/{lamp['id']}").json()["code"] == "woocommerce_rest_product_invalid_id"


def test_variations(stage: Stage) -> None:
    api = stage.api
    size = made(api, "products/attributes", name="Size")
    axis = {"id": size["id"], "variation": True, "options": ["S", "M"]}
    family = made(api, "products", name="Shirt", type="variable", sku="F", attributes=[axis])
    path = f"products/{family['id']}/variations"
    create = [{"attributes": [{"id": size["id"], "option": one}], "regular_price": "9"} for one in "SM"]
    assert len(api.post(f"{path}/batch", {"create": create}).json()["create"]) == 2
    found = api.get(path, params={"orderby": "id", "order": "asc"}).json()
    assert [one["name"] for one in found] == ["S", "M"]
    assert api.get(f"products/{family['id']}").json()["variations"] == [one["id"] for one in found]


def test_orders_and_refunds(stage: Stage) -> None:
    api = stage.api
    lamp = made(api, "products", name="Lamp", regular_price="5.00", manage_stock=True, stock_quantity=10)
    line = {"product_id": lamp["id"], "quantity": 2}
    order = made(api, "orders", status="processing", line_items=[line])
    assert api.get(f"products/{lamp['id']}").json()["stock_quantity"] == 8
    back = {"id": order["line_items"][0]["id"], "quantity": 1, "refund_total": 5}
    refund = made(api, f"orders/{order['id']}/refunds", api_refund=False, line_items=[back])
    assert refund["amount"] == "5.00"
    assert api.get(f"products/{lamp['id']}").json()["stock_quantity"] == 9
    assert api.put(f"orders/{order['id']}", {"status": "completed"}).json()["date_completed"]
    assert [one["id"] for one in api.get("orders", params={"status": "completed"}).json()] == [order["id"]]


def test_webhooks(stage: Stage) -> None:
    api = stage.api
    hook = made(api, "webhooks", topic="product.created", delivery_url=f"{stage.ear}/x", secret="s")
    assert stage.receiver.bodies == [f"webhook_id={hook['id']}".encode()]
    made(api, "products", name="Lamp")

    async def heard() -> int:
        for _ in range(100):
            if len(stage.receiver.bodies) > 1:
                break
            await asyncio.sleep(0.02)
        return len(stage.receiver.bodies)

    assert stage.run(heard) == 2
    assert b'"name":"Lamp"' in stage.receiver.bodies[1]
    assert api.put(f"webhooks/{hook['id']}", {"status": "paused"}).json()["status"] == "paused"
    assert api.delete(f"webhooks/{hook['id']}", params={"force": True}).status_code == 200
    assert api.get("webhooks").json() == []


def test_a_wrong_secret_is_refused(stage: Stage) -> None:
    wrong = API(url=stage.shop.url, consumer_key="ck_a", consumer_secret="no", timeout=10)
    assert wrong.get("products").json()["code"] == "woocommerce_rest_authentication_error"
