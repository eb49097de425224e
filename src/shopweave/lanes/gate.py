"""The gate of a connection: how many requests at once, how fast, and who goes first."""

import heapq
from asyncio import CancelledError, Event
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from shopweave.connector.capabilities import Capabilities, Limit
from shopweave.core.pacing import Bucket, Pace, take
from shopweave.model.seams import Clock

URGENT, ORDINARY = 0, 1


class Gate:
    """Let requests through, a few at a time; of two places or more one is kept for urgent ones."""

    def __init__(self, clock: Clock, capabilities: Capabilities) -> None:
        self._clock = clock
        self._places = max(1, capabilities.requests_at_once)
        self._kept = 1 if capabilities.writes and self._places > 1 else 0
        self._paces = tuple(_pace(limit) for limit in capabilities.limits)
        self._buckets: list[Bucket | None] = [None for _ in self._paces]
        self._inside = 0
        self._waiting: list[tuple[int, int, Event]] = []
        self._numbers = count()

    @asynccontextmanager
    async def slot(self, urgency: int = ORDINARY) -> AsyncIterator[None]:
        """Wait for a place and for the pace; urgent requests go first."""
        await self._enter(urgency)
        try:
            await self._pace()
            yield
        finally:
            self._inside -= 1
            self._call_next()

    def has_place(self, urgency: int) -> bool:
        """Say whether a request of this urgency could start now."""
        kept = 0 if urgency == URGENT else self._kept
        return self._inside < self._places - kept

    async def _enter(self, urgency: int) -> None:
        while not self.has_place(urgency):
            turn = Event()
            heapq.heappush(self._waiting, (urgency, next(self._numbers), turn))
            try:
                await turn.wait()
            except CancelledError:
                self._call_next()
                raise
        self._inside += 1

    def _call_next(self) -> None:
        while self._waiting and self.has_place(self._waiting[0][0]):
            _, _, turn = heapq.heappop(self._waiting)
            turn.set()
            return

    async def _pace(self) -> None:
        waits = [0.0]
        for number, pace in enumerate(self._paces):
            self._buckets[number], wait = take(self._buckets[number], pace, self._clock.now())
            waits.append(wait)
        if max(waits) > 0:
            await self._clock.sleep(max(waits))


def _pace(limit: Limit) -> Pace:
    return Pace(
        requests=limit.requests, seconds=limit.seconds, burst=max(1.0, limit.requests / limit.seconds)
    )
