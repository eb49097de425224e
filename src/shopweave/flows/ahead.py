"""Reading ahead: pages of orders that are asked for while the ones before them are stored."""

from asyncio import Task, create_task, gather
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from msgspec import Struct

from shopweave.connector.orders import OrderPage

Fetch = Callable[[str], Coroutine[Any, Any, OrderPage]]


class Asked(Struct, frozen=True):
    """A page that is being read; `is_guess` where its place was told before the page in front of it was."""

    task: Task[OrderPage]
    is_guess: bool


class Ahead:
    """The page behind the one in hand, and the one behind that where its place can be guessed."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._asked: list[Asked] = []

    def begin(self, page: OrderPage, *, guess: bool) -> None:
        """Begin to read what follows a page, unless that is under way; `guess` for the one behind it too."""
        if not self._asked:
            self._ask(page.position, is_guess=False)
        if guess and len(self._asked) == 1 and page.guess:
            self._ask(page.guess, is_guess=True)

    def _ask(self, position: str, *, is_guess: bool) -> None:
        self._asked.append(Asked(create_task(self._fetch(position)), is_guess))

    async def take(self, page: OrderPage) -> OrderPage:
        """Give the page that follows `page`; one that was guessed and does not join is read anew."""
        asked = self._asked[0]
        found = await asked.task
        del self._asked[0]
        if not asked.is_guess or (found.begins and found.begins == page.ends):
            return found
        await self.drop()
        return await self._fetch(page.position)

    async def drop(self) -> None:
        """Let go what nobody waits for any more."""
        tasks = [one.task for one in self._asked]
        self._asked.clear()
        for task in tasks:
            task.cancel()
        await gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def reading_ahead(fetch: Fetch) -> AsyncIterator[Ahead]:
    """Read ahead within a block."""
    ahead = Ahead(fetch)
    try:
        yield ahead
    finally:
        await ahead.drop()
