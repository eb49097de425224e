"""Feed, prices, orders by time, file names, settings and pings: the same answers from every place."""

import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import pytest

from shopweave.connector.callbacks import Callback, Heard, NotHeard
from shopweave.connectors.woocommerce.callbacks import heard
from tests.servers import serving
from tests.wordpress.pictures import png
from tests.wordpress.places import Live, Place
from tests.wordpress.test_ping import Hub

pytestmark = pytest.mark.long(20)

OURS = "/wc-shopweave/v1"
WINDOW = "/flashnode/v1"
SECRET = "a-secret-of-the-hub"


def newest(place: Place) -> int:
    found: int = place.ask("GET", f"{OURS}/check").json()["newest"]
    return found


def read(place: Place, after: int, **query: Any) -> Any:
    answer = place.ask("GET", f"{OURS}/changes", params={"after": after, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def told(place: Place, after: int, product: int) -> list[tuple[str, str, str]]:
    """Give what the feed says of one thing."""
    rows = [row for row in read(place, after)["rows"] if row["id"] == product]
    return [(row["kind"], row["what"], row["source"]) for row in rows]


def order(place: Place, product: int, quantity: int = 1) -> int:
    body = {"status": "processing", "line_items": [{"product_id": product, "quantity": quantity}]}
    answer = place.ask("POST", "/wc/v3/orders", json=body)
    assert answer.status_code == 201, answer.text
    found: int = answer.json()["id"]
    return found


def test_an_order_and_its_stock_are_in_the_feed_as_the_shops_own(place: Place) -> None:
    product = place.product(place.name("FEED-1"), 10)
    before = newest(place)
    number = order(place, product, 3)
    assert told(place, before, product) == [("product", "stock", "shop")]
    assert [row[::2] for row in told(place, before, number)] == [("order", "shop")]
    page = read(place, before)
    assert set(page) == {"feed", "rows", "next", "more", "held_back", "oldest"}
    assert [row["n"] for row in page["rows"]] == list(range(before + 1, page["next"] + 1))
    assert set(page["rows"][0]) == {"n", "kind", "id", "what", "source", "at"}
    assert (page["more"], page["held_back"]) == (False, 0)


def test_what_the_hub_writes_is_in_the_feed_as_the_hubs(place: Place) -> None:
    product = place.product(place.name("FEED-2"), 10, "5")
    before = newest(place)
    body = {"key": place.name("feed-2"), "items": [{"id": product, "delta": -1}]}
    change = place.ask("POST", f"{OURS}/stock", json=body).json()["change"]
    assert change == before + 1
    assert told(place, before, product) == [("product", "stock", "hub")]


def test_pages_follow_each_other_and_a_foreign_feed_is_lost(place: Place) -> None:
    product = place.product(place.name("FEED-3"), 10)
    before = newest(place)
    order(place, product)
    first = read(place, before, limit=1)
    assert (len(first["rows"]), first["more"], first["next"]) == (1, True, before + 1)
    rest = read(place, first["next"], limit=1000)
    assert (rest["rows"][0]["n"], rest["more"]) == (before + 2, False)
    assert read(place, rest["next"])["rows"] == []
    known = place.ask("GET", f"{OURS}/check").json()
    assert read(place, before, feed=known["feed"])["feed"] == known["feed"]
    for query in ({"after": 0, "feed": "other"}, {"after": known["newest"] + 1000}):
        answer = place.ask("GET", f"{OURS}/changes", params=query)
        assert (answer.status_code, answer.json()["code"]) == (410, "shopweave_feed_lost")
    wrong = place.ask("GET", f"{OURS}/changes", params={"limit": 1001})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "rest_invalid_param")


def test_prices_go_fast_or_by_the_product_and_are_refused_one_by_one(place: Place) -> None:
    one, two = (place.product(place.name(f"PRICE-{number}"), None, "10") for number in (1, 2))
    items = [
        {"id": one, "regular": "12.50"},
        {"id": two, "regular": "20", "sale": "15.5", "from": None, "to": None},
        {"id": two, "regular": "20", "sale": "20"},
        {"id": one, "regular": "12,50"},
        {"sku": place.name("PRICE-NONE"), "regular": "1"},
        {"id": one, "regular": "13"},
    ]
    body = {"key": place.name("prices"), "items": items}
    answer = place.ask("POST", f"{OURS}/prices", json=body)
    assert answer.status_code == 200, answer.text
    found = [row.get("way", row.get("code")) for row in answer.json()["items"]]
    assert found == ["fast", "object", "bad_sale", "bad_number", "unknown_product", "object"]
    again = place.ask("POST", f"{OURS}/prices", json=body).json()
    assert again == {**answer.json(), "replayed": True}
    other = place.ask("POST", f"{OURS}/prices", json={**body, "items": items[:1]})
    assert (other.status_code, other.json()["code"]) == (422, "shopweave_key_reused")


def test_one_key_stands_for_one_route(place: Place) -> None:
    product = place.product(place.name("KEYS"), 5, "10")
    key = place.name("keys")
    items = [{"id": product}]
    first = place.ask("POST", f"{OURS}/prices", json={"key": key, "items": items})
    assert first.status_code == 200
    second = place.ask("POST", f"{OURS}/stock", json={"key": key, "items": [{**items[0], "delta": 1}]})
    assert (second.status_code, second.json()["code"]) == (422, "shopweave_key_reused")


def test_orders_are_named_by_time_and_number(place: Place) -> None:
    product = place.product(place.name("CHANGED"), 10)
    numbers = [order(place, product) for _ in range(3)]
    every = place.ask("GET", f"{OURS}/orders-changed", params={"since": 0, "limit": 1000}).json()
    at = {row["id"]: row["modified"] for row in every["rows"]}
    first = min(at[number] for number in numbers)
    query = {"since": first, "until": at[numbers[-1]], "after_id": 0, "limit": 2}
    found: list[dict[str, Any]] = []
    while True:
        page = place.ask("GET", f"{OURS}/orders-changed", params=query).json()
        found += page["rows"]
        if not page["more"]:
            break
        query |= {"since": found[-1]["modified"], "after_id": found[-1]["id"]}
    keys = [(row["modified"], row["id"]) for row in found]
    assert keys == sorted(set(keys))
    assert {row["id"] for row in found} >= set(numbers)
    assert {row["status"] for row in found if row["id"] in numbers} == {"processing"}
    missing = place.ask("GET", f"{OURS}/orders-changed")
    assert (missing.status_code, missing.json()["code"]) == (400, "rest_missing_callback_param")


@pytest.mark.seed("FLN-22")
def test_orders_come_by_the_time_they_were_changed(place: Place) -> None:
    product = place.product(place.name("WINDOW"), 10)
    clock = place.ask("GET", f"{WINDOW}/status").json()["server_time"]
    number = order(place, product)
    start = datetime.fromisoformat(clock) - timedelta(seconds=1)
    query = {"statuses": "processing,completed", "modified_after": f"{start:%Y-%m-%dT%H:%M:%SZ}"}
    found = place.ask("GET", f"{WINDOW}/orders", params={**query, "per_page": 100}).json()
    assert set(found) == {"version", "server_time", "total", "orders"}
    mine = [one for one in found["orders"] if one["id"] == number]
    assert [one["status"] for one in mine] == ["processing"]
    shown = place.ask("GET", f"/wc/v3/orders/{number}").json()
    assert mine == [shown]
    late = {**query, "modified_after": f"{datetime.now(UTC) + timedelta(days=365):%Y-%m-%dT%H:%M:%SZ}"}
    assert place.ask("GET", f"{WINDOW}/orders", params=late).json()["total"] == 0
    none = place.ask("GET", f"{WINDOW}/orders", params={**query, "statuses": "cancelled"}).json()
    assert number not in [one["id"] for one in none["orders"]]
    status = place.ask("GET", f"{WINDOW}/status").json()
    assert set(status) == {"version", "woocommerce", "legacy_api", "timezone", "server_time"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"modified_after": "yesterday"}, "shopweave_bad_request"),
        ({"per_page": 101}, "rest_invalid_param"),
        ({"page": 0}, "rest_invalid_param"),
    ],
)
def test_what_is_no_window_is_refused(place: Place, query: dict[str, str], code: str) -> None:
    answer = place.ask("GET", f"{WINDOW}/orders", params=query)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert place.ask("GET", f"{WINDOW}/orders", who="nobody").status_code == 401


