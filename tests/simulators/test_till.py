"""The simulated till's counter: what it sells is what leaves its shelves, and the hub reads it so."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shopweave.connector.declaration import Doors
from shopweave.connector.orders import Taken
from shopweave.connectors.phppos import CONNECTOR, Till
from shopweave.runtime.clock import SystemClock, SystemIds, system_random
from shopweave.runtime.sql import ForeignSql, open_sql
from shopweave.simulators.catalogue import catalogue
from shopweave.simulators.till import Cashier, create, sales, sold, truth
from shopweave.simulators.till.cashier import ESTIMATE
from tests.connectors.phppos.orders import hand_over, line, shipping
from tests.connectors.phppos.shop import run
from tests.connectors.stands import no_doors

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Counter:
    """A till with somebody at its counter, and a hub connected to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        create(path, catalogue(random.Random(4), 40, date(2026, 3, 2)), NOW - timedelta(days=1))
        self.cashier = Cashier(path)
        self.opened: list[ForeignSql] = []
        goods = [one for one in truth(path) if one.status == "active" and one.stock is not None]
        self.item = next(one.sku for one in goods if one.parent is None)
        self.variation = next(one.sku for one in goods if one.parent is not None)

    def till(self) -> Till:
        def sql(url: str) -> Any:
            self.opened.append(open_sql(url))
            return self.opened[-1]

        quiet = no_doors().http
        doors = Doors(http=quiet, sql=sql, clock=SystemClock(), ids=SystemIds(), random=system_random())
        made: Till = CONNECTOR.make({"path": str(self.path)}, doors)
        return made

    def balanced(self, **edits: Decimal) -> bool:
        """Say whether every shelf holds what it held at first, less what was sold, and edits."""
        gone = sold(self.path)
        return all(
            Decimal(one.stock) == Decimal(one.stock_start or 0) - gone.get(one.sku, 0) + edits.get(one.sku, 0)
            for one in truth(self.path)
            if one.stock is not None
        )


@pytest.fixture
def counter(tmp_path: Path) -> Any:
    made = Counter(tmp_path / "till.sqlite")
    yield made
    for one in made.opened:
        one.close()


def test_what_is_sold_voided_returned_and_edited_leaves_and_comes_back_once(counter: Counter) -> None:
    cashier, item, variation = counter.cashier, counter.item, counter.variation
    first = cashier.sell({item: Decimal(3), variation: Decimal(2)}, NOW)
    second = cashier.sell({item: Decimal(1)}, NOW)
    cashier.sell({item: Decimal(9)}, NOW, suspended=ESTIMATE)
    cashier.take_back(first, {item: Decimal(1)}, NOW)
    cashier.change(first, {variation: Decimal(1), item: Decimal(4)}, NOW)
    for _ in range(2):
        cashier.void(second, NOW)
    assert sold(counter.path) == {item: Decimal(3), variation: Decimal(1)}
    assert counter.balanced()
    before = cashier.quantity(item)
    cashier.count(item, before + 7, NOW)
    assert counter.balanced(**{item: Decimal(7)})


def test_the_hub_takes_an_order_over_into_it(counter: Counter) -> None:
    remote_id = counter.variation.replace("-", ":")
    start = counter.cashier.quantity(counter.variation)
    order = hand_over(line(remote_id, 2), charges=(shipping(4),), reference="shop>till:7:1")
    for _ in range(2):
        answer = run(counter.till().take(order, not_after=None))
        assert isinstance(answer, Taken)
        assert answer.levels[remote_id].quantity == start - 2
    (sale,) = sales(counter.path)
    assert (sale.mark, sale.order, sale.units, sale.total) == (
        "shop>till:7:1",
        1001,
        {counter.variation: Decimal(2)},
        "24",
    )
    assert counter.balanced()


def test_the_hub_reads_what_the_counter_does(counter: Counter) -> None:
    till = counter.till()
    position = run(till.orders("", overlap=120.0)).position
    first = counter.cashier.sell({counter.item: Decimal(3)}, NOW)
    second = counter.cashier.sell({counter.item: Decimal(1)}, NOW)
    counter.cashier.void(second, NOW)
    counter.cashier.take_back(first, {counter.item: Decimal(2)}, NOW)
    page = run(till.orders(position, overlap=120.0))
    found = [(one.order.revision.status, one.order.revision.lines[0]) for one in page.orders]
    assert [(status, row.quantity, row.given_back) for status, row in found] == [
        ("sale", Decimal(3), Decimal(2)),
        ("voided", Decimal(1), Decimal(0)),
        ("return", Decimal(-2), Decimal(0)),
    ]


def test_goods_sold_elsewhere_are_booked_with_what_they_were_sold_for(counter: Counter) -> None:
    before = counter.cashier.quantity(counter.item)
    counter.cashier.book(counter.item, Decimal(-2), "shop:77:1", NOW)
    assert counter.cashier.quantity(counter.item) == before - 2
    assert counter.balanced(**{counter.item: Decimal(-2)})
