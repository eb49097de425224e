"""A whole hub for tests: real connectors and store, simulators reached without a network."""

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from shopweave.connector.declaration import Doors, find_connector
from shopweave.connector.transports import HttpStream
from shopweave.engine.local import LocalEngine
from shopweave.engine.port import Engine
from shopweave.hub import plans, runs
from shopweave.hub.context import Account, Hub, build_house
from shopweave.hub.settings import read
from shopweave.hub.settings.templates import DEMO
from shopweave.lanes.recording import RecordingTransport
from shopweave.model.errors import NotSent
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.settings import HubSettings
from shopweave.runtime.clock import SystemClock, SystemIds, system_random
from shopweave.runtime.files import Files
from shopweave.runtime.opening import _steady_engine, open_store
from shopweave.runtime.pulse import PulseFile
from shopweave.runtime.secrets import open_seal
from shopweave.runtime.sql import open_sql
from shopweave.runtime.upgrading import bring_up
from shopweave.simulators.catalogue import Catalogue, catalogue
from shopweave.simulators.icecat import IcecatSite
from shopweave.simulators.journal import Journal
from shopweave.simulators.receiver import Receiver
from shopweave.simulators.till import create
from shopweave.simulators.woocommerce import User, WooShop

T = TypeVar("T")
JOURNAL = "simulators/shop.sqlite"
SHOP, ICECAT = "http://127.0.0.1:9001", "http://127.0.0.1:9002"
PASSWORD = "abcd efgh ijkl mnop"
Fault = Callable[[HttpRequest, Callable[[], HttpResponse]], HttpResponse]


class Simulated:
    """A transport straight into simulators; `fault` may answer in their place or raise."""

    def __init__(self, *simulators: tuple[str, WooShop | IcecatSite | Receiver]) -> None:
        self.simulators = simulators
        self.fault: Fault | None = None
        self.log: list[str] = []

    async def send(self, request: HttpRequest) -> HttpResponse:
        await asyncio.sleep(0)
        for url, simulator in self.simulators:
            if request.url.startswith(url):
                self.log.append(f"{request.method} {request.url.partition('?')[0].removeprefix(url)}")
                if self.fault is not None:
                    return self.fault(request, partial(simulator.handle, request))
                return simulator.handle(request)
        raise NotSent("nobody answers there")

    @asynccontextmanager
    async def stream(self, request: HttpRequest) -> AsyncIterator[HttpStream]:
        yield _Whole(await self.send(request))


class _Whole:
    def __init__(self, answer: HttpResponse) -> None:
        self.status, self.headers, self._body = answer.status, answer.headers, answer.body

    async def read(self, size: int = 65_536) -> bytes:
        piece, self._body = self._body[:size], self._body[size:]
        return piece


@cache
def empty_hub() -> bytes:
    """Make the database of a new hub once in a process; its steps cost more than most tests."""
    with TemporaryDirectory() as folder:
        bring_up(Path(folder), "", SystemClock(), held=True)
        return (Path(folder) / "hub.sqlite").read_bytes()


class World:
    """A till, an Icecat, a shop, and a hub between them on one folder."""

    def __init__(self, folder: Path, items: int = 30, *, simple: bool = False, settings: str = DEMO) -> None:
        self.folder, self.clock = folder, SystemClock()
        self.goods: Catalogue = catalogue(random.Random(3), items, datetime.now(UTC).date(), simple=simple)
        self.till = folder / "till.sqlite"
        if not self.till.exists():
            create(self.till, self.goods, datetime.now(UTC))
        journal = Journal(folder / JOURNAL) if (folder / JOURNAL).exists() else None
        users = (User(name="hub", password=PASSWORD),)
        self.shop = WooShop(self.clock, url=SHOP, users=users, journal=journal)
        if journal is not None:
            journal.close()
        self.icecat = IcecatSite(self.goods.sheets, url=ICECAT)
        self.http = Simulated((SHOP, self.shop), (ICECAT, self.icecat))
        (folder / "simulators").mkdir(exist_ok=True)
        (folder / "simulators" / "shop-password").write_text(PASSWORD)
        self.settings = settings.format(till="till.sqlite", icecat=ICECAT, shop=SHOP)

    @asynccontextmanager
    async def hub(
        self, made: HubSettings | None = None, *, start: bool = True, steady: bool = False
    ) -> AsyncIterator[Hub]:
        """Open a hub on the folder, started unless told otherwise; a steady one has the big engine."""
        settings = made or read(self.settings, str(self.folder / "shopweave.toml"), {})
        file = self.folder / "hub.sqlite"
        if not settings.database and not file.exists():
            file.write_bytes(empty_hub())
        store = open_store(self.folder, settings.database, self.clock)
        opened = []

        def account(one: object) -> Account:
            connector = find_connector(one.type)  # type: ignore[attr-defined]

            def sql(url: str) -> object:
                opened.append(open_sql(url))
                return opened[-1]

            doors = Doors(
                http=RecordingTransport(self.http),
                sql=sql,  # type: ignore[arg-type]
                clock=self.clock,
                ids=SystemIds(),
                random=system_random(),
                files=Files(),
            )
            values = one.values  # type: ignore[attr-defined]
            made = connector.make(values, doors)
            return Account(name=one.name, mode="test", connector=connector, values=values, made=made)  # type: ignore[attr-defined]

        accounts = tuple(account(one) for one in settings.connections)
        house = await store.write(lambda tx: build_house(tx, accounts, settings, self.clock))
        worker = SystemIds().new()
        engine: Engine = (
            _steady_engine(self.folder, settings, store, worker)
            if steady
            else LocalEngine(store, self.clock, worker)
        )
        hub = Hub(
            store=store,
            engine=engine,
            clock=self.clock,
            ids=SystemIds(),
            random=system_random(),
            settings=settings,
            house=house,
            worker=worker,
        )
        hub.open_seal = partial(open_seal, self.folder)
        hub.pulse = PulseFile(self.folder)
        await engine.take_over()
        if start:
            await hub.start()
        try:
            yield hub
        finally:
            await hub.stop()
            for one in opened:
                one.close()

    async def run(self, hub: Hub, *flows: str, approve: bool = True, cause: str = "run") -> int:
        """Run flows one after the other and, if asked, approve what is held; gives how many were approved."""
        approved = 0
        for name in flows or [flow.row.name for flow in hub.house.flows.values()]:
            await runs.finished(hub, await runs.start(hub, name, "test", cause))
            assert await runs.settled(hub)
            while approve and (held := await plans.held(hub)):
                for plan in held:
                    approved += await plans.approve(hub, plan.id, None, "test")
                assert await runs.settled(hub)
        return approved

    def sql(self, statement: str, *values: object) -> None:
        """Change the till by hand."""
        db = sqlite3.connect(self.till)
        with db:
            db.execute(statement, values)
        db.close()


def filled(folder: Path, items: int = 30, *, simple: bool = False) -> World:
    """Give a world whose first runs are done: its files and its shop were filled once in a process."""
    for name, content in _first_runs(items, simple).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return World(folder, items, simple=simple)


@cache
def _first_runs(items: int, simple: bool) -> dict[str, bytes]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        world = World(folder, items, simple=simple)
        play(world, world.run)
        journal = Journal(folder / JOURNAL)
        world.shop.flush(journal)
        journal.close()
        return {
            str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()
        }


def play(world: World, story: Callable[[Hub], Awaitable[T]], *, steady: bool = False) -> T:
    """Open a hub, play a story on it, close it."""

    async def whole() -> T:
        async with world.hub(steady=steady) as hub:
            return await story(hub)

    return asyncio.run(whole())
