"""A hub whose pages are served over real HTTP, in a thread with a loop of its own."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import httpx

from shopweave.hub import access
from shopweave.hub.context import Hub
from shopweave.hub.settings.templates import DEMO
from shopweave.runtime.passwords import hash_password
from shopweave.web.serving import listen, served
from tests.worlds import World

T = TypeVar("T")
W = TypeVar("W", bound="Around")
# PLAN stands for the number of the site's plan.
PAGES = (
    "/",
    "/plans",
    "/plans/PLAN",
    "/runs",
    "/runs/1",
    "/explain",
    "/findings",
    "/conflicts",
    "/writing",
    "/pins",
    "/people",
    "/people/1",
    "/me",
    "/acts",
    "/queue",
    "/orders",
    "/buyers",
    "/stock",
    "/stock/explain",
    "/links",
    "/connections",
    "/connections/shop",
)
PASSWORD = "four words are enough"
PEOPLE = {"viewer": "vera@shop.example", "operator": "olli@shop.example", "admin": "anna@shop.example"}


class Around(Protocol):
    """What stands around a hub in a test: it opens one."""

    def hub(self) -> AbstractAsyncContextManager[Hub]: ...


class Served(Generic[W]):
    """The pages of a hub, and the hub behind them."""

    def __init__(self, world: W, loop: asyncio.AbstractEventLoop) -> None:
        self.world, self._loop = world, loop
        self.url, self.plan = "", 0
        self.hub: Hub

    def do(self, story: Callable[[Hub], Coroutine[Any, Any, T]]) -> T:
        """Do something with the hub, in its own loop."""
        return asyncio.run_coroutine_threadsafe(story(self.hub), self._loop).result(60)

    @contextmanager
    def client(self, role: str = "") -> Iterator[httpx.Client]:
        """Give a client, signed in if a role is named."""
        with httpx.Client(base_url=self.url, trust_env=False, timeout=20) as found:
            if role:
                done = found.post("/sign-in", data={"email": PEOPLE[role], "password": PASSWORD})
                assert done.status_code == 303, done.text
            yield found

    def csrf(self, client: httpx.Client) -> str:
        """Read the field that every form carries."""
        return self.field(client.get("/runs").text, "csrf")

    @staticmethod
    def field(text: str, name: str) -> str:
        """Read the first hidden field of a name."""
        return text.partition(f'name="{name}" value="')[2].partition('"')[0]


Site = Served[World]


async def add_people(hub: Hub) -> None:
    """Add one person of each role."""
    hashed = await hash_password(PASSWORD)
    for role, email in PEOPLE.items():
        await access.put_user(hub, email, hashed, role, "test")


@contextmanager
def serving(folder: Path, *, people: bool = True, items: int = 12, settings: str = DEMO) -> Iterator[Site]:
    """Serve the pages of a new hub."""
    with serving_around(World(folder, items, simple=True, settings=settings), people=people) as site:
        yield site


@contextmanager
def serving_around(world: W, *, people: bool = True) -> Iterator[Served[W]]:
    """Serve the pages of the hub in a world."""
    loop = asyncio.new_event_loop()
    site = Served(world, loop)
    ready, over = threading.Event(), asyncio.Event()
    failed: list[BaseException] = []

    async def whole() -> None:
        async with site.world.hub() as hub, served(hub, listen("127.0.0.1", 0)) as url:
            if people:
                await add_people(hub)
            site.hub, site.url = hub, url
            ready.set()
            await over.wait()

    def live() -> None:
        try:
            loop.run_until_complete(whole())
        except BaseException as error:  # noqa: BLE001 - raised again by the test
            failed.append(error)
            ready.set()

    thread = threading.Thread(target=live)
    thread.start()
    ready.wait(60)
    try:
        if not failed:
            yield site
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(60)
        loop.close()
    if failed:
        raise failed[0]
