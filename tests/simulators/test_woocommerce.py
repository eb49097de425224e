"""The simulated shop keeps WooCommerce's measured behaviour; recorded answers and the official client judge it."""

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from woocommerce import API

from shopweave.demo.serve import Server
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.runtime.clock import SystemClock
from shopweave.simulators.catalogue import png
from shopweave.simulators.journal import Journal
from shopweave.simulators.woocommerce import Key, User, WooShop, products

SAMPLES = Path(__file__).parents[1] / "samples"
URL = "https://shop.example"
BASIC = {"Authorization": "Basic aHViOnB3"}


def fetch(url: str) -> HttpResponse:
    return HttpResponse(status=200 if url.endswith("good.png") else 404, body=png(1))


class Asking:
    """A shop and a hand to ask it."""

    def __init__(self, **settings: Any) -> None:
        self.shop = WooShop(
            SystemClock(), url=URL, users=(User(name="hub", password="pw"),), fetch=fetch, **settings
        )

    def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        raw = json.dumps(body).encode() if body is not None else b""
        sent = {**BASIC, "Content-Type": "application/json", **(headers or {})}
        answer = self.shop.handle(
            HttpRequest(method=method, url=f"{URL}/wp-json{path}", headers=sent, body=raw)
        )
        self.headers = answer.headers
        return answer.status, json.loads(answer.body) if answer.body else None

    def make(self, **body: Any) -> Any:
        return self.ask("POST", "/wc/v3/products", {"name": "x", **body})[1]


@pytest.fixture
def asking() -> Asking:
    return Asking()


@pytest.mark.parametrize(
    ("field", "sent", "stored"),
    [
        ("stock_quantity", "abc", 0),
        ("regular_price", "12,5", "125"),
        ("regular_price", 9.99, "9.99"),
        ("regular_price", "abc", ""),
        ("status", "bogus", "bogus"),
        ("weight", "2,5", "25"),
    ],
)
def test_batches_swallow_what_single_calls_refuse(asking: Asking, field: str, sent: Any, stored: Any) -> None:
    key = asking.make(manage_stock=True)["id"]
    status, body = asking.ask("POST", "/wc/v3/products/batch", {"update": [{"id": key, field: sent}]})
    assert status == 200
    assert body["update"][0][field] == stored


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"regular_price": 9.99}, "rest_invalid_param"),
        ({"status": "bogus"}, "rest_invalid_param"),
        ({"stock_quantity": 1.5}, "rest_invalid_param"),
        ({"id": 7}, "woocommerce_rest_product_exists"),
        ({"brands": [5]}, "rest_invalid_param"),
    ],
)
def test_single_calls_are_checked(asking: Asking, body: dict[str, Any], code: str) -> None:
    status, found = asking.ask("POST", "/wc/v3/products", body)
    assert (status, found["code"]) == (400, code)


def test_a_sku_is_unique_whatever_its_case_and_held_by_the_trash(asking: Asking) -> None:
    key = asking.make(sku="Ab1")["id"]
    status, body = asking.ask("POST", "/wc/v3/products", {"name": "y", "sku": " aB1 "})
    assert (status, body["code"], body["data"]["resource_id"]) == (400, "product_invalid_sku", key)
    asking.ask("DELETE", f"/wc/v3/products/{key}")
    status, body = asking.ask("POST", "/wc/v3/products", {"name": "y", "sku": "ab1"})
    assert (status, body["code"]) == (400, "woocommerce_rest_product_not_created")
    assert asking.ask("DELETE", f"/wc/v3/products/{key}")[0] == 410
    assert asking.ask("PUT", f"/wc/v3/products/{key}", {"status": "publish"})[0] == 200


def test_pages_have_totals_links_and_bounds(asking: Asking) -> None:
    for _ in range(5):
        asking.make()
    status, body = asking.ask("GET", "/wc/v3/products?per_page=2&page=2")
    assert status == 200
    assert len(body) == 2
    assert (asking.headers["x-wp-total"], asking.headers["x-wp-totalpages"]) == ("5", "3")
    assert 'rel="prev"' in asking.headers["link"]
    assert 'rel="next"' in asking.headers["link"]
    assert asking.ask("GET", "/wc/v3/products?page=9")[1] == []
    for size in ("0", "101", "x"):
        assert asking.ask("GET", f"/wc/v3/products?per_page={size}")[0] == 400


def test_a_batch_takes_a_hundred(asking: Asking) -> None:
    status, body = asking.ask("POST", "/wc/v3/products/batch", {"create": [{"name": "x"}] * 101})
    assert (status, body["code"]) == (413, "woocommerce_rest_request_entity_too_large")
    assert asking.ask("POST", "/wc/v3/products/batch", {})[1] == []


def test_texts_differ_between_the_contexts(asking: Asking) -> None:
    key = asking.make(description="a", name="A & B")["id"]
    assert asking.ask("GET", f"/wc/v3/products/{key}")[1]["description"] == "<p>a</p>\n"
    edit = asking.ask("GET", f"/wc/v3/products/{key}?context=edit")[1]
    assert (edit["description"], edit["name"]) == ("a", "A &amp; B")


