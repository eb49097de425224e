"""Virtual time: an event loop without sockets, threads or a wall clock.

Tasks are numbered: the stock ones hash by address, so that the order in which a task group cancels them would
differ from one process to the next.
"""

import asyncio
import itertools
import math
from collections.abc import Callable, Coroutine
from typing import Any, Self, TypeVar

T = TypeVar("T")
SPINS = 10_000


class Stuck(Exception):
    """A storm does not go on, or does not come to rest."""


class Numbered(asyncio.Task[Any]):
    """A task that hashes by its number."""

    number: int

    def __new__(cls, *args: Any, loop: "VirtualLoop", **rest: Any) -> Self:
        """Number the task before anything hashes it."""
        self = super().__new__(cls)
        self.number = next(loop.numbers)
        return self

    def __hash__(self) -> int:
        return self.number


class VirtualLoop(asyncio.BaseEventLoop):
    """Time passes when nothing is ready; `born` hears of every new task."""

    def __init__(self, born: Callable[["Numbered"], None], limit: float) -> None:
        super().__init__()
        self._now, self._spins, self._limit = 0.0, 0, limit
        self._selector = self
        self.numbers = itertools.count()
        self.turns = 0

        def make(_: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], **rest: Any) -> Numbered:
            task = Numbered(work, loop=self, **rest)
            born(task)
            return task

        self.set_task_factory(make)  # type: ignore[arg-type]

    @property
    def _clock_resolution(self) -> float:
        """Give one step of the clock: timers that fire early would spin for ever at a standing clock."""
        return math.ulp(self._now)

    @_clock_resolution.setter
    def _clock_resolution(self, _: float) -> None:
        """Keep the loop's own idea out."""

    def time(self) -> float:
        """Give the seconds since the storm began."""
        return self._now

    def select(self, timeout: float | None) -> tuple[()]:
        """Let time pass until the next timer; called by the loop when nothing is ready."""
        self.turns += 1
        if timeout is None:
            raise Stuck("nothing is scheduled")
        self._spins = 0 if timeout else self._spins + 1
        if self._spins > SPINS:
            raise Stuck(f"busy at {self._now:.3f} s without time passing")
        if timeout:
            self._now = max(self._now, self._scheduled[0]._when)  # type: ignore[attr-defined]  # noqa: SLF001
        if self._now > self._limit:
            raise Stuck(f"not at rest after {self._limit:.0f} s")
        return ()

    def _process_events(self, _events: Any) -> None:
        """Know no events but time."""

    def _write_to_self(self) -> None:
        raise RuntimeError("a thread touched the virtual loop")

    def run_in_executor(self, *_: Any) -> Any:  # type: ignore[override]
        """Refuse threads."""
        raise RuntimeError("there are no threads in virtual time")


async def pause(seconds: float) -> None:
    """Let virtual time pass."""
    await asyncio.sleep(seconds)


def play(loop: VirtualLoop, story: Coroutine[Any, Any, T]) -> T:
    """Run a story to its end; what is left over is cancelled."""
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(story)
    finally:
        left = [task for task in asyncio.all_tasks(loop) if not task.done()]
        for task in sorted(left, key=hash):
            task.cancel()
        loop._limit = math.inf  # noqa: SLF001 - what is left over may take its time
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        asyncio.set_event_loop(None)
        loop.close()
