"""All lanes of one worker: who wakes them, and how a wake-up becomes a turn."""

from asyncio import Event
from collections.abc import Callable, Container, Mapping, Sequence
from datetime import timedelta
from functools import partial

from shopweave.engine.port import Engine, Json, RunRequest
from shopweave.lanes.adjusting import Adjusting
from shopweave.lanes.bookings import Absorb
from shopweave.lanes.changes import Changes
from shopweave.lanes.channels import Channel
from shopweave.lanes.delivering import Deliverer
from shopweave.lanes.handovers import HandOvers
from shopweave.lanes.levels import Drain, Levels
from shopweave.lanes.port import Port
from shopweave.lanes.prompt import Prompt
from shopweave.lanes.queue import Queue
from shopweave.lanes.refusals import lane_finding
from shopweave.lanes.send import Sender
from shopweave.lanes.turn import LISTEN, Turn
from shopweave.lanes.ways import Way
from shopweave.model.errors import HubError
from shopweave.model.seams import Clock, Random
from shopweave.store import backlog, findings, lanes
from shopweave.store.base import Store, Tx
from shopweave.store.lanes import Lease

WAKE = "lane.wake"
GoOn = Callable[[Tx, int, Lease | None], None]
AFTER_FAULT = timedelta(minutes=1)


async def no_orders(connection: int) -> None:
    """Read no orders: nothing sells."""


def no_levels(*_: object) -> None:
    """Take no levels: nothing keeps stock."""


class Lanes:
    """The lanes of one worker; `wake_flows` sees to it that flows with open marks are planned."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        clock: Clock,
        random: Random,
        worker: str,
        ports: Mapping[int, Port],
        wake_flows: Callable[[Tx, tuple[int, ...]], None],
    ) -> None:
        self._store, self._engine, self._clock, self._random = store, engine, clock, random
        self._worker, self._ports, self._wake_flows = worker, ports, wake_flows
        self.listen = LISTEN
        self.prompt = Prompt()
        self._bells: dict[int, Event] = {}
        self._ways: tuple[Way, ...] = ()
        self._absorb: Absorb = no_levels
        self._channels: Mapping[int, Channel] = {}
        self._drain: Drain = no_orders
        engine.register(WAKE, self.advance)

    def show_stock(self, channels: Mapping[int, Channel], drain: Drain) -> None:
        """Write the levels of these channels too; `drain` reads a channel's new orders to their end."""
        self._channels, self._drain = channels, drain

    def carry_orders(self, ways: Sequence[Way], absorb: Absorb) -> None:
        """Hand orders over on these ways too; `absorb` takes the levels that answers carry."""
        self._ways, self._absorb = tuple(ways), absorb

    async def advance(self, state: Json) -> Json:
        """Work on a lane for one turn; a step of the engine."""
        connection = int(str(state["connection"]))
        async with self.prompt.alone(connection):
            await self._turn(connection, self._go_on)
        return {**state, "done": True}

    async def _turn(self, connection: int, go_on: GoOn) -> None:
        port = self._ports[connection]
        queues, bell = self._queues(port), self._bell(connection)
        turn = Turn(self._store, self._clock, self._worker, port, queues, bell, go_on, self.listen)
        try:
            await turn.work()
        except Exception as error:
            fault = HubError(f"An error inside the hub: {type(error).__name__}.", code="HUB-500")
            await self._store.write(lambda tx: self._failed(tx, port, fault))
            raise

    def _queues(self, port: Port) -> tuple[Queue, ...]:
        """Give the kinds of work of a lane."""
        channel = self._channels.get(port.row.id)
        master = None if channel is None else channel.master
        sender = Sender(self._store, self._random, port, self._ports, self._wake_flows, master)
        queues: list[Queue] = [Changes(port, sender)]
        if any(port.row.id in (way.target, way.source) for way in self._ways):
            deliverer = Deliverer(self._store, self._random, port, self._ways, self.wake, self._absorb)
            queues.append(HandOvers(port, self._ways, deliverer))
        if port.capabilities.keeps is not None and port.capabilities.keeps.adjusts:
            queues.append(Adjusting(self._store, self._random, port, self._absorb))
        if channel is not None:
            queues.append(Levels(self._store, self._random, port, channel, self._drain))
        return tuple(queues)

    def _failed(self, tx: Tx, port: Port, fault: HubError) -> None:
        """Tell of a turn that ended as none should, and see to the next one: a lane must not fall asleep."""
        at = port.row.id
        lanes.rest(tx, at, tx.now + AFTER_FAULT, fault.what, lanes.read_lane(tx, at).failures + 1)
        findings.report(tx, lane_finding(port.row.name, fault, backlog.left(tx, at)))
        self._go_on(tx, at, None)

    def wake(self, tx: Tx, connection: int) -> None:
        """See to it that a lane looks at its outbox after this transaction."""
        tx.after_commit(self._bell(connection).set)
        number = lanes.set_awake(tx, connection)
        if number is not None:
            self._enqueue(tx, connection, number)
        tx.after_commit(partial(self._begin, connection))

    def wake_all(self, tx: Tx) -> None:
        """Wake every lane that has work; called when an engine starts whose old wake-ups may be gone."""
        lanes.forget_wakes(tx)
        for connection in lanes.all_lanes(tx):
            if connection in self._ports and backlog.left(tx, connection):
                self.wake(tx, connection)

    def revive(self, tx: Tx, connections: Sequence[int], live: Container[str]) -> int:
        """Wake those lanes that have work and whose partition no living run holds; gives how many."""
        found = [key for key in connections if f"{WAKE}:{key}" not in live and self._has_work(tx, key)]
        for connection in found:
            lanes.fall_asleep(tx, connection)
            self.wake(tx, connection)
        return len(found)

    def _has_work(self, tx: Tx, connection: int) -> bool:
        row = lanes.read_lane(tx, connection)
        return backlog.next_due(tx, connection, row.epoch + 1, stopped=row.stopped) is not None

    def _begin(self, connection: int) -> None:
        self.prompt.begin(connection, partial(self._turn, connection, _leave))

    def _bell(self, connection: int) -> Event:
        return self._bells.setdefault(connection, Event())

    def _enqueue(self, tx: Tx, connection: int, number: int) -> None:
        self._engine.enqueue(
            tx,
            RunRequest(
                id=f"{WAKE}:{connection}:{number}",
                name=WAKE,
                queue="lanes",
                partition=f"{WAKE}:{connection}",
                state={"connection": connection},
            ),
        )

    def _go_on(self, tx: Tx, connection: int, lease: Lease | None) -> None:
        """Give a lane back: with another wake-up if work is left, asleep if not."""
        if lease is not None and not lanes.release_lease(tx, lease):
            return
        row = lanes.read_lane(tx, connection)
        if backlog.next_due(tx, connection, row.epoch + 1, stopped=row.stopped) is not None:
            lanes.count_wake(tx, connection, row.wakes + 1)
            self._enqueue(tx, connection, row.wakes + 1)
            tx.after_commit(partial(self._begin, connection))
        else:
            lanes.fall_asleep(tx, connection)


def _leave(tx: Tx, _: int, lease: Lease | None) -> None:
    """Give a lane back after a turn begun at once; the engine's wake-up sees to all else."""
    if lease is not None:
        lanes.release_lease(tx, lease)
