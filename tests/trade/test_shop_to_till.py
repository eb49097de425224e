"""A real shop and a real till, as simulators: what is sold in one is booked and shown in the other."""

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from shopweave.connectors.orderfeed import CONNECTOR
from shopweave.hub import deciding, runs, stock
from shopweave.hub.context import Hub
from shopweave.hub.settings.templates import DEMO
from shopweave.lanes.channels import FIRST
from shopweave.model.errors import Configuration, NoAnswer
from shopweave.model.record import Kind
from shopweave.simulators.till import Cashier, sales, sold, truth
from shopweave.store import backlog, connections, findings, shelves
from shopweave.store.base import Tx
from shopweave.store.tables import movement
from tests.trade.installed import install
from tests.worlds import World, play

pytestmark = pytest.mark.long(20)

ERP = """
[connections.erp]
type = "orderfeed"
way = "files"
folder = "{folder}"
"""
TO_TILL = """
[flows.shop-orders]
kind = "orders"
source = "shop"
target = "till"
statuses = ["processing", "completed"]
later_changes = "update"
"""
TO_ERP = """
[flows.shop-to-erp]
kind = "orders"
source = "shop"
target = "erp"
statuses = ["processing", "completed"]
"""
FROM_TILL = """
[flows.till-to-erp]
kind = "orders"
source = "till"
target = "erp"
statuses = ["sale", "layaway"]
later_changes = "update"
"""
STOCK = """
[flows.till-stock]
kind = "stock"
source = "till"
target = "shop"
"""


def trading(sales: str, *flows: str) -> str:
    """Give the demo's settings with a way of the shop's sales, and more flows."""
    demo = DEMO.replace('url = "{shop}"', f'sales = "{sales}"\nurl = "{{shop}}"')
    return "".join((demo, ERP, *flows, STOCK))


BOTH = trading("hand-over", TO_TILL, TO_ERP, FROM_TILL)
ELSEWHERE = trading("elsewhere", TO_ERP).replace('type = "phppos"', 'type = "phppos"\nbooked_by = "another"')


@pytest.fixture(autouse=True)
def feed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Know the order feed also where the project was installed before it had one."""
    install(monkeypatch, CONNECTOR)


class Trade:
    """A world whose shop sells what the till has."""

    def __init__(self, folder: Path, settings: str = BOTH) -> None:
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        text = settings.replace("{folder}", str(self.inbox))
        self.orders = [name for name in ("shop-orders", "shop-to-erp") if f"[flows.{name}]" in text][:1]
        self.world = World(folder, 12, simple=True, settings=text)
        self.cashier = Cashier(self.world.till)

    async def begun(self, hub: Hub) -> None:
        """Let the goods come into the shop, with their levels."""
        await self.world.run(hub, "till-to-shop")
        await self.stock(hub)
        await self.world.run(hub, *self.orders)
        await hub.store.write(partial(self._release, hub))
        await self.stock(hub)
        # The shop's times are whole seconds: an order of the second in which the ledger began is history.
        await hub.clock.sleep(1.1)

    async def stock(self, hub: Hub) -> None:
        """Run the flow of stock, and wait until the shop shows what it is to show."""
        flow, key = hub.house.stock_flow("till-stock"), f"run:{hub.ids.new()}"
        run = await hub.store.write(lambda tx: hub.stock.start(tx, flow, "test", "run", key))
        await runs.finished(hub, run)
        assert await runs.settled(hub)
        for _ in range(1000):
            if not await hub.store.read(lambda tx: shelves.left(tx, flow.row.target)):
                return
            await hub.clock.sleep(0.01)
        raise AssertionError("the levels do not settle")

    def _release(self, hub: Hub, tx: Tx) -> None:
        shop = hub.house.stock_flow("till-stock").row
        connections.flow_begun(tx, shop.id)
        if shelves.mark_held_back(tx, shop.target, [FIRST]):
            hub.lanes.wake(tx, shop.target)

    def goods(self, least: int = 5) -> list[str]:
        """Give SKUs of which there are enough in the till and the shop."""
        shown = {row["sku"]: row["stock_quantity"] for row in self.products()}
        found = [one.sku for one in truth(self.world.till) if one.stock and Decimal(one.stock) >= least]
        return [sku for sku in found if (shown.get(sku) or 0) >= least]

    def products(self) -> list[dict[str, Any]]:
        return list(self.world.shop.state.rows["product"].values())

    def product(self, sku: str) -> dict[str, Any]:
        return next(row for row in self.products() if row["sku"] == sku)

    def handed_on(self, channel: str) -> list[tuple[str, str, list[str]]]:
        """Give order, status and quantities of the files about a channel's orders."""
        found = [json.loads(one.read_bytes()) for one in self.inbox.iterdir()]
        return [
            (one["order"], one["status"], [line["quantity"] for line in one["lines"]])
            for one in found
            if one["channel"] == channel
        ]

    def buy(self, **quantities: int) -> dict[str, Any]:
        lines = [
            {"product_id": self.product(sku[1:])["id"], "quantity": quantity}
            for sku, quantity in quantities.items()
        ]
        shipping = [{"method_id": "flat_rate", "method_title": "Parcel", "total": "4.90"}]
        billing = {"first_name": "Aino", "last_name": "V", "email": "aino@example.test", "country": "FI"}
        body = {"line_items": lines, "shipping_lines": shipping, "billing": billing, "set_paid": True}
        return self.world.shop.orders.create(body)


