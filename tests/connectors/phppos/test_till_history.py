"""Whatever happens to orders and sales, in whatever order: the till's stock is what its sales have taken."""

import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shopweave.connector.declaration import Doors
from shopweave.connector.orders import HandOver, Taken
from shopweave.connectors.phppos import CONNECTOR, Till
from shopweave.runtime.clock import SystemClock, SystemIds, system_random
from shopweave.runtime.sql import ForeignSql, open_sql
from shopweave.simulators.catalogue import catalogue
from shopweave.simulators.till import Cashier, create, sales, truth
from tests.connectors.stands import no_doors

from .orders import hand_over, line
from .shop import run

NOW = datetime.now(UTC)
ORDERS = ("1", "2")


class History:
    """A till, its cashier, and two orders of a shop that the hub tells it of."""

    def __init__(self, path: Path, till: Till) -> None:
        self.path, self.till, self.cashier = path, till, Cashier(path)
        self.goods = [one.sku for one in truth(path) if one.status == "active" and one.stock][:2]
        self.start = {sku: self.cashier.quantity(sku) for sku in self.goods}
        self.there: dict[str, str] = {}
        self.told = dict.fromkeys(ORDERS, 0)
        self.counter: list[int] = []

    def tell(self, order: str, quantities: tuple[int, int], times: int) -> None:
        """Hand an order over, or its later change; `times` counts how often the same is sent."""
        self.told[order] += 1
        sent = self._message(order, quantities)
        answers = {repr(run(self.till.take(sent, not_after=None))) for _ in range(times)}
        assert len(answers) == 1
        answer = run(self.till.take(sent, not_after=None))
        if isinstance(answer, Taken):
            self.there[order] = answer.remote_id
            assert run(self.till.find_order(sent)) == answer
            if any(quantities):
                (sale,) = (one for one in sales(self.path) if str(one.sale) == answer.remote_id)
                wanted = {sku: Decimal(n) for sku, n in zip(self.goods, quantities, strict=True) if n}
                assert (sale.voided, sale.units) == (False, wanted)
            for sku in self.goods:
                said = answer.levels.get(sku)
                assert said is None or said.quantity == self.cashier.quantity(sku)

    def _message(self, order: str, quantities: tuple[int, int]) -> HandOver:
        lines = [
            line(sku, 3, 30, sends=quantity) for sku, quantity in zip(self.goods, quantities, strict=True)
        ]
        return hand_over(
            *lines,
            order=order,
            reference=f"shop:{order}:till:{self.told[order]}",
            remote_id=self.there.get(order, ""),
        )

    def sell(self, quantity: int) -> None:
        self.counter.append(self.cashier.sell({self.goods[0]: Decimal(quantity)}, NOW))

    def void(self, place: int, goods_back: bool) -> None:
        """Void any sale; goods of a web sale come back where the till is set so."""
        known = [one.sale for one in sales(self.path)]
        if known:
            self.cashier.void(known[place % len(known)], NOW, web_too=goods_back)

    def check(self) -> None:
        """Compare the shelves with the sales: those of the counter, and those of orders as they were told."""
        gone = dict.fromkeys(self.goods, Decimal(0))
        for one in sales(self.path):
            is_kept = not one.voided or (one.mark and self._log(one.sale))
            for sku, quantity in one.units.items() if is_kept else ():
                gone[sku] += quantity
        assert {sku: self.start[sku] - self.cashier.quantity(sku) for sku in self.goods} == gone
        marks = [one.mark.rpartition(":")[0] for one in sales(self.path) if one.mark]
        assert len(marks) == len(set(marks))

    def _log(self, sale: int) -> bool:
        """Say whether a web sale still holds its goods, as its rows in the log add up."""
        return bool(self.cashier.booked(sale))


class Template:
    """A till that is made once and copied for each history."""

    kept: Path | None = None

    @classmethod
    def copy(cls, path: Path) -> None:
        if cls.kept is None:
            cls.kept = Path(tempfile.mkdtemp()) / "till.sqlite"
            goods = catalogue(random.Random(2), 12, NOW.date(), simple=True)
            create(cls.kept, goods, NOW - timedelta(days=1))
        shutil.copy(cls.kept, path)


@contextmanager
def history() -> Iterator[History]:
    opened: list[ForeignSql] = []

    def sql(url: str) -> Any:
        opened.append(open_sql(url))
        return opened[-1]

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "till.sqlite"
        Template.copy(path)
        quiet = no_doors().http
        doors = Doors(http=quiet, sql=sql, clock=SystemClock(), ids=SystemIds(), random=system_random())
        yield History(path, CONNECTOR.make({"path": str(path)}, doors))
        for one in opened:
            one.close()


QUANTITIES = st.one_of(st.just((0, 0)), st.tuples(st.integers(0, 3), st.integers(0, 3)))
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("tell"), st.sampled_from(ORDERS), QUANTITIES, st.integers(1, 2)),
        st.tuples(st.just("sell"), st.integers(1, 3)),
        st.tuples(st.just("void"), st.integers(0, 5), st.booleans()),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=100, deadline=None)
@given(ACTS)
def test_shelves_hold_what_sales_left(acts: list[tuple[Any, ...]]) -> None:
    with history() as played:
        for act, *values in acts:
            getattr(played, act)(*values)
            played.check()
