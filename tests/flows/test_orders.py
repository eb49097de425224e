"""Orders from a channel to a target: stored, booked, handed over once."""

from shopweave.hub.context import Hub
from shopweave.store import handovers, movements, orders
from shopweave.store.base import Tx
from tests.trade.orders import line, order
from tests.trade.world import StallWorld, play, stalls

__all__ = ["stalls"]


def ledger(tx: Tx, key: str) -> list[tuple[str, str, str]]:
    """Give (reference, quantity, stage) of an order's movements."""
    found = movements.of_orders(tx, [one.id for one in orders.named(tx, key)])
    return [(one.movement.reference, str(one.movement.quantity), one.stage.value) for one in found]


def story_of(tx: Tx, key: str) -> list[tuple[str, int, str]]:
    """Give (kind, n, state) of an order's hand-overs."""
    found = handovers.of_orders(tx, [one.id for one in orders.named(tx, key)])
    return [(one.kind.value, one.n, one.state.value) for one in found]


def test_an_order_is_stored_booked_and_handed_over_once(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        stalls.market.sell(order("7", line("71", "sku-1", "2"), line("72", "sku-2")))
        await stalls.run(hub)
        await stalls.run(hub)
        [(key, taken)] = stalls.till.taken
        assert (key, taken.reference) == ("S1", "market:7:till:1")
        assert [(one.remote_id, str(one.quantity)) for one in taken.lines] == [("1", "2"), ("2", "1")]
        assert await hub.store.read(lambda tx: ledger(tx, "7")) == [
            ("market:71:1", "-2", "acknowledged"),
            ("market:72:1", "-1", "acknowledged"),
        ]
        assert await hub.store.read(lambda tx: story_of(tx, "7")) == [("order", 1, "done")]

    play(stalls, story)
