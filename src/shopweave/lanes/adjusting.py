"""Differences that the hub books itself, as a queue of the lane of the connection that keeps the stock.

Each is booked under its movement's reference, once however often it is sent: what is in doubt is sent again.
"""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from msgspec import Struct

from shopweave.connector.orders import Adjustment
from shopweave.core.retry import had_no_effect
from shopweave.lanes.bookings import Absorb
from shopweave.lanes.choose import check_epoch
from shopweave.lanes.gate import URGENT
from shopweave.lanes.order_findings import refused_booking
from shopweave.lanes.pauses import recover, rest
from shopweave.lanes.port import Port
from shopweave.lanes.queue import Held, Job, own
from shopweave.lanes.recording import noting
from shopweave.lanes.refusals import refused_by
from shopweave.lanes.send import not_after
from shopweave.model.change import Urgency, WriteAnswer, WriteRefused
from shopweave.model.errors import BrokenData, Fenced, HubError, Refused
from shopweave.model.movement import Stage
from shopweave.model.record import Kind
from shopweave.model.seams import Random
from shopweave.model.values import Level
from shopweave.store import findings, movements, numbers, requests
from shopweave.store.base import Store, Tx
from shopweave.store.lanes import LaneRow, Lease
from shopweave.store.movements import Due
from shopweave.store.ready import Head
from shopweave.store.requests import Exchange


class Batch(Struct, frozen=True, kw_only=True):
    """Movements of one kind of record that one request books; it begins at `began`."""

    kind: Kind
    due: tuple[Due, ...]
    request: int
    began: int


class Adjusting:
    """What the hub books at one connection; one request is under way at a time."""

    def __init__(self, store: Store, random: Random, port: Port, absorb: Absorb) -> None:
        self._store, self._random, self._port, self._absorb = store, random, port, absorb
        self._held: Held | None = None
        self._is_busy = False

    def begin(self, tx: Tx, held: Held) -> None:
        """Work under this lease; what earlier owners of the lane left under way is in doubt."""
        self._held = held
        movements.set_stage(tx, movements.sent(tx, held.lease.connection), Stage.IN_DOUBT)

    @property
    def held(self) -> Held:
        """Give the lease of the turn."""
        return own(self._held)

    def look_up(self, tx: Tx) -> Job | None:
        """Look nothing up: what is in doubt is sent again."""
        return None

    def heads(self, tx: Tx) -> Sequence[Head]:
        """Give the oldest movement that is to be booked."""
        due = [] if self._is_busy else movements.to_book(tx, self._port.row.id, 1)
        return [Head(id=one.entry.id, urgency=Urgency.ORDER_OUT, since=one.entry.made) for one in due]

    def choose(self, tx: Tx, lane: LaneRow, lease: Lease, head: Head) -> Job | None:
        """Choose movements of one kind of record; those that are no number of its units are left aside."""
        keeps = self._port.capabilities.keeps
        due = movements.to_book(tx, self._port.row.id, keeps.batch if keeps else 1)
        odd = [one for one in due if _delta(one) is None]
        self._set_aside(tx, odd, WriteRefused(number=0, code="ORD-050", what=_ODD))
        whole = [one for one in due if one not in odd]
        if not whole:
            return None
        alike = tuple(one for one in whole if one.kind == whole[0].kind)
        what = f"book {len(alike)} differences"
        batch = Batch(
            kind=Kind(alike[0].kind),
            due=alike,
            request=requests.add_request(tx, self._port.row.id, what, len(alike)),
            began=numbers.draw(tx, self._port.row.id),
        )
        movements.set_stage(tx, _ids(alike), Stage.SENT, began=batch.began, ended=None)
        self._is_busy = True
        return partial(self._book, batch)

    async def _book(self, batch: Batch) -> bool:
        try:
            with noting() as exchanges:
                try:
                    answers = await self._send(batch)
                except HubError as error:
                    return await self._failed(batch, error, exchanges)
            await self._store.write_safe(lambda tx: self._answered(tx, batch, answers, exchanges))
            return True
        finally:
            self._is_busy = False

    async def _send(self, batch: Batch) -> tuple[WriteAnswer, ...]:
        wanted = tuple(adjustment(one) for one in batch.due)
        async with self._port.gate.slot(URGENT):
            latest = not_after(self.held.deadline)
            answers: tuple[WriteAnswer, ...] = await self._port.connector.adjust_levels(
                batch.kind, wanted, not_after=latest
            )
        return answers

    def _answered(
        self, tx: Tx, batch: Batch, answers: tuple[WriteAnswer, ...], exchanges: Sequence[Exchange]
    ) -> None:
        check_epoch(tx, self.held.lease)
        requests.end_request(tx, batch.request, exchanges[-1] if exchanges else None)
        recover(tx, self._port)
        levels: dict[str, Level] = {}
        booked: list[Due] = []
        for one, answer in zip(batch.due, answers, strict=True):
            if isinstance(answer, WriteRefused):
                self._set_aside(tx, [one], answer)
            else:
                booked.append(one)
                levels[one.remote_id] = answer.record.level
        ended = numbers.draw(tx, self._port.row.id)
        movements.set_stage(tx, _ids(booked), Stage.ACKNOWLEDGED, ended=ended)
        entries = movements.by_ids(tx, _ids(booked))
        if entries:
            self._absorb(tx, self._port, entries, levels, batch.began, ended)

    def _set_aside(self, tx: Tx, due: Sequence[Due], answer: WriteRefused) -> None:
        """Leave movements to a person; their goods still count as gone."""
        if due:
            movements.set_stage(tx, _ids(due), Stage.OPEN, way=movements.REFUSED, began=None, ended=None)
            labels = [one.entry.movement.reference for one in due]
            findings.report(tx, refused_booking(self._port.row.name, answer, labels), adds=True)

    async def _failed(self, batch: Batch, error: HubError, exchanges: Sequence[Exchange]) -> bool:
        def record(tx: Tx) -> None:
            check_epoch(tx, self.held.lease)
            said = f"{error.what} ({error.code})"
            requests.end_request(tx, batch.request, exchanges[-1] if exchanges else None, said)
            if isinstance(error, (Refused, BrokenData)):
                self._set_aside(tx, batch.due, refused_by(error))
                return
            if had_no_effect(error):
                movements.set_stage(tx, _ids(batch.due), Stage.OPEN, began=None, ended=None)
            else:
                movements.set_stage(tx, _ids(batch.due), Stage.IN_DOUBT)
            rest(tx, self._port, error, len(batch.due), self._random.random())

        if isinstance(error, Fenced):
            return False
        await self._store.write_safe(record)
        return isinstance(error, (Refused, BrokenData))


_ODD = "A quantity is no whole number of the units that the goods are counted in there."


def adjustment(one: Due) -> Adjustment:
    """Name a movement at the master the same way however often it is sent."""
    return Adjustment(
        remote_id=one.remote_id,
        delta=_delta(one) or Decimal(0),
        reference=one.entry.movement.reference,
        warehouse=one.entry.movement.warehouse,
    )


def _delta(one: Due) -> Decimal | None:
    """Give a movement in the record's own units, None where it is no number of them."""
    units = one.entry.movement.quantity / one.factor
    return units if units * one.factor == one.entry.movement.quantity else None


def _ids(due: Sequence[Due]) -> list[int]:
    return [one.entry.id for one in due]
