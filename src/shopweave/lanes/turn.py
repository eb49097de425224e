"""A few seconds of one lane under one lease: choose, send, choose again."""

from asyncio import FIRST_COMPLETED, Event, Task, TaskGroup, create_task, timeout, wait
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from shopweave.lanes.port import Port
from shopweave.lanes.queue import Held, Job, Queue, next_jobs
from shopweave.model.errors import Fenced, Unavailable
from shopweave.model.seams import Clock
from shopweave.store import backlog, lanes
from shopweave.store.base import Store, Tx
from shopweave.store.lanes import Lease

LEASE = 40.0
RENEW = 5.0
LISTEN = 0.9
TURN = 5.0
# A turn ends by waiting for what is under way; where requests are long that must not be most of it.
REQUESTS = 8


class Turn:
    """One turn; `go_on` gives the lane back and sees to the next turn.

    Every `listen` seconds it hears whether another process has rung the lane.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        worker: str,
        port: Port,
        queues: Sequence[Queue],
        bell: Event,
        go_on: Callable[[Tx, int, Lease | None], None],
        listen: float = LISTEN,
    ) -> None:
        self._listens = listen
        self._store, self._clock, self._worker, self._port = store, clock, worker, port
        self._queues, self._bell, self._go_on = queues, bell, go_on
        self._flying: list[Task[bool]] = []
        self._begun = self._until = 0.0
        self._rings = 0
        self._rests = False
        self._looked = self._taken = 0.0

    async def work(self) -> None:
        """Take the lane, send what may be sent, give it back."""
        self._begun = self._clock.monotonic()
        at = self._port.row.id
        held = await self._store.write_safe(self._take)
        if held is None:
            await self._clock.sleep(max(0.1, min(TURN, self._taken)))
            await self._store.write(lambda tx: self._go_on(tx, at, None))
            return
        self._until = self._begun + TURN
        await self._under_lease(held)
        await self._store.write(lambda tx: self._go_on(tx, at, held.lease))

    def _take(self, tx: Tx) -> Held | None:
        """Take the lane; one that another owns is looked at again when its lease ends, unless renewed."""
        lease = lanes.take_lease(tx, self._port.row.id, self._worker, LEASE)
        if lease is None:
            expires = lanes.read_lane(tx, self._port.row.id).expires or tx.now
            self._taken = (expires - tx.now).total_seconds()
            return None
        self._rings = lease.rings
        held = Held(lease=lease, deadline=self._begun + LEASE)
        for queue in self._queues:
            queue.begin(tx, held)
        return held

    async def _under_lease(self, held: Held) -> None:
        """Loop while the lease is ours; one that ran out untaken is given back as any other."""
        try:
            async with TaskGroup() as group:
                beside = [group.create_task(self._renew(held)), group.create_task(self._listen())]
                await self._loop(group, held)
                for task in beside:
                    task.cancel()
        except* Fenced:
            pass

    async def _renew(self, held: Held) -> None:
        """Lengthen the lease; who cannot for half of it stops all that is under way."""
        while True:
            await self._clock.sleep(RENEW)
            asked = self._clock.monotonic()
            lease: Lease | None = None
            try:
                async with timeout(LEASE / 2):
                    lease = await self._store.write(lambda tx: lanes.renew_lease(tx, held.lease, LEASE))
            except TimeoutError:
                lease = None
            if lease is None:
                raise Fenced
            held.lease, held.deadline = lease, asked + LEASE

    async def _listen(self) -> None:
        """Ring the bell of this process when another one rings the lane and could be heard.

        A database that is away for a moment must not cut off requests that are under way.
        """
        at = self._port.row.id
        while True:
            await self._clock.sleep(self._listens)
            if self._rests or not self._has_place() or self._clock.monotonic() < self._looked + self._listens:
                continue
            with suppress(Unavailable):
                rings = await self._store.read(lambda tx: lanes.rings(tx, at))
                if rings != self._rings:
                    self._rings = rings
                    self._bell.set()

    async def _loop(self, group: TaskGroup, held: Held) -> None:
        while True:
            self._bell.clear()
            await self._fill(group, held)
            if self._flying:
                done = await self._first_answered()
                self._flying = [task for task in self._flying if task not in done]
                if not all(task.result() for task in done):
                    self._until = 0.0
            elif self._is_over() or not await self._wait(held):
                return

    async def _first_answered(self) -> set[Task[bool]]:
        """Wait for an answer; while there is a place for what is urgent, for the bell too."""
        if not self._has_place() or self._is_over():
            return (await wait(self._flying, return_when=FIRST_COMPLETED))[0]
        ringing = create_task(self._bell.wait())
        try:
            await wait([*self._flying, ringing], return_when=FIRST_COMPLETED)
        finally:
            ringing.cancel()
        return {task for task in self._flying if task.done()}

    def _has_place(self) -> bool:
        return len(self._flying) < self._port.capabilities.requests_at_once

    def _is_over(self) -> bool:
        return self._clock.monotonic() >= self._until

    async def _fill(self, group: TaskGroup, held: Held) -> None:
        """Begin what goes in the free places: chosen together, their intents wait for the disk once."""
        if self._has_place() and not self._is_over():
            for job in await self._choose(held):
                self._flying.append(group.create_task(self._carry_out(job)))

    async def _carry_out(self, job: Job) -> bool:
        """Carry out one job; one that takes long makes the turn longer."""
        begun = self._clock.monotonic()
        goes_on = await job()
        if goes_on and self._until:
            took = self._clock.monotonic() - begun
            self._until = max(self._until, self._begun + took * REQUESTS)
        return goes_on

    async def _choose(self, held: Held) -> list[Job]:
        queues, self._looked = self._queues, self._clock.monotonic()
        all_places = self._port.capabilities.requests_at_once
        places = all_places - len(self._flying)
        return await self._store.write_safe(
            lambda tx: next_jobs(tx, held.lease, queues, places, keeps_place=all_places > 1)
        )

    async def _wait(self, held: Held) -> bool:
        """Wait for the bell or for what is due next, at most to the turn's end; False when nothing is."""
        due, rests = await self._store.read(lambda tx: _next(tx, held.lease))
        if due is None:
            return False
        moment, now = max(due, rests) if rests else due, self._clock.now()
        seconds = (moment - now).total_seconds()
        self._rests = rests is not None and rests > now
        try:
            async with timeout(max(0.01, min(seconds, self._until - self._clock.monotonic()))):
                await self._bell.wait()
        except TimeoutError:
            pass
        self._rests = False
        return True


def _next(tx: Tx, lease: Lease) -> tuple[datetime | None, datetime | None]:
    """Say when the lane has something to do, and until when it rests."""
    row = lanes.read_lane(tx, lease.connection)
    return backlog.next_due(tx, lease.connection, lease.epoch, stopped=row.stopped), row.not_before
