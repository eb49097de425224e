"""Serving simulators over HTTP on this machine; cut requests are closed sockets."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from aiohttp import web

from shopweave.model.errors import Configuration
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.seams import Clock, Random
from shopweave.runtime.clock import seeded
from shopweave.simulators.faults import Cut, Faults, Flights


class Simulator(Protocol):
    """A remote system as a function."""

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        ...


Pace = Callable[[HttpRequest], float]


def no_wait(_: HttpRequest) -> float:
    """Answer at once."""
    return 0.0


class Server:
    """One simulator on one port of the loopback address.

    `pace` may be changed while it serves. `after` runs behind each effect, `before_answer` is awaited
    before the answer goes out.
    """

    def __init__(
        self,
        simulator: Simulator,
        clock: Clock,
        *,
        pace: Pace = no_wait,
        after: Callable[[], None] | None = None,
        before_answer: Callable[[], Awaitable[None]] | None = None,
        faults: Faults | None = None,
        random: Random | None = None,
        stir: Callable[[], None] | None = None,
    ) -> None:
        self._simulator, self._clock, self.pace, self._after = simulator, clock, pace, after
        self._before_answer = before_answer
        self.flights = Flights(self._effect, clock, random or seeded(1), faults=faults, stir=stir)
        self._runner: web.ServerRunner | None = None
        self.url = ""
        self.port = 0

    async def start(self, port: int = 0, *, exact: bool = False) -> str:
        """Begin to answer; gives the address. Without `exact` a taken port is replaced by a free one."""
        self._runner = web.ServerRunner(web.Server(self._answer))
        await self._runner.setup()
        await self._listen(self._runner, port, exact=exact)
        self.port = int(self._runner.addresses[0][1])
        self.url = f"http://127.0.0.1:{self.port}"
        return self.url

    async def _listen(self, runner: web.ServerRunner, port: int, *, exact: bool) -> None:
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
        except OSError as error:
            if exact:
                what = f"Port {port} of this machine is taken."
                raise Configuration(what, code="SIM-101", remedy="Name another one, or none.") from error
            await web.TCPSite(runner, "127.0.0.1", 0).start()

    async def stop(self) -> None:
        """Stop answering."""
        if self._runner is not None:
            await self._runner.cleanup()
        await self.flights.land()

    def _effect(self, request: HttpRequest) -> HttpResponse:
        answer = self._simulator.handle(request)
        if self._after is not None:
            self._after()
        return answer

    async def _answer(self, asked: web.BaseRequest) -> web.StreamResponse:
        body = await asked.read()
        request = HttpRequest(method=asked.method, url=str(asked.url), headers=dict(asked.headers), body=body)
        if (seconds := self.pace(request)) > 0:
            await self._clock.sleep(seconds)
        try:
            answer = await self.flights.fly(request)
        except Cut:
            if asked.transport is not None:
                asked.transport.abort()
            return web.Response(status=500)
        if self._before_answer is not None:
            await self._before_answer()
        headers = {name: value for name, value in answer.headers.items() if name != "date"}
        if "date" in answer.headers:
            headers["Date"] = answer.headers["date"]
        return web.Response(status=answer.status, headers=headers, body=answer.body)


async def forever() -> None:
    """Stand still until somebody stops the program."""
    await asyncio.Event().wait()
