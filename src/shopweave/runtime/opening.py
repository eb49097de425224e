"""Putting a hub together from its settings."""

from functools import partial
from pathlib import Path

from shopweave.connector.declaration import Doors
from shopweave.connector.transports import SqlTransport
from shopweave.engine.local import LocalEngine
from shopweave.engine.tables import metadata as engine_metadata
from shopweave.hub.context import Account, Hub, build_house, make_account
from shopweave.model.message import Post
from shopweave.model.seams import Clock
from shopweave.model.settings import ConnectionSettings, HubSettings, NotifySettings
from shopweave.runtime.clock import SystemClock, SystemIds, system_random
from shopweave.runtime.folder import FolderLock
from shopweave.runtime.http import AiohttpTransport, GuardedTransport
from shopweave.runtime.mail import MailPost
from shopweave.runtime.sql import ForeignSql, open_sql
from shopweave.runtime.webhook import WebhookPost
from shopweave.store.base import Database
from shopweave.store.opening import explaining
from shopweave.store.postgres import PostgresStore, make_postgres
from shopweave.store.sqlite import SqliteStore, make_engine
from shopweave.store.tables import metadata

DATABASE = "hub.sqlite"
Ways = tuple[AiohttpTransport, GuardedTransport]


class Opened:
    """A hub and what was opened for it."""

    def __init__(self, hub: Hub, sql: dict[str, list[ForeignSql]]) -> None:
        self.hub, self.sql = hub, sql


def prepare(engine: Database) -> None:
    """Make the tables of a new database."""
    metadata.create_all(engine)
    engine_metadata.create_all(engine)
    engine.dispose()


def open_store(folder: Path, url: str, clock: Clock, *, works: bool = True) -> SqliteStore | PostgresStore:
    """Open the database of a hub, its tables made: a file in its folder, or a server."""
    if not url:
        prepare(make_engine(folder / DATABASE))
        return SqliteStore(folder / DATABASE, clock)
    with explaining():
        prepare(make_postgres(url))
        store = PostgresStore(url, clock)
        if works:
            store.hold()
    return store


async def open_hub(folder: Path, settings: HubSettings, *, lock: bool = True, works: bool = True) -> Opened:
    """Open a hub on its folder.

    With `lock` this process takes the folder for itself; the demo has it already. A hub that does not work
    only looks: it may be opened beside one that works, and is never started.
    """
    guard = FolderLock(folder)
    if lock and works:
        guard.take()
    clock = SystemClock()
    store = open_store(folder, settings.database, clock, works=works)
    http = AiohttpTransport(clock)
    foreign = GuardedTransport(clock, allow_private=settings.allow_private_addresses)
    sql: dict[str, list[ForeignSql]] = {}
    accounts = tuple(_account(one, clock, (http, foreign), sql) for one in settings.connections)
    worker = SystemIds().new()
    house = await store.write(lambda tx: build_house(tx, accounts, settings.flows, clock))
    engine = LocalEngine(store, clock, worker)
    hub = Hub(
        store=store,
        engine=engine,
        clock=clock,
        ids=SystemIds(),
        random=system_random(),
        settings=settings,
        house=house,
        worker=worker,
    )
    hub.posts = open_posts(settings.notify, foreign)
    if works:
        await engine.take_over()
    hub.closing.append(partial(_close, (http, foreign), sql, guard))
    return Opened(hub, sql)


def open_posts(settings: NotifySettings, http: GuardedTransport) -> tuple[Post, ...]:
    """Give the ways on which findings go out."""
    found: list[Post] = []
    if settings.email is not None:
        found.append(MailPost(settings.email))
    if settings.webhook:
        found.append(WebhookPost(settings, http))
    return tuple(found)


async def _close(ways: Ways, sql: dict[str, list[ForeignSql]], guard: FolderLock) -> None:
    for way in ways:
        await way.close()
    for one in (one for many in sql.values() for one in many):
        one.close()
    guard.release()


def _account(
    one: ConnectionSettings, clock: SystemClock, ways: Ways, sql: dict[str, list[ForeignSql]]
) -> Account:
    def open_counted(url: str) -> SqlTransport:
        opened = open_sql(url)
        sql.setdefault(one.name, []).append(opened)
        return opened

    doors = Doors(
        http=ways[0],
        foreign=ways[1],
        sql=open_counted,
        clock=clock,
        ids=SystemIds(),
        random=system_random(),
    )
    return make_account(one, doors)