@pytest.mark.seed("SIT-129", "SIT-130")
def test_file_names_are_told_first_and_changed_then(place: Place) -> None:
    name = place.name("чай")
    head = {
        "content-type": "image/png",
        "content-disposition": f'attachment; filename="{quote(name)}.png"',
    }
    sent = place.ask("POST", f"{OURS}/pictures", content=png(shade=91, width=300), headers=head)
    picture = sent.json()["id"]

    def fixed(*, dry: bool) -> list[dict[str, Any]]:
        asked = {"dry_run": dry, "after_id": picture - 1, "limit": 1}
        answer = place.ask("POST", f"{OURS}/fix-images", json=asked)
        assert answer.status_code == 200, answer.text
        return [row for row in answer.json()["rows"] if row["id"] == picture]

    (row,) = fixed(dry=True)
    assert row["old"].endswith(f"{name}.png")
    plain = row["new"].rpartition("/")[2]
    assert set(plain) <= set("abcdefghijklmnopqrstuvwxyz0123456789_.-")
    assert (len(row["undo"]), row["references"]) == (row["files"], 0)
    assert fixed(dry=True) == fixed(dry=False) == [row]
    assert fixed(dry=True) == []


@pytest.fixture
def hub(place: Place) -> Iterator[Hub]:
    if isinstance(place, Live):
        pytest.skip("a live shop does not reach this machine")
    hub = Hub()
    with serving(hub.handle) as base:
        settings = {"ping_url": f"{base}/hooks/shop", "ping_secret": SECRET}
        shown = place.ask("POST", f"{OURS}/settings", json=settings)
        assert shown.json() == {**settings, "ping_secret": True, "quiet_analytics": False}
        yield hub
        place.ask("POST", f"{OURS}/settings", json={"ping_url": ""})


