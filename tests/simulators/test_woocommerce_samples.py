"""Recorded answers of WooCommerce 9.9.5 replay against the simulated shop: codes, headers, keys and types."""

import base64
import hmac
import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import pytest

from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.runtime.clock import SystemClock
from shopweave.simulators.catalogue import png
from shopweave.simulators.woocommerce import Key, User, WooShop
from tests.simulators.replay import differences, head, sample

URL = "https://shop.example.test"
BASIC = "Basic " + base64.b64encode(b"hub:pw").decode()

# Where the shape may differ from the recording, and why.
RELATED = "the simulator relates no products"
SIZES = "only the full size of a picture is made"
ALLOWED = {
    "related_ids": RELATED,
    "[].related_ids": RELATED,
    "create[].related_ids": RELATED,
    "update[].related_ids": RELATED,
    "media_details.sizes.medium": SIZES,
    "media_details.sizes.large": SIZES,
    "media_details.sizes.thumbnail": SIZES,
    "media_details.sizes.medium_large": SIZES,
    "media_details.sizes.woocommerce_thumbnail": SIZES,
    "media_details.sizes.woocommerce_single": SIZES,
    "media_details.sizes.woocommerce_gallery_thumbnail": SIZES,
}
# Whose words may differ: they name a cURL error or a port of the recording's network.
WORDS = ("image_error",)


class Recorded:
    """The shop of the recordings, as far as they show it."""

    def __init__(self) -> None:
        self.shop = WooShop(
            SystemClock(),
            url=URL,
            users=(User(name="hub", password="pw"),),
            keys=(Key(key="ck_a", secret="cs_a"), Key(key="ck_r", secret="cs_r", permission="read")),
        )
        self.ids: dict[int, int] = {}
        tools = self.made("products/categories", name="Tools")
        self.ids[17] = self.made("products/categories", name="Drills", parent=tools)
        clothing = self.made("products/categories", name="Clothing")
        for number in range(1, 8):
            body = {"manage_stock": True, "stock_quantity": 100, "categories": [{"id": self.ids[17]}]}
            words = {"name": f"Drill {number}", "sku": f"SKU-000{number}", "short_description": "Product"}
            price = f"{10.5 + number:.2f}"
            self.ids[10 + number] = self.made("products", **body, **words, regular_price=price)
        self.drill_7, self.ids[17] = self.ids[17], self.shop.terms.of("product_cat")[2]["id"]
        axes = [
            {"id": self.made("products/attributes", name=name), "options": options, "variation": True}
            for name, options in (("Color", ["Blue", "Green", "Red"]), ("Size", ["L", "M", "S"]))
        ]
        family = {"type": "variable", "sku": "VAR-1", "categories": [{"id": clothing}]}
        self.ids[61] = self.made("products", name="Shirt 1", attributes=axes, **family)
        for number, (colour, size) in enumerate((("Red", "S"), ("Red", "M"), ("Blue", "L")), 62):
            chosen = [{"id": axes[0]["id"], "option": colour}, {"id": axes[1]["id"], "option": size}]
            stock = {"manage_stock": True, "stock_quantity": 10, "regular_price": "25.00"}
            path = f"products/{self.ids[61]}/variations"
            self.ids[number] = self.made(path, attributes=chosen, sku=f"VAR-1-{colour}-{size}", **stock)

    def made(self, path: str, **body: Any) -> int:
        answer = self.ask("POST", f"/wc/v3/{path}", body)
        assert answer.status == 201, answer.body
        return int(json.loads(answer.body)["id"])

    def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> HttpResponse:
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        sent = {"Authorization": BASIC, "Content-Type": "application/json", **(headers or {})}
        return self.shop.handle(
            HttpRequest(method=method, url=f"{URL}/wp-json{path}", headers=sent, body=raw)
        )

    def order(self) -> HttpResponse:
        body = self.ours(sample("woocommerce-order-create")["request"]["json"])
        answer = self.ask("POST", "/wc/v3/orders", body)
        made = json.loads(answer.body)
        self.ids[115], self.ids[30] = made["id"], made["line_items"][0]["id"]
        return answer

    def ours(self, value: Any) -> Any:
        """Put our ids in the place of recorded ones."""
        if isinstance(value, dict):
            keys = ("id", "product_id", "variation_id")
            return {
                key: self.ids.get(one, one) if key in keys and isinstance(one, int) else self.ours(one)
                for key, one in value.items()
            }
        return [self.ours(one) for one in value] if isinstance(value, list) else value

    def path(self, text: str) -> str:
        return re.sub(r"(?<=/)(\d+)", lambda found: str(self.ids.get(int(found[1]), found[1])), text)

    def replay(self, request: Mapping[str, Any]) -> HttpResponse:
        path = self.path(request["path"])
        return self.ask(request["method"], path, self.ours(request.get("json")))


def compare(recorded: Mapping[str, Any], answer: HttpResponse) -> None:
    assert answer.status == recorded["status"]
    for name, value in recorded.get("headers", {}).items():
        assert head(answer.headers.get(name, "")) == head(value), name
    assert list(differences(recorded["body"], json.loads(answer.body), ALLOWED)) == []


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


@pytest.mark.parametrize(
    "name", ["attributes", "product-simple", "product-variable", "variations-list", "batch-mixed"]
)
def test_goods_replay(recorded: Recorded, name: str) -> None:
    found = sample(f"woocommerce-{name}")
    compare(found, recorded.replay(found["request"]))


def test_a_category_replays(recorded: Recorded) -> None:
    found = sample("woocommerce-category")
    compare(found, recorded.replay(found["request"]))


