"""Simulated systems in a process of their own, so that their work is not counted as the hub's."""

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from msgspec import Struct

from shopweave.demo.world import World
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.runtime.clock import SystemClock, SystemIds
from shopweave.simulators.woocommerce.fill import fill


class Seen(Struct, frozen=True, kw_only=True):
    """A request as the shop saw it: when it came and when its answer was made, monotonic seconds."""

    method: str
    path: str
    body: bytes
    came: float
    answered: float

    @property
    def is_write(self) -> bool:
        """Say whether it changes something."""
        return self.method != "GET"


class Stage:
    """The hub's side of a process that serves till, Icecat and shop in one folder."""

    def __init__(self, folder: Path, pipe: Connection) -> None:
        self.folder, self._pipe = folder, pipe

    def slow_down(self) -> None:
        """Let the systems answer as slowly as the contracts measured."""
        self._pipe.send("slow")

    def seen(self) -> list[Seen]:
        """Give what the shop saw since the last call."""
        self._pipe.send("seen")
        found: list[Seen] = self._pipe.recv()
        return found


@contextmanager
def stage(folder: Path, items: int, *, filled: bool = False) -> Iterator[Stage]:
    """Serve simple products in `folder` until the block ends; the hub's settings are written there.

    A `filled` shop has them already.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, folder, items, filled), daemon=True)
    process.start()
    try:
        ours.recv()
        yield Stage(folder, ours)
    finally:
        ours.send("stop")
        process.join(60)


def _serve(pipe: Connection, folder: Path, items: int, filled: bool) -> None:  # noqa: FBT001 - of a process
    asyncio.run(_answer(pipe, folder, items, filled=filled))


async def _answer(pipe: Connection, folder: Path, items: int, *, filled: bool) -> None:
    clock = SystemClock()
    world = World(folder, clock, SystemIds())
    await world.start(items, simple=True, real_pace=False)
    if filled:
        fill(world.shop, world.goods)
    seen: list[Seen] = []
    watch(world.shop, seen, clock)
    pipe.send("ready")
    loop = asyncio.get_running_loop()
    while (word := await loop.run_in_executor(None, pipe.recv)) != "stop":
        if word == "slow":
            world.slow_down()
        else:
            pipe.send(list(seen))
            seen.clear()
    await world.stop()


def watch(shop: Any, seen: list[Seen], clock: SystemClock) -> None:
    """Note every request a shop answers."""
    handle = shop.handle

    def noted(request: HttpRequest) -> HttpResponse:
        came = clock.monotonic()
        answer: HttpResponse = handle(request)
        path = request.url.split("/wp-json", 1)[-1]
        seen.append(
            Seen(
                method=request.method,
                path=path,
                body=request.body,
                came=came,
                answered=clock.monotonic(),
            )
        )
        return answer

    shop.handle = noted
