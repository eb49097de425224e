"""An older backup is put back: what was handed over since is looked up first, and nothing goes twice."""

import sqlite3
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shopweave.connectors.woocommerce.records import MARK
from shopweave.hub import backup, deciding, runs, writing
from shopweave.hub.context import Hub
from shopweave.model.settings import HubSettings
from shopweave.runtime.clock import SystemClock
from shopweave.simulators.receiver import Receiver
from shopweave.simulators.till import sales
from shopweave.simulators.woocommerce import User, WooShop
from shopweave.store import findings
from tests.connectors.orderfeed.stand import DDL
from tests.trade.test_shop_to_till import TO_ERP, TO_TILL, Trade, feed, trading
from tests.worlds import PASSWORD, play

__all__ = ["feed"]
OTHER, KNOWS, FORGETS = "http://127.0.0.1:9003", "http://127.0.0.1:9004", "http://127.0.0.1:9005"
TARGETS = ("till", "other", "erp", "table", "knows", "forgets")
RECEIVERS = f"""
[connections.other]
type = "woocommerce"
url = "{OTHER}"
allow_http = true
wp_user = "hub"
application_password = {{{{ file = "simulators/shop-password" }}}}
new_products = "publish"

[connections.knows]
type = "orderfeed"
way = "http"
url = "{KNOWS}"
secret = {{{{ file = "simulators/shop-password" }}}}
dedupes = true

[connections.forgets]
type = "orderfeed"
way = "http"
url = "{FORGETS}"
secret = {{{{ file = "simulators/shop-password" }}}}

[connections.table]
type = "orderfeed"
way = "table"
path = "{{folder}}/../erp.db"

[flows.till-to-other]
source = "till"
target = "other"
own = ["identity", "name", "regular_price", "status"]
"""
FLOWS = "".join(
    f'\n[flows.to-{name}]\nkind = "orders"\nsource = "shop"\ntarget = "{name}"\nstatuses = ["processing"]\n'
    for name in ("other", "table", "knows", "forgets")
)


class Many(Trade):
    """A shop whose orders go to a till, a second shop, a folder, a table, and two receivers by HTTP."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, trading("hand-over", RECEIVERS, TO_TILL, TO_ERP, FLOWS))
        clock = self.world.clock
        self.other = WooShop(clock, url=OTHER, users=(User(name="hub", password=PASSWORD),))
        self.knows = Receiver(clock, PASSWORD)
        self.forgets = Receiver(clock, PASSWORD, dedupes=False)
        more = ((OTHER, self.other), (KNOWS, self.knows), (FORGETS, self.forgets))
        self.world.http.simulators = (*self.world.http.simulators, *more)
        self.rows = folder / "erp.db"
        with sqlite3.connect(self.rows) as db:
            db.execute(DDL)
        db.close()

    async def begun(self, hub: Hub) -> None:
        await self.world.run(hub, "till-to-other")
        await super().begun(hub)
        await self.fetch(hub)

    async def fetch(self, hub: Hub) -> None:
        for name in ("shop-orders", "shop-to-erp", "to-other", "to-table", "to-knows", "to-forgets"):
            await runs.finished(hub, await runs.start(hub, name, "test"))
        await runs.settled(hub)

    def received(self) -> dict[str, Counter[str]]:
        """Give how often each target has each order."""
        with sqlite3.connect(self.rows) as db:
            rows = [row[0] for row in db.execute("SELECT order_id FROM shopweave_orders")]
        db.close()
        marks = [
            str(meta["value"])
            for row in self.other.orders.rows.values()
            for meta in row.get("meta_data", ())
            if meta["key"] == MARK
        ]
        return {
            "till": Counter(str(one.order) for one in sales(self.world.till)),
            "other": Counter(mark.split(":")[1] for mark in marks),
            "erp": Counter(str(one[0]) for one in self.handed_on("shop")),
            "table": Counter(str(one) for one in rows),
            "knows": Counter(str(one["order"]) for one in self.knows.orders),
            "forgets": Counter(str(one["order"]) for one in self.forgets.orders),
        }


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look up at once what is in doubt."""
    soon: Any = lambda ended, lease_ends, longest: ended  # noqa: E731 - one expression
    for module in ("delivering", "handovers", "unsure", "reviews"):
        monkeypatch.setattr(f"shopweave.lanes.{module}.first_look", soon)
    monkeypatch.setattr("shopweave.lanes.doubts.SECOND_LOOK", timedelta(0))
    monkeypatch.setattr("shopweave.lanes.unsure.SKEW", timedelta(0))


