"""The levels of a lane, as one of its queues: orders first, then what is wanted, then one request."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from msgspec import Struct

from shopweave.connector.orders import Swap
from shopweave.core.retry import first_look
from shopweave.core.shelf import doubted
from shopweave.lanes.channels import Channel, Decision, marked
from shopweave.lanes.choose import check_epoch
from shopweave.lanes.gate import URGENT
from shopweave.lanes.level_answers import LevelPick, settle_answers, settle_failure, settle_reading
from shopweave.lanes.pauses import rest
from shopweave.lanes.port import Port
from shopweave.lanes.queue import Held, Job, own
from shopweave.lanes.recording import noting
from shopweave.lanes.send import not_after
from shopweave.model.change import Urgency, WriteAnswer
from shopweave.model.errors import BrokenData, Fenced, HubError, Refused
from shopweave.model.record import RemoteRecord
from shopweave.model.seams import Random
from shopweave.model.values import UNKNOWN, Level
from shopweave.store import connections, numbers, requests, shelves
from shopweave.store.base import Store, Tx
from shopweave.store.lanes import LaneRow, Lease
from shopweave.store.ready import Head
from shopweave.store.requests import Exchange
from shopweave.store.shelves import ShelfRow

LOOKED_AT = 500
IN_A_ROW = 8
Drain = Callable[[int], Awaitable[None]]


class LookUp(Struct, frozen=True, kw_only=True):
    """Shelves of one kind whose level is read by id, by a request that begins at `began`."""

    rows: tuple[ShelfRow, ...]
    began: int


class Levels:
    """What a channel is to show; `drain` reads its new orders to their end.

    An absolute level is right only if the orders up to it are known: they are read before it is computed and
    once more after it was written. Where differences can be booked neither is needed.
    """

    def __init__(self, store: Store, random: Random, port: Port, channel: Channel, drain: Drain) -> None:
        self._store, self._random, self._port, self._channel = store, random, port, channel
        self._drain_orders = drain
        self._held: Held | None = None
        self._begun = False
        self._is_busy = False

    def begin(self, tx: Tx, held: Held) -> None:
        """Work under this lease; levels that earlier owners were writing are unknown until they are read."""
        self._held = held
        self._doubt_orphans(tx, held.lease)

    @property
    def held(self) -> Held:
        """Give the lease of the turn."""
        return own(self._held)

    def _is_begun(self, tx: Tx) -> bool:
        """Say whether a person let the first levels go; that may happen while a turn lasts."""
        self._begun = self._begun or connections.is_begun(tx, self._channel.flow)
        return self._begun

    def _doubt_orphans(self, tx: Tx, lease: Lease) -> None:
        for row in shelves.orphans(tx, lease.connection, lease.epoch):
            sent, ends = row.sent or tx.now, row.lease_ends or tx.now
            due = first_look(sent, ends, self._port.capabilities.longest_run)
            shelves.learn(tx, [(row, doubted(row.shelf))], epoch=None, not_before=due)
            shelves.mark_records(tx, [row.record])

    def look_up(self, tx: Tx) -> Job | None:
        """Choose levels to read by id, and move the time of the next reading on."""
        rows = shelves.to_read(tx, self._port.row.id, self._port.capabilities.read_by_ids)
        if not rows or self._is_busy:
            return None
        alike = tuple(row for row in rows if row.kind is rows[0].kind)
        due = first_look(tx.now, tx.now, self._port.capabilities.longest_run)
        shelves.learn(tx, [(row, row.shelf) for row in alike], not_before=due)
        self._is_busy = True
        return partial(
            self._alone, partial(self._read, LookUp(rows=alike, began=numbers.draw(tx, self._port.row.id)))
        )

    def heads(self, tx: Tx) -> Sequence[Head]:
        """Give the first of what is due; one request with levels is under way at a time."""
        due = [] if self._is_busy else marked(tx, self._channel, LOOKED_AT, begun=self._is_begun(tx))
        return [Head(id=due[0].row.record, urgency=due[0].urgency, since=due[0].row.since)] if due else []

    def choose(self, tx: Tx, lane: LaneRow, lease: Lease, head: Head) -> Job | None:
        """Begin with the orders; which levels go is decided when they are known."""
        self._is_busy = True
        return partial(self._alone, self._write)

    async def _alone(self, job: Job) -> bool:
        try:
            return await job()
        finally:
            self._is_busy = False

    async def _write(self) -> bool:
        """Write what is due; while more is to be lowered, the orders read after a request serve the next."""
        if not await self._drain():
            return False
        for _ in range(IN_A_ROW):
            pick = await self._store.write_safe(self._choose)
            if pick is None:
                return True
            goes_on = await self._send(pick)
            if not await self._drain() or not goes_on:
                return False
            if not pick.more_to_lower:
                return True
        return True

    async def _drain(self) -> bool:
        """Read the channel's new orders to their end; False when it does not answer."""
        if not self._channel.sells or self._channel.adjusts:
            return True
        try:
            await self._drain_orders(self._port.row.id)
        except HubError as error:
            return await self._rests(error, 1)
        return True

    def _choose(self, tx: Tx) -> LevelPick | None:
        """Compute what is due now, after the orders, and store the intents of one request."""
        lane = check_epoch(tx, self.held.lease)
        due = [] if lane.stopped else marked(tx, self._channel, LOOKED_AT, begun=self._is_begun(tx))
        if not due:
            return None
        chosen = self._fellows(due, lane.batch)
        request = requests.add_request(
            tx, self._port.row.id, f"set levels of {chosen[0].row.kind.value}", len(chosen)
        )
        wanted = [(one.row, one.shown.level) for one in chosen]
        shelves.intend(tx, wanted, self.held.lease.epoch, self.held.lease.expires, request)
        numbers.draw(tx, self._port.row.id)
        left = {one.row.record for one in due} - {row.record for row, _ in wanted}
        more = any(one.urgency is Urgency.STOCK_DOWN for one in due if one.row.record in left)
        kind = chosen[0].row.kind
        return LevelPick(kind=kind, levels=tuple(wanted), request=request, more_to_lower=more)

    def _fellows(self, due: Sequence[Decision], learned: int) -> list[Decision]:
        first, writable = due[0].row, self._port.writable(due[0].row.kind)
        keeps = self._port.capabilities.keeps
        most = min(keeps.batch if keeps else 1, writable.batch if writable else 1_000, learned or 1_000)
        by_parent = writable is not None and writable.by_parent
        return [
            one
            for one in due
            if one.row.kind is first.kind and (not by_parent or one.row.parent == first.parent)
        ][:most]

    async def _send(self, pick: LevelPick) -> bool:
        with noting() as exchanges:
            try:
                answers = await self._request(pick)
            except HubError as error:
                return await self._failed(pick, error, exchanges)
        await self._store.write_safe(lambda tx: self._answered(tx, pick, answers, exchanges))
        return True

    async def _request(self, pick: LevelPick) -> tuple[WriteAnswer, ...]:
        """Set what is wanted; where the channel can compare, only if it shows what is expected there."""
        keeps, connector = self._port.capabilities.keeps, self._port.connector
        answers: tuple[WriteAnswer, ...]
        async with self._port.gate.slot(URGENT):
            latest = not_after(self.held.deadline)
            if keeps is not None and keeps.swaps:
                swaps = tuple(_swap(row, level) for row, level in pick.levels)
                answers = await connector.swap_levels(pick.kind, swaps, not_after=latest)
            else:
                wanted = {row.remote_id: level for row, level in pick.levels}
                answers = await connector.write_levels(pick.kind, wanted, not_after=latest)
        return answers

    def _answered(
        self, tx: Tx, pick: LevelPick, answers: tuple[WriteAnswer, ...], exchanges: list[Exchange]
    ) -> None:
        check_epoch(tx, self.held.lease)
        settle_answers(tx, self._port, pick, answers)
        requests.end_request(tx, pick.request, exchanges[-1] if exchanges else None)

    async def _failed(self, pick: LevelPick, error: HubError, exchanges: list[Exchange]) -> bool:
        def record(tx: Tx) -> None:
            check_epoch(tx, self.held.lease)
            settle_failure(tx, self._port, pick, error, self.held.lease.expires)
            said = f"{error.what} ({error.code})"
            requests.end_request(tx, pick.request, exchanges[-1] if exchanges else None, said)

        await self._store.write_safe(record)
        if isinstance(error, (Refused, BrokenData)):
            return True
        return await self._rests(error, len(pick.levels))

    async def _rests(self, error: HubError, size: int) -> bool:
        if isinstance(error, Fenced):
            return False

        def record(tx: Tx) -> None:
            check_epoch(tx, self.held.lease)
            rest(tx, self._port, error, size, self._random.random())

        await self._store.write_safe(record)
        return False

    async def _read(self, look_up: LookUp) -> bool:
        kind, ids = look_up.rows[0].kind, tuple(row.remote_id for row in look_up.rows)
        try:
            async with self._port.gate.slot(URGENT):
                found: tuple[RemoteRecord, ...] = await self._port.connector.by_ids(kind, ids)
        except HubError as error:
            return await self._rests(error, 1)

        def record(tx: Tx) -> None:
            check_epoch(tx, self.held.lease)
            settle_reading(tx, self._port, self._channel, look_up.rows, found, look_up.began)

        await self._store.write_safe(record)
        return await self._drain()


def _swap(row: ShelfRow, level: Level) -> Swap:
    """Make it a condition that a channel shows what is expected; in doubt there is none."""
    expected = UNKNOWN if row.shelf.again else row.shelf.expected
    return Swap(remote_id=row.remote_id, expected=expected, level=level)
