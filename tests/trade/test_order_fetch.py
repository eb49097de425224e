"""Orders of a shop fetched at an interval, in the statuses that were chosen, and moved to their target."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shopweave.connectors.orderfeed import CONNECTOR
from shopweave.hub.context import Hub
from shopweave.hub.settings import read
from shopweave.hub.settings.flow_spec import ORDER_FLOW
from shopweave.model.errors import Configuration
from shopweave.store import findings
from tests.trade.installed import install
from tests.trade.test_shop_to_till import BOTH, Trade
from tests.worlds import play

FLOW = "shop-to-erp"
BEFORE = 'target = "erp"\nstatuses = ["processing", "completed"]'


def settings(*statuses: str, every: int = 15) -> str:
    wanted = f'target = "erp"\nevery = {every}\nstatuses = {json.dumps(list(statuses))}'
    first, found, rest = BOTH.partition(BEFORE)
    assert found
    return f"{first}{wanted}{rest}"


@pytest.fixture(autouse=True)
def feed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Know the order feed also where the project was installed before it had one."""
    install(monkeypatch, CONNECTOR)


def order(trade: Trade, status: str, quantity: int = 1) -> dict[str, Any]:
    row = trade.buy(**{f"s{trade.goods()[0]}": quantity})
    return trade.world.shop.orders.update(row, {"status": status})


def documents(trade: Trade) -> list[dict[str, Any]]:
    return [json.loads(one.read_bytes()) for one in sorted(trade.inbox.iterdir())]


def fetched(trade: Trade) -> list[str]:
    return sorted(str(one["order"]) for one in documents(trade))


@pytest.mark.seed("FLN-01")
def test_orders_are_fetched_at_a_set_interval_and_moved_to_the_target_once(tmp_path: Path) -> None:
    text = settings("processing", every=15)
    trade = Trade(tmp_path, text)

    async def story(hub: Hub) -> None:
        (flow,) = [one for one in hub.settings.order_flows if one.name == FLOW]
        assert "15" in flow.schedule
        await trade.begun(hub)
        made = [order(trade, "processing") for _ in range(2)]
        for _ in range(3):
            await trade.world.run(hub, FLOW)
        assert fetched(trade) == sorted(str(one["id"]) for one in made)

    play(trade.world, story)


@pytest.mark.seed("FLN-02")
@pytest.mark.seed("FLN-05")
@pytest.mark.parametrize(
    "chosen", [("processing",), ("completed",), ("on-hold", "completed"), ("pending", "cancelled")]
)
def test_the_result_holds_the_statuses_that_were_chosen_and_no_other(
    tmp_path: Path, chosen: tuple[str, ...]
) -> None:
    trade = Trade(tmp_path, settings(*chosen))

    async def story(hub: Hub) -> None:
        await trade.begun(hub)
        statuses = ("pending", "processing", "on-hold", "completed", "cancelled", "failed")
        made = {status: order(trade, status) for status in statuses}
        await trade.world.run(hub, FLOW)
        assert fetched(trade) == sorted(str(made[status]["id"]) for status in chosen)
        # What is over goes with nothing to deliver; what was ordered stands beside it.
        sums = {one["status"]: Decimal(one["lines"][0]["quantity"]) for one in documents(trade)}
        assert sums == {status: 0 if status == "cancelled" else 1 for status in chosen}
        assert all(one["lines"][0]["ordered"] == "1" for one in documents(trade))
        assert [one for one in await hub.store.read(findings.open_findings) if one.code == "ORD-024"] == []

    play(trade.world, story)


@pytest.mark.seed("FLN-05")
def test_a_status_that_the_shop_does_not_have_is_named_with_those_it_has(tmp_path: Path) -> None:
    folder = tmp_path / "simulators"
    folder.mkdir()
    (folder / "shop-password").write_text("pw")
    (folder / "shop-password").chmod(0o600)
    text = settings("procesing").replace("{folder}", "x")
    text = text.format(till="t", icecat="http://127.0.0.1:1", shop="http://127.0.0.1:2")
    with pytest.raises(Configuration, match="procesing") as caught:
        read(text, str(tmp_path / "shopweave.toml"), {})
    assert "processing" in str(caught.value)


@pytest.mark.seed("FLN-06")
def test_processing_lets_an_order_leave_as_soon_as_it_arrived_and_was_fetched(tmp_path: Path) -> None:
    (option,) = [one for one in ORDER_FLOW if one.name == "statuses"]
    assert "processing when time matters" in option.recommendation
    trade = Trade(tmp_path, settings("processing"))

    async def story(hub: Hub) -> None:
        await trade.begun(hub)
        row = order(trade, "processing")
        await trade.world.run(hub, FLOW)
        assert fetched(trade) == [str(row["id"])]

    play(trade.world, story)


@pytest.mark.seed("FLN-07")
def test_completed_lets_an_order_leave_only_when_it_is_marked_so_as_it_is_then(tmp_path: Path) -> None:
    (option,) = [one for one in ORDER_FLOW if one.name == "statuses"]
    assert "completed when orders are often edited" in option.recommendation
    trade = Trade(tmp_path, settings("completed"))

    async def story(hub: Hub) -> None:
        await trade.begun(hub)
        row, orders = order(trade, "processing", 3), trade.world.shop.orders
        await trade.world.run(hub, FLOW)
        assert fetched(trade) == []
        line = row["line_items"][0]["id"]
        row = orders.update(orders.rows[row["id"]], {"line_items": [{"id": line, "quantity": 2}]})
        await trade.world.run(hub, FLOW)
        assert fetched(trade) == []
        orders.update(orders.rows[row["id"]], {"status": "completed"})
        for _ in range(2):
            await trade.world.run(hub, FLOW)
        (document,) = documents(trade)
        assert (document["order"], document["status"]) == (str(row["id"]), "completed")
        assert [Decimal(one["quantity"]) for one in document["lines"]] == [Decimal(2)]

    play(trade.world, story)
