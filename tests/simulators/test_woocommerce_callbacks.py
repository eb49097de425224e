"""Callbacks of the simulated shop: late, once per object, signed, and given up after seven failures."""

import asyncio
import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from shopweave.demo.courier import Courier
from shopweave.demo.serve import Server
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.runtime.clock import SystemClock, seeded
from shopweave.simulators.faults import FaultKind, Faults
from shopweave.simulators.journal import Journal
from shopweave.simulators.woocommerce import Rules, WooShop
from tests.simulators.test_woocommerce import BASIC, URL, Asking

HUB = "https://hub.example/hooks/x"


def hook(asking: Asking, topic: str = "product.updated", **body: Any) -> Any:
    sent = {"topic": topic, "delivery_url": HUB, "secret": "s", **body}
    made = asking.ask("POST", "/wc/v3/webhooks", sent)[1]
    asking.shop.callbacks.due()
    return made


def body_of(asking: Asking) -> Any:
    (one,) = asking.shop.callbacks.due()
    return json.loads(one.request.body)


def test_three_edits_are_one_delivery_that_shows_the_last() -> None:
    asking = Asking()
    hook(asking)
    key = asking.make()["id"]
    for price in ("1", "2", "3"):
        asking.ask("PUT", f"/wc/v3/products/{key}", {"regular_price": price})
    assert body_of(asking)["regular_price"] == "3"
    assert asking.shop.callbacks.due() == []


def test_a_delivery_is_signed_over_its_bytes() -> None:
    asking = Asking()
    hook(asking, "product.created")
    asking.make(name="Ä/b")
    (one,) = asking.shop.callbacks.due()
    mac = base64.b64encode(hmac.new(b"s", one.request.body, sha256).digest()).decode()
    assert one.request.headers["X-WC-Webhook-Signature"] == mac
    assert b"\\/" in one.request.body


def test_what_is_gone_is_told_as_an_error_object_and_the_trash_as_an_id() -> None:
    asking = Asking()
    hook(asking, "product.created")
    hook(asking, "product.deleted")
    first, second = asking.make()["id"], asking.make()["id"]
    asking.ask("DELETE", f"/wc/v3/products/{first}?force=true")
    asking.ask("DELETE", f"/wc/v3/products/{second}")
    bodies = [json.loads(one.request.body) for one in asking.shop.callbacks.due()]
    assert bodies[0]["code"] == "woocommerce_rest_product_invalid_id"
    assert bodies[-1] == {"id": second}
    assert len(bodies) == 3


def test_an_order_tells_of_itself_and_of_what_it_takes() -> None:
    asking = Asking()
    for topic in ("order.created", "product.updated"):
        hook(asking, topic)
    key = asking.make(manage_stock=True, stock_quantity=5)["id"]
    asking.ask("POST", "/wc/v3/orders", {"status": "processing", "line_items": [{"product_id": key}]})
    found = {one.request.headers["X-WC-Webhook-Topic"] for one in asking.shop.callbacks.due()}
    assert found == {"order.created", "product.updated"}


def test_the_seventh_failure_in_a_row_disables_a_webhook() -> None:
    asking = Asking()
    made = hook(asking, "product.created")
    callbacks = asking.shop.callbacks
    for number in range(1, 8):
        asking.make()
        (one,) = callbacks.due()
        callbacks.settle(one, 500)
        status = asking.ask("GET", f"/wc/v3/webhooks/{made['id']}")[1]["status"]
        assert status == ("disabled" if number == 7 else "active")
    asking.make()
    assert callbacks.due() == []
    asking.ask("PUT", f"/wc/v3/webhooks/{made['id']}", {"status": "active"})
    callbacks.due()
    asking.make()
    assert len(callbacks.due()) == 1


def test_a_success_forgets_the_failures() -> None:
    asking = Asking()
    made = hook(asking, "product.created")
    for status in (500, None, 404, 302, 500, 500, 500, 500, 500, 500):
        asking.make()
        (one,) = asking.shop.callbacks.due()
        asking.shop.callbacks.settle(one, status)
    assert asking.ask("GET", f"/wc/v3/webhooks/{made['id']}")[1]["status"] == "active"


@pytest.mark.parametrize(
    ("url", "arrives"),
    [
        ("http://192.168.1.5/x", False),
        ("http://127.0.0.1/x", False),
        ("https://hub.example:9000/x", False),
        ("https://hub.example:8080/x", True),
        ("https://shop.example:9000/x", True),
    ],
)
def test_private_hosts_and_odd_ports_are_never_called(url: str, arrives: bool) -> None:
    asking = Asking()
    status, made = asking.ask("POST", "/wc/v3/webhooks", {"topic": "product.created", "delivery_url": url})
    assert (status, made["status"], "secret" in made) == (201, "active", False)
    asking.shop.callbacks.due()
    asking.make()
    assert bool(asking.shop.callbacks.due()) is arrives
    assert asking.shop.state.rows["webhook"][made["id"]]["failures"] == (0 if arrives else 1)


