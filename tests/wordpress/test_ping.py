"""Pings to the hub: signed, sent after all else, off until told, and no burden where the hub is away."""

import hmac
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from shopweave.model.http import HttpRequest, HttpResponse
from tests.servers import serving
from tests.wordpress.fpm import fpm
from tests.wordpress.site import Site

pytestmark = [pytest.mark.long(40), pytest.mark.wordpress]
SETTINGS = "/wc-shopweave/v1/settings"
SECRET = "a-secret-of-the-hub"


class Hub:
    """Hears pings; answers with `status`."""

    def __init__(self) -> None:
        self.heard: list[HttpRequest] = []
        self.url, self.status, self.wait, self.answered = "", 204, 0.0, 0.0

    def handle(self, request: HttpRequest) -> HttpResponse:
        self.heard.append(request)
        time.sleep(self.wait)
        self.answered = time.monotonic()
        return HttpResponse(status=self.status)

    def told(self, count: int) -> list[dict[str, Any]]:
        """Wait for so many pings and give their bodies."""
        until = time.monotonic() + 5
        while len(self.heard) < count and time.monotonic() < until:
            time.sleep(0.02)
        return [json.loads(one.body) for one in self.heard]


def change(site: Site, **settings: object) -> Any:
    answer = site.ask("POST", SETTINGS, json=settings)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(scope="module", autouse=True)
def _off_again(site: Site) -> Iterator[None]:
    yield
    change(site, ping_url="")


@pytest.fixture
def hub(site: Site) -> Iterator[Hub]:
    hub = Hub()
    with serving(hub.handle) as base:
        hub.url = f"{base}/hooks/shop"
        change(site, ping_url=hub.url, ping_secret=SECRET)
        yield hub


def ordered(site: Site, product: int) -> int:
    """Buy one, and give the order."""
    body = {"status": "processing", "line_items": [{"product_id": product, "quantity": 1}]}
    answer = site.ask("POST", "/wc/v3/orders", json=body)
    assert answer.status_code == 201, answer.text
    found: int = answer.json()["id"]
    return found


def counted(site: Site, sku: str) -> int:
    return site.product(sku, _manage_stock="yes", _stock="1000")


def test_nothing_is_sent_until_the_hub_says_where(site: Site) -> None:
    hub = Hub()
    with serving(hub.handle):
        assert site.ask("GET", SETTINGS).json() == {
            "ping_url": "", "ping_secret": False, "quiet_analytics": False,
        }  # fmt: skip
        ordered(site, counted(site, "PING-0"))
        assert hub.heard == []


def test_an_order_is_told_with_its_stock_signed_and_numbered(site: Site, hub: Hub) -> None:
    product = counted(site, "PING-1")
    hub.heard.clear()
    order = ordered(site, product)
    first, second = hub.told(2)
    assert [(one["kind"], one["id"]) for one in (first, second)] == [("order", order), ("product", product)]
    numbers = [first["number"], second["number"]]
    rows = site.ask("GET", "/wc-shopweave/v1/changes", params={"after": min(numbers) - 1}).json()["rows"]
    known = {row["n"]: (row["kind"], row["id"]) for row in rows}
    assert [known[number] for number in numbers] == [("order", order), ("product", product)]
    assert first["at"].endswith("Z")
    assert set(first) == {"kind", "id", "number", "at"}
    heads = [{name.lower(): value for name, value in one.headers.items()} for one in hub.heard]
    for one, head in zip(hub.heard, heads, strict=True):
        signed = hmac.new(SECRET.encode(), one.body, sha256).hexdigest()
        assert head["x-shopweave-signature"] == f"sha256={signed}"
        assert head["content-type"] == "application/json"
    assert len({head["x-shopweave-delivery"] for head in heads}) == 2


def test_stock_saved_by_hand_is_told_and_a_new_title_is_not(site: Site, hub: Hub) -> None:
    product = counted(site, "PING-2")
    hub.heard.clear()
    site.run(
        f"wp_update_post( array( 'ID' => {product}, 'post_title' => 'New' ) );"
        f" update_post_meta( {product}, '_stock', '3' ); return 1;"
    )
    assert [(one["kind"], one["id"]) for one in hub.told(1)] == [("product", product)]
    hub.heard.clear()
    site.run(f"wp_update_post( array( 'ID' => {product}, 'post_title' => 'Newer' ) ); return 1;")
    time.sleep(0.3)
    assert hub.heard == []


def test_a_variation_is_told_with_its_parent(site: Site, hub: Hub) -> None:
    parent = site.product_of("variable", "PING-P")
    one = site.product_of("", "PING-V", parent, meta={"_manage_stock": "yes", "_stock": "9"})
    time.sleep(0.2)
    hub.heard.clear()
    order = ordered(site, one)
    found = [(row["kind"], row["id"], row.get("parent")) for row in hub.told(2)]
    assert found == [("order", order, None), ("variation", one, parent)]


def test_what_the_hub_wrote_itself_is_not_told(site: Site, hub: Hub) -> None:
    product = counted(site, "PING-3")
    hub.heard.clear()
    body = {"key": "ping-3", "items": [{"id": product, "delta": -1000}]}
    assert site.ask("POST", "/wc-shopweave/v1/stock", json=body).json()["status_changed"] == [product]
    time.sleep(0.3)
    assert hub.heard == []


