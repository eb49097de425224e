"""The engine as the house sees it: durable runs, one step at a time."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from shopweave.store.base import Tx

Json = Mapping[str, "str | int | float | bool | list[str] | list[int] | None"]


class RunRequest(Struct, frozen=True, kw_only=True):
    """A run to be started; runs of one partition of a queue come one after the other."""

    id: str
    name: str
    queue: str
    partition: str = ""
    state: Json = {}


class RunState(Struct, frozen=True, kw_only=True):
    """How a run stands: waiting, running, done, failed or cancelled."""

    id: str
    name: str
    queue: str
    partition: str
    status: str
    state: Json
    error: str = ""
    created: datetime | None = None


class RunQuery(Struct, frozen=True, kw_only=True):
    """Which runs to give; empty fields fit all."""

    ids: tuple[str, ...] = ()
    name: str = ""
    statuses: tuple[str, ...] = ()
    limit: int = 100


class Schedule(Struct, frozen=True, kw_only=True):
    """Start a run by the clock: `cron` in the time zone `zone`."""

    name: str
    cron: str
    zone: str
    run: str
    state: Json = {}


class Engine(Protocol):
    """Run `advance(state) -> state` until the state says done, surviving crashes between the steps."""

    def enqueue(self, tx: Tx, run: RunRequest) -> None:
        """Start a run when this transaction commits; the same id twice is one run."""
        ...

    def register(self, name: str, advance: Callable[[Json], Awaitable[Json]]) -> None:
        """Say what the steps of a run are."""
        ...

    async def cancel(self, run_id: str) -> None:
        """Stop a run before its next step, and the step under way."""
        ...

    async def runs(self, query: RunQuery) -> tuple[RunState, ...]:
        """Give runs, the newest first."""
        ...

    async def schedule(self, schedules: tuple[Schedule, ...]) -> None:
        """Replace all schedules."""
        ...

    async def start(self) -> None:
        """Begin to work."""
        ...

    async def stop(self) -> None:
        """Stop working; what is under way goes on with the next start."""
        ...

    def check(self) -> None:
        """Raise what ended the work, if something did: who waits for it would wait for ever."""
        ...

    async def forget(self, before: datetime) -> int:
        """Delete runs that ended before a time; gives how many."""
        ...

    async def take_over(self) -> None:
        """Free what other owners had under way; called when they are known to be dead."""
        ...
