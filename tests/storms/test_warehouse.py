"""The plain SQL stand-in: its levels, its bookings, its staff."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shopweave.connector.declaration import Doors, find_connector, lend
from shopweave.connector.orders import Adjustment
from shopweave.model.change import Written
from shopweave.model.errors import Fenced
from shopweave.model.movement import Witness
from shopweave.model.record import Form, Kind, RemoteRecord
from shopweave.model.values import UNKNOWN, UNTRACKED, Identity, tracked
from shopweave.runtime.clock import SystemClock, SystemIds, system_random
from shopweave.runtime.sql import open_sql
from shopweave.storms.trade.warehouse import CONNECTOR, Warehouse, WarehouseKeeper, create

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def sku_of(record: RemoteRecord) -> str:
    identity = record.atoms["identity"]
    assert isinstance(identity, Identity)
    return identity.sku or ""


@pytest.fixture
def place(tmp_path: Path) -> tuple[Warehouse, WarehouseKeeper]:
    path = tmp_path / "stock.sqlite"
    create(path, {"1": 4, "6-60": 2, "6-61": 9})
    nobody: Any = None
    doors = Doors(http=nobody, sql=open_sql, clock=SystemClock(), ids=SystemIds(), random=system_random())
    return CONNECTOR.make({"database": f"sqlite:///{path}"}, doors), WarehouseKeeper(path)


def test_it_shows_what_is_there(place: tuple[Warehouse, WarehouseKeeper]) -> None:
    page = asyncio.run(place[0].page("stock", "", sweep=True))
    found = {sku_of(one): (one.kind, one.form, one.level) for one in page.records}
    assert found == {
        "6": (Kind.PRODUCT, Form.FAMILY, UNTRACKED),
        "1": (Kind.PRODUCT, Form.SIMPLE, tracked(Decimal(4))),
        "6-60": (Kind.VARIATION, Form.VARIATION, tracked(Decimal(2))),
        "6-61": (Kind.VARIATION, Form.VARIATION, tracked(Decimal(9))),
    }
    assert page.done


def test_a_difference_is_booked_once_and_the_answer_shows_no_level(
    place: tuple[Warehouse, WarehouseKeeper],
) -> None:
    warehouse, keeper = place
    (one,) = [
        record
        for record in asyncio.run(warehouse.page("stock", "", sweep=True)).records
        if sku_of(record) == "6-60"
    ]
    sold = (Adjustment(remote_id=one.remote_id, delta=Decimal(-1), reference="north:7:1"),)
    for _ in range(2):
        (answer,) = asyncio.run(warehouse.adjust_levels(Kind.VARIATION, sold, not_after=None))
        assert isinstance(answer, Written)
        assert answer.record.level == UNKNOWN
    assert keeper.quantity("6-60") == 1
    with pytest.raises(Fenced):
        asyncio.run(warehouse.adjust_levels(Kind.VARIATION, sold, not_after=0.0))


def test_its_staff_sell_and_count(place: tuple[Warehouse, WarehouseKeeper]) -> None:
    _, keeper = place
    keeper.sell({"1": 3}, NOW)
    keeper.move("1", 5, NOW)
    assert (keeper.quantity("1"), keeper.quantity("6-61")) == (6, 9)


def test_settings_may_name_what_was_lent() -> None:
    lend(CONNECTOR)
    assert find_connector("warehouse") is CONNECTOR
    keeps = CONNECTOR.capabilities({}).keeps
    assert keeps is not None
    assert (keeps.witness, keeps.adjusts) == (Witness.REQUEST_ORDER, True)