def test_goods_sold_in_the_shop_leave_the_till_once(tmp_path: Path) -> None:
    trade = Trade(tmp_path)

    async def story(hub: Hub) -> None:
        await trade.begun(hub)
        one, two = trade.goods()[:2]
        before = {sku: trade.cashier.quantity(sku) for sku in (one, two)}
        order = trade.buy(**{f"s{one}": 2, f"s{two}": 1})
        for _ in range(3):
            await trade.world.run(hub, "shop-orders")
            await trade.stock(hub)
        (sale,) = sales(trade.world.till)
        assert (sale.order, sale.units) == (order["id"], {one: Decimal(2), two: Decimal(1)})
        assert Decimal(sale.total) == Decimal(trade.world.shop.orders.total(order))
        assert trade.cashier.quantity(one) == before[one] - 2
        assert trade.product(one)["stock_quantity"] == before[one] - 2
        assert trade.product(two)["stock_quantity"] == before[two] - 1
        open_ = await hub.store.read(findings.open_findings)
        assert [found.code for found in open_ if found.code.startswith(("POS", "ORD"))] == []

    play(trade.world, story)


def test_goods_sold_at_the_counter_leave_the_shop(tmp_path: Path) -> None:
    trade = Trade(tmp_path)

    async def story(hub: Hub) -> None:
        await trade.begun(hub)
        sku = trade.goods()[0]
        before = trade.cashier.quantity(sku)
        trade.cashier.sell({sku: Decimal(3)}, trade.world.clock.now())
        await trade.stock(hub)
        assert trade.product(sku)["stock_quantity"] == before - 3

    play(trade.world, story)


def test_an_order_that_is_cancelled_or_edited_moves_only_the_difference(tmp_path: Path) -> None:
    trade = Trade(tmp_path)

    async def story(hub: Hub) -> None:
        await trade.begun(hub)
        one, two = trade.goods()[:2]
        before = {sku: trade.cashier.quantity(sku) for sku in (one, two)}
        cancelled, edited = trade.buy(**{f"s{one}": 2}), trade.buy(**{f"s{two}": 3})
        await trade.world.run(hub, "shop-orders")
        orders = trade.world.shop.orders
        orders.update(orders.rows[cancelled["id"]], {"status": "cancelled"})
        line = orders.rows[edited["id"]]["line_items"][0]
        orders.update(orders.rows[edited["id"]], {"line_items": [{"id": line["id"], "quantity": 1}]})
        for _ in range(2):
            await trade.world.run(hub, "shop-orders")
            await trade.stock(hub)
        assert trade.cashier.quantity(one) == before[one]
        assert trade.cashier.quantity(two) == before[two] - 1
        assert sold(trade.world.till) == {two: Decimal(1)}
        voided = {str(one.order): one.voided for one in sales(trade.world.till)}
        assert voided == {str(cancelled["id"]): True, str(edited["id"]): False}
        assert trade.product(one)["stock_quantity"] == before[one]
        assert trade.product(two)["stock_quantity"] == before[two] - 1

    play(trade.world, story)


def test_one_order_goes_to_two_targets_and_one_that_is_refused_holds_none_up(tmp_path: Path) -> None:
    trade = Trade(tmp_path)

    async def story(hub: Hub) -> None:
        await trade.begun(hub)
        one, two = trade.goods()[:2]
        trade.world.sql("UPDATE phppos_items SET is_serialized = 1 WHERE item_id = ?", int(one))
        refused, fine = trade.buy(**{f"s{one}": 1}), trade.buy(**{f"s{two}": 2})
        for _ in range(2):
            await trade.world.run(hub, "shop-orders", "shop-to-erp")
        assert [sale.order for sale in sales(trade.world.till)] == [fine["id"]]
        found = sorted(trade.inbox.iterdir())
        documents = [json.loads(one.read_bytes()) for one in found]
        assert {one["order"] for one in documents} == {str(refused["id"]), str(fine["id"])}
        assert len(found) == 2
        assert {one["channel"] for one in documents} == {"shop"}
        open_ = await hub.store.read(findings.open_findings)
        assert any("serial number" in one.what for one in open_)

    play(trade.world, story)


