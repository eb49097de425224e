"""Four ways to find the orders that changed, and how a shop's way is chosen and chosen anew."""

import json
import random
from typing import Any

import pytest

from shopweave.model.errors import Configuration
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.simulators.woocommerce import plugin
from tests.connectors.woocommerce.counter import Counter, run

WAYS = ("current", "legacy", "helper", "look-back")


def counter_of(way: str, **settings: Any) -> Counter:
    counter = Counter(**settings)
    switches = counter.shop.switches
    switches.honours_modified_after = way == "current"
    switches.legacy_enabled = way in ("current", "legacy")
    switches.refuses_query_keys = True
    if way != "look-back":
        plugin.install(counter.shop)
    counter.order()
    counter.later(days=40)
    return counter


def way_of(position: str) -> str:
    found: str = json.loads(position)["way"]
    return found


@pytest.mark.parametrize("way", WAYS)
def test_the_first_way_that_the_shop_offers_is_chosen_and_kept(way: str) -> None:
    counter = counter_of(way)
    _, position = counter.window()
    assert way_of(position) == way
    counter.http.log.clear()
    counter.later(minutes=15)
    row = counter.order()
    found, position = counter.window(position)
    assert list(found) == [str(row["id"])]
    assert way_of(position) == way
    paths = {line.partition(" ")[2] for line in counter.http.log} - {"/wp-json/wc-shopweave/v1/changes"}
    assert (
        paths
        == {
            "current": {"/wp-json/wc/v3/orders"},
            "legacy": {"/wc-api/v3/orders", "/wp-json/wc/v3/orders"},
            "helper": {"/wp-json/flashnode/v1/orders"},
            "look-back": {"/wp-json/wc/v3/orders"},
        }[way]
    )


@pytest.mark.parametrize("way", WAYS[1:])
def test_every_way_shows_an_order_alike(way: str) -> None:
    counter, other = counter_of(way), counter_of("current")
    found = []
    for one in (counter, other):
        _, position = one.window()
        axis = [{"name": "Size", "options": ["S"], "variation": True}]
        family = one.product(type="variable", attributes=axis)
        choice = one.shop.products.create({"attributes": [{"name": "Size", "option": "S"}]}, family)
        row = one.order({"product_id": family["id"], "variation_id": choice["id"], "quantity": 2})
        then = "2026-06-10T13:00:00+00:00"
        one.shop.orders.rows[row["id"]] |= {"date_modified": then, "date_created": then, "date_paid": None}
        found.append(list(one.window(position)[0].values()))
    assert found[0] == found[1] != []


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", range(8))
def test_no_way_loses_an_order_that_enters_leaves_or_moves_while_it_reads(way: str, seed: int) -> None:
    dice, counter = random.Random(seed), counter_of(way)
    line = {"product_id": counter.product()["id"], "quantity": 1}
    old = [counter.order(line) for _ in range(4)]
    counter.later(hours=2)
    _, position = counter.window()
    wanted = {str(counter.order(line)["id"]) for _ in range(11)}
    found: set[str] = set()
    for _ in range(80):
        page = run(counter.connection.orders(position, overlap=120))
        found |= {one.order.revision.order for one in page.orders}
        position = page.position
        if page.done:
            break
        chance = dice.random()
        if chance < 0.3:
            counter.shop.orders.trash(counter.shop.orders.rows[int(dice.choice(sorted(wanted)))])
            wanted = {one for one in wanted if counter.shop.orders.rows[int(one)]["status"] != "trash"}
        elif chance < 0.7:
            counter.edit(dice.choice(old))
        else:
            counter.edit({"id": int(dice.choice(sorted(wanted)))})
    assert page.done
    assert wanted <= found


@pytest.mark.parametrize("way", WAYS)
def test_what_did_not_change_is_not_in_the_window(way: str) -> None:
    counter = counter_of(way)
    _, position = counter.window()
    counter.order()
    old = counter.order()
    counter.later(hours=2)
    _, position = counter.window(position)
    counter.later(hours=2)
    counter.edit(old, status="completed")
    found, _ = counter.window(position)
    assert list(found) == [str(old["id"])]


@pytest.mark.parametrize("hours", [-5, 0, 3])
@pytest.mark.parametrize("way", WAYS)
def test_the_zone_of_the_shop_changes_nothing(way: str, hours: int) -> None:
    counter = counter_of(way, hours=hours)
    _, position = counter.window()
    early = counter.order()
    counter.later(minutes=30)
    late = counter.order()
    found, position = counter.window(position)
    assert set(found) == {str(early["id"]), str(late["id"])}
    assert way_of(position) == way
    counter.later(minutes=30)
    _, position = counter.window(position)
    assert counter.window(position)[0] == {}


