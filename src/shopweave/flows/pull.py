"""Pull: read what a system says, page by page; the position moves with the page that was stored."""

from asyncio import Lock
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from msgspec import Struct, structs

from shopweave.connector.capabilities import Feed, Method
from shopweave.connector.roles import Page
from shopweave.core.prints import SIZE, UNCONFIRMED, one, replaced
from shopweave.flows.absorb import absorb_levels
from shopweave.flows.house import House
from shopweave.lanes.port import Port
from shopweave.lanes.shelving import read as read_levels
from shopweave.lanes.snapshots import incoming
from shopweave.model.finding import Finding, Severity
from shopweave.model.record import Kind, RemoteRecord
from shopweave.model.seams import Clock
from shopweave.store import (
    agreements,
    connections,
    findings,
    lanes,
    marks,
    numbers,
    positions,
    records,
    sweeps,
)
from shopweave.store.base import Store, Tx
from shopweave.store.positions import PositionRow
from shopweave.store.statements import chunks

LEAST_VANISHED = 20
Wake = Callable[[Tx, int], None]


class Pulled(Struct, frozen=True, kw_only=True):
    """What one step of a pull did."""

    read: int = 0
    moved: int = 0
    requests: int = 0
    done: bool = False


class Puller:
    """Reads feeds into snapshots; runs that read the same feed at once share its pages."""

    def __init__(self, store: Store, clock: Clock, house: House) -> None:
        self._store, self._clock, self._house = store, clock, house
        self._turns: dict[tuple[int, str], Lock] = {}
        self._begun: dict[tuple[int, str], float] = {}
        self._whole: dict[tuple[int, str], float] = {}
        self._wake: Wake = _nobody

    def wake_through(self, wake: Wake) -> None:
        """Use this to wake the lanes of channels whose levels have to be looked at."""
        self._wake = wake

    async def step(
        self, connection: int, feed: Feed, *, since: float, sweep_after: timedelta, vanish: float
    ) -> Pulled:
        """Read and store one page; `done` when a window or sweep that began after `since` is complete.

        `since` is a moment of the monotonic clock: what had changed by then has been read, by whomever.
        """
        key = (connection, feed.name)
        async with self._turns.setdefault(key, Lock()):
            if self._is_read(key, since):
                return Pulled(done=True)
            pulled = await self._page(connection, feed, sweep_after, vanish)
            if pulled.done and key in self._begun:
                self._whole[key] = self._begun.pop(key)
            return structs.replace(pulled, done=self._is_read(key, since))

    def _is_read(self, key: tuple[int, str], since: float) -> bool:
        return key in self._whole and self._whole[key] >= since

    async def _page(self, connection: int, feed: Feed, sweep_after: timedelta, vanish: float) -> Pulled:
        port = self._house.ports[connection]
        row = await self._store.read(lambda tx: positions.read_position(tx, connection, feed.name))
        if row.done:
            self._begun[connection, feed.name] = self._clock.monotonic()
            row = await self._store.write(lambda tx: begin(tx, connection, feed, sweep_after))
        began, number = self._clock.now(), await self._number(port)
        page = await self._read_page(port, feed, row)
        extra, asked = await self._by_keys(port, page)
        prepared = [*page.records, *extra]

        def store(tx: Tx) -> int | None:
            stored = store_page(tx, port, feed, row, page, prepared, began)
            self._take_levels(tx, port, prepared, number)
            if page.done and lanes.lift(tx, connection):
                self._wake(tx, connection)
            return stored

        moved = await self._store.write(store)
        asked += page.requests
        if moved is None:
            return Pulled(requests=asked)
        if page.done and row.sweeping:
            asked += await self._vanished(port, feed, row.sweep, vanish)
        return Pulled(read=len(prepared), moved=moved, requests=asked, done=page.done)

    async def _read_page(self, port: Port, feed: Feed, row: PositionRow) -> Page:
        async with port.gate.slot():
            page: Page = await port.connector.page(feed.name, row.position, sweep=row.sweeping)
        return page

    async def _by_keys(self, port: Port, page: Page) -> tuple[tuple[RemoteRecord, ...], int]:
        """Read by id what a key sweep says may have moved."""
        found: list[RemoteRecord] = []
        asked = 0
        for kind in dict.fromkeys(row.kind for row in page.keys):
            ids = [row.remote_id for row in page.keys if row.kind is kind]
            known = await self._store.read(partial(_tokens, port, kind, ids))
            moved = [
                row.remote_id
                for row in page.keys
                if row.kind is kind and known.get(row.remote_id) != row.token
            ]
            for piece in chunks(moved, port.capabilities.read_by_ids):
                found += await self._read(port, kind, piece)
                asked += 1
        return tuple(found), asked

    async def _read(self, port: Port, kind: Kind, ids: Sequence[str]) -> tuple[RemoteRecord, ...]:
        async with port.gate.slot():
            found: tuple[RemoteRecord, ...] = await port.connector.by_ids(kind, tuple(ids))
        return found

    async def again(self, connection: int) -> Pulled:
        """Read by id what was skipped as stale, and what was due to change by itself."""
        port = self._house.ports[connection]
        now, limit = self._clock.now(), port.capabilities.read_by_ids
        due = await self._store.read(lambda tx: records.to_read_again(tx, connection, now, limit))
        read = moved = asked = 0
        for kind in dict.fromkeys(kind for kind, _ in due):
            began, number = self._clock.now(), await self._number(port)
            found = await self._read(port, kind, [key for one_kind, key in due if one_kind is kind])
            moved += await self._store.write(partial(self._store_read, port, found, began, number))
            read, asked = read + len(found), asked + 1
        return Pulled(read=read, moved=moved, requests=asked, done=len(due) < limit or not moved)

    async def look(
        self, connection: int, kind: Kind, ids: Sequence[str], settle: Callable[[Tx], None]
    ) -> None:
        """Read records by id; `settle` is called in the transaction that stores them."""
        port, began = self._house.ports[connection], self._clock.now()
        number = await self._number(port)
        found = await self._read(port, kind, ids)

        def keep(tx: Tx) -> None:
            self._store_read(port, found, began, number, tx)
            settle(tx)

        await self._store.write(keep)

    async def _number(self, port: Port) -> int:
        """Draw the number at which a request begins, where levels are put in order by it."""
        at = port.row.id
        if not self._has_levels(at):
            return 0
        return await self._store.write(lambda tx: numbers.draw(tx, at))

    def _has_levels(self, connection: int) -> bool:
        return self._house.is_master(connection) or self._house.channel(connection) is not None

    def _store_read(
        self, port: Port, found: Sequence[RemoteRecord], began: datetime, number: int, tx: Tx
    ) -> int:
        moved = store_records(tx, port, found, began)
        self._take_levels(tx, port, found, number)
        return moved

    def _take_levels(self, tx: Tx, port: Port, found: Sequence[RemoteRecord], began: int) -> None:
        """Take the levels that a request showed which began at the number `began`."""
        at, channel = port.row.id, self._house.channel(port.row.id)
        if not self._has_levels(at):
            return
        ended = numbers.draw(tx, at)
        woken = absorb_levels(tx, port, found, began, ended) if self._house.is_master(at) else ()
        if channel is not None and read_levels(tx, channel, found, began, ended):
            woken = (*woken, at)
        for connection in woken:
            self._wake(tx, connection)

    async def _vanished(self, port: Port, feed: Feed, sweep: int, share: float) -> int:
        """Look directly at what a complete sweep did not meet; too many at once is a cause of its own.

        What another record with its SKU stands in for does not count as missing.
        """
        kinds = [kind for kind in feed.kinds if kind in (Kind.PRODUCT, Kind.VARIATION, Kind.CATEGORY)]
        if not kinds:
            return 0
        cause = f"vanished:{port.row.name}:{feed.name}"
        missing, replaced, living, told = await self._store.read(
            lambda tx: (
                sweeps.unseen(tx, port.row.id, kinds, sweep),
                sweeps.replaced(tx, port.row.id, sweep),
                sweeps.living(tx, port.row.id, kinds),
                findings.is_open(tx, cause),
            )
        )
        vanished = sum(key not in replaced for key, _, _ in missing)
        if vanished >= LEAST_VANISHED and vanished > share * living:
            found = vanished_finding(port.row.name, cause, vanished, living)
            await self._store.write(lambda tx: findings.report(tx, found))
            missing, told = [one for one in missing if one[0] in replaced], False
        asked = 0
        for kind in dict.fromkeys(kind for _, kind, _ in missing):
            ids = [remote_id for _, one_kind, remote_id in missing if one_kind is kind]
            for piece in chunks(ids, port.capabilities.read_by_ids):
                began, number = self._clock.now(), await self._number(port)
                read = await self._read(port, kind, piece)
                await self._store.write(partial(self._store_read, port, read, began, number))
                asked += 1
        if told:
            await self._store.write(lambda tx: findings.settle(tx, cause))
        return asked