@pytest.mark.pain("openlinker-project/openlinker#940")
def test_a_sale_at_the_counter_is_handed_on_and_the_hubs_own_is_not(tmp_path: Path) -> None:
    trade = Trade(tmp_path)

    async def story(hub: Hub) -> None:
        await trade.begun(hub)
        await trade.world.run(hub, "till-to-erp")
        one, two = trade.goods()[:2]
        start = trade.cashier.quantity(one)
        web = trade.buy(**{f"s{two}": 1})
        sale = trade.cashier.sell({one: Decimal(2)}, trade.world.clock.now())
        for _ in range(2):
            await trade.world.run(hub, "shop-orders", "till-to-erp")
            await trade.stock(hub)
        assert trade.handed_on("till") == [(str(sale), "sale", ["2"])]
        assert trade.handed_on("shop") == [(str(web["id"]), "processing", ["1"])]
        assert [one.order for one in sales(trade.world.till)] == [None, web["id"]]
        assert (trade.cashier.quantity(one), trade.product(one)["stock_quantity"]) == (start - 2, start - 2)
        trade.cashier.void(sale, trade.world.clock.now())
        for _ in range(2):
            await trade.world.run(hub, "till-to-erp")
            await trade.stock(hub)
        assert sorted(trade.handed_on("till")) == [
            (str(sale), "sale", ["2"]),
            (str(sale), "voided", ["0"]),
        ]
        assert (trade.cashier.quantity(one), trade.product(one)["stock_quantity"]) == (start, start)

    play(trade.world, story)


def test_what_another_program_books_is_taken_off_once_by_the_word_of_the_log(tmp_path: Path) -> None:
    trade = Trade(tmp_path, ELSEWHERE)

    async def story(hub: Hub) -> None:
        await trade.begun(hub)
        one = trade.goods()[0]
        start = trade.cashier.quantity(one)
        trade.buy(**{f"s{one}": 2})
        await trade.world.run(hub, *trade.orders)
        for _ in range(2):
            await trade.stock(hub)
            assert trade.product(one)["stock_quantity"] == start - 2
        trade.cashier.sell({one: Decimal(1)}, trade.world.clock.now())
        await trade.stock(hub)
        assert trade.product(one)["stock_quantity"] == start - 3
        (document,) = (json.loads(file.read_bytes()) for file in trade.inbox.iterdir())
        (line,) = document["lines"]
        words = f"ERP booked shop:{line['line']}:1"
        trade.cashier.book(one, -Decimal(line["quantity"]), words, trade.world.clock.now())
        for _ in range(2):
            await trade.stock(hub)
            assert trade.cashier.quantity(one) == trade.product(one)["stock_quantity"] == start - 3

    play(trade.world, story)


def test_sales_that_no_flow_hands_over_are_known_and_settled_by_the_level(tmp_path: Path) -> None:
    trade = Trade(tmp_path, trading("elsewhere"))

    async def story(hub: Hub) -> None:
        await trade.begun(hub)
        one = trade.goods()[0]
        start = trade.cashier.quantity(one)
        order = trade.buy(**{f"s{one}": 2})
        for _ in range(2):
            await trade.stock(hub)
            assert trade.product(one)["stock_quantity"] == start - 2
        with pytest.raises(Configuration, match="Another program books what shop sells"):
            await deciding.release(hub, str(order["id"]), deciding.RETRY, "test")
        trade.cashier.book(one, Decimal(-2), "ERP", trade.world.clock.now())
        await trade.stock(hub)
        (master,) = (await stock.explain_stock(hub, one)).masters
        assert [(str(sold.quantity), sold.stage, sold.until is None) for sold in master.moved] == [
            ("-2", "open", False)
        ]
        long_ago = hub.clock.now() - timedelta(hours=1)
        await hub.store.write(lambda tx: tx.run(movement.update().values(moved=long_ago)))
        await trade.stock(hub)
        assert (await stock.explain_stock(hub, one)).masters[0].moved == ()
        assert trade.cashier.quantity(one) == trade.product(one)["stock_quantity"] == start - 2

    play(trade.world, story)