@pytest.mark.pain("alyf-de/woocommerce_integration#7")
@pytest.mark.parametrize("skew", [-7200, 7200])
def test_the_bound_follows_the_shops_clock_however_wrong_it_is(skew: float) -> None:
    counter = counter_of("current")
    counter.shop.switches.clock_skew_s = skew
    _, position = counter.window()
    row = counter.order()
    found, position = counter.window(position)
    assert list(found) == [str(row["id"])]
    counter.later(minutes=10)
    _, position = counter.window(position)
    assert counter.window(position)[0] == {}


def test_a_way_that_vanishes_is_chosen_anew_at_once_and_nothing_is_lost() -> None:
    """The old interface goes with an update of the shop: 404 on the next call."""
    counter = counter_of("legacy")
    _, position = counter.window()
    assert way_of(position) == "legacy"
    row = counter.order()
    counter.shop.switches.legacy_enabled = False
    found, position = counter.window(position)
    assert list(found) == [str(row["id"])]
    assert way_of(position) == "helper"
    other = counter.order()
    counter.shop.switches.plugin_installed = False
    found, position = counter.window(position)
    assert str(other["id"]) in found
    assert way_of(position) == "look-back"


def test_a_way_that_vanishes_between_two_pages_begins_its_window_anew() -> None:
    counter = counter_of("legacy")
    _, position = counter.window()
    made = {str(counter.order()["id"]) for _ in range(7)}
    first = run(counter.connection.orders(position, overlap=120))
    assert not first.done
    counter.shop.switches.legacy_enabled = False
    found, _ = counter.window(first.position)
    assert made <= set(found) | {one.order.revision.order for one in first.orders}


def test_the_way_is_looked_at_again_once_a_day() -> None:
    counter = counter_of("look-back")
    _, position = counter.window()
    counter.shop.switches.honours_modified_after = True
    counter.later(hours=23)
    _, position = counter.window(position)
    assert way_of(position) == "look-back"
    counter.later(hours=2)
    _, position = counter.window(position)
    _, position = counter.window(position)
    assert way_of(position) == "current"


def test_a_shop_that_hides_everything_is_a_matter_of_settings() -> None:
    counter = counter_of("current")
    _, position = counter.window()
    counter.shop.pretty = False
    with pytest.raises(Configuration, match="Permalinks"):
        counter.window(position)


def test_a_shop_without_orders_cannot_say_whether_it_knows_the_filter_and_is_asked_again() -> None:
    counter = Counter()
    counter.shop.switches.honours_modified_after = False
    _, position = counter.window()
    assert way_of(position) == "current"
    counter.order()
    counter.later(hours=2)
    _, position = counter.window(position)
    counter.later(hours=2)
    row = counter.order()
    found, position = counter.window(position)
    assert list(found) == [str(row["id"])]
    _, position = counter.window(position)
    assert way_of(position) == "look-back"


def test_looking_back_reaches_as_far_as_the_settings_say() -> None:
    counter = counter_of("look-back", look_back_days=3)
    _, position = counter.window()
    recent, old = counter.order(), counter.order()
    counter.shop.orders.rows[old["id"]]["date_created"] = "2026-04-20T00:00:00+00:00"
    for row in (recent, old):
        counter.edit(row, status="completed")
    assert list(counter.window(position)[0]) == [str(recent["id"])]


@pytest.mark.seed("FLN-14")
@pytest.mark.seed("FLN-15")
@pytest.mark.parametrize("way", WAYS)
def test_keys_travel_in_the_header_by_every_way_and_never_in_the_address(way: str) -> None:
    counter = counter_of(way)
    asked: list[HttpRequest] = []

    def watch(request: HttpRequest, answer: Any) -> HttpResponse:
        asked.append(request)
        found: HttpResponse = answer()
        return found

    counter.http.fault = watch
    _, position = counter.window()
    counter.order()
    counter.window(position)
    run(counter.connection.check())
    told = [request.headers["Authorization"] for request in asked if "Authorization" in request.headers]
    assert all(header.startswith("Basic ") for header in told)
    orders = [request for request in asked if request.url.partition("?")[0].endswith("/orders")]
    assert orders
    assert all("Authorization" in request.headers for request in orders)
    assert not [request.url for request in asked if "ck_" in request.url or "consumer" in request.url]
