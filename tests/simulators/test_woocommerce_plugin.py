"""The simulated plug-in outlives its process, forgets old changes, and tells of what staff does."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.runtime.clock import SystemClock
from shopweave.simulators import pace
from shopweave.simulators.journal import Journal
from shopweave.simulators.woocommerce import Key, Rules, WooShop, truth
from shopweave.simulators.woocommerce.plugin import install

URL = "https://shop.example"
OURS = "/wc-shopweave/v1"


class Now(SystemClock):
    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


def shop(clock: Now, journal: Journal | None = None) -> WooShop:
    keys = (Key(key="ck_1", secret="cs_1"),)
    rules = Rules(callbacks_anywhere=True)
    return WooShop(clock, url=URL, keys=keys, journal=journal, rules=rules, plugins=(install,))


def ask(shop: WooShop, method: str, path: str, body: object = None) -> HttpResponse:
    content = b"" if body is None else json.dumps(body).encode()
    pair = base64.b64encode(b"ck_1:cs_1").decode()
    headers = {"authorization": f"Basic {pair}", "content-type": "application/json"}
    url = f"{URL}/wp-json{path}"
    return shop.handle(HttpRequest(method=method, url=url, headers=headers, body=content))


def read(shop: WooShop, path: str) -> Any:
    return json.loads(ask(shop, "GET", path).body)


def test_feed_keys_and_settings_outlive_the_process(tmp_path: Path) -> None:
    clock, journal = Now(), Journal(tmp_path / "shop.sqlite")
    first = shop(clock, journal)
    product = first.products.create({"name": "Cup", "manage_stock": True, "stock_quantity": 900})["id"]
    for number in range(12):
        first.products.update(first.state.products[product], {"name": f"Cup {number}"})
        ask(first, "GET", "/wc/v3/products")
    body = {"key": "once", "items": [{"id": product, "delta": -1}]}
    answer = json.loads(ask(first, "POST", f"{OURS}/stock", body).body)
    settings = {"ping_url": "https://hub.example/hooks/x", "ping_secret": "a-secret-of-the-hub"}
    ask(first, "POST", f"{OURS}/settings", settings)
    known = read(first, f"{OURS}/check")
    first.flush(journal)
    again = shop(clock, journal)
    assert read(again, f"{OURS}/check") == known
    assert known["newest"] > 10
    rows = read(again, f"{OURS}/changes?after=0")["rows"]
    assert [row["n"] for row in rows] == list(range(1, known["newest"] + 1))
    assert json.loads(ask(again, "POST", f"{OURS}/stock", body).body) == {**answer, "replayed": True}
    assert again.state.products[product]["stock_quantity"] == 899
    assert read(again, f"{OURS}/settings")["ping_secret"] is True
    again.products.update(again.state.products[product], {"stock_quantity": 4})
    assert [one.request.url for one in again.callbacks.due()] == [settings["ping_url"]]


def test_what_staff_does_by_hand_is_in_the_feed() -> None:
    made = shop(Now())
    product = made.products.create({"name": "Cup"})["id"]
    for what in ("edit", "trash"):
        ask(made, "GET", "/wc/v3/products")
        if what == "edit":
            truth.edit(made, product, regular_price="4.50")
        else:
            truth.trash(made, product)
    rows = [row for row in read(made, f"{OURS}/changes?after=0")["rows"] if row["id"] == product]
    assert [row["what"] for row in rows] == ["created", "price", "trashed"]


def test_old_changes_go_and_a_reader_that_stayed_away_hears_so() -> None:
    clock = Now()
    made = shop(clock)
    product = made.products.create({"name": "Cup"})["id"]
    ask(made, "GET", "/wc/v3/products")
    made.products.update(made.state.products[product], {"name": "Mug"})
    clock.time += timedelta(days=15)
    ask(made, "GET", "/wc/v3/products")
    made.products.update(made.state.products[product], {"name": "Bowl"})
    known = read(made, f"{OURS}/check")
    assert known["oldest"] == known["newest"]
    assert ask(made, "GET", f"{OURS}/changes?after=1").status == 410
    assert [row["id"] for row in read(made, f"{OURS}/changes?after=0")["rows"]] == [product]


def test_a_batch_takes_as_long_as_it_was_measured_to_take() -> None:
    def takes(path: str, body: object) -> float:
        content = json.dumps(body).encode()
        return pace.woocommerce(HttpRequest(method="POST", url=f"{URL}/wp-json{path}", body=content))

    fast = takes(f"{OURS}/stock", {"key": "k", "items": [{"id": 1, "delta": 1}] * 500})
    slow = takes("/wc/v3/products/batch", {"update": [{"id": 1}] * 100})
    assert fast < 0.25
    assert (500 / fast) / (100 / slow) > 40