def test_orders_and_stock_are_told_at_once_and_signed(place: Place, hub: Hub) -> None:
    product = place.product(place.name("PING"), 10)
    place.send_out()
    hub.told(1)
    hub.heard.clear()
    before = newest(place)
    number = order(place, product)
    place.send_out()
    found = hub.told(2)
    assert {(one["kind"], one["id"]) for one in found} == {("order", number), ("product", product)}
    rows = {row["n"]: (row["kind"], row["id"]) for row in read(place, before)["rows"]}
    assert all(rows[one["number"]] == (one["kind"], one["id"]) for one in found)
    heads = [{name.lower(): value for name, value in one.headers.items()} for one in hub.heard]
    for one, head in zip(hub.heard, heads, strict=True):
        signed = hmac.new(SECRET.encode(), one.body, sha256).hexdigest()
        assert head["x-shopweave-signature"] == f"sha256={signed}"
        assert set(json.loads(one.body)) == {"kind", "id", "number", "at"}
        understood = heard(Callback(headers=head, body=one.body), SECRET)
        assert isinstance(understood, Heard)
        assert (understood.about, understood.remote_id) in {("order", str(number)), ("product", str(product))}
        assert isinstance(heard(Callback(headers=head, body=one.body), "another secret"), NotHeard)
    assert len({head["x-shopweave-delivery"] for head in heads}) == len(heads)


def test_the_hubs_own_stock_is_not_told(place: Place, hub: Hub) -> None:
    product = place.product(place.name("PING-OWN"), 10)
    place.send_out()
    hub.told(1)
    hub.heard.clear()
    body = {"key": place.name("ping-own"), "items": [{"id": product, "delta": -10}]}
    assert place.ask("POST", f"{OURS}/stock", json=body).json()["status_changed"] == [product]
    place.send_out()
    number = place.product(place.name("PING-OTHER"), 10)
    order(place, number)
    place.send_out()
    assert product not in [one["id"] for one in hub.told(2)]


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"ping_url": 5}, "ping_url"),
        ({"ping_secret": "short"}, "ping_secret"),
        ({"ping_url": "ftp://shop.example/x", "ping_secret": SECRET}, "ping_url"),
        ({"ping_url": "http://u:p@shop.example/x", "ping_secret": SECRET}, "ping_url"),
        ({"ping_url": "https://shop.example/x"}, "ping_secret"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused(
    place: Place, settings: dict[str, object], field: str
) -> None:
    answer = place.ask("POST", f"{OURS}/settings", json=settings)
    assert (answer.status_code, answer.json()["data"]["field"]) == (400, field)
