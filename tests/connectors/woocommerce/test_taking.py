"""Orders of other channels made in the shop, once, with the buyer's total; and what is told of its own."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shopweave.connector.orders import HandOver, HandOverLine, HearsNews, OrderNews, Taken, TakesOrders
from shopweave.model.change import WriteRefused
from shopweave.model.errors import Limited, NoAnswer
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.order import (
    Address,
    Charge,
    ChargeKind,
    Money,
    Order,
    OrderLine,
    OrderRevision,
    Payment,
    Totals,
)
from shopweave.model.record import Kind
from tests.connectors.woocommerce.counter import Counter, run

NONE = Money(amount=Decimal(0), currency="EUR")


def hand_over(counter: Counter, *goods: tuple[Any, Kind, str], total: str = "30", **more: Any) -> HandOver:
    money = Money(amount=Decimal(total), currency=more.pop("currency", "EUR"))
    lines = tuple(
        HandOverLine(
            line=OrderLine(
                line=str(number),
                sku="",
                quantity=Decimal(quantity),
                total=Money(amount=Decimal(20), currency="EUR"),
            ),
            kind=kind,
            remote_id=str(key),
            quantity=Decimal(quantity),
        )
        for number, (key, kind, quantity) in enumerate(goods)
    )
    revision = OrderRevision(
        connection="market",
        order="7",
        status="processing",
        changed=counter.clock.time,
        totals=Totals(total=money, tax=NONE, shipping=NONE, discount=NONE),
        lines=tuple(one.line for one in lines),
    )
    shipping = Charge(
        kind=ChargeKind.SHIPPING,
        line="s",
        name="Courier",
        total=Money(amount=Decimal(10), currency="EUR"),
        tax=NONE,
    )
    order = Order(
        revision=revision,
        number="M-7",
        created=counter.clock.time,
        bill_to=Address(first_name="Ann", country="BG", email="not an address"),
        charges=(shipping,),
        payment=Payment(method="card", title="Card"),
        note="ring twice",
    )
    return HandOver(reference="order:market:7:1", order=order, lines=lines, **more)


def taken(counter: Counter, one: HandOver) -> Taken | WriteRefused:
    return run(counter.connection.take(one, not_after=None))


def orders(counter: Counter) -> list[dict[str, Any]]:
    return [row for _, row in sorted(counter.shop.orders.rows.items())]


def test_an_order_is_made_with_its_lines_charges_buyer_and_mark_and_lowers_the_stock() -> None:
    counter = Counter()
    assert isinstance(counter.connection, TakesOrders)
    goods = counter.product(stock=5)
    answer = taken(counter, hand_over(counter, (goods["id"], Kind.PRODUCT, "2")))
    (row,) = orders(counter)
    assert answer == Taken(remote_id=str(row["id"]))
    one = counter.read(row)
    assert one.mark == "order:market:7:1"
    assert (one.revision.totals.total.amount, one.revision.totals.discount.amount) == (
        Decimal(30),
        Decimal(0),
    )
    assert (one.note, one.bill_to.first_name, one.bill_to.email) == ("ring twice", "Ann", "")
    assert [(line.remote_id, line.quantity, line.total.amount) for line in one.revision.lines] == [
        (str(goods["id"]), Decimal(2), Decimal(20))
    ]
    assert [(each.name, each.total.amount) for each in one.charges] == [("Courier", Decimal(10))]
    assert counter.shop.state.products[goods["id"]]["stock_quantity"] == 3


def test_variations_are_sold_by_their_own_id() -> None:
    counter = Counter()
    axis = [{"name": "Size", "options": ["S"], "variation": True}]
    family = counter.product(type="variable", attributes=axis, manage_stock=False)
    size = {"attributes": [{"name": "Size", "option": "S"}], "manage_stock": True, "stock_quantity": 4}
    choice = counter.shop.products.create({"regular_price": "10", **size}, family)
    key = f"{family['id']}:{choice['id']}"
    assert isinstance(taken(counter, hand_over(counter, (key, Kind.VARIATION, "1"))), Taken)
    assert counter.read(orders(counter)[0]).revision.lines[0].remote_id == key
    assert counter.shop.state.products[choice["id"]]["stock_quantity"] == 3


@pytest.mark.pain("woocommerce/woocommerce#58351")
def test_a_shop_that_computes_another_total_gets_a_line_with_the_difference() -> None:
    counter = Counter()
    one = hand_over(counter, (counter.product()["id"], Kind.PRODUCT, "2"), total="36.07")
    assert isinstance(taken(counter, one), Taken)
    found = counter.read(orders(counter)[0])
    assert found.revision.totals.total.amount == Decimal("36.07")
    assert [each.total.amount for each in found.charges if each.kind is ChargeKind.FEE] == [Decimal("6.07")]
    assert run(counter.connection.find_order(one)) is not None
    assert counter.read(orders(counter)[0]).revision.totals.total.amount == Decimal("36.07")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"currency": "USD"}, "WOO-161"),
        ({"remote_id": "9"}, "WOO-160"),
    ],
)
def test_what_the_shop_would_swallow_is_refused_before_it_is_sent(change: dict[str, str], code: str) -> None:
    counter = Counter()
    one = hand_over(counter, (counter.product()["id"], Kind.PRODUCT, "2"), **change)
    answer = taken(counter, one)
    assert isinstance(answer, WriteRefused)
    assert answer.code == code
    assert answer.remedy
    assert orders(counter) == []


@pytest.mark.parametrize("quantity", ["0", "-1", "0.5"])
def test_only_whole_pieces_are_sold(quantity: str) -> None:
    counter = Counter()
    answer = taken(counter, hand_over(counter, (counter.product()["id"], Kind.PRODUCT, quantity)))
    assert isinstance(answer, WriteRefused)
    assert answer.code == "WOO-163"
    no_lines = taken(counter, hand_over(counter))
    assert isinstance(no_lines, WriteRefused)
    assert orders(counter) == []


def test_a_product_that_is_gone_is_refused_before() -> None:
    counter = Counter()
    goods = counter.product()
    counter.shop.products.trash(counter.shop.state.products[goods["id"]])
    for key in (goods["id"], 99999):
        answer = taken(counter, hand_over(counter, (key, Kind.PRODUCT, "1")))
        assert isinstance(answer, WriteRefused)
        assert answer.code == "WOO-165"
    assert orders(counter) == []


def test_a_variation_that_is_gone_is_refused_before_and_named() -> None:
    counter = Counter()
    axis = [{"name": "Size", "options": ["S", "M"], "variation": True}]
    family = counter.product(type="variable", attributes=axis, manage_stock=False)
    sizes = [
        counter.shop.products.create({"attributes": [{"name": "Size", "option": one}]}, family)
        for one in ("S", "M")
    ]
    counter.shop.products.remove(counter.shop.state.products[sizes[1]["id"]])
    keys = [f"{family['id']}:{one['id']}" for one in sizes]
    answer = taken(counter, hand_over(counter, *((key, Kind.VARIATION, "1") for key in keys)))
    assert isinstance(answer, WriteRefused)
    assert answer.code == "WOO-165"
    assert keys[1] in answer.what
    assert keys[0] not in answer.what
    assert orders(counter) == []


def test_an_order_of_more_products_than_a_page_shows_is_taken_whole() -> None:
    counter = Counter(page_size=2)
    goods = [counter.product(stock=5) for _ in range(5)]
    answer = taken(counter, hand_over(counter, *((one["id"], Kind.PRODUCT, "1") for one in goods)))
    assert isinstance(answer, Taken)
    assert len(counter.read(orders(counter)[0]).revision.lines) == 5


def test_a_201_for_a_product_that_went_meanwhile_is_noticed_and_taken_back() -> None:
    counter = Counter()
    here, gone = counter.product(stock=5), counter.product(stock=5)
    one = hand_over(counter, (here["id"], Kind.PRODUCT, "1"), (gone["id"], Kind.PRODUCT, "1"))

    def race(request: HttpRequest, answer: Any) -> HttpResponse:
        if request.method == "POST" and gone["id"] in counter.shop.state.products:
            counter.shop.products.remove(counter.shop.state.products[gone["id"]])
        found: HttpResponse = answer()
        return found

    counter.http.fault = race
    answer = taken(counter, one)
    assert isinstance(answer, WriteRefused)
    (row,) = orders(counter)
    assert row["status"] == "cancelled"
    assert counter.shop.state.products[here["id"]]["stock_quantity"] == 5
    assert counter.read(row).mark
    assert run(counter.connection.find_order(one)) is None


@pytest.mark.parametrize("size", [3, 100])
def test_an_order_in_doubt_is_found_among_others_and_made_only_once(size: int) -> None:
    counter = Counter(page_size=size)
    counter.order()
    one = hand_over(counter, (counter.product()["id"], Kind.PRODUCT, "2"))
    assert run(counter.connection.find_order(one)) is None

    def cut(request: HttpRequest, answer: Any) -> HttpResponse:
        found: HttpResponse = answer()
        if request.method == "POST":
            raise NoAnswer
        return found

    counter.http.fault = cut
    with pytest.raises(NoAnswer):
        taken(counter, one)
    counter.http.fault = None
    for _ in range(7):
        counter.order()
    found = run(counter.connection.find_order(one))
    assert found == Taken(remote_id=str(orders(counter)[1]["id"]))


def test_one_that_was_put_into_the_trash_was_taken_all_the_same() -> None:
    counter = Counter()
    one = hand_over(counter, (counter.product()["id"], Kind.PRODUCT, "2"))
    taken(counter, one)
    counter.shop.orders.trash(orders(counter)[0])
    assert run(counter.connection.find_order(one)) == Taken(remote_id=str(orders(counter)[0]["id"]))


def test_what_goes_wrong_after_the_order_was_made_leaves_it_in_doubt() -> None:
    """A 429 says that its own request had no effect; the one before it had."""
    counter = Counter()
    one = hand_over(counter, (counter.product()["id"], Kind.PRODUCT, "2"), total="31")

    def slower(request: HttpRequest, answer: Any) -> HttpResponse:
        if request.method == "PUT":
            raise Limited
        found: HttpResponse = answer()
        return found

    counter.http.fault = slower
    with pytest.raises(NoAnswer):
        taken(counter, one)
    counter.http.fault = None
    assert run(counter.connection.find_order(one)) is not None
    assert counter.read(orders(counter)[0]).revision.totals.total.amount == Decimal(31)


def test_news_are_told_once_however_often_they_come() -> None:
    counter = Counter()
    assert isinstance(counter.connection, HearsNews)
    row = counter.order()
    news = OrderNews(order=str(row["id"]), status="completed", tracking="RR1", reference="till 5")
    assert run(counter.connection.tell(news, not_after=None)) is None
    first = counter.read(row)
    counter.later(minutes=5)
    assert run(counter.connection.tell(news, not_after=None)) is None
    assert counter.read(row) == first
    assert first.revision.status == "completed"
    assert first.mark == ""
    told = {one["key"]: one["value"] for one in counter.shop.orders.rows[row["id"]]["meta_data"]}
    assert told == {"_shopweave_tracking": "RR1", "_shopweave_handed_over": "till 5"}
    notes = [one for one in counter.shop.state.rows["note"].values() if "RR1" in one["note"]]
    assert [one["customer_note"] for one in notes] == [True]


def test_a_note_that_was_lost_is_written_the_next_time() -> None:
    counter = Counter()
    row = counter.order()
    news = OrderNews(order=str(row["id"]), tracking="RR1")

    def lost(request: HttpRequest, answer: Any) -> HttpResponse:
        if request.method == "POST":
            raise NoAnswer
        found: HttpResponse = answer()
        return found

    counter.http.fault = lost
    with pytest.raises(NoAnswer):
        run(counter.connection.tell(news, not_after=None))
    counter.http.fault = None
    run(counter.connection.tell(news, not_after=None))
    assert sum("RR1" in one["note"] for one in counter.shop.state.rows["note"].values()) == 1


@pytest.mark.parametrize("ended", ["cancelled", "refunded", "failed"])
def test_news_never_raise_an_order_that_is_over(ended: str) -> None:
    counter = Counter()
    row = counter.order()
    counter.edit(row, status=ended)
    answer = run(counter.connection.tell(OrderNews(order=str(row["id"]), status="completed"), not_after=None))
    assert isinstance(answer, WriteRefused)
    assert counter.read(row).revision.status == ended
    reference = OrderNews(order=str(row["id"]), reference="till 5")
    assert run(counter.connection.tell(reference, not_after=None)) is None


@pytest.mark.parametrize("news", [OrderNews(order="99", reference="x"), OrderNews(order="1", status="odd")])
def test_news_the_shop_cannot_take_are_refused(news: OrderNews) -> None:
    counter = Counter()
    row = counter.order()
    key = news.order if news.order == "99" else str(row["id"])
    answer = run(counter.connection.tell(OrderNews(order=key, status=news.status), not_after=None))
    assert isinstance(answer, WriteRefused)


def test_the_scan_reaches_back_a_day_before_the_order_itself() -> None:
    counter = Counter()
    one = hand_over(counter, (counter.product()["id"], Kind.PRODUCT, "2"))
    counter.clock.time -= timedelta(hours=20)
    taken(counter, one)
    assert run(counter.connection.find_order(one)) is not None