def test_the_terms_of_an_attribute_replay(recorded: Recorded) -> None:
    found = sample("woocommerce-attribute-terms")
    compare(found, recorded.ask("GET", "/wc/v3/products/attributes/1/terms"))


def test_a_page_of_products_replays_with_its_links(recorded: Recorded) -> None:
    found = sample("woocommerce-products-list")
    for number in range(4):
        recorded.made("products", name=f"Plain {number}", regular_price="1")
    compare(found, recorded.replay(found["request"]))


def test_an_order_replays_when_it_is_made_and_when_it_is_read(recorded: Recorded) -> None:
    compare(sample("woocommerce-order-create"), recorded.order())
    found = sample("woocommerce-order")
    compare(found, recorded.replay(found["request"]))


def test_the_money_of_an_order_is_that_of_the_recorded_one(recorded: Recorded) -> None:
    body, found = json.loads(recorded.order().body), sample("woocommerce-order-create")["body"]
    for name in ("total", "shipping_total", "total_tax", "discount_total", "status", "date_paid"):
        assert body[name] == found[name], name
    assert [one["total"] for one in body["line_items"]] == [one["total"] for one in found["line_items"]]
    assert [one["name"] for one in body["line_items"]] == [one["name"] for one in found["line_items"]]
    assert [one["price"] for one in body["line_items"]] == [one["price"] for one in found["line_items"]]
    ours, theirs = ([m["key"] for m in one["line_items"][1]["meta_data"]] for one in (body, found))
    assert ours == theirs


def test_a_refund_replays(recorded: Recorded) -> None:
    recorded.order()
    found = sample("woocommerce-refund-create")
    answer = recorded.replay(found["request"])
    compare(found, answer)
    body = json.loads(answer.body)
    assert (body["amount"], body["line_items"][0]["quantity"]) == ("15.50", -1)


def test_a_webhook_replays(recorded: Recorded) -> None:
    found = sample("woocommerce-webhook-create")
    compare(found, recorded.replay(found["request"]))


def test_an_upload_replays(recorded: Recorded) -> None:
    found = sample("woocommerce-media-upload")
    headers = {"Content-Type": "image/png", "Content-Disposition": 'attachment; filename="drill-front.png"'}
    compare(found, recorded.ask("POST", "/wp/v2/media", png(5), headers))


def test_a_delivery_and_its_ping_replay(recorded: Recorded) -> None:
    found = sample("woocommerce-webhook-delivery")
    hook = {"topic": "order.created", "delivery_url": "http://hub.example/x", "secret": found["secret"]}
    recorded.made("webhooks", **hook)
    (ping,) = recorded.shop.callbacks.due()
    assert ping.at_once
    assert head(ping.request.body.decode()) == head(found["ping"]["raw_body"])
    line = {"product_id": recorded.ids[15], "quantity": 1}
    recorded.made("orders", set_paid=True, line_items=[line], billing={"country": "BG"})
    (delivery,) = recorded.shop.callbacks.due()
    carried = {"Host", "Content-Length", "Accept-Encoding"}
    for told, sent in ((found["ping"], ping), (found["delivery"], delivery)):
        assert set(told["headers"]) - carried == set(sent.request.headers)
    theirs, ours = json.loads(found["delivery"]["raw_body"]), json.loads(delivery.request.body)
    assert list(differences(theirs, ours, {})) == []


def test_the_recorded_signature_is_ours(recorded: Recorded) -> None:
    found = sample("woocommerce-webhook-delivery")
    body = found["delivery"]["raw_body"].encode()
    mac = hmac.new(found["secret"].encode(), body, sha256).digest()
    assert base64.b64encode(mac).decode() == found["delivery"]["headers"]["X-WC-Webhook-Signature"]
    hook = {"topic": "order.created", "delivery_url": "http://hub.example/x", "secret": found["secret"]}
    recorded.made("webhooks", **hook)
    recorded.order()
    sent = recorded.shop.callbacks.due()[-1].request
    mac = hmac.new(found["secret"].encode(), sent.body, sha256).digest()
    assert sent.headers["X-WC-Webhook-Signature"] == base64.b64encode(mac).decode()


ACCESS = {
    "no_auth": "",
    "bad_secret": "Basic " + base64.b64encode(b"ck_a:wrong").decode(),
    "read_key_write": "Basic " + base64.b64encode(b"ck_r:cs_r").decode(),
    "key_on_media": "Basic " + base64.b64encode(b"ck_a:cs_a").decode(),
    "bad_app_password": "Basic " + base64.b64encode(b"hub:wrong").decode(),
}


@pytest.mark.parametrize("name", sorted(sample("woocommerce-errors")))
def test_an_error_replays_with_its_words(recorded: Recorded, name: str) -> None:
    found = sample("woocommerce-errors")[name]
    recorded.order()
    request = dict(found["request"])
    if name == "batch_too_large":
        request["json"] = {"delete": list(range(101))}
    if name == "image_error":
        request["path"] = f"/wc/v3/products/{recorded.ids[16]}"
    if name == "duplicate_sku":
        found["body"]["data"]["resource_id"] = recorded.ids[11]
    if name == "term_exists":
        found["body"]["data"]["resource_id"] = recorded.shop.terms.of("product_cat")[1]["id"]
    access = {"Authorization": ACCESS[name]} if name in ACCESS else {}
    path = recorded.path(request["path"])
    answer = recorded.ask(request["method"], path, request.get("json"), access)
    compare(found, answer)
    if name not in WORDS:
        assert json.loads(answer.body) == found["body"]
