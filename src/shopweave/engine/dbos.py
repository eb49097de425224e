"""The big engine: DBOS Transact on the hub's own database, one coroutine of our loop for each step.

Runs, their steps and the queues are DBOS's; schedules are rows of ours, fired in one transaction with what
they start. Nothing but a process that works by the clock imports this: it takes a second.
"""

import logging
from asyncio import AbstractEventLoop, Task, create_task, current_task, gather, get_running_loop
from asyncio import run_coroutine_threadsafe as submit
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import CancelledError
from datetime import datetime
from typing import Any, TypeVar

from dbos import DBOS, DBOSConfig

from shopweave.engine.beats import BEAT, Beats, leave
from shopweave.engine.inbox import free_left, has_any, take_in
from shopweave.engine.local import forget_tasks
from shopweave.engine.port import Json, RunQuery, RunRequest, RunState, Schedule
from shopweave.engine.schedules import Clockwork
from shopweave.engine.system import APPLICATION, SCHEMA, THREADS, VERSION, System, serializer
from shopweave.model.errors import HubError
from shopweave.model.seams import Clock
from shopweave.store.base import Store, Tx
from shopweave.store.hiding import hidden

T = TypeVar("T")
Advance = Callable[[Json], Awaitable[Json]]
POLL = 0.1
TICK = 0.5
LOG = logging.getLogger(__name__)
# At how many beats a run may be claimed and not begun; with half of the threads free that takes no second.
STRAY = 10
AT_ONCE = {"lanes": None, "runs": 4, "upkeep": 1}


class Stopped(BaseException):
    """The step was cut off; no exception DBOS would note as the end of its run."""


class RunFailed(Exception):
    """What a run ended with, without its secrets."""


