"""The courier of a simulated shop: its callbacks go out over real HTTP, some twice, some never."""

import asyncio
import contextlib
from collections.abc import Callable

from shopweave.model.errors import HubError
from shopweave.model.seams import Clock, Random
from shopweave.runtime.http import AiohttpTransport
from shopweave.simulators.faults import FaultKind, Faults, drawn
from shopweave.simulators.woocommerce.callbacks import Callbacks, Delivery

_GOOD = 200


class Courier:
    """Sends what a shop wants to tell; `kept` runs after each settled delivery."""

    def __init__(
        self,
        callbacks: Callbacks,
        clock: Clock,
        random: Random,
        *,
        faults: Faults | None = None,
        kept: Callable[[], None],
    ) -> None:
        self._callbacks, self._clock, self._random, self._kept = callbacks, clock, random, kept
        self._faults = faults or Faults()
        self._transport = AiohttpTransport(clock)
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look for what is due."""
        self._task = asyncio.ensure_future(self._go())

    async def stop(self) -> None:
        """End; what is still queued stays in the shop's state."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._transport.close()

    async def before_answer(self) -> None:
        """Send the pings, which are out before the answer; leave the rest to the queue."""
        for one in self._callbacks.pings():
            await self._send(one)
        self._news.set()

    async def _go(self) -> None:
        while True:
            self._news.clear()
            while (left := self._callbacks.next_due()) is not None and not left:
                for one in self._callbacks.due(1):
                    await self._deliver(one)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), left)

    async def _deliver(self, one: Delivery) -> None:
        kind = drawn(self._faults, self._random, callbacks=True)
        if kind is FaultKind.LOST:
            self._settle(one, _GOOD)
            return
        await self._send(one)
        if kind is FaultKind.DOUBLED:
            await self._send(one)

    async def _send(self, one: Delivery) -> None:
        try:
            answer = await self._transport.send(one.request)
        except HubError:
            self._settle(one, None)
        else:
            self._settle(one, answer.status)

    def _settle(self, one: Delivery, status: int | None) -> None:
        self._callbacks.settle(one, status)
        self._kept()