def put_back(trade: Many, copy: Path, way: str) -> None:
    """Put a copy back with the command, or over the file by hand."""
    if way == "command":
        backup.restore(trade.world.folder, HubSettings(), copy, SystemClock())
        return
    (trade.world.folder / "hub.sqlite").write_bytes(copy.read_bytes())
    for ending in ("-wal", "-shm"):
        (trade.world.folder / f"hub.sqlite{ending}").unlink(missing_ok=True)


@pytest.mark.parametrize("way", ["command", "by hand"])
def test_nothing_goes_twice_to_any_target_after_an_older_backup_was_put_back(
    tmp_path: Path, way: str
) -> None:
    trade = Many(tmp_path)
    made: dict[str, Any] = {}

    async def before(hub: Hub) -> None:
        await trade.begun(hub)
        made["sku"] = trade.goods(8)[0]
        made["units"] = trade.cashier.quantity(made["sku"])
        made["first"] = trade.buy(**{f"s{made['sku']}": 1})
        await trade.fetch(hub)
        await writing.stop(hub, "test")
        made["waiting"] = trade.buy(**{f"s{made['sku']}": 1})
        await trade.fetch(hub)

    async def since(hub: Hub) -> None:
        await writing.go_on(hub, "test")
        for name in ("since", "cancelled"):
            made[name] = trade.buy(**{f"s{made['sku']}": 1})
        await trade.fetch(hub)

    async def after(hub: Hub) -> None:
        await writing.go_on(hub, "test")
        shop = trade.world.shop.orders
        shop.update(shop.rows[made["cancelled"]["id"]], {"status": "cancelled"})
        await hub.clock.sleep(1.1)
        for _ in range(2):
            await trade.fetch(hub)
        made["new"] = trade.buy(**{f"s{made['sku']}": 1})
        await trade.fetch(hub)
        await decide(hub)
        await trade.stock(hub)

    async def decide(hub: Hub) -> None:
        unsure = [str(made[name]["id"]) for name in ("waiting", "since")]
        open_ = {one.code: one for one in await hub.store.read(findings.open_findings)}
        assert set(open_["ORD-015"].about) == set(unsure)
        for number in unsure:
            asked = await deciding.resend(hub, number, "test", target="forgets")
            assert (asked.count, "may have order" in asked.warning) == (0, True)
            assert (await deciding.arrived(hub, number, "test", target="forgets")).count == 1
        assert "ORD-015" not in {one.code for one in await hub.store.read(findings.open_findings)}

    play(trade.world, before)
    copy = tmp_path / "copy.sqlite"
    if way == "command":
        backup.back_up(tmp_path, HubSettings(), copy, SystemClock())
    else:
        copy.write_bytes((tmp_path / "hub.sqlite").read_bytes())
    play(trade.world, since)
    put_back(trade, copy, way)
    play(trade.world, after)
    keys = {str(made[name]["id"]) for name in ("first", "waiting", "since", "cancelled", "new")}
    assert {name: dict(found) for name, found in trade.received().items()} == {
        name: dict.fromkeys(keys, 1) for name in TARGETS
    }
    # The one that was cancelled while the hub did not know of it is void at the till, and its goods are back.
    voided = {str(one.order): one.voided for one in sales(trade.world.till)}
    assert [key for key, void in voided.items() if void] == [str(made["cancelled"]["id"])]
    assert trade.cashier.quantity(made["sku"]) == made["units"] - 4
    assert trade.product(made["sku"])["stock_quantity"] == made["units"] - 4