def test_a_ping_that_failed_is_sent_again_when_the_webhook_is_saved() -> None:
    asking = Asking()
    made = asking.ask("POST", "/wc/v3/webhooks", {"topic": "order.created", "delivery_url": HUB})[1]
    (ping,) = asking.shop.callbacks.due()
    assert (ping.request.body, ping.at_once) == (f"webhook_id={made['id']}".encode(), True)
    asking.shop.callbacks.settle(ping, None)
    asking.ask("PUT", f"/wc/v3/webhooks/{made['id']}", {"name": "again"})
    (ping,) = asking.shop.callbacks.due()
    asking.shop.callbacks.settle(ping, 200)
    asking.ask("PUT", f"/wc/v3/webhooks/{made['id']}", {"name": "once more"})
    assert asking.shop.callbacks.due() == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"topic": "order.exploded", "delivery_url": HUB}, "woocommerce_rest_shop_webhook_invalid_topic"),
        (
            {"topic": "order.created", "delivery_url": "nowhere"},
            "woocommerce_rest_shop_webhook_invalid_delivery_url",
        ),
        ({"delivery_url": HUB}, "rest_missing_callback_param"),
    ],
)
def test_webhooks_are_checked(body: dict[str, Any], code: str) -> None:
    status, found = Asking().ask("POST", "/wc/v3/webhooks", body)
    assert (status, found["code"]) == (400, code)


class Late:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime(2026, 3, 1, tzinfo=UTC) + self.ahead

    def monotonic(self) -> float:
        return self.ahead.total_seconds()

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError


def test_waiting_deliveries_outlive_the_shop(tmp_path: Path) -> None:
    clock, journal = Late(), Journal(tmp_path / "shop.sqlite")
    shop = WooShop(clock, url=URL, journal=journal, rules=Rules(callback_wait=20.0))
    made = {"topic": "product.created", "delivery_url": HUB, "secret": "s"}
    shop.callbacks._make(made)
    shop.callbacks.due()
    shop.products.create({"name": "x"})
    assert (shop.callbacks.due(), shop.callbacks.next_due()) == ([], 20.0)
    shop.flush(journal)
    again = WooShop(clock, url=URL, journal=journal, rules=Rules(callback_wait=20.0))
    clock.ahead = timedelta(seconds=20)
    assert len(again.callbacks.due()) == 1
    journal.close()


class Hub:
    """A receiver that keeps what it hears."""

    def __init__(self) -> None:
        self.heard: list[HttpRequest] = []

    def handle(self, request: HttpRequest) -> HttpResponse:
        self.heard.append(request)
        return HttpResponse(status=200)


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        (Faults(), 2),
        (Faults(shares={FaultKind.DOUBLED: 1.0}), 3),
        (Faults(shares={FaultKind.LOST: 1.0}), 1),
    ],
)
def test_the_courier_carries_pings_and_deliveries_over_http(faults: Faults, expected: int) -> None:
    async def lived() -> tuple[int, list[HttpRequest]]:
        clock, hub, asking = SystemClock(), Hub(), Asking(rules=Rules(callbacks_anywhere=True))
        receiver = Server(hub, clock)
        url = await receiver.start()
        courier = Courier(asking.shop.callbacks, clock, seeded(1), faults=faults, kept=lambda: None)
        shop = Server(asking.shop, clock, before_answer=courier.before_answer)
        asking.shop.answer_at(await shop.start())
        courier.start()
        body = json.dumps({"topic": "product.created", "delivery_url": f"{url}/x", "secret": "s"}).encode()
        headers = {**BASIC, "content-type": "application/json"}
        hooks = HttpRequest(
            method="POST", url=f"{asking.shop.url}/wp-json/wc/v3/webhooks", headers=headers, body=body
        )
        from shopweave.runtime.http import AiohttpTransport

        transport = AiohttpTransport(clock)
        await transport.send(hooks)
        pinged = len(hub.heard)
        goods = HttpRequest(
            method="POST",
            url=f"{asking.shop.url}/wp-json/wc/v3/products",
            headers=headers,
            body=b'{"name":"x"}',
        )
        await transport.send(goods)
        for _ in range(40):
            if len(hub.heard) >= expected:
                break
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.1)
        await transport.close()
        await courier.stop()
        await shop.stop()
        await receiver.stop()
        return pinged, hub.heard

    pinged, heard = asyncio.run(lived())
    assert (pinged, len(heard)) == (1, expected)
    assert heard[0].body.startswith(b"webhook_id=")
