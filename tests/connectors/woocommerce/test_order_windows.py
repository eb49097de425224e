"""Windows of orders: what they hold, whatever happens while they are read."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import pytest

from shopweave.connector.orders import ReadsOrders
from shopweave.model.change import Written
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.record import Kind
from shopweave.model.values import tracked
from shopweave.simulators.woocommerce.rules import Rules
from tests.connectors.woocommerce.counter import Counter, run


def test_the_first_window_begins_now_and_what_is_older_is_history() -> None:
    counter = Counter()
    assert isinstance(counter.connection, ReadsOrders)
    counter.order()
    counter.later(hours=1)
    found, position = counter.window()
    assert found == {}
    fresh = counter.order()
    assert list(counter.window(position)[0]) == [str(fresh["id"])]


def test_pages_say_what_time_it_is_in_the_shop() -> None:
    counter = Counter()
    made = counter.order()
    pages = (
        run(counter.connection.orders("", overlap=60)),
        run(counter.connection.orders_by_ids((str(made["id"]),))),
    )
    now = counter.clock.now()
    assert all(page.at is not None and abs(now - page.at) < timedelta(minutes=1) for page in pages)


def test_the_query_has_a_lower_bound_in_utc_and_neither_status_nor_upper_bound() -> None:
    counter = Counter()
    asked: list[dict[str, str]] = []

    def watch(request: HttpRequest, answer: object) -> HttpResponse:
        asked.append(dict(parse_qsl(urlsplit(request.url).query)))
        return answer()  # type: ignore[operator,no-any-return]

    _, position = counter.window()
    counter.http.fault = watch
    counter.window(position)
    (query,) = asked
    assert set(query) == {"offset", "per_page", "orderby", "order", "modified_after", "dates_are_gmt"}
    assert (query["dates_are_gmt"], query["orderby"], query["order"]) == ("true", "id", "asc")


@pytest.mark.pain("seed:flashnode")
def test_a_window_reaches_back_the_overlap_before_the_last_ones_first_request() -> None:
    counter = Counter()
    _, position = counter.window()
    counter.later(minutes=30)
    early = counter.order()
    counter.later(seconds=60)
    late = counter.order()
    counter.later(seconds=90)
    found, position = counter.window(position, overlap=120)
    assert set(found) == {str(early["id"]), str(late["id"])}
    found, _ = counter.window(position, overlap=120)
    assert set(found) == {str(late["id"])}


def test_an_order_that_is_seen_after_its_own_time_is_not_missed() -> None:
    counter = Counter(Rules(lag=45))
    _, position = counter.window()
    late = counter.order()
    counter.later(seconds=5)
    found, position = counter.window(position)
    assert found == {}
    counter.later(seconds=60)
    assert list(counter.window(position)[0]) == [str(late["id"])]


@pytest.mark.pain("woocommerce/woocommerce#33386")
def test_orders_of_one_second_are_all_read() -> None:
    counter = Counter()
    _, position = counter.window()
    goods = counter.product()
    made = [counter.order({"product_id": goods["id"], "quantity": 1}) for _ in range(10)]
    for one in made:
        counter.shop.orders.rows[one["id"]]["date_modified"] = made[0]["date_modified"]
    assert set(counter.window(position)[0]) == {str(one["id"]) for one in made}


@pytest.mark.parametrize("seed", range(40))
def test_orders_that_enter_and_leave_while_the_window_is_read_lose_none(seed: int) -> None:
    dice, counter = random.Random(seed), Counter()
    goods = counter.product()
    line = {"product_id": goods["id"], "quantity": 1}
    old = [counter.order(line) for _ in range(6)]
    counter.later(hours=2)
    _, position = counter.window()
    wanted = {str(counter.order(line)["id"]) for _ in range(12)}
    found: set[str] = set()
    for _ in range(60):
        page = run(counter.connection.orders(position, overlap=120))
        found |= {one.order.revision.order for one in page.orders}
        position = page.position
        if page.done:
            break
        if dice.random() < 0.5:
            counter.shop.orders.trash(counter.shop.orders.rows[int(dice.choice(sorted(wanted)))])
            wanted = {one for one in wanted if counter.shop.orders.rows[int(one)]["status"] != "trash"}
        else:
            counter.edit(dice.choice(old))
    assert page.done
    assert wanted <= found


def test_a_broken_order_is_named_and_the_others_are_read() -> None:
    counter = Counter()
    _, position = counter.window()
    good, bad, other = counter.order(), counter.order(), counter.order()
    counter.shop.orders.rows[bad["id"]]["currency"] = ""
    pages = run(counter.pages(position))
    read = [one.order.revision.order for page in pages for one in page.orders]
    broken = [one for page in pages for one in page.broken]
    assert set(read) == {str(good["id"]), str(other["id"])}
    assert {one.order for one in broken} == {str(bad["id"])}
    assert "currency" in broken[0].what
    assert b'"id"' in broken[0].raw


def test_draft_checkouts_are_no_orders() -> None:
    counter = Counter()
    _, position = counter.window()
    counter.order(status="checkout-draft")
    counter.order(status="auto-draft")
    real = counter.order(status="pending")
    assert list(counter.window(position)[0]) == [str(real["id"])]


def test_orders_by_id_leave_out_what_is_gone() -> None:
    counter = Counter()
    here, trashed, removed = counter.order(), counter.order(), counter.order()
    counter.shop.orders.trash(trashed)
    counter.shop.orders.remove(removed)
    page = run(counter.connection.orders_by_ids(tuple(str(one["id"]) for one in (here, trashed, removed))))
    assert [one.order.revision.order for one in page.orders] == [str(here["id"])]
    assert run(counter.connection.orders_by_ids(())).requests == 0


def test_a_sale_that_an_absolute_level_overwrote_is_in_the_window_that_follows() -> None:
    """The shop has no compare-and-set: the hub reads orders after each write and writes again."""
    counter = Counter()
    goods = counter.product(stock=10)
    _, position = counter.window()
    row = counter.order({"product_id": goods["id"], "quantity": 4})
    answers = run(
        counter.connection.write_levels(
            Kind.PRODUCT, {str(goods["id"]): tracked(Decimal(10))}, not_after=None
        )
    )
    assert isinstance(answers[0], Written)
    assert answers[0].record.level == tracked(Decimal(10))
    assert str(row["id"]) in counter.window(position)[0]


@pytest.mark.seed("FLN-03")
@pytest.mark.seed("FLN-04")
def test_every_fifteen_minutes_what_changed_or_was_made_in_the_last_fifteen_is_fetched() -> None:
    """The query's bound is the interval (and the overlap); orders come by change, however old they are."""
    counter = Counter()
    goods = counter.product()
    line = {"product_id": goods["id"], "quantity": 1}
    old, untouched = counter.order(line), counter.order(line)
    counter.later(days=3)
    _, position = counter.window()
    asked: list[datetime] = []

    def watch(request: HttpRequest, answer: object) -> HttpResponse:
        query = dict(parse_qsl(urlsplit(request.url).query))
        asked.append(datetime.fromisoformat(query["modified_after"]).replace(tzinfo=UTC))
        return answer()  # type: ignore[operator,no-any-return]

    for _ in range(3):
        began = counter.clock.time
        counter.later(minutes=5)
        made = counter.order(line)
        counter.later(minutes=5)
        counter.edit(old, customer_note=f"changed at {counter.clock.time}")
        counter.later(minutes=5)
        counter.http.fault = watch
        found, position = counter.window(position)
        counter.http.fault = None
        assert set(found) == {str(made["id"]), str(old["id"])}
        assert str(untouched["id"]) not in found
        assert timedelta(seconds=100) < began - asked[-1] < timedelta(seconds=140)