def test_a_request_that_changes_much_sends_ten_pings_at_most(site: Site, hub: Hub) -> None:
    ones = [counted(site, f"PING-M{number}") for number in range(14)]
    hub.heard.clear()
    site.run(f"foreach ( {ones} as $id ) {{ update_post_meta( $id, '_stock', '5' ); }} return 1;")
    assert len(hub.told(10)) == 10
    time.sleep(0.3)
    assert len(hub.heard) == 10


def test_a_hub_that_refuses_is_left_alone_for_a_while(site: Site, hub: Hub) -> None:
    product = counted(site, "PING-4")
    hub.heard.clear()
    hub.status = 500
    ordered(site, product)
    ordered(site, product)
    assert len(hub.told(1)) == 1
    hub.status = 204
    change(site, ping_url=hub.url)
    ordered(site, product)
    assert len(hub.told(3)) == 3


@contextmanager
def away(how: str) -> Iterator[str]:
    """Give the address of a hub that refuses connections, or takes them and says nothing."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        if how == "silent":
            deaf.listen(50)
        yield f"http://127.0.0.1:{deaf.getsockname()[1]}/hooks/shop"


def measured(
    site: Site, buy: Callable[[int], object], how: str, before: str = ""
) -> tuple[list[float], list[float]]:
    """Give the seconds of twelve checkouts without pings, and with a hub that is away; `before` runs before each."""
    product = counted(site, f"AWAY-{how}-{time.monotonic()}")
    with away(how) as url:
        found = []
        for settings in ({"ping_url": ""}, {"ping_url": url, "ping_secret": SECRET}):
            change(site, **settings)
            found.append([_timed(site, buy, product, before) for _ in range(12)])
    return found[0], found[1]


def _timed(site: Site, buy: Callable[[int], object], product: int, before: str) -> float:
    if before:
        site.run(f"{before} return 1;")
    began = time.monotonic()
    buy(product)
    return time.monotonic() - began


@pytest.mark.parametrize("how", ["closed", "silent"])
def test_a_hub_that_is_away_holds_one_checkout_for_a_moment_where_the_server_cannot_go_on(
    site: Site, how: str
) -> None:
    off, on = measured(site, lambda product: ordered(site, product), how)
    assert on[0] - max(off) < 0.5
    assert median(on[1:]) - median(off) < 0.1


@pytest.mark.parametrize("how", ["closed", "silent"])
def test_a_hub_that_is_away_slows_no_checkout_behind_fpm(site: Site, tmp_path: Path, how: str) -> None:
    with fpm(site, tmp_path) as server:

        def buy(product: int) -> None:
            lines = [{"product_id": product, "quantity": 1}]
            assert server.post("/wc/v3/orders", {"status": "processing", "line_items": lines})["id"]

        off, on = measured(site, buy, how, before="Shopweave\\Ping::resume();")
    assert median(on) - median(off) < 0.1
    assert max(on) - max(off) < 0.5


def test_behind_fpm_the_buyer_has_his_answer_before_the_hub_gave_its(
    site: Site, hub: Hub, tmp_path: Path
) -> None:
    product = counted(site, "PING-FPM")
    hub.heard.clear()
    hub.wait = 0.9
    with fpm(site, tmp_path) as server:
        lines = [{"product_id": product, "quantity": 1}]
        order = server.post("/wc/v3/orders", {"status": "processing", "line_items": lines})["id"]
        answered = time.monotonic()
        assert hub.told(1)[0]["id"] == order
        time.sleep(1.0)
    assert answered < hub.answered


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"ping_url": 5}, "ping_url"),
        ({"quiet_analytics": "yes"}, "quiet_analytics"),
        ({"ping_secret": "short"}, "ping_secret"),
        ({"ping_url": "https://10.0.0.1/hooks/x", "ping_secret": SECRET}, "ping_url"),
        ({"ping_url": "ftp://127.0.0.1/hooks/x", "ping_secret": SECRET}, "ping_url"),
        ({"ping_url": "http://u:p@127.0.0.1/hooks/x", "ping_secret": SECRET}, "ping_url"),
        ({"ping_url": "http://127.0.0.1/hooks/x"}, "ping_secret"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_and_changes_nothing(
    site: Site, settings: dict[str, object], field: str
) -> None:
    change(site, ping_url="", quiet_analytics=False)
    answer = site.ask("POST", SETTINGS, json={"quiet_analytics": True, **settings})
    assert (answer.status_code, answer.json()["data"]["field"]) == (400, field)
    assert site.ask("GET", SETTINGS).json()["quiet_analytics"] is False


def test_the_secret_is_never_shown_and_goes_with_the_address(site: Site, hub: Hub) -> None:
    shown = site.ask("GET", SETTINGS)
    assert SECRET not in shown.text
    assert shown.json()["ping_secret"] is True
    assert change(site, ping_url="")["ping_secret"] is False


@pytest.mark.parametrize(("who", "status"), [("read", 401), ("author", 403), ("nobody", 401)])
def test_only_who_may_write_sets(site: Site, who: str, status: int) -> None:
    assert site.ask("POST", SETTINGS, who=who, json={"quiet_analytics": True}).status_code == status
