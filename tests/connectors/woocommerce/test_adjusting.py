"""Differences of stock through the plug-in: once each, whatever comes twice and in whatever company."""

from decimal import Decimal
from typing import Any

import pytest

from shopweave.connector.orders import Adjustment, AdjustsLevels
from shopweave.connectors.woocommerce import CONNECTOR
from shopweave.model.change import WriteAnswer, WriteRefused, Written
from shopweave.model.errors import Configuration, NoAnswer
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.movement import Witness
from shopweave.model.record import Kind
from shopweave.model.values import UNKNOWN, tracked
from shopweave.simulators.woocommerce import plugin
from tests.connectors.woocommerce.counter import Counter, run


def booked(
    counter: Counter, *rows: tuple[object, object, str], kind: Kind = Kind.PRODUCT
) -> tuple[WriteAnswer, ...]:
    found = tuple(
        Adjustment(remote_id=str(key), delta=Decimal(str(delta)), reference=reference)
        for key, delta, reference in rows
    )
    return run(counter.connection.adjust_levels(kind, found, not_after=None))


def shop() -> Counter:
    counter = Counter()
    plugin.install(counter.shop)
    return counter


def left(counter: Counter, row: dict[str, Any]) -> int:
    found: int = counter.shop.state.products[row["id"]]["stock_quantity"]
    return found


def test_a_difference_is_booked_once_alone_or_among_others() -> None:
    counter = shop()
    assert isinstance(counter.connection, AdjustsLevels)
    one, other = counter.product(stock=10), counter.product(stock=10)
    (answer,) = booked(counter, (one["id"], -3, "shop:7:1"))
    assert isinstance(answer, Written)
    assert answer.record.level == tracked(Decimal(7))
    booked(counter, (one["id"], -3, "shop:7:1"), (other["id"], -3, "shop:7:1"), (one["id"], 1, "shop:7:2"))
    assert (left(counter, one), left(counter, other)) == (8, 7)


@pytest.mark.pain("pronamic/wp-woocommerce-stock-synchronization#4")
def test_an_answer_that_was_lost_is_asked_for_again() -> None:
    counter = shop()
    one = counter.product(stock=10)

    def cut(request: HttpRequest, answer: Any) -> HttpResponse:
        answer()
        raise NoAnswer

    counter.http.fault = cut
    with pytest.raises(NoAnswer):
        booked(counter, (one["id"], -3, "shop:7:1"))
    counter.http.fault = None
    booked(counter, (one["id"], -3, "shop:7:1"))
    assert left(counter, one) == 7


def test_what_failed_once_is_booked_when_it_can_be_and_then_once() -> None:
    counter = shop()
    one = counter.product(stock=10)
    counter.shop.products.update(counter.shop.state.products[one["id"]], {"manage_stock": False})
    for _ in range(3):
        (answer,) = booked(counter, (one["id"], -3, "shop:7:1"))
        assert isinstance(answer, WriteRefused)
        assert answer.remedy
    fresh = {"manage_stock": True, "stock_quantity": 10}
    counter.shop.products.update(counter.shop.state.products[one["id"]], fresh)
    for _ in range(3):
        (answer,) = booked(counter, (one["id"], -3, "shop:7:1"))
        assert isinstance(answer, Written)
    assert left(counter, one) == 7


def test_parts_of_a_piece_are_refused_and_the_others_booked() -> None:
    counter = shop()
    one = counter.product(stock=10)
    half, whole = booked(counter, (one["id"], "-0.5", "a:1:1"), (one["id"], "-2.0", "a:2:1"))
    assert isinstance(half, WriteRefused)
    assert isinstance(whole, Written)
    assert left(counter, one) == 8


def test_a_level_that_the_family_holds_is_not_the_variations() -> None:
    counter = shop()
    axis = [{"name": "Size", "options": ["S"], "variation": True}]
    family = counter.product(type="variable", attributes=axis, stock=10)
    choice = counter.shop.products.create({"attributes": [{"name": "Size", "option": "S"}]}, family)
    (answer,) = booked(counter, (f"{family['id']}:{choice['id']}", -1, "a:1:1"), kind=Kind.VARIATION)
    assert isinstance(answer, Written)
    assert answer.record.level == UNKNOWN
    assert left(counter, family) == 9


def test_without_the_plug_in_it_is_a_matter_of_settings_that_the_check_names() -> None:
    counter = Counter(adjusts_stock=True)
    with pytest.raises(Configuration, match="plug-in"):
        booked(counter, (counter.product()["id"], -1, "a:1:1"))
    bad = [line for line in run(counter.connection.check()) if line.code == "WOO-116"]
    assert bad[0].remedy
    plugin.install(counter.shop)
    assert not [line for line in run(counter.connection.check()) if line.code == "WOO-116"]


def test_only_a_shop_that_is_set_so_says_that_it_adjusts() -> None:
    for value in (True, False):
        keeps = CONNECTOR.capabilities({"url": "https://x", "adjusts_stock": value}).keeps
        assert keeps is not None
        assert (keeps.witness, keeps.adjusts) == (Witness.REQUEST_ORDER, value)