def test_a_sale_price_that_is_not_lower_is_dropped(asking: Asking) -> None:
    assert asking.make(regular_price="5", sale_price="5")["sale_price"] == ""
    assert asking.make(regular_price="5", sale_price="4")["price"] == "4"


def test_null_does_not_clear_sale_dates_and_an_empty_text_does(asking: Asking) -> None:
    key = asking.make(regular_price="5", sale_price="4", date_on_sale_from="2020-01-01")["id"]
    path = f"/wc/v3/products/{key}"
    assert (
        asking.ask("PUT", path, {"date_on_sale_from": None})[1]["date_on_sale_from"] == "2020-01-01T00:00:00"
    )
    assert asking.ask("PUT", path, {"date_on_sale_from": ""})[1]["date_on_sale_from"] is None


def test_windows_are_strict_and_know_both_clocks(asking: Asking) -> None:
    key = asking.make()["id"]
    row = asking.shop.state.products[key]
    utc = datetime.fromisoformat(row["date_modified"])
    plain = utc.strftime("%Y-%m-%dT%H:%M:%S")
    before = (utc - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%S")
    path = "/wc/v3/products?modified_after="
    assert asking.ask("GET", f"{path}{plain}&dates_are_gmt=true")[1] == []
    assert len(asking.ask("GET", f"{path}{before}&dates_are_gmt=true")[1]) == 1
    assert len(asking.ask("GET", f"{path}{before}Z")[1]) == 1
    assert len(asking.ask("GET", f"{path}{plain}")[1]) == 1


def test_a_failing_picture_fails_the_whole_write(asking: Asking) -> None:
    images = [{"src": "http://pictures.example/good.png"}, {"src": "http://pictures.example/none.png"}]
    status, body = asking.ask("POST", "/wc/v3/products", {"name": "x", "images": images})
    assert (status, body["code"]) == (400, "woocommerce_product_image_upload_error")
    assert products(asking.shop) == ()


def test_every_sideload_is_a_new_attachment(asking: Asking) -> None:
    names = [
        asking.make(images=[{"src": "http://pictures.example/good.png"}])["images"][0]["src"]
        for _ in range(2)
    ]
    assert [name.rpartition("/")[2] for name in names] == ["good.png", "good-1.png"]


def test_variations_need_a_parent_and_inherit_its_sku(asking: Asking) -> None:
    assert asking.ask("POST", "/wc/v3/products/999/variations", {})[0] == 500
    family = asking.make(
        type="variable", sku="F", attributes=[{"name": "Size", "options": ["S"], "variation": True}]
    )
    path = f"/wc/v3/products/{family['id']}/variations"
    choice = asking.ask("POST", path, {"attributes": [{"name": "Size", "option": "S"}]})[1]
    assert choice["sku"] == "F"
    _, body = asking.ask("POST", "/wc/v3/products/batch", {"update": [{"id": choice["id"], "name": "y"}]})
    assert body["update"][0]["error"]["code"] == "woocommerce_rest_invalid_product_id"
    asking.ask("PUT", f"/wc/v3/products/{family['id']}", {"type": "simple"})
    assert asking.ask("GET", path)[1] == []


def test_terms_are_unique_under_their_parent(asking: Asking) -> None:
    first = asking.ask("POST", "/wc/v3/products/categories", {"name": "A"})[1]
    status, body = asking.ask("POST", "/wc/v3/products/categories", {"name": "a"})
    assert (status, body["code"], body["data"]["resource_id"]) == (400, "term_exists", first["id"])
    below = asking.ask("POST", "/wc/v3/products/categories", {"name": "A", "parent": first["id"]})
    assert below[0] == 201
    assert (
        asking.ask("POST", "/wc/v3/products/categories", {"name": "B", "parent": 999})[1]["code"]
        == "missing_parent"
    )
    assert asking.ask("DELETE", f"/wc/v3/products/categories/{first['id']}")[0] == 501


def test_meta_data_is_merged_and_scalars_become_texts(asking: Asking) -> None:
    made = asking.make(meta_data=[{"key": "a", "value": 5}, {"key": "b", "value": True}])
    assert [one["value"] for one in made["meta_data"]] == ["5", "1"]
    path = f"/wc/v3/products/{made['id']}"
    after = asking.ask(
        "PUT", path, {"meta_data": [{"key": "a", "value": None}, {"key": "_sku", "value": "danger"}]}
    )[1]
    assert [one["key"] for one in after["meta_data"]] == ["b"]
    assert after["sku"] == "danger"


@pytest.mark.parametrize(
    ("key", "permission", "role", "method", "expected"),
    [
        ("ck_a", "read", "administrator", "GET", 200),
        ("ck_a", "read", "administrator", "POST", 401),
        ("ck_a", "write", "administrator", "GET", 401),
        ("ck_a", "read_write", "author", "GET", 403),
        ("ck_b", "read_write", "administrator", "GET", 401),
    ],
)
def test_keys_open_what_they_may(key: str, permission: str, role: str, method: str, expected: int) -> None:
    asking = Asking(keys=(Key(key="ck_a", secret="s", permission=permission, role=role),))
    status, _ = asking.ask(
        method, f"/wc/v3/products?consumer_key={key}&consumer_secret=s", {}, {"Authorization": ""}
    )
    assert status in (expected, 201 if expected == 200 else expected)


def test_consumer_keys_open_nothing_but_the_shop() -> None:
    asking = Asking(keys=(Key(key="ck_a", secret="s"),))
    status, body = asking.ask("POST", "/wp/v2/media", None, {"Authorization": "Basic Y2tfYTpz"})
    assert (status, body["code"]) == (401, "invalid_username")


def test_set_image_sets_only_where_none_is(asking: Asking) -> None:
    key = asking.make()["id"]
    body = {"product_id": key, "image_url": "http://pictures.example/good.png"}
    assert asking.ask("POST", "/icecat/v1/set-image", body)[0] == 201
    assert asking.ask("POST", "/icecat/v1/set-image", body)[1]["set"] is False
    assert asking.ask("POST", "/icecat/v1/set-image", {"product_id": key})[0] == 400
    assert asking.ask("POST", "/icecat/v1/set-image", body, {"Authorization": ""})[0] == 401


def upload(asking: Asking, name: str) -> Any:
    request = HttpRequest(
        method="POST",
        url=f"{URL}/wp-json/wp/v2/media",
        headers={**BASIC, "Content-Disposition": f'attachment; filename="{name}"'},
        body=png(5),
    )
    return json.loads(asking.shop.handle(request).body)


def test_media_are_uploaded_found_described_and_deleted(asking: Asking) -> None:
    first, second = upload(asking, "a b.png"), upload(asking, "a b.png")
    assert [one["slug"] for one in (first, second)] == ["a-b", "a-b-1"]
    assert [one["id"] for one in asking.ask("GET", "/wp/v2/media?slug=a-b-1")[1]] == [second["id"]]
    assert len(asking.ask("GET", "/wp/v2/media?search=a-b")[1]) == 2
    path = f"/wp/v2/media/{first['id']}"
    assert asking.ask("POST", path, {"alt_text": "A lamp"})[1]["alt_text"] == "A lamp"
    assert asking.ask("GET", path)[1]["mime_type"] == "image/png"
    picture = asking.shop.handle(HttpRequest(method="GET", url=first["source_url"]))
    assert picture.body == png(5)
    assert asking.ask("DELETE", path)[0] == 501
    assert asking.ask("DELETE", f"{path}?force=true")[1]["deleted"] is True
    assert asking.ask("GET", path)[0] == 404
    assert asking.ask("GET", "/wp/v2/media", None, {"Authorization": ""})[0] == 200
    assert asking.ask("POST", "/wp/v2/media", None, {"Authorization": ""})[1]["code"] == "rest_cannot_create"


def test_a_killed_shop_comes_back_as_it_was(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "shop.sqlite")
    asking = Asking()
    key = asking.make(sku="a", description="ä")["id"]
    media = asking.ask("POST", "/wp/v2/media", None, {"Content-Disposition": 'attachment; filename="a.png"'})
    assert media[0] == 400
    asking.shop.flush(journal)
    again = WooShop(SystemClock(), url=URL, journal=journal)
    assert [(one.id, one.sku, one.description) for one in products(again)] == [(key, "a", "ä")]
    journal.close()


def test_our_simple_product_has_the_shape_of_the_recorded_one(asking: Asking) -> None:
    raw = json.loads((SAMPLES / "woocommerce-product-simple.json").read_text())
    recorded = raw.get("body", raw)
    ours = asking.ask("GET", f"/wc/v3/products/{asking.make(sku='a', regular_price='1')['id']}")[1]
    assert set(recorded) - set(ours) <= {"email", "cost_of_goods_sold"}
    for name, value in recorded.items():
        if value is not None and ours.get(name) is not None:
            assert type(ours[name]) is type(value), name


@pytest.fixture
def served() -> Iterator[tuple[str, WooShop]]:
    shop = WooShop(SystemClock(), keys=(Key(key="ck_a", secret="cs_b"),))
    loop = asyncio.new_event_loop()
    server = Server(shop, SystemClock())
    url = loop.run_until_complete(server.start())
    shop.answer_at(url)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield url, shop
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_the_official_client_drives_the_shop_with_signed_requests(served: tuple[str, WooShop]) -> None:
    url, _ = served
    api = API(url=url, consumer_key="ck_a", consumer_secret="cs_b", version="wc/v3", timeout=5)
    made = api.post("products", {"name": "Lamp", "regular_price": "5.00", "sku": "L"})
    assert made.status_code == 201
    key = made.json()["id"]
    assert api.get("products", params={"sku": "L"}).json()[0]["id"] == key
    assert api.put(f"products/{key}", {"name": "Lamp 2"}).json()["name"] == "Lamp 2"
    batch = api.post("products/batch", {"create": [{"name": "y"}], "delete": [key]}).json()
    assert batch["delete"][0]["id"] == key
    assert len(api.get("products").json()) == 1
    wrong = API(url=url, consumer_key="ck_a", consumer_secret="no", version="wc/v3", timeout=5)
    assert wrong.get("products").status_code == 401
