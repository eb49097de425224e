"""Work that this process begins at once; the engine's run of the same comes a moment later and ends it."""

import logging
from asyncio import Lock, Task, create_task, gather
from collections.abc import Awaitable, Callable
from contextvars import Context

LOG = logging.getLogger(__name__)


class Prompt:
    """One piece of work at a time for each key, whoever begins it; nothing begins before it is `open`."""

    def __init__(self) -> None:
        self._locks: dict[int, Lock] = {}
        self._tasks: set[Task[None]] = set()
        self._is_open = False

    def open(self) -> None:
        """Let work begin at once from now on."""
        self._is_open = True

    def lock(self, key: int) -> Lock:
        """Give the lock that all work for a key takes."""
        return self._locks.setdefault(key, Lock())

    def begin(self, key: int, work: Callable[[], Awaitable[object]]) -> None:
        """Begin work unless some for the key is under way: it sees what is new, or the engine's run does."""
        if self._is_open and not self.lock(key).locked():
            task = create_task(self._work(key, work), context=Context())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _work(self, key: int, work: Callable[[], Awaitable[object]]) -> None:
        async with self.lock(key):
            try:
                await work()
            except Exception:
                # The engine's run of the same work meets it too, and tells people.
                LOG.exception("work begun at once failed", extra={"action": "prompt.failed"})

    async def stop(self) -> None:
        """Cut off what is under way; the engine's runs go on with it."""
        self._is_open = False
        for task in tuple(self._tasks):
            task.cancel()
        await gather(*self._tasks, return_exceptions=True)