def _tokens(port: Port, kind: Kind, ids: Sequence[str], tx: Tx) -> dict[str, str]:
    return sweeps.tokens(tx, port.row.id, kind, ids)


def _nobody(tx: Tx, connection: int) -> None:
    """Wake nobody."""


def begin(tx: Tx, connection: int, feed: Feed, sweep_after: timedelta) -> PositionRow:
    """Begin the next window, or a sweep when none was complete or the last one is too old."""
    row = positions.read_position(tx, connection, feed.name)
    due = row.swept is None or tx.now - row.swept >= sweep_after
    sweeping = feed.method is not Method.WINDOW or due
    newest = positions.newest_sweep(tx, connection)
    numbers.begin_pull(tx, connection)
    begun = PositionRow(
        position="" if sweeping else row.position,
        done=False,
        sweep=newest + 1 if sweeping else newest,
        sweeping=sweeping,
        swept=row.swept,
        read=row.read,
    )
    positions.store_position(tx, connection, feed.name, begun)
    return begun


def store_page(
    tx: Tx,
    port: Port,
    feed: Feed,
    row: PositionRow,
    page: Page,
    found: Sequence[RemoteRecord],
    began: datetime,
) -> int | None:
    """Store a page and, with it, the position that follows; gives how many records moved.

    None, and nothing stored, when another reader has moved the position since: reading goes on from there.
    """
    if positions.read_position(tx, port.row.id, feed.name) != row:
        return None
    moved = store_records(tx, port, found, began, sweep=row.sweep)
    for kind in dict.fromkeys(key.kind for key in page.keys):
        tokens = {key.remote_id: key.token for key in page.keys if key.kind is kind}
        sweeps.store_tokens(tx, port.row.id, kind, tokens)
        sweeps.meet_keys(tx, port.row.id, kind, list(tokens), row.sweep)
    for broken in page.broken:
        findings.report(
            tx, broken_finding(port.row.name, broken.code, broken.what, broken.remote_id), adds=True
        )
    swept = tx.now if page.done and row.sweeping else row.swept
    after = PositionRow(
        position=page.position,
        done=page.done,
        sweep=row.sweep,
        sweeping=row.sweeping,
        swept=swept,
        read=tx.now if page.done else row.read,
    )
    positions.store_position(tx, port.row.id, feed.name, after)
    return moved


