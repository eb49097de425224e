"""Work that this process begins at once; the engine's run of the same comes a moment later and ends it."""

import logging
from asyncio import Lock, Task, create_task, gather
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from contextvars import Context

LOG = logging.getLogger(__name__)
Work = Callable[[], Awaitable[object]]


class Prompt:
    """One piece of work at a time for each key, whoever begins it; nothing begins before it is `open`."""

    def __init__(self) -> None:
        self._locks: dict[Hashable, Lock] = {}
        self._asked: dict[Hashable, Work] = {}
        self._tasks: set[Task[None]] = set()
        self._is_open = False

    def open(self) -> None:
        """Let work begin at once from now on."""
        self._is_open = True

    @asynccontextmanager
    async def alone(self, key: Hashable) -> AsyncIterator[None]:
        """Let nobody else work for a key; what was asked for meanwhile begins as soon as this ends."""
        async with self._locks.setdefault(key, Lock()):
            self._asked.pop(key, None)
            yield
        work = self._asked.pop(key, None)
        if work is not None:
            self._begin(key, work)

    def is_busy(self, key: Hashable) -> bool:
        """Say whether work for a key is under way."""
        return key in self._locks and self._locks[key].locked()

    def begin(self, key: Hashable, work: Work) -> None:
        """Begin work now, or once more when what is under way for the key, and may not see it, has ended."""
        if not self._is_open:
            return
        if self.is_busy(key):
            self._asked[key] = work
        else:
            self._begin(key, work)

    def _begin(self, key: Hashable, work: Work) -> None:
        task = create_task(self._work(key, work), context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, key: Hashable, work: Work) -> None:
        try:
            async with self.alone(key):
                await work()
        except Exception:
            # The engine's run of the same work meets it too, and tells people.
            LOG.exception("work begun at once failed", extra={"action": "prompt.failed"})

    async def stop(self) -> None:
        """Cut off what is under way; the engine's runs go on with it."""
        self._is_open = False
        self._asked.clear()
        for task in tuple(self._tasks):
            task.cancel()
        await gather(*self._tasks, return_exceptions=True)
