"""Serving simulators over HTTP on this machine."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from aiohttp import web

from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.seams import Clock


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
    """One simulator on one port of the loopback address."""

    def __init__(
        self,
        simulator: Simulator,
        clock: Clock,
        *,
        pace: Pace = no_wait,
        after: Callable[[], None] | None = None,
    ) -> None:
        self._simulator, self._clock, self._pace, self._after = simulator, clock, pace, after
        self._runner: web.ServerRunner | None = None
        self.url = ""
        self.port = 0

    async def start(self, port: int = 0) -> str:
        """Begin to answer; gives the address."""
        self._runner = web.ServerRunner(web.Server(self._answer))
        await self._runner.setup()
        await self._listen(port)
        self.port = int(self._runner.addresses[0][1])
        self.url = f"http://127.0.0.1:{self.port}"
        return self.url

    async def _listen(self, port: int) -> None:
        """Listen on a port, or on any free one when somebody else has it."""
        if self._runner is None:
            return
        try:
            await web.TCPSite(self._runner, "127.0.0.1", port).start()
        except OSError:
            await web.TCPSite(self._runner, "127.0.0.1", 0).start()

    async def stop(self) -> None:
        """Stop answering."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, asked: web.BaseRequest) -> web.StreamResponse:
        body = await asked.read()
        request = HttpRequest(method=asked.method, url=str(asked.url), headers=dict(asked.headers), body=body)
        if (seconds := self._pace(request)) > 0:
            await self._clock.sleep(seconds)
        answer = self._simulator.handle(request)
        if self._after is not None:
            self._after()
        headers = {name: value for name, value in answer.headers.items() if name != "date"}
        if "date" in answer.headers:
            headers["Date"] = answer.headers["date"]
        return web.Response(status=answer.status, headers=headers, body=answer.body)


async def forever() -> None:
    """Stand still until somebody stops the program."""
    await asyncio.Event().wait()
