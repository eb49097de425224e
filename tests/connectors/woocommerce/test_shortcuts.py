"""Levels and prices through the plug-in where it offers them, and the slower way for all that it leaves."""

from decimal import Decimal
from typing import Any

import pytest

from shopweave.connector.orders import Swap
from shopweave.model.atoms import Atoms
from shopweave.model.change import Op, Write, WriteAnswer, WriteRefused, Written
from shopweave.model.errors import Limited, NoAnswer
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.record import Form, Kind
from shopweave.model.values import UNKNOWN, Level, Price, SalePrice, tracked
from shopweave.simulators.woocommerce import plugin
from shopweave.simulators.woocommerce.answers import answer
from shopweave.simulators.woocommerce.routes import no_route
from tests.connectors.woocommerce.counter import Counter, run

STOCK = "POST /wp-json/wc-shopweave/v1/stock"
PRICES = "POST /wp-json/wc-shopweave/v1/prices"
BATCH = "POST /wp-json/wc/v3/products/batch"


def shop(**settings: Any) -> Counter:
    counter = Counter(**settings)
    plugin.install(counter.shop)
    return counter


def set_to(
    counter: Counter, *levels: tuple[str | int, Level], kind: Kind = Kind.PRODUCT
) -> list[WriteAnswer]:
    wanted = {str(key): level for key, level in levels}
    return list(run(counter.connection.write_levels(kind, wanted, not_after=None)))


def priced(counter: Counter, *rows: tuple[str | int, dict[str, Any]], kind: Kind = Kind.PRODUCT) -> Any:
    writes = tuple(
        Write(
            number=number,
            op=Op.UPDATE,
            kind=kind,
            form=Form.VARIATION if kind is Kind.VARIATION else Form.SIMPLE,
            remote_id=str(key),
            parent=str(key).rpartition(":")[0] or None,
            atoms=Atoms(atoms),
        )
        for number, (key, atoms) in enumerate(rows)
    )
    return run(counter.connection.write(kind, writes, not_after=None))


def left(counter: Counter, row: dict[str, Any]) -> tuple[bool, int | None]:
    found = counter.shop.state.products[row["id"]]
    return found["manage_stock"], found["stock_quantity"]


def price(amount: str) -> Price:
    return Price(amount=Decimal(amount))


def posts(counter: Counter) -> list[str]:
    return [one.partition("?")[0] for one in counter.http.log if one.startswith("POST")]


def test_levels_go_in_one_request_of_the_plug_in() -> None:
    counter = shop()
    one, two = counter.product(stock=10), counter.product(stock=10)
    answers = set_to(counter, (one["id"], tracked(Decimal(4))), (two["id"], tracked(Decimal("2.7"))))
    assert [one.record.level for one in answers if isinstance(one, Written)] == [
        tracked(Decimal(4)),
        tracked(Decimal(2)),
    ]
    assert (left(counter, one), left(counter, two)) == ((True, 4), (True, 2))
    assert posts(counter) == [STOCK]


def swapped(counter: Counter, row: dict[str, Any], expected: Level, level: int) -> WriteAnswer:
    swap = Swap(remote_id=str(row["id"]), expected=expected, level=tracked(Decimal(level)))
    (found,) = run(counter.connection.swap_levels(Kind.PRODUCT, (swap,), not_after=None))
    return found


def test_a_level_is_set_only_where_the_expected_one_is() -> None:
    counter = shop()
    one = counter.product(stock=10)
    assert isinstance(swapped(counter, one, tracked(Decimal(10)), 4), Written)
    refused = swapped(counter, one, tracked(Decimal(10)), 3)
    assert isinstance(refused, WriteRefused)
    assert (refused.code, refused.look_up) == ("WOO stock_moved", True)
    assert left(counter, one) == (True, 4)
    assert isinstance(swapped(counter, one, UNKNOWN, 3), Written)
    assert left(counter, one) == (True, 3)


def test_without_the_plug_in_a_level_is_set_whatever_is_there() -> None:
    counter = Counter()
    one = counter.product(stock=10)
    assert isinstance(swapped(counter, one, tracked(Decimal(7)), 4), Written)
    assert left(counter, one) == (True, 4)


@pytest.mark.parametrize("has_plugin", [True, False])
def test_nothing_is_asked_after_a_level_was_written(has_plugin: bool) -> None:
    counter = shop() if has_plugin else Counter()
    set_to(counter, (counter.product(stock=10)["id"], tracked(Decimal(4))))
    assert counter.http.log[-1] == (STOCK if has_plugin else BATCH)


@pytest.mark.pain("openlinker-project/openlinker#PR50")
def test_the_same_level_again_later_is_written_again() -> None:
    counter = shop()
    one = counter.product(stock=10)
    for level in (4, 9, 4):
        set_to(counter, (one["id"], tracked(Decimal(level))))
        assert left(counter, one) == (True, level)


