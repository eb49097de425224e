"""What a shop sends by itself: believed only when it is signed, and read for where it points."""

import asyncio
import base64
import hmac
import json
from hashlib import sha256

import pytest

from shopweave.connector.callbacks import Callback, Heard, NotHeard
from shopweave.connectors.woocommerce.callbacks import TOPICS, heard, subscribe
from shopweave.connectors.woocommerce.client import Client
from shopweave.connectors.woocommerce.settings import WooSettings
from shopweave.runtime.clock import SystemClock
from shopweave.simulators.woocommerce import User, WooShop
from tests.worlds import PASSWORD, SHOP, Simulated

SECRET = "s3cret-of-the-hooks"


def signed(topic: str, body: object, secret: str = SECRET) -> Callback:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    mac = base64.b64encode(hmac.new(secret.encode(), raw, sha256).digest()).decode()
    return Callback(headers={"x-wc-webhook-topic": topic, "x-wc-webhook-signature": mac}, body=raw)


def pinged(body: bytes, secret: str = SECRET) -> Callback:
    mac = hmac.new(secret.encode(), body, sha256).hexdigest()
    return Callback(headers={"x-shopweave-signature": f"sha256={mac}"}, body=body)


@pytest.mark.parametrize(
    ("callback", "expected"),
    [
        (signed("order.updated", {"id": 7, "status": "completed"}), ("order", "7")),
        (signed("order.deleted", {"id": 7}), ("order", "7")),
        (signed("product.updated", {"id": 12, "type": "simple"}), ("product", "12")),
        (signed("product.updated", {"id": 13, "type": "variation", "parent_id": 12}), ("variation", "12:13")),
        (signed("product.updated", {"code": "woocommerce_rest_product_invalid_id"}), ("", "")),
        (signed("customer.updated", {"id": 3}), ("", "")),
        (Callback(headers={}, body=b"webhook_id=5"), ("", "")),
        (pinged(b'{"kind":"order","id":7,"number":3,"at":"2026-01-01T00:00:00Z"}'), ("order", "7")),
        (pinged(b'{"kind":"stock","id":12,"number":4,"at":"2026-01-01T00:00:00Z"}'), ("product", "12")),
        (
            pinged(b'{"kind":"variation","id":8,"number":4,"at":"2026-01-01T00:00:00Z","parent":7}'),
            ("variation", "7:8"),
        ),
        (pinged(b'{"kind":"coupon","id":2,"number":5,"at":"2026-01-01T00:00:00Z"}'), ("", "")),
    ],
)
def test_a_callback_points_at_what_to_read(callback: Callback, expected: tuple[str, str]) -> None:
    found = heard(callback, SECRET)
    assert isinstance(found, Heard)
    assert (found.about, found.remote_id) == expected


@pytest.mark.parametrize(
    ("callback", "status", "code"),
    [
        (signed("order.updated", {"id": 7}, "another"), 401, "HOOK-010"),
        (pinged(b'{"kind":"order","id":7}', "another"), 401, "HOOK-010"),
        (Callback(headers={"x-wc-webhook-signature": "é"}, body=b"{}"), 401, "HOOK-010"),
        (Callback(headers={}, body=b'{"id":7}'), 401, "HOOK-011"),
        (Callback(headers={}, body=b"webhook_id=5&x=1"), 401, "HOOK-011"),
        (signed("order.updated", b"<b>Notice</b>{}"), 400, "HOOK-012"),
        (signed("order.updated", [1]), 400, "HOOK-012"),
        (signed("order.updated", {}), 400, "HOOK-012"),
        (pinged(b"{"), 400, "HOOK-012"),
    ],
)
def test_what_is_not_believed_or_not_read_says_why(callback: Callback, status: int, code: str) -> None:
    found = heard(callback, SECRET)
    assert isinstance(found, NotHeard)
    assert (found.status, found.code) == (status, code)
    assert found.remedy


@pytest.mark.pain("woocommerce/woocommerce#8876")
def test_webhooks_are_made_once_and_switched_on_again() -> None:
    shop = WooShop(SystemClock(), url=SHOP, users=(User(name="hub", password=PASSWORD),))
    settings = WooSettings(url=SHOP, wp_user="hub", application_password=PASSWORD, allow_http=True)
    client = Client(settings, Simulated((SHOP, shop)))
    hooks = shop.callbacks.hooks

    async def story() -> None:
        first = await subscribe(client, "https://hub.example/hooks/abc", SECRET)
        assert (first.made, first.revived) == (TOPICS, ())
        again = await subscribe(client, "https://hub.example/hooks/abc", SECRET)
        assert (again.made, again.revived) == ((), ())
        dead = next(row for row in hooks.values() if row["topic"] == "order.updated")
        shop.state.save("webhook", dead["id"], {**dead, "status": "disabled"})
        third = await subscribe(client, "https://hub.example/hooks/abc", SECRET)
        assert (third.made, third.revived) == ((), ("order.updated",))

    asyncio.run(story())
    assert {row["status"] for row in hooks.values()} == {"active"}
    assert {row["secret"] for row in hooks.values()} == {SECRET}
    assert len(hooks) == len(TOPICS)
