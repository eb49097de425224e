"""Products and orders by the companion's feed of changes: seen at once, none missed, the list as a backstop."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest

from shopweave.connectors.woocommerce import Shop, WooSettings
from shopweave.connectors.woocommerce.changes import Gap, Mark, Row, open_gaps, passed, read_mark
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.record import Kind, RemoteRecord
from shopweave.model.values import tracked
from shopweave.runtime.clock import SystemIds
from shopweave.simulators.woocommerce.answers import answer
from shopweave.simulators.woocommerce.plugin import install
from shopweave.simulators.woocommerce.routes import no_route
from tests.connectors.woocommerce.counter import Counter, run
from tests.connectors.woocommerce.test_against_shop import Pair
from tests.worlds import SHOP

LIST = "GET /wp-json/wc/v3/products"
FEED = "GET /wp-json/wc-shopweave/v1/changes"
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def told(records: Iterable[RemoteRecord]) -> dict[str, RemoteRecord]:
    return {one.remote_id: one for one in records}


@pytest.fixture
def pair() -> Pair:
    found = Pair(page_size=10)
    install(found.shop)
    return found


def window(pair: Pair, position: str) -> tuple[dict[str, RemoteRecord], str]:
    pair.clock.time += timedelta(minutes=5)
    found, position = pair.read(position=position, sweep=False)
    return told(found), position


def begun(pair: Pair) -> str:
    """Sweep, and read the list that follows; from then on it rests for an hour."""
    return window(pair, pair.read()[1])[1]


def test_between_two_lists_only_the_feed_is_read(pair: Pair) -> None:
    goods = [pair.made(sku=f"s{number}") for number in range(3)]
    position = begun(pair)
    pair.http.log.clear()
    assert window(pair, position)[0] == {}
    assert pair.http.log == [FEED]
    pair.shop.products.update(goods[1], {"manage_stock": True, "stock_quantity": 7})
    pair.http.log.clear()
    found, position = window(pair, position)
    assert [one.level for one in found.values()] == [tracked(Decimal(7))]
    assert pair.http.log == [FEED, LIST]
    assert window(pair, position)[0] == {}


def test_what_moves_no_date_is_seen_at_once(pair: Pair) -> None:
    """Stock that another plug-in writes past WooCommerce, a picture, a category: the list shows them a day later."""
    one = pair.made(sku="quiet", manage_stock=True, stock_quantity=5)
    position = begun(pair)
    row = pair.shop.state.products[one["id"]]
    pair.shop.state.save("product", one["id"], {**row, "stock_quantity": 2})
    found, _ = window(pair, position)
    assert found[str(one["id"])].level == tracked(Decimal(2))


def test_what_goes_to_the_trash_or_is_deleted_is_told_gone(pair: Pair) -> None:
    trashed, deleted = pair.made(sku="t"), pair.made(sku="d")
    position = begun(pair)
    pair.shop.products.trash(pair.shop.state.products[trashed["id"]])
    pair.shop.products.remove(pair.shop.state.products[deleted["id"]])
    found, _ = window(pair, position)
    assert {key: one.gone for key, one in found.items()} == {
        str(trashed["id"]): True,
        str(deleted["id"]): True,
    }


def test_a_variation_is_read_with_its_family_and_told_gone_with_it(pair: Pair) -> None:
    family = pair.made(sku="fam", type="variable")
    ones = [
        pair.shop.products.create(
            {"sku": f"fam-{number}", "manage_stock": True, "stock_quantity": 3}, parent=family
        )
        for number in range(2)
    ]
    position = begun(pair)
    keys = [f"{family['id']}:{one['id']}" for one in ones]
    pair.shop.products.update(pair.shop.state.products[ones[0]["id"]], {"stock_quantity": 1})
    found, position = window(pair, position)
    assert set(found) == {str(family["id"]), *keys}
    assert found[keys[0]].level == tracked(Decimal(1))
    pair.shop.products.remove(pair.shop.state.products[ones[1]["id"]])
    found, _ = window(pair, position)
    assert (found[keys[1]].kind, found[keys[1]].gone) == (Kind.VARIATION, True)
    assert not found[keys[0]].gone


def test_the_list_is_read_once_an_hour_and_finds_what_the_feed_never_told(pair: Pair) -> None:
    one = pair.made(sku="direct")
    position = begun(pair)
    pair.shop.state.watchers.clear()
    pair.shop.products.update(one, {"name": "By another hand"})
    assert window(pair, position)[0] == {}
    pair.clock.time += timedelta(hours=1)
    assert list(window(pair, position)[0]) == [str(one["id"])]


def test_many_changes_are_read_page_by_page(pair: Pair) -> None:
    goods = [pair.made(sku=f"m{number}") for number in range(35)]
    position = begun(pair)
    for one in goods:
        pair.shop.products.update(one, {"name": "Many"})
    pair.http.log.clear()
    found, _ = window(pair, position)
    assert set(found) == {str(one["id"]) for one in goods}
    assert pair.http.log == [FEED, LIST] * 4


def test_a_feed_that_was_lost_means_that_all_is_compared(pair: Pair) -> None:
    goods = [pair.made(sku=f"l{number}") for number in range(12)]
    position = begun(pair)
    mark = read_mark(position)
    lost = msgspec.json.decode(position) | {"feed": "another"}
    found, after = window(pair, msgspec.json.encode(lost).decode())
    assert set(found) == {str(one["id"]) for one in goods}
    assert read_mark(after) == mark
    assert window(pair, after)[0] == {}


def test_a_plug_in_that_goes_is_followed_by_the_list_and_one_that_comes_by_the_feed(pair: Pair) -> None:
    one = pair.made(sku="comes")
    position = begun(pair)

    def gone(_: object, __: object) -> HttpResponse:
        raise no_route()

    pair.shop.routes.add("/wc-shopweave/v1", gone)
    pair.shop.products.update(one, {"name": "Without"})
    found, position = window(pair, position)
    assert list(found) == [str(one["id"])]
    assert read_mark(position) == Mark()
    pair.http.log.clear()
    window(pair, position)
    assert LIST in pair.http.log
    install(pair.shop)
    settings = WooSettings(url=SHOP, consumer_key="ck_all", consumer_secret="s")
    pair.connection = Shop(settings, pair.http, SystemIds())
    _, position = window(pair, position)
    assert read_mark(position).feed


def rows(*numbers: int) -> tuple[Row, ...]:
    return tuple(Row(n=number, kind="product", id=number) for number in numbers)


def test_numbers_that_were_passed_stay_open_for_ten_minutes() -> None:
    gaps = passed(10, 16, rows(11, 13, 16), NOW)
    assert [one.number for one in gaps] == [12, 14, 15]
    assert open_gaps(gaps, NOW + timedelta(minutes=9)) == gaps
    assert open_gaps(gaps, NOW + timedelta(minutes=10)) == ()
    assert len(open_gaps([Gap(number, NOW) for number in range(9000)], NOW)) == 500
    assert len(passed(0, 10**9, (), NOW)) <= 1500


def test_a_number_that_comes_after_it_was_passed_is_read_all_the_same(pair: Pair) -> None:
    goods = [pair.made(sku=f"g{number}") for number in range(3)]
    position = begun(pair)
    known = read_mark(position)
    late = {"n": known.after + 1, "kind": "product", "id": goods[0]["id"]}
    new = {"n": known.after + 2, "kind": "product", "id": goods[1]["id"]}
    shown = [new]

    def feed(request: HttpRequest, go: Callable[[], HttpResponse]) -> HttpResponse:
        if "/changes" not in request.url:
            return go()
        after = int(dict(parse_qsl(urlsplit(request.url).query))["after"])
        page = sorted((row for row in shown if row["n"] > after), key=lambda row: row["n"])
        body = {"feed": known.feed, "rows": page, "next": page[-1]["n"] if page else after, "more": False}
        date = pair.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT")
        found = answer(200, body)
        return HttpResponse(status=200, headers={**found.headers, "date": date}, body=found.body)

    pair.http.fault = feed
    found, position = window(pair, position)
    assert list(found) == [str(goods[1]["id"])]
    assert [one.number for one in read_mark(position).gaps] == [known.after + 1]
    shown.append(late)
    found, position = window(pair, position)
    assert list(found) == [str(goods[0]["id"])]
    assert read_mark(position) == Mark(feed=known.feed, after=known.after + 2)


def counted(**settings: object) -> tuple[Counter, str]:
    counter = Counter(**settings)  # type: ignore[arg-type]
    install(counter.shop)
    return counter, counter.window()[1]


def test_an_order_whose_lines_change_without_its_date_is_read() -> None:
    counter, position = counted()
    one = counter.order()
    position = counter.window(position)[1]
    counter.later(minutes=30)
    position = counter.window(position)[1]
    row = counter.shop.orders.rows[one["id"]]
    lines = [{**line, "quantity": 5} for line in row["line_items"]]
    counter.shop.state.save("order", one["id"], {**row, "line_items": lines})
    found, position = counter.window(position)
    assert [line.quantity for line in found[str(one["id"])].revision.lines] == [Decimal(5)]
    counter.later(minutes=30)
    assert counter.window(position)[0] == {}


def test_many_orders_of_the_feed_come_page_by_page_and_once() -> None:
    counter, position = counted()
    ones = [counter.order() for _ in range(8)]
    pages = run(counter.pages(position))
    assert all(len(page.orders) == len({one.order.revision.order for one in page.orders}) for page in pages)
    seen = {one.order.revision.order for page in pages for one in page.orders}
    assert seen == {str(one["id"]) for one in ones}