def test_what_nobody_counts_goes_the_slower_way_and_unknown_none() -> None:
    counter = shop()
    counted, free, unknown = counter.product(stock=10), counter.product(manage_stock=False), counter.product()
    answers = set_to(
        counter,
        (counted["id"], tracked(Decimal(4))),
        (unknown["id"], UNKNOWN),
        (free["id"], tracked(Decimal(5))),
        (999_999, tracked(Decimal(1))),
    )
    assert [type(one) for one in answers] == [Written, WriteRefused, Written, WriteRefused]
    assert [one.number for one in answers] == [0, 1, 2, 3]
    assert (left(counter, counted), left(counter, free)) == ((True, 4), (True, 5))
    assert posts(counter) == [STOCK, BATCH]


def test_a_variation_never_writes_the_level_of_its_parent() -> None:
    counter = shop()
    axes = [{"name": "Size", "variation": True, "options": ["S", "M"]}]
    parent = counter.product(stock=50, type="variable", attributes=axes)
    own, shared = (
        counter.shop.products.create({"manage_stock": counts, "stock_quantity": 7}, parent)
        for counts in (True, False)
    )
    keys = [f"{parent['id']}:{one['id']}" for one in (own, shared)]
    set_to(counter, *((key, tracked(Decimal(3))) for key in keys), kind=Kind.VARIATION)
    assert [left(counter, one) for one in (parent, own, shared)] == [(True, 50), (True, 3), (True, 3)]


def test_prices_alone_go_through_the_plug_in_and_are_read_back() -> None:
    counter = shop(page_size=3)
    goods = [counter.product() for _ in range(4)]
    sale = SalePrice(amount=Decimal("8.5"))
    rows = [(one["id"], {"regular_price": price("12.5")}) for one in goods[:3]]
    answers = priced(counter, *rows, (goods[3]["id"], {"regular_price": price("12"), "sale_price": sale}))
    assert all(isinstance(one, Written) for one in answers)
    assert answers[0].record.atoms["regular_price"] == price("12.5")
    assert answers[0].record.atoms["name"] == "Kettle"
    assert set(answers[3].confirmed) == {"regular_price", "sale_price"}
    assert counter.shop.state.products[goods[3]["id"]]["sale_price"] == "8.5"
    assert posts(counter) == [PRICES]


def test_a_sale_ends_through_the_plug_in() -> None:
    counter = shop()
    one = counter.product(sale_price="8")
    (answer,) = priced(counter, (one["id"], {"sale_price": None}))
    assert isinstance(answer, Written)
    assert counter.shop.state.products[one["id"]]["sale_price"] == ""


def test_a_price_that_is_refused_is_refused_alone() -> None:
    counter = shop()
    one = counter.product()
    good, bad = priced(
        counter, (one["id"], {"regular_price": price("3")}), (999_999, {"regular_price": price("3")})
    )
    assert isinstance(good, Written)
    assert (bad.number, bad.code) == (1, "WOO unknown_product")


def test_prices_with_other_things_go_to_woocommerce() -> None:
    counter = shop()
    one = counter.product()
    priced(counter, (one["id"], {"regular_price": price("3"), "name": "Pot"}))
    assert posts(counter) == [BATCH]


def test_a_price_that_cannot_be_read_back_is_in_doubt() -> None:
    counter = shop()
    one = counter.product()

    def fault(request: HttpRequest, ask: Any) -> HttpResponse:
        if "include=" in request.url:
            return HttpResponse(status=500)
        found: HttpResponse = ask()
        return found

    counter.http.fault = fault
    with pytest.raises(NoAnswer):
        priced(counter, (one["id"], {"regular_price": price("3")}))


def test_without_the_plug_in_or_with_one_that_offers_less_all_goes_to_woocommerce() -> None:
    for found in (None, {"plugin": "0.0.1", "features": ["pictures"]}):
        counter = Counter()
        if found is not None:
            counter.shop.routes.add("/wc-shopweave/v1", lambda _, __, found=found: answer(200, found))  # type: ignore[misc]
        one = counter.product(stock=10)
        set_to(counter, (one["id"], tracked(Decimal(4))))
        priced(counter, (one["id"], {"regular_price": price("3")}))
        assert left(counter, one) == (True, 4)
        assert posts(counter) == [BATCH, BATCH]


def test_a_plug_in_that_went_away_is_no_error() -> None:
    counter = shop()
    one = counter.product(stock=10)
    set_to(counter, (one["id"], tracked(Decimal(4))))

    def gone(_: object, __: object) -> HttpResponse:
        raise no_route()

    counter.shop.routes.add("/wc-shopweave/v1", gone)
    set_to(counter, (one["id"], tracked(Decimal(3))))
    assert left(counter, one) == (True, 3)
    assert posts(counter) == [STOCK, STOCK, BATCH]


def test_a_busy_database_wrote_nothing_and_asks_for_time() -> None:
    counter = shop()
    one = counter.product(stock=10)
    busy = {"code": "shopweave_busy", "message": "The database is busy.", "data": {"status": 503}}

    def fault(request: HttpRequest, ask: Any) -> HttpResponse:
        if not request.url.endswith("/stock"):
            found: HttpResponse = ask()
            return found
        shown = answer(503, busy)
        return HttpResponse(status=503, headers={**shown.headers, "retry-after": "1"}, body=shown.body)

    counter.http.fault = fault
    with pytest.raises(Limited) as caught:
        set_to(counter, (one["id"], tracked(Decimal(4))))
    assert caught.value.wait == 1.0
