"""The in-process engine: durable rows in the hub's own database, worked on by this process's loop.

Pure asyncio on the given clock, so that it runs in virtual time too. A row is claimed by an owner; a step's
outcome counts only if the claim is still ours, so a life that was thought dead can do no harm.
"""

from asyncio import CancelledError, Event, Task, create_task, gather, timeout
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Row,
    String,
    bindparam,
    delete,
    exists,
    insert,
    literal,
    or_,
    select,
    update,
)

from shopweave.engine.port import Json, RunQuery, RunRequest, RunState, Schedule
from shopweave.engine.schedules import Clockwork
from shopweave.engine.tables import task
from shopweave.model.errors import HubError
from shopweave.model.seams import Clock
from shopweave.store.base import Store, Tx
from shopweave.store.columns import Moment
from shopweave.store.hiding import hidden
from shopweave.store.statements import many

Advance = Callable[[Json], Awaitable[Json]]
AT_ONCE = {"lanes": 1_000, "runs": 4, "upkeep": 1}
POLL = 1.0
WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"

_NEW: dict[str, ColumnElement[Any]] = {
    "id": bindparam("key", type_=String),
    "name": bindparam("called", type_=String),
    "queue": bindparam("into", type_=String),
    "partition": bindparam("one_of", type_=String),
    "status": literal(WAITING),
    "state": bindparam("begins", type_=String),
    "created": bindparam("at", type_=Moment),
    "changed": bindparam("at", type_=Moment),
}
_KNOWN = exists().where(task.c.id == bindparam("key", type_=String))
_ADD = insert(task).from_select(list(_NEW), select(*_NEW.values()).where(~_KNOWN))
_OPEN = (
    select(task)
    .where(
        task.c.status.in_([WAITING, RUNNING]),
        or_(task.c.owner.is_(None), task.c.owner == bindparam("me")),
        task.c.name.in_(many("names")),
    )
    .order_by(task.c.number)
)
_BUSY = select(task.c.queue, task.c.partition).where(
    task.c.status == RUNNING, task.c.owner.is_not(None), task.c.owner != bindparam("me")
)
_CLAIM = (
    update(task)
    .where(task.c.number == bindparam("key"), task.c.owner.is_(None), task.c.status.in_([WAITING, RUNNING]))
    .values(owner=bindparam("me"), status=RUNNING, changed=bindparam("at"))
)
_STEP = update(task).where(
    task.c.number == bindparam("key"), task.c.owner == bindparam("me"), task.c.status == RUNNING
)
_FREE = update(task).where(task.c.status == RUNNING, task.c.owner == bindparam("who")).values(owner=None)
_FREE_OTHERS = (
    update(task)
    .where(task.c.status == RUNNING, task.c.owner.is_not(None), task.c.owner != bindparam("me"))
    .values(owner=None)
)
_CANCEL = (
    update(task)
    .where(task.c.id == bindparam("key"), task.c.status.in_([WAITING, RUNNING]))
    .values(status=CANCELLED, owner=None)
)
_RUNS = (
    select(task)
    .where(
        or_(bindparam("any_id", type_=Boolean), task.c.id.in_(many("ids"))),
        or_(bindparam("called", type_=String) == "", task.c.name == bindparam("called", type_=String)),
        or_(bindparam("any_status", type_=Boolean), task.c.status.in_(many("statuses"))),
    )
    .order_by(task.c.number.desc())
    .limit(bindparam("most", type_=Integer))
)
_FAILURES = select(task.c.name, task.c.error).where(task.c.status == FAILED).order_by(task.c.number)
_ENDED = (
    select(task.c.number)
    .where(task.c.status.in_([DONE, FAILED, CANCELLED]), task.c.changed < bindparam("before"))
    .order_by(task.c.number)
    .limit(1_000)
)
_DELETE = delete(task).where(task.c.number.in_(many("ids")))