@pytest.mark.parametrize("sales", ["hand-over", "hub"])
def test_an_order_leaves_from_the_warehouse_that_has_it_and_comes_back_there(
    tmp_path: Path, sales: str
) -> None:
    flows = TO_TILL if sales == "hand-over" else TO_ERP
    trade = Trade(tmp_path, trading(sales, flows) + 'warehouses = ["2", "1"]\n')

    def held(place: int, sku: str) -> Decimal:
        query = "SELECT quantity FROM phppos_location_items WHERE location_id = ? AND item_id = ?"
        with closing(sqlite3.connect(trade.world.till)) as db:
            return Decimal(str(db.execute(query, (place, int(sku))).fetchone()[0]))

    async def story(hub: Hub) -> None:
        trade.world.sql("INSERT INTO phppos_locations (location_id, name, deleted) VALUES (2, 'Store', 0)")
        await trade.begun(hub)
        one = trade.goods()[0]
        start = held(1, one)
        trade.world.sql(
            "INSERT INTO phppos_location_items (location_id, item_id, quantity) VALUES (2, ?, 3)", int(one)
        )
        trade.world.sql("UPDATE phppos_items SET last_modified = datetime('now') WHERE item_id = ?", int(one))
        await trade.stock(hub)
        assert trade.product(one)["stock_quantity"] == start + 3
        trade.buy(**{f"s{one}": 2})
        await trade.world.run(hub, *trade.orders)
        second = trade.buy(**{f"s{one}": 3})
        for _ in range(2):
            await trade.world.run(hub, *trade.orders)
            await trade.stock(hub)
        assert (held(2, one), held(1, one)) == (Decimal(1), start - 3)
        assert trade.product(one)["stock_quantity"] == start - 2
        orders = trade.world.shop.orders
        orders.update(orders.rows[second["id"]], {"status": "cancelled"})
        for _ in range(2):
            await trade.world.run(hub, *trade.orders)
            await trade.stock(hub)
        assert (held(2, one), held(1, one)) == (Decimal(1), start)
        assert trade.product(one)["stock_quantity"] == start + 1

    play(trade.world, story)


def test_what_the_hub_books_itself_is_booked_once(tmp_path: Path) -> None:
    trade = Trade(tmp_path, trading("hub", TO_ERP))

    async def story(hub: Hub) -> None:
        await trade.begun(hub)
        one = trade.goods()[0]
        start = trade.cashier.quantity(one)
        order = trade.buy(**{f"s{one}": 3})
        for _ in range(2):
            await trade.world.run(hub, *trade.orders)
            await trade.stock(hub)
        assert trade.cashier.quantity(one) == trade.product(one)["stock_quantity"] == start - 3
        orders = trade.world.shop.orders
        orders.update(orders.rows[order["id"]], {"status": "cancelled"})
        for _ in range(2):
            await trade.world.run(hub, *trade.orders)
            await trade.stock(hub)
        assert trade.cashier.quantity(one) == trade.product(one)["stock_quantity"] == start
        assert sales(trade.world.till) == ()

    play(trade.world, story)


def test_a_booking_whose_answer_was_lost_is_sent_again_and_booked_once(tmp_path: Path) -> None:
    trade = Trade(tmp_path, trading("hub", TO_ERP))

    async def story(hub: Hub) -> None:
        await trade.begun(hub)
        one = trade.goods()[0]
        start = trade.cashier.quantity(one)
        till = hub.port("till").connector
        book, lost = till.adjust_levels, list[int]()

        async def loses(kind: Kind, wanted: Any, *, not_after: float | None) -> Any:
            answers = await book(kind, wanted, not_after=not_after)
            if not lost:
                lost.append(1)
                raise NoAnswer
            return answers

        till.adjust_levels = loses
        trade.buy(**{f"s{one}": 3})
        while not lost:
            await runs.finished(hub, await runs.start(hub, trade.orders[0], "test"))
        while await hub.store.read(lambda tx: backlog.left(tx, hub.port("till").row.id)):
            await hub.clock.sleep(0.05)
        await trade.stock(hub)
        assert lost == [1]
        assert trade.cashier.quantity(one) == trade.product(one)["stock_quantity"] == start - 3

    play(trade.world, story)


def test_what_the_till_will_not_book_waits_for_a_person_and_nothing_else_does(tmp_path: Path) -> None:
    trade = Trade(tmp_path, trading("hub", TO_ERP))

    async def story(hub: Hub) -> None:
        await trade.begun(hub)
        one, two = trade.goods()[:2]
        start = {sku: trade.cashier.quantity(sku) for sku in (one, two)}
        trade.world.sql("UPDATE phppos_items SET deleted = 1 WHERE item_id = ?", int(one))
        order = trade.buy(**{f"s{one}": 1, f"s{two}": 2})
        for _ in range(2):
            await trade.world.run(hub, *trade.orders)
        assert trade.cashier.quantity(one) == start[one]
        assert trade.cashier.quantity(two) == start[two] - 2
        (found,) = (told for told in await hub.store.read(findings.open_findings) if told.code == "POS-041")
        assert "till refused to book" in found.what
        trade.world.sql("UPDATE phppos_items SET deleted = 0 WHERE item_id = ?", int(one))
        await deciding.release(hub, str(order["id"]), deciding.RETRY, "test")
        assert await runs.settled(hub)
        assert trade.cashier.quantity(one) == start[one] - 1

    play(trade.world, story)
