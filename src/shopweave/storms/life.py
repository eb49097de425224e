"""One life of the hub in a storm: the numbered points at which it may die or stand still."""

from asyncio import Event, Task, wait
from collections import Counter
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from shopweave.storms.loop import Stuck
from shopweave.storms.scenario import Blow, Fate


class Dead(BaseException):
    """This life has ended; no `except Exception` of the hub may catch it."""


LIFE: ContextVar["Life | None"] = ContextVar("life", default=None)


class Life:
    """An incarnation; `blow` is what befalls it, `struck` tells the world, `intents` what is under way."""

    def __init__(self, number: int, blow: Blow | None, struck: Callable[["Life", Blow], None]) -> None:
        self.number, self._blow, self._struck = number, blow, struck
        self.points: Counter[str] = Counter()
        self.tasks: list[Task[Any]] = []
        self.is_dead = False
        self.intents: Callable[[], int] = lambda: 0
        self._stall: Event | None = None

    @property
    def stands_still(self) -> bool:
        """Say whether this life is paused."""
        return self._stall is not None

    async def alive(self) -> None:
        """Wait while the life stands still; raise `Dead` once it has ended."""
        while self._stall is not None:
            await self._stall.wait()
        if self.is_dead:
            raise Dead

    async def at(self, kind: str) -> None:
        """Pass a point between two calls, where a life may die or stand still."""
        self.passing(kind)
        await self.alive()

    def passing(self, kind: str) -> None:
        """Pass a point inside a call; one that stands still does so at its next call."""
        if self.is_dead:
            raise Dead
        self.points[kind] += 1
        blow = self._blow
        if blow is None or blow.point != kind or self.points[kind] < blow.number:
            return
        if blow.loaded and not self.intents():
            return
        self._blow = None
        if blow.fate is Fate.PAUSE:
            self._stall = Event()
        else:
            self.is_dead = True
        self._struck(self, blow)
        if self.is_dead:
            raise Dead

    def arm(self, blow: Blow) -> None:
        """Let a blow befall this life, its points counted from now on."""
        self.points.clear()
        self._blow = blow

    def spare(self) -> None:
        """Let nothing befall this life any more."""
        self._blow = None

    def go_on(self) -> None:
        """End a pause."""
        if self._stall is not None:
            self._stall.set()
            self._stall = None

    async def bury(self) -> None:
        """End this life: cancel and drain its tasks."""
        self.is_dead = True
        self.go_on()
        for task in self.tasks:
            task.cancel()
        for _ in range(50):
            left = [task for task in self.tasks if not task.done()]
            if not left:
                # Their ends are no news: they died.
                _ = [task.exception() for task in self.tasks if not task.cancelled()]
                return
            await wait(left)
        raise Stuck("a life cannot be buried")