class DbosEngine:
    """Runs steps on this process's loop; `owner` names this life of it."""

    def __init__(
        self, store: Store, clock: Clock, owner: str, system: System, beats: Beats | None = None
    ) -> None:
        self._store, self._clock, self._owner, self._system = store, clock, owner, system
        self._beats = beats or Beats(owner, "this process")
        self._beaten = float("-inf")
        self._steps: dict[str, Advance] = {}
        self._clockwork = Clockwork(store, clock, self.enqueue)
        self._under_way: dict[str, Task[Any]] = {}
        self._carried: set[str] = set()
        self._strays: dict[str, int] = {}
        self._ticking: Task[None] | None = None
        self._loop: AbstractEventLoop | None = None
        self._launched = False

    def register(self, name: str, advance: Advance) -> None:
        """Say what the steps of a run are."""
        known = name in self._steps
        self._steps[name] = advance
        if self._launched and not known:
            self._teach(name)

    def enqueue(self, tx: Tx, run: RunRequest) -> None:
        """Start a run when this transaction commits; the same id twice is one run."""
        self._system.enqueue(tx, run)

    async def cancel(self, run_id: str) -> None:
        """Stop a run before its next step, and the step under way."""
        await self._apart(lambda: self._system.cancel(run_id))
        if run_id in self._under_way:
            self._under_way[run_id].cancel()

    async def runs(self, query: RunQuery) -> tuple[RunState, ...]:
        """Give runs, the newest first."""
        return await self._apart(lambda: self._system.runs(query))

    async def schedule(self, schedules: tuple[Schedule, ...]) -> None:
        """Replace all schedules; one that stays as it was keeps its next time."""
        await self._clockwork.replace(schedules)

    async def start(self) -> None:
        """Begin to work."""
        self._loop = get_running_loop()
        await self._live()
        await self._apart(self._launch)
        self._ticking = create_task(self._tick())

    async def stop(self) -> None:
        """Stop working; what is under way goes on with the next start, here or at another worker."""
        loop, self._loop = self._loop, None
        tasks = [*self._under_way.values(), *([self._ticking] if self._ticking else [])]
        for one in tasks:
            one.cancel()
        await gather(*tasks, return_exceptions=True)
        if loop is not None:
            await self._apart(lambda: DBOS.destroy(destroy_registry=True))
        await self._apart(lambda: self._system.recover([self._owner]))
        await self._apart(self._system.close)
        await self._store.write(lambda tx: leave(tx, self._owner))

    def check(self) -> None:
        """Pass: a worker that cannot reach its database says so in the log and tries again."""

    async def forget(self, before: datetime) -> int:
        """Delete runs that ended before a time; gives how many."""
        handed = await self._store.write(lambda tx: forget_tasks(tx, before))
        return handed + await self._apart(lambda: self._system.forget(before))

    async def take_over(self) -> None:
        """Free what other workers had under way; called when they are known to be dead."""
        workers = await self._store.read(self._system.workers)
        await self._inherit([one for one in workers if one != self._owner])
        await self._store.write(free_left)

    async def _inherit(self, dead: Sequence[str]) -> None:
        """Queue again what the dead had under way; their rows go only when that is done."""
        if dead:
            await self._apart(lambda: self._system.recover(dead))
            await self._store.write(lambda tx: leave(tx, *dead))

    async def _apart(self, call: Callable[[], T]) -> T:
        return await get_running_loop().run_in_executor(None, call)

    def _launch(self) -> None:
        log = logging.getLogger("dbos")
        if not log.handlers:
            log.addHandler(logging.NullHandler())
            log.setLevel(logging.WARNING)
        DBOS(config=_config(self._owner, self._system))
        for name in self._steps:
            self._teach(name)
        DBOS.launch()
        for queue, most in AT_ONCE.items():
            DBOS.register_queue(
                queue, partition_concurrency=1, worker_concurrency=most, polling_interval_sec=POLL
            )
        self._launched = True

    def _teach(self, name: str) -> None:
        """Make a workflow of a registered name: step after step, each noted when it is done."""

        @DBOS.workflow(name=name, max_recovery_attempts=None)
        def run(state: dict[str, Any]) -> dict[str, Any]:
            run_id = str(DBOS.workflow_id)
            self._carried.add(run_id)
            try:
                while not state.get("done"):
                    state = DBOS.run_step({"name": name}, self._step, name, state)
            finally:
                self._carried.discard(run_id)
            return state

    def _step(self, name: str, state: dict[str, Any]) -> dict[str, Any]:
        """Carry a step out on the hub's loop; called in a thread of DBOS."""
        if self._loop is None:
            raise Stopped
        try:
            return submit(self._advance(str(DBOS.workflow_id), name, state), self._loop).result()
        except CancelledError:
            raise Stopped from None
        except Exception as error:  # noqa: BLE001 - a step may fail in any way; the run says so
            raise RunFailed(hidden(f"{type(error).__name__}: {error}")[:2_000]) from None

    async def _advance(self, run_id: str, name: str, state: Json) -> dict[str, Any]:
        task = current_task()
        assert task is not None  # noqa: S101 - a coroutine that was submitted is a task
        self._under_way[run_id] = task
        try:
            return dict(await self._steps[name](state))
        finally:
            del self._under_way[run_id]

    async def _tick(self) -> None:
        while True:
            try:
                await self._look_around()
            except HubError as error:
                LOG.warning("The engine cannot reach its database: %s", error)
            await self._clock.sleep(TICK)

    async def _look_around(self) -> None:
        """Do what is due by the clock, what was handed in, what others cancelled, and what the dead left."""
        await self._clockwork.fire()
        self._clockwork.forget()
        if await self._store.read(has_any):
            await self._store.write(lambda tx: take_in(tx, self.enqueue, self._system.state))
        for one in await self._store.read(self._cancelled):
            one.cancel()
        if self._clock.monotonic() >= self._beaten + BEAT:
            await self._live()

    def _cancelled(self, tx: Tx) -> list[Task[Any]]:
        ours = dict(self._under_way)
        return [task for key, task in ours.items() if self._system.state(tx, key) == "cancelled"]

    async def _live(self) -> None:
        self._beaten = self._clock.monotonic()
        dead, claimed = await self._store.write(self._beat)
        await self._inherit(dead)
        await self._begin_strays(claimed)

    async def _begin_strays(self, claimed: frozenset[str]) -> None:
        """Queue again what we claimed and never began: DBOS drops it where its database fails in between."""
        idle = claimed - self._carried if len(self._carried) < THREADS // 2 else frozenset[str]()
        self._strays = {key: self._strays.get(key, 0) + 1 for key in idle}
        due = [key for key, beats in self._strays.items() if beats >= STRAY]
        if due:
            LOG.warning("Runs that were claimed and never began are queued again: %s", ", ".join(due))
            await self._apart(lambda: self._system.recover([self._owner], due))

    def _beat(self, tx: Tx) -> tuple[tuple[str, ...], frozenset[str]]:
        """Be alive; gives who is no more, and what we have claimed."""
        self._beats.beat(tx)
        dead = self._beats.silent(tx, self._system.workers(tx), self._beaten)
        return dead, self._system.claimed(tx, self._owner)


def _config(owner: str, system: System) -> DBOSConfig:
    return DBOSConfig(
        name=APPLICATION,
        system_database_engine=system.database,
        dbos_system_schema=SCHEMA,
        serializer=serializer(),
        executor_id=owner,
        application_version=VERSION,
        max_executor_threads=THREADS,
        use_listen_notify=False,
        run_migrations=False,
        enable_otlp=False,
    )
