"""A till and shops in memory, for tests of stock: small connectors, real store, lanes and engine."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import insert, select

from shopweave.connector.capabilities import Capabilities, Feed, Method, Writable
from shopweave.connector.declaration import Connector
from shopweave.connector.orders import Keeps, LookUp, Sells, Swap, Takes
from shopweave.connector.roles import Page
from shopweave.core.ledger import StateTable
from shopweave.engine.local import LocalEngine
from shopweave.hub.context import Account, Hub, build_house
from shopweave.lanes import shelving
from shopweave.model.atoms import Atoms
from shopweave.model.change import Write, WriteAnswer, WriteRefused, Written
from shopweave.model.errors import NoAnswer
from shopweave.model.movement import Movement, Stage, Witness
from shopweave.model.record import Form, Kind, RemoteRecord
from shopweave.model.settings import (
    ConnectionSettings,
    HubSettings,
    OrderFlowSettings,
    StockFlowSettings,
)
from shopweave.model.values import UNKNOWN, UNTRACKED, Identity, Level, tracked
from shopweave.runtime.clock import SystemClock, SystemIds, system_random
from shopweave.runtime.opening import open_store
from shopweave.store import links, movements, numbers, plans, shelves
from shopweave.store.base import Tx
from shopweave.store.movements import Ledger
from shopweave.store.tables import customer_order

T = TypeVar("T")
TABLE = StateTable(takes=frozenset({"paid"}), gives_back=frozenset({"cancelled"}))


class Place:
    """One system: levels by SKU; `before_write` happens between reading the orders and the write."""

    def __init__(
        self, goods: Mapping[str, Level], *, witness: Witness | None = None, page: int = 100
    ) -> None:
        self.goods, self.witness, self.page_size = dict(goods), witness, page
        self.names = {sku: str(number) for number, sku in enumerate(goods, start=1)}
        self.orders: list[tuple[str, int]] = []
        self.stored = 0
        self.writes: list[dict[str, Level]] = []
        self.reads = 0
        self.before_write: Callable[[], None] | None = None
        self.after_write: Callable[[], None] | None = None
        self.loses_answers = self.loses_requests = 0
        self.refused: set[str] = set()
        self.sold_out: set[str] = set()
        self.swaps = False

    def __getitem__(self, sku: str) -> int:
        quantity = self.goods[sku].quantity
        assert quantity is not None
        return int(quantity)

    def __setitem__(self, sku: str, quantity: int) -> None:
        self.goods[sku] = tracked(Decimal(quantity))

    def sell(self, sku: str, quantity: int = 1) -> None:
        """Sell on this channel: it lowers itself and has an order."""
        self[sku] = self[sku] - quantity
        self.orders.append((sku, quantity))

    def sell_once(self, sku: str) -> None:
        """Sell while a write is under way, the first time only."""
        self.before_write = self.after_write = None
        self.sell(sku)

    def _record(self, sku: str) -> RemoteRecord:
        return RemoteRecord(
            kind=Kind.PRODUCT,
            form=Form.SIMPLE,
            remote_id=self.names[sku],
            atoms=Atoms({"identity": Identity(sku=sku)}),
            level=self.goods[sku],
            sold=sku in self.sold_out,
        )

    async def page(self, feed: str, position: str, *, sweep: bool) -> Page:
        await asyncio.sleep(0)
        start = int(position or 0)
        skus = list(self.goods)[start : start + self.page_size]
        done = start + self.page_size >= len(self.goods)
        found = tuple(self._record(sku) for sku in skus)
        return Page(records=found, position="" if done else str(start + self.page_size), done=done)

    async def by_ids(self, kind: Kind, ids: tuple[str, ...]) -> tuple[RemoteRecord, ...]:
        await asyncio.sleep(0)
        self.reads += 1
        return tuple(self._record(sku) for sku in self.goods if self.names[sku] in ids)

    def refusal(self, write: Write) -> WriteRefused | None:
        return None

    async def write_levels(
        self, kind: Kind, levels: Mapping[str, Level], *, not_after: float | None
    ) -> tuple[WriteAnswer, ...]:
        await asyncio.sleep(0)
        if self.loses_requests:
            self.loses_requests -= 1
            raise NoAnswer("cut before it arrived")
        if self.before_write:
            self.before_write()
        skus = {key: sku for sku, key in self.names.items()}
        self.writes.append({skus[key]: level for key, level in levels.items()})
        answers: list[WriteAnswer] = []
        for number, (key, level) in enumerate(levels.items()):
            if skus[key] in self.refused:
                answers.append(WriteRefused(number=number, code="FAKE-1", what="no"))
                continue
            self.goods[skus[key]] = level
            answers.append(Written(number=number, record=self._record(skus[key]), confirmed=()))
        if self.after_write:
            self.after_write()
        if self.loses_answers:
            self.loses_answers -= 1
            raise NoAnswer("cut after it arrived")
        return tuple(answers)

    async def swap_levels(
        self, kind: Kind, swaps: tuple[Swap, ...], *, not_after: float | None
    ) -> tuple[WriteAnswer, ...]:
        await asyncio.sleep(0)
        if self.before_write:
            self.before_write()
        skus = {key: sku for sku, key in self.names.items()}
        answers: list[WriteAnswer] = []
        for number, one in enumerate(swaps):
            sku = skus[one.remote_id]
            if one.expected not in (UNKNOWN, self.goods[sku]):
                answers.append(WriteRefused(number=number, code="MOVED", what="moved", look_up=True))
                continue
            self.goods[sku] = one.level
            self.writes.append({sku: one.level})
            answers.append(Written(number=number, record=self._record(sku), confirmed=()))
        return tuple(answers)

    def capabilities(self, _: Mapping[str, Any]) -> Capabilities:
        return Capabilities(
            atoms=("identity",),
            feeds=(Feed(name="products", kinds=(Kind.PRODUCT,), method=Method.SWEEP),),
            writes=(Writable(kind=Kind.PRODUCT, batch=100),),
            read_by_ids=50,
            longest_run=0.2,
            sells=Sells(table=TABLE, statuses=("paid",)),
            takes=Takes(look_up=LookUp.REFERENCE, books=True),
            keeps=Keeps(
                witness=self.witness or Witness.REQUEST_ORDER, batch=20, places=True, swaps=self.swaps
            ),
        )


class Market:
    """A till that is master, and shops that show its levels and sell; orders are read and booked by hand."""

    def __init__(
        self,
        folder: Path,
        goods: Mapping[str, Level],
        *,
        shops: int = 1,
        sales: str = "hand-over",
        warehouses: Mapping[str, tuple[str, ...]] | None = None,
        **flow: Any,
    ) -> None:
        self.folder, self.clock, self.sales = folder, SystemClock(), sales
        self.till = Place(goods)
        self.warehouses = warehouses or {}
        self.leaves_from = ""
        names = ["shop", "other", "third"][:shops]
        self.shops = {name: Place(dict.fromkeys(goods, UNTRACKED)) for name in names}
        self.flow = flow
        self._reading: dict[int, asyncio.Lock] = {}
        self.hub: Hub

    @property
    def shop(self) -> Place:
        """Give the first shop."""
        return self.shops["shop"]

    def settings(self) -> HubSettings:
        """Give the settings of all of it."""
        at = (ConnectionSettings(name=name, type="fake", sales=self.sales) for name in self.shops)
        return HubSettings(
            connections=(ConnectionSettings(name="till", type="fake"), *at),
            order_flows=tuple(
                OrderFlowSettings(name=f"{name}-orders", source=name, target="till") for name in self.shops
            ),
            stock_flows=tuple(
                StockFlowSettings(
                    name=f"{name}-stock",
                    source="till",
                    target=name,
                    warehouses=self.warehouses.get(name, ()),
                    **self.flow,
                )
                for name in self.shops
            ),
        )

    @asynccontextmanager
    async def open(self, url: str = "") -> AsyncIterator[Hub]:
        """Open a hub on the folder and start it."""
        self._reading.clear()
        settings, store = self.settings(), open_store(self.folder, url, self.clock)
        accounts = tuple(
            Account(
                name=name,
                mode="test",
                connector=Connector(
                    name="fake",
                    title="",
                    description="",
                    options=(),
                    capabilities=made.capabilities,
                    make=_make,
                ),
                values={},
                made=made,
            )
            for name, made in {"till": self.till, **self.shops}.items()
        )
        house = await store.write(lambda tx: build_house(tx, accounts, settings, self.clock))
        worker = SystemIds().new()
        engine = LocalEngine(store, self.clock, worker)
        hub = Hub(
            store=store,
            engine=engine,
            clock=self.clock,
            ids=SystemIds(),
            random=system_random(),
            settings=settings,
            house=house,
            worker=worker,
        )
        self.hub = hub
        hub.drain = self.drain
        await engine.take_over()
        await hub.start()
        try:
            yield hub
        finally:
            await hub.stop()

    def at(self, name: str) -> int:
        """Give the number of a connection."""
        return self.hub.port(name).row.id

    async def drain(self, connection: int) -> None:
        """Read a shop's new orders to their end, as a flow of orders does: one reader at a time."""
        async with self._reading.setdefault(connection, asyncio.Lock()):
            await self._drain(connection)

    async def _drain(self, connection: int) -> None:
        channel = self.hub.house.channel(connection)
        name = next(name for name in self.shops if self.at(name) == connection)
        assert channel is not None
        began = await self.hub.store.write(lambda tx: numbers.draw(tx, connection))
        await asyncio.sleep(0)
        shop = self.shops[name]
        fresh, shown = shop.orders[shop.stored :], len(shop.orders)

        def store(tx: Tx) -> None:
            self._intake(tx, name, fresh, shop.stored)
            sold: dict[int, Decimal] = {}
            for sku, quantity in fresh:
                item = self._item(tx, sku)
                sold[item] = sold.get(item, Decimal(0)) + quantity
            shelving.sell(tx, channel, sold)
            woken = {*shelves.mark(tx, list(sold))}
            if shelving.drained(tx, channel, began):
                woken.add(connection)
            for one in sorted(woken):
                self.hub.lanes.wake(tx, one)

        await self.hub.store.write_safe(store)
        shop.stored = shown

    def _item(self, tx: Tx, sku: str) -> int:
        key = self.till.names[sku]
        return links.items_by_remote(tx, self.at("till"), Kind.PRODUCT, [key])[key]

    def _intake(self, tx: Tx, name: str, fresh: list[tuple[str, int]], after: int) -> None:
        for number, (sku, quantity) in enumerate(fresh, start=after + 1):
            values: dict[str, Any] = {
                "connection": self.at(name),
                "remote_id": str(number),
                "first": tx.now,
                "read": tx.now,
            }
            values["created"] = tx.now - timedelta(minutes=1)
            tx.run(insert(customer_order), values)
            order = int(
                tx.scalar(
                    select(customer_order.c.id).where(
                        customer_order.c.connection == self.at(name),
                        customer_order.c.remote_id == str(number),
                    )
                )
            )
            ledger = Ledger(connection=self.at(name), order=order, master=self.at("till"), way=self.sales)
            moved = Movement(
                connection=name,
                line=str(number),
                n=1,
                item=str(self._item(tx, sku)),
                warehouse=self.leaves_from,
                quantity=Decimal(-quantity),
            )
            movements.add(tx, ledger, [moved])

    async def book(self) -> None:
        """Book all open movements at the till, as a hand-over does, answers without levels."""
        till, hub = self.at("till"), self.hub
        began = await hub.store.write(lambda tx: numbers.draw(tx, till))
        items = await hub.store.read(lambda tx: list(links.linked_items(tx, till)))
        entries = await hub.store.read(lambda tx: movements.of_items(tx, till, items))
        todo = [one for one in entries if one.stage is Stage.OPEN]
        for one in todo:
            sku = await hub.store.read(lambda tx, item=int(one.movement.item): self._sku(tx, item))  # type: ignore[misc]
            self.till[sku] = self.till[sku] + int(one.movement.quantity)

        def acknowledge(tx: Tx) -> None:
            ended = numbers.draw(tx, till)
            movements.set_stage(tx, [one.id for one in todo], Stage.ACKNOWLEDGED, began=began, ended=ended)

        await hub.store.write_safe(acknowledge)

    def _sku(self, tx: Tx, item: int) -> str:
        key = links.remote_of_items(tx, self.at("till"), [item])[item]
        return next(sku for sku, name in self.till.names.items() if name == key)

    async def run(self, *names: str) -> None:
        """Run flows of stock and wait until nothing is left to do now."""
        for name in names or [f"{name}-stock" for name in self.shops]:
            flow, key = self.hub.house.stock_flow(name), f"run:{SystemIds().new()}"
            run = await self.hub.store.write(
                lambda tx, flow=flow, key=key: self.hub.stock.start(tx, flow, "test", "run", key)  # type: ignore[misc]
            )
            while True:
                row = await self.hub.store.read(lambda tx, run=run: plans.run_row(tx, run))  # type: ignore[misc]
                if row is not None and row.ended is not None:
                    assert row.state == "done", row.error
                    break
                await asyncio.sleep(0.01)
        await self.settled()

    async def settled(self, seconds: float = 20.0) -> None:
        """Wait until no level is marked, under way or to be read."""
        until = self.clock.monotonic() + seconds
        while await self.hub.store.read(
            lambda tx: sum(shelves.left(tx, self.at(name)) for name in self.shops)
        ):
            assert self.clock.monotonic() < until, "the levels do not settle"
            await asyncio.sleep(0.01)

    def truth(self) -> dict[str, int]:
        """Give what every shop should show once all is known: on hand less what is not booked yet."""
        return {sku: max(0, self.till[sku]) for sku in self.till.goods}


def _make(settings: Any, doors: Any) -> Any:
    raise NotImplementedError


def play(market: Market, story: Callable[[], Awaitable[T]], url: str = "") -> T:
    """Open the hub, play a story on it, close it."""

    async def whole() -> T:
        async with market.open(url):
            return await story()

    return asyncio.run(whole())


def goods(count: int, quantity: int = 5) -> dict[str, Level]:
    """Give so many items, each with so many on hand."""
    return {f"S{number}": tracked(Decimal(quantity)) for number in range(1, count + 1)}
