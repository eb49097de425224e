"""Carrying out one pick: recheck, fetch pictures, send, record."""

from collections.abc import Callable, Mapping, Sequence

from shopweave.core.retry import had_no_effect
from shopweave.lanes.choose import Pick
from shopweave.lanes.gate import URGENT
from shopweave.lanes.pauses import recover, rest
from shopweave.lanes.pictures import fetched, same_picture
from shopweave.lanes.port import Port
from shopweave.lanes.queue import Held, own
from shopweave.lanes.recheck import recheck
from shopweave.lanes.recording import noting
from shopweave.lanes.refusals import Flows, refuse, refused_by
from shopweave.lanes.settle import (
    drop_outdated,
    is_still_in_doubt,
    settle_answers,
    settle_failure,
    settle_look_up,
)
from shopweave.model.change import Op, WriteAnswer
from shopweave.model.errors import BrokenData, Fenced, HubError, Refused
from shopweave.model.record import Kind, RemoteRecord
from shopweave.model.seams import Random
from shopweave.store import lanes, links, marks, media, shelves
from shopweave.store.base import Store, Tx
from shopweave.store.outbox import Change
from shopweave.store.requests import Exchange, end_request

REQUEST = 30.0


def not_after(deadline: float) -> float:
    """Say when a request may start at the latest, so that it ends before the lease does."""
    return deadline - REQUEST


