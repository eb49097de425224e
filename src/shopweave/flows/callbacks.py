"""Callbacks: what came in points at orders and records; those are read by id, and what came in is settled."""

from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
from contextlib import suppress
from functools import partial

from shopweave.connector.callbacks import ORDER
from shopweave.engine.port import Engine, Json, RunRequest
from shopweave.flows.house import House
from shopweave.flows.pull import Puller
from shopweave.flows.stepping import once_more, without_failures
from shopweave.lanes.prompt import Prompt
from shopweave.model.errors import HubError
from shopweave.model.record import Kind
from shopweave.model.seams import Clock
from shopweave.store import callbacks, marks
from shopweave.store.base import Store, Tx
from shopweave.store.callbacks import NewCallback, Side

LOOK = "callbacks.look"
MOST = 400
# Orders move stock: they are looked at beside all else, and wait for none of it.
SIDES: Mapping[str, Side] = {"orders": Side(ORDER), "records": Side(ORDER, is_other=True)}
Settle = Callable[[Tx], None]
Look = Callable[[int, Sequence[str], Settle], Awaitable[None]]


class Listener:
    """Looks where callbacks point; `orders` reads orders by id and settles in the transaction that stores."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        clock: Clock,
        house: House,
        puller: Puller,
        wake_flows: Callable[[Tx, tuple[int, ...]], None],
    ) -> None:
        self._store, self._engine, self._clock = store, engine, clock
        self._house, self._puller = house, puller
        self._wake_flows = wake_flows
        self._readers: dict[str, Look] = {
            kind.value: partial(self._records, kind) for kind in (Kind.PRODUCT, Kind.VARIATION)
        }
        self.prompt = Prompt()
        engine.register(LOOK, self.advance)

    def read_orders_with(self, look: Look) -> None:
        """Read orders that callbacks point at in this way."""
        self._readers[ORDER] = look

    def store(self, tx: Tx, arrived: Mapping[int, Sequence[NewCallback]]) -> dict[int, int]:
        """Store callbacks by connection and see to it that somebody looks; gives how many were replays."""
        late = {}
        for connection, rows in arrived.items():
            busy = [name for name, side in SIDES.items() if callbacks.is_waiting(tx, connection, side)]
            late[connection] = callbacks.add_callbacks(tx, connection, rows)
            for name in SIDES:
                if name not in busy:
                    self._wake(tx, connection, name)
            for name in {_side_of(row) for row in rows if row.about}:
                look = partial(self._look_now, connection, name)
                tx.after_commit(partial(self.prompt.begin, (connection, name), look))
        return late

    async def _look_now(self, connection: int, name: str) -> None:
        # Whoever does not answer is asked again by the engine's run.
        with suppress(HubError):
            while await self._look_at_some(connection, name):
                pass

    def revive(self, tx: Tx, live: Container[str]) -> None:
        """See to it that what waits is looked at where no living run does."""
        for connection in self._house.ports:
            for name in SIDES:
                if _partition(connection, name) not in live:
                    self._wake(tx, connection, name)

    def _wake(self, tx: Tx, connection: int, name: str) -> None:
        abouts = callbacks.waiting_abouts(tx, connection, SIDES[name], MOST)
        if not abouts:
            return
        partition = _partition(connection, name)
        self._engine.enqueue(
            tx,
            RunRequest(
                id=f"{LOOK}:{partition}:{max(newest for _, _, newest in abouts)}:{tx.now.isoformat()}",
                name=LOOK,
                queue="runs",
                partition=partition,
                state={"connection": connection, "side": name},
            ),
        )

    async def advance(self, state: Json) -> Json:
        """Look at some; a side that cannot be reached is asked again, at last by upkeep and by polling."""
        connection, name = int(str(state["connection"])), str(state["side"])
        if connection not in self._house.ports:
            return {**state, "done": True}
        try:
            async with self.prompt.alone((connection, name)):
                waiting = await self._look_at_some(connection, name)
        except HubError as error:
            return await once_more(self._clock, state, error) or {**state, "done": True}
        return {**without_failures(state), "done": not waiting}

    async def _look_at_some(self, connection: int, name: str) -> bool:
        """Look at what waits on one side of a connection; says whether anything is left."""
        side = SIDES[name]
        abouts = await self._store.read(lambda tx: callbacks.waiting_abouts(tx, connection, side, MOST))
        for about in dict.fromkeys(about for about, _, _ in abouts):
            found = {key: newest for one, key, newest in abouts if one == about}
            await self._look(connection, about, found)
        return await self._store.read(lambda tx: callbacks.is_waiting(tx, connection, side))

    async def _look(self, connection: int, about: str, found: Mapping[str, int]) -> None:
        most = self._house.ports[connection].capabilities.read_by_ids
        keys, newest = list(found), max(found.values())
        for start in range(0, len(keys), most):
            piece = keys[start : start + most]
            settle = partial(_settled, connection, about, piece, newest)
            reader = self._readers.get(about)
            if reader is None:
                await self._store.write(settle)
            else:
                await reader(connection, piece, settle)

    async def _records(self, kind: Kind, connection: int, ids: Sequence[str], settle: Settle) -> None:
        await self._puller.look(connection, kind, ids, lambda tx: self._read(tx, connection, settle))

    def _read(self, tx: Tx, connection: int, settle: Settle) -> None:
        settle(tx)
        touched = marks.flows_touched(tx, connection)
        self._wake_flows(tx, tuple(key for key in touched if marks.has_ready(tx, key)))


def _settled(connection: int, about: str, ids: Sequence[str], newest: int, tx: Tx) -> None:
    callbacks.looked_at(tx, connection, about, ids, newest)


def _side_of(row: NewCallback) -> str:
    return next(name for name, side in SIDES.items() if (row.about == side.about) is not side.is_other)


def _partition(connection: int, name: str) -> str:
    return f"callbacks:{connection}:{name}"
