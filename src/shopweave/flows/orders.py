"""Flows of orders: read what channels sold, page by page, and look again at what is still open."""

from asyncio import Lock
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from shopweave.connector.orders import OrderPage
from shopweave.flows.ahead import reading_ahead
from shopweave.flows.intake import FEED, Intake, Seller, Stored
from shopweave.flows.order_findings import UNKNOWN_STATUS, parked_cause
from shopweave.lanes.gate import URGENT
from shopweave.lanes.order_findings import parked_order_cause
from shopweave.model.errors import HubError
from shopweave.model.handover import HandOverState
from shopweave.model.seams import Clock
from shopweave.store import findings, handovers, numbers, order_lines, orders, positions
from shopweave.store.base import Store, Tx
from shopweave.store.positions import PositionRow

DAILY = timedelta(days=1)
SLICE = 100
OVERLAP = 120.0


class Read(Struct, frozen=True, kw_only=True):
    """What one step did; `done` when nothing of its kind is left for now."""

    stored: Stored = Stored()
    requests: int = 0
    done: bool = False

    def plus(self, stored: Stored, page: OrderPage) -> "Read":
        """Add a page."""
        requests = self.requests + page.requests
        return Read(stored=self.stored.plus(stored), requests=requests, done=page.done)


class OrderReader:
    """Reads the orders of channels, one page at a time for each; `overlaps` are in seconds."""

    def __init__(
        self, store: Store, sellers: Mapping[int, Seller], overlaps: Mapping[int, float], intake: Intake
    ) -> None:
        self._store, self._sellers, self._intake = store, sellers, intake
        self._overlaps = {key: overlaps.get(key, OVERLAP) for key in sellers}
        self._locks: dict[int, Lock] = {}
        self._ahead: dict[int, timedelta] = {}
        self._began: dict[int, int] = {}
        self._whole: dict[int, int] = {}

    async def drain(self, connection: int) -> None:
        """Read what a channel sold up to now; nothing for one whose orders nobody reads.

        A window that is under way already may have passed the newest orders: one that begins now is read too.
        """
        if connection not in self._sellers:
            return
        since = await self._store.read(lambda tx: numbers.read_counter(tx, connection).number)
        while self._whole.get(connection, 0) <= since:
            await self.page(connection)

    async def page(self, connection: int) -> Read:
        """Read and store the next page of a channel's orders."""
        seller = self._sellers[connection]
        async with self._locks.setdefault(connection, Lock()):
            row = await self._store.write(lambda tx: self._begin(tx, connection))
            page = await self._fetch(connection, row.position)
            stored = await self._store.write_safe(lambda tx: self._store_page(tx, seller, row, page))
        return Read(stored=stored, requests=page.requests, done=page.done)

    async def pages(self, connection: int, until: float, clock: Clock) -> Read:
        """Read and store pages until a moment, or until no more is left; others are read while one is stored.

        A page that was read ahead is stored after the one before it, or not at all; none is guessed that
        would come too late.
        """
        seller, read = self._sellers[connection], Read()
        async with (
            self._locks.setdefault(connection, Lock()),
            reading_ahead(partial(self._fetch, connection)) as ahead,
        ):
            row = await self._store.write(lambda tx: self._begin(tx, connection))
            before = clock.monotonic()
            page = await self._fetch(connection, row.position)
            while True:
                now = clock.monotonic()
                is_last = page.done or now >= until
                if not is_last:
                    ahead.begin(page, guess=2 * now - before < until)
                before = now
                work = partial(self._store_next, seller=seller, row=row, page=page)
                stored, after = await self._store.write_safe(work)
                read = read.plus(stored, page)
                if is_last or after is None:
                    return read
                try:
                    row, page = after, await ahead.take(page)
                except HubError:
                    return read

    async def _fetch(self, connection: int, position: str) -> OrderPage:
        port = self._sellers[connection].port
        async with port.gate.slot():
            page: OrderPage = await port.connector.orders(position, overlap=self._overlaps[connection])
        return page

    def _store_next(
        self, tx: Tx, *, seller: Seller, row: PositionRow, page: OrderPage
    ) -> tuple[Stored, PositionRow | None]:
        """Store a page; gives where the next one stands, None where somebody else has moved on."""
        at = seller.port.row.id
        is_ours = positions.read_position(tx, at, FEED) == row
        stored = self._store_page(tx, seller, row, page)
        return stored, positions.read_position(tx, at, FEED) if is_ours else None

    def _begin(self, tx: Tx, connection: int) -> PositionRow:
        """Give where to go on; where a window begins, the number of its first request is drawn before it."""
        row = positions.read_position(tx, connection, FEED)
        if row.done:
            self._began[connection] = numbers.draw(tx, connection)
        return row

    def _store_page(self, tx: Tx, seller: Seller, row: PositionRow, page: OrderPage) -> Stored:
        """Store a page and move the position, unless somebody else has moved it meanwhile."""
        at = seller.port.row.id
        if positions.read_position(tx, at, FEED) != row:
            return Stored()
        stored = self._intake.store_page(tx, seller, page)
        if page.at is not None:
            self._ahead[at] = page.at - tx.now
        moved = replace(row, position=page.position, done=page.done, read=tx.now)
        positions.store_position(tx, at, FEED, moved)
        if page.done and at in self._began:
            self._whole[at] = self._began.pop(at)
            self._intake.drained(tx, seller, self._whole[at])
        return stored

    async def again(self, connection: int) -> Read:
        """Read orders by id that may still move and that were not read for a day."""
        seller = self._sellers[connection]
        size = max(1, seller.port.capabilities.read_by_ids)
        ids = await self._store.read(lambda tx: orders.open_orders(tx, connection, tx.now - DAILY, size))
        if not ids:
            return Read(done=True)
        async with seller.port.gate.slot():
            page: OrderPage = await seller.port.connector.orders_by_ids(tuple(ids))
        stored = await self._store.write_safe(lambda tx: self._store_again(tx, seller, ids, page))
        return Read(stored=stored, requests=page.requests, done=len(ids) < size)

    def _store_again(self, tx: Tx, seller: Seller, ids: Sequence[str], page: OrderPage) -> Stored:
        """Store what was read by id, and note what its channel no longer has."""
        shown = {one.order.revision.order for one in page.orders} | {one.order for one in page.broken}
        known = orders.by_remote_ids(tx, seller.port.row.id, [key for key in ids if key not in shown])
        orders.note_gone(tx, [row.id for row in known.values()])
        broken = orders.by_remote_ids(tx, seller.port.row.id, [one.order for one in page.broken])
        orders.note_seen(tx, [row.id for row in broken.values()])
        return self._intake.store_page(tx, seller, page)

    async def look(self, connection: int, ids: Sequence[str], settle: Callable[[Tx], None]) -> None:
        """Read orders that something points at; `settle` is called in the transaction that stores them."""
        seller = self._sellers.get(connection)
        if seller is None or not ids:
            await self._store.write(settle)
            return
        async with seller.port.gate.slot(URGENT):
            page: OrderPage = await seller.port.connector.orders_by_ids(tuple(ids))

        def work(tx: Tx) -> None:
            self._store_again(tx, seller, ids, page)
            settle(tx)

        await self._store.write_safe(work)

    async def release(self, connection: int, after: int) -> int:
        """Look again at a slice of orders with parked lines; gives where to go on, 0 at the end."""
        seller = self._sellers[connection]
        return await self._store.write_safe(lambda tx: self._release(tx, seller, after))

    def _release(self, tx: Tx, seller: Seller, after: int) -> int:
        keys = order_lines.parked_orders(tx, seller.port.row.id, after, SLICE)
        found = orders.current(tx, keys)
        ahead = self._ahead.get(seller.port.row.id, timedelta())
        self._intake.apply(tx, seller, found, before=found, ahead=ahead)
        return keys[-1] if len(keys) == SLICE else 0

    async def tend(self, connection: int) -> None:
        """Do for a channel without a flow of orders what the runs of one do beside reading."""
        seller = self._sellers.get(connection)
        if seller is None or seller.ways:
            return
        while not (await self.again(connection)).done:
            pass
        after = -1
        while after:
            after = await self.release(connection, max(after, 0))
        await self.settle(connection)

    async def settle(self, connection: int) -> None:
        """Take back what was said of parked lines and unknown statuses where there are none any more."""
        seller = self._sellers[connection]
        await self._store.write(lambda tx: _settle(tx, seller))

    async def after_link(self, connection: int) -> None:
        """Look again at what waited for a link at a connection: lines that it sold, orders it is to have.

        What a crash keeps from being looked at here, the next run of orders looks at.
        """
        if connection in self._sellers:
            after = -1
            while after:
                after = await self.release(connection, max(after, 0))
            await self.settle(connection)
        for way in (way for one in self._sellers.values() for way in one.ways):
            if connection in (way.source, way.target):
                await self.unpark(way.flow)

    async def unpark(self, flow: int) -> None:
        """Let hand-overs that waited for a link be tried again."""
        await self._store.write(lambda tx: self._unpark(tx, flow))

    def _unpark(self, tx: Tx, flow: int) -> None:
        rows = handovers.parked(tx, flow)
        handovers.set_state(tx, [row.id for row in rows], HandOverState.WAITING)
        for way in (way for one in self._sellers.values() for way in one.ways if way.flow == flow):
            findings.settle(tx, parked_order_cause(way))
        for connection in sorted({row.connection for row in rows}):
            self._intake.wake(tx, connection)


def _settle(tx: Tx, seller: Seller) -> None:
    at, table = seller.port.row.id, seller.sells.table
    known = sorted({*table.takes, *table.gives_back, *table.keeps})
    unknown = parked_cause(seller.name, UNKNOWN_STATUS)
    if not orders.has_other_status(tx, at, known):
        findings.settle(tx, unknown)
    if not order_lines.parked_orders(tx, at, 0, 1):
        findings.settle(tx, parked_cause(seller.name), besides=[unknown])