class Sender:
    """Sends what a turn chose, and records what became of it."""

    def __init__(
        self,
        store: Store,
        random: Random,
        port: Port,
        ports: Mapping[int, Port],
        wake_flows: Callable[[Tx, tuple[int, ...]], None],
        master: int | None = None,
    ) -> None:
        self._store, self._random, self._port, self._ports = store, random, port, ports
        self._wake_flows, self._master = wake_flows, master
        self.flows: Flows = {}
        self._held: Held | None = None

    def hold(self, held: Held) -> None:
        """Work under this lease."""
        self._held = held

    @property
    def held(self) -> Held:
        """Give the lease of the turn."""
        return own(self._held)

    async def carry_out(self, pick: Pick) -> bool:
        """Carry out one pick; False when the lane should rest."""
        if pick.refused or pick.outdated:
            await self._store.write(lambda tx: self._without_request(tx, pick))
        if pick.look_up is not None:
            return await self._look_up(pick)
        return await self._send(pick) if pick.composed else True

    def _without_request(self, tx: Tx, pick: Pick) -> None:
        for change, reason in pick.refused:
            refuse(tx, self._port, self.flows, [change], reason)
        if pick.outdated:
            drop_outdated(tx, self.held.lease, self._port, pick.outdated)
        self._wake(tx, pick)

    async def _send(self, chosen: Pick) -> bool:
        pick, content, sent = chosen, "", False
        with noting() as exchanges:
            try:
                pick = await recheck(self._store, self.held.lease, self._port, pick, self._wake)
                if pick.kind is Kind.MEDIA and pick.composed:
                    pick, content = await fetched(pick, self.flows, self._ports)
                    if await self._reuse(pick, content):
                        return True
                sent = True
                answers = await self._write(pick) if pick.composed else ()
            except HubError as error:
                return await self._failed(pick, error, exchanges, sent=sent)
        await self._store.write(lambda tx: self._answered(tx, pick, answers, content, exchanges))
        return True

    async def _write(self, pick: Pick) -> tuple[WriteAnswer, ...]:
        writes = tuple(one.write for one in pick.composed)
        async with self._port.gate.slot(URGENT):
            latest = not_after(self.held.deadline)
            answers: tuple[WriteAnswer, ...] = await self._port.connector.write(
                pick.kind, writes, not_after=latest
            )
        return answers

    def _answered(
        self, tx: Tx, pick: Pick, answers: tuple[WriteAnswer, ...], content: str, exchanges: list[Exchange]
    ) -> None:
        lane = settle_answers(tx, self.held.lease, self._port, self.flows, pick, answers, content)
        self._furnish(tx, pick.changes)
        end_request(tx, pick.request, exchanges[-1] if exchanges else None)
        recover(tx, self._port, lane)
        if lane.batch:
            size = lane.batch * 2 if lane.batch < len(pick.composed) * 8 else 0
            lanes.set_batch(tx, self._port.row.id, size)
        self._wake(tx, pick)

    def _furnish(self, tx: Tx, changes: Sequence[Change]) -> None:
        """Give what was made here a shelf at once: without a level a new product sells without end."""
        made = [change.item for change in changes if change.op is Op.CREATE and change.item]
        if self._master is not None and made:
            shelves.furnish(tx, self._master, self._port.row.id, made)

    def _wake(self, tx: Tx, pick: Pick) -> None:
        """Wake the flows in which items of this pick, or their variations, are marked."""
        changes = [*pick.changes, *pick.outdated, *(change for change, _ in pick.refused)]
        changes += pick.look_up.changes if pick.look_up else ()
        items = [change.item for change in changes if change.item]
        waiting = marks.flows_with_marks(tx, [*items, *links.children(tx, items)])
        if waiting:
            self._wake_flows(tx, waiting)

    async def _reuse(self, pick: Pick, content: str) -> bool:
        """Use a picture of the same content that is there already, in place of uploading it again."""
        at = self._port.row.id
        known = await self._store.read(lambda tx: media.media_of_content(tx, at, content))
        if known is None:
            return False
        answers = (same_picture(pick, known),)
        await self._store.write(lambda tx: self._answered(tx, pick, answers, content, []))
        return True

    async def _failed(self, pick: Pick, error: HubError, exchanges: list[Exchange], *, sent: bool) -> bool:
        await self._store.write(lambda tx: self._store_failure(tx, pick, error, exchanges, sent=sent))
        return isinstance(error, (Refused, BrokenData))

    def _store_failure(
        self, tx: Tx, pick: Pick, error: HubError, exchanges: list[Exchange], *, sent: bool
    ) -> None:
        """Record a failure; what failed before the write was begun surely had no effect."""
        harmless = not sent or isinstance(error, (Fenced, Refused, BrokenData)) or had_no_effect(error)
        settle_failure(tx, self.held.lease, self._port, pick, error, no_effect=harmless)
        end_request(tx, pick.request, exchanges[-1] if exchanges else None, f"{error.what} ({error.code})")
        if isinstance(error, (Refused, BrokenData)):
            self._refused(tx, pick, error)
        elif not isinstance(error, Fenced):
            rest(tx, self._port, error, len(pick.composed), self._random.random())
        if harmless:
            self._wake(tx, pick)

    def _refused(self, tx: Tx, pick: Pick, error: HubError) -> None:
        """Halve a batch that is refused as a whole, until the bad record stands alone."""
        if len(pick.composed) > 1:
            lanes.set_batch(tx, self._port.row.id, len(pick.composed) // 2)
            return
        looked_up = pick.look_up.changes if pick.look_up else ()
        alone = [*pick.changes, *(one for one in looked_up if is_still_in_doubt(tx, one))]
        if alone:
            refuse(tx, self._port, self.flows, alone, refused_by(error))

    async def _look_up(self, pick: Pick) -> bool:
        try:
            found = await self._find(pick)
        except HubError as error:
            return await self._failed(pick, error, [], sent=False)
        await self._store.write(lambda tx: self._looked(tx, pick, found))
        return True

    def _looked(self, tx: Tx, pick: Pick, found: RemoteRecord | None) -> None:
        if pick.look_up is not None:
            settle_look_up(tx, self.held.lease, self._port, self.flows, pick.look_up, found)
            self._furnish(tx, pick.look_up.changes)
        self._wake(tx, pick)

    async def _find(self, pick: Pick) -> RemoteRecord | None:
        composed = pick.look_up
        if composed is None:
            return None
        if pick.kind is Kind.MEDIA:
            filled, _ = await fetched(Pick(kind=Kind.MEDIA, composed=(composed,)), self.flows, self._ports)
            composed = filled.composed[0]
        found: RemoteRecord | None
        async with self._port.gate.slot(URGENT):
            if composed.write.op is Op.CREATE:
                found = await self._port.connector.find(composed.write)
            else:
                found = next(
                    iter(await self._port.connector.by_ids(pick.kind, (composed.write.remote_id,))), None
                )
        return found