def store_records(
    tx: Tx, port: Port, found: Sequence[RemoteRecord], began: datetime, *, sweep: int | None = None
) -> int:
    """Merge records and mark what moved."""
    number = positions.newest_sweep(tx, port.row.id) if sweep is None else sweep
    rows = [incoming(record, port.row.layout) for record in found]
    merged = records.merge(tx, port.row.id, rows, sweep=number, began=began)
    confirm(tx, port, merged.read)
    marks.mark_records(tx, merged.moved)
    return len(merged.moved)


def confirm(tx: Tx, port: Port, ids: Sequence[int]) -> None:
    """Take what the target shows after a write as what was agreed."""
    open_ones = agreements.unconfirmed(tx, ids)
    if not open_ones:
        return
    shown = records.prints_of(tx, [agreement.target for _, agreement in open_ones])
    flows = connections.item_flows(tx)
    for flow, agreement in open_ones:
        keys = flows[flow].slice
        fresh = {
            key: one(shown[agreement.target], port.row.layout, key)
            for number, key in enumerate(keys)
            if agreement.target_prints[number * SIZE : (number + 1) * SIZE] == UNCONFIRMED
        }
        agreements.confirm(tx, flow, agreement, replaced(agreement.target_prints, keys, fresh))


def broken_finding(connection: str, code: str, what: str, name: str) -> Finding:
    """Say that a record could not be read."""
    return Finding(
        code=code[:24],
        cause=f"broken:{connection}:{code}",
        severity=Severity.NEEDS,
        what=f"{connection}: {what}",
        why="The record keeps its last state; the others go on.",
        can_do="Correct the record named here at its source.",
        connection=connection,
        about=(name,),
    )


def vanished_finding(connection: str, cause: str, missing: int, living: int) -> Finding:
    """Say that too much is missing at once to be believed."""
    return Finding(
        code="PULL-020",
        cause=cause,
        severity=Severity.HELD,
        what=f"{missing} of {living} records of {connection} were not in its list any more.",
        why="So many at once are more likely a fault than a decision; nothing was switched off.",
        doing="They are looked at again with the next complete reading.",
        can_do=f"Look whether {connection} shows all its records to the hub's user.",
        connection=connection,
        count=missing,
    )