def forget_tasks(tx: Tx, before: datetime) -> int:
    """Delete a thousand runs at most that ended before a time; gives how many."""
    ids = [row.number for row in tx.rows(_ENDED, {"before": before})]
    return tx.run(_DELETE, {"ids": ids}) if ids else 0


class LocalEngine:
    """Runs steps in this process; `owner` names this life of it."""

    def __init__(self, store: Store, clock: Clock, owner: str) -> None:
        self._store, self._clock, self._owner = store, clock, owner
        self._steps: dict[str, Advance] = {}
        self._bell = Event()
        self._running: dict[int, Task[None]] = {}
        self._partitions: dict[int, tuple[str, str]] = {}
        self._ids: dict[str, int] = {}
        self._waits = False
        self._main: Task[None] | None = None
        self._broken: HubError | None = None
        self._clockwork = Clockwork(store, clock, self.enqueue)

    def register(self, name: str, advance: Advance) -> None:
        """Say what the steps of a run are."""
        self._steps[name] = advance

    def enqueue(self, tx: Tx, run: RunRequest) -> None:
        """Start a run when this transaction commits; the same id twice is one run."""
        values = {
            "key": run.id,
            "called": run.name,
            "into": run.queue,
            "one_of": run.partition,
            "begins": msgspec.json.encode(run.state).decode(),
            "at": tx.now,
        }
        tx.run(_ADD, values)
        tx.after_commit(self._bell.set)

    async def cancel(self, run_id: str) -> None:
        """Stop a run before its next step, and the step under way."""
        await self._store.write(lambda tx: tx.run(_CANCEL, {"key": run_id}))
        number = self._ids.get(run_id)
        if number in self._running:
            self._running[number].cancel()

    async def runs(self, query: RunQuery) -> tuple[RunState, ...]:
        """Give runs, the newest first."""
        parameters = {
            "any_id": not query.ids,
            "ids": list(query.ids),
            "called": query.name,
            "any_status": not query.statuses,
            "statuses": list(query.statuses),
            "most": query.limit,
        }
        rows = await self._store.read(lambda tx: tx.rows(_RUNS, parameters))
        return tuple(state_of(row) for row in rows)

    async def schedule(self, wanted: tuple[Schedule, ...]) -> None:
        """Replace all schedules; one that stays as it was keeps its next time."""
        await self._clockwork.replace(wanted)
        self._bell.set()

    async def start(self) -> None:
        """Begin to work."""
        self._main = create_task(self._work())

    async def stop(self) -> None:
        """Stop working; what is under way goes on with the next start."""
        tasks = [*self._running.values(), *([self._main] if self._main else [])]
        for one in tasks:
            one.cancel()
        await gather(*tasks, return_exceptions=True)
        await self._store.write(lambda tx: tx.run(_FREE, {"who": self._owner}))

    def check(self) -> None:
        """Raise what ended the work, if something did."""
        if self._broken is not None:
            raise self._broken

    async def forget(self, before: datetime) -> int:
        """Delete runs that ended before a time; gives how many."""
        return await self._store.write(lambda tx: forget_tasks(tx, before))

    async def take_over(self) -> None:
        """Free what other owners claimed; called when they are known to be dead."""
        await self._store.write(lambda tx: tx.run(_FREE_OTHERS, {"me": self._owner}))
        self._bell.set()

    async def _work(self) -> None:
        while self._broken is None:
            self._bell.clear()
            try:
                await self._begin_all()
            except HubError as error:
                self._broken = error
                return
            await self._rest()

    async def _begin_all(self) -> None:
        """Start what is due by the clock, and carry out what can be claimed."""
        await self._clockwork.fire()
        if rows := await self._claimable():
            for row in await self._store.write(lambda tx: self._claimed(tx, rows)):
                self._begin(row)

    async def _rest(self) -> None:
        try:
            async with timeout(self._until_next()):
                await self._bell.wait()
        except TimeoutError:
            self._clockwork.forget()

    def _until_next(self) -> float:
        due = self._clockwork.due
        wait = self.poll if due is None else (due - self._clock.now()).total_seconds()
        return max(0.001, min(self.poll, wait))

    @property
    def poll(self) -> float:
        """Give the longest time in seconds after which rows of other processes are looked for."""
        return POLL

    async def _claimable(self) -> list[Row[Any]]:
        rows, busy, blocked = await self._store.read(self._read_open)
        taken = {(row.queue, row.partition) for row in busy} | set(self._partitions.values())
        places = {queue: most - self._count(queue) for queue, most in AT_ONCE.items()}
        found = []
        for row in rows:
            key = (row.queue, row.partition)
            if (row.partition and key in taken) or places.get(row.queue, 1) <= 0:
                continue
            taken.add(key)
            places[row.queue] = places.get(row.queue, 1) - 1
            found.append(row)
        self._waits = blocked or len(found) < len(rows)
        return found

    def _read_open(self, tx: Tx) -> tuple[list[Row[Any]], list[Row[Any]], bool]:
        """Give what could be claimed, what others are working on beside it, and if ours keep more waiting."""
        ours = set(self._partitions.values())
        rows = [
            row
            for row in tx.rows(_OPEN, {"me": self._owner, "names": list(self._steps)})
            if row.number not in self._running
        ]
        free = [row for row in rows if not (row.partition and (row.queue, row.partition) in ours)]
        busy = list(tx.rows(_BUSY, {"me": self._owner})) if free else []
        return free, busy, len(free) < len(rows)

    def _count(self, queue: str) -> int:
        return sum(one == queue for one, _ in self._partitions.values())

    def _claimed(self, tx: Tx, rows: list[Row[Any]]) -> list[Row[Any]]:
        """Claim rows; gives those that are ours now."""
        return [
            row
            for row in rows
            if row.owner == self._owner
            or tx.run(_CLAIM, {"key": row.number, "me": self._owner, "at": tx.now})
        ]

    def _begin(self, row: Row[Any]) -> None:
        number = int(row.number)
        self._partitions[number] = (row.queue, row.partition)
        self._ids[row.id] = number
        self._running[number] = create_task(self._carry_out(row))

    async def _carry_out(self, row: Row[Any]) -> None:
        number, state = int(row.number), msgspec.json.decode(row.state)
        try:
            while not state.get("done"):
                state = dict(await self._steps[row.name](state))
                if not await self._store.write(partial(self._stepped, number, state)):
                    return
        except CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - a step may fail in any way; the run says so
            await self._fail(number, f"{type(error).__name__}: {error}")
        finally:
            self._running.pop(number, None)
            self._partitions.pop(number, None)
            self._ids.pop(row.id, None)
            if self._waits:
                self._bell.set()

    async def _fail(self, number: int, text: str) -> None:
        """Note that a run failed; where nothing can be noted the work ends, else it would begin again."""
        try:
            await self._store.write(lambda tx: self._ended(tx, number, FAILED, text))
        except HubError as error:
            self._broken = error

    def _stepped(self, number: int, state: Json, tx: Tx) -> int:
        values = {"state": msgspec.json.encode(state).decode(), "changed": tx.now}
        if state.get("done"):
            values["status"] = DONE
        return tx.run(_STEP, {"key": number, "me": self._owner, **values})

    def _ended(self, tx: Tx, number: int, status: str, error: str) -> int:
        return tx.run(
            _STEP,
            {
                "key": number,
                "me": self._owner,
                "status": status,
                "error": hidden(error)[:2_000],
                "changed": tx.now,
            },
        )


def state_of(row: Row[Any]) -> RunState:
    """Read a row."""
    return RunState(
        id=row.id,
        name=row.name,
        queue=row.queue,
        partition=row.partition,
        status=row.status,
        state=msgspec.json.decode(row.state),
        error=row.error,
        created=row.created,
    )


def failures(tx: Tx) -> list[str]:
    """Give the runs that failed, each with its error."""
    return [f"{row.name}: {row.error}" for row in tx.rows(_FAILURES)]
