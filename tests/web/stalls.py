"""A served hub between two stalls, with orders in every state that a page shows."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shopweave.connector.orders import BrokenOrder
from shopweave.hub.context import Hub
from shopweave.model.errors import NoAnswer
from tests.trade.orders import line, order
from tests.trade.world import StallWorld, hasten
from tests.web.site import Served, serving_around

Stalls = Served[StallWorld]
BUYER = ("Aino", "Kauppatori 1", "aino@ostaja.example")


@contextmanager
def serving_stalls(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stalls]:
    """Serve a hub whose market has sold: 1 is set aside, 3 refused, 4 unreadable, 5 done, 6 in doubt."""
    hasten(monkeypatch)
    world = StallWorld(folder)
    world.till_lines = 'look_up = "none"'
    with serving_around(world) as site:
        site.do(lambda hub: _sell(world, hub))
        yield site


async def _sell(world: StallWorld, hub: Hub) -> None:
    market = world.market
    market.sell(order("1", line("11", "sku-9"), line("12", "sku-1"), email=BUYER[2]))
    market.sell(order("3", line("31", "sku-2"), currency="SEK"))
    market.sell(BrokenOrder(order="4", code="STALL-9", what="This is no order.", raw=b'{"first": "Aino"'))
    market.sell(order("5", line("51", "sku-3", "2"), email=BUYER[2]))
    await world.run(hub)
    world.till.after = NoAnswer("cut")
    market.sell(order("6", line("61", "sku-1")))
    await world.run(hub)
