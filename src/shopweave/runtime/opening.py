"""Putting a hub together from its settings."""

from functools import partial
from pathlib import Path

from shopweave.connector.declaration import Doors
from shopweave.connector.transports import SqlTransport
from shopweave.engine.beats import Beats
from shopweave.engine.local import LocalEngine
from shopweave.engine.port import Engine
from shopweave.hub.context import Account, Hub, build_house, make_account
from shopweave.model.errors import HubError
from shopweave.model.message import Post
from shopweave.model.seams import Clock
from shopweave.model.settings import ConnectionSettings, HubSettings, NotifySettings
from shopweave.runtime.clock import SystemClock, SystemIds, system_random
from shopweave.runtime.files import Files
from shopweave.runtime.http import AiohttpTransport, GuardedTransport
from shopweave.runtime.mail import MailPost
from shopweave.runtime.pulse import PulseFile
from shopweave.runtime.right import Right, this_place
from shopweave.runtime.secrets import open_seal
from shopweave.runtime.sql import ForeignSql, open_sql
from shopweave.runtime.upgrading import DATABASE, Upgrade, bring_up
from shopweave.runtime.webhook import WebhookPost
from shopweave.store.opening import explaining
from shopweave.store.postgres import PostgresStore
from shopweave.store.sqlite import SqliteStore

Ways = tuple[AiohttpTransport, GuardedTransport]


class Opened:
    """A hub and what was opened for it; `right` is the right to work on it, `upgrade` what was done first."""

    def __init__(
        self, hub: Hub, sql: dict[str, list[ForeignSql]], right: Right, upgrade: Upgrade | None
    ) -> None:
        self.hub, self.sql, self.right, self.upgrade = hub, sql, right, upgrade


def open_store(folder: Path, url: str, clock: Clock) -> SqliteStore | PostgresStore:
    """Open the database of a hub whose folder the caller has: a file in it, or a server."""
    bring_up(folder, url, clock, held=True)
    return _store(folder, url, clock)


def _store(folder: Path, url: str, clock: Clock) -> SqliteStore | PostgresStore:
    with explaining():
        return PostgresStore(url, clock) if url else SqliteStore(folder / DATABASE, clock)


async def open_hub(
    folder: Path, settings: HubSettings, *, lock: bool = True, works: bool = True, steady: bool = False
) -> Opened:
    """Open a hub on its folder.

    With `lock` this process takes the right to work for itself; the demo has it already. A hub that does not
    work only looks: it may be opened beside one that works, and is never started. A steady one works by the
    clock, on a server beside others.
    """
    right = Right(folder, settings.database)
    clock = SystemClock()
    upgrade, store, alone = _open_rightly(right, clock, works=works, lock=lock, steady=steady)
    http = AiohttpTransport(clock)
    foreign = GuardedTransport(clock, allow_private=settings.allow_private_addresses)
    sql: dict[str, list[ForeignSql]] = {}
    accounts = tuple(_account(one, clock, (http, foreign), sql) for one in settings.connections)
    worker = SystemIds().new()
    house = await store.write(lambda tx: build_house(tx, accounts, settings, clock))
    engine = _steady_engine(folder, settings, store, worker) if steady else LocalEngine(store, clock, worker)
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
    hub.open_seal = partial(open_seal, folder)
    hub.pulse, hub.alone, hub.is_prompt = PulseFile(folder), alone, steady
    hub.has_right, hub.place = partial(right.is_kept, store), this_place()
    hub.posts = open_posts(settings.notify, foreign)
    if works and alone:
        await engine.take_over()
    hub.closing.append(partial(_close, (http, foreign), sql, right))
    return Opened(hub, sql, right, upgrade)


def _open_rightly(
    right: Right, clock: Clock, *, works: bool, lock: bool, steady: bool
) -> tuple[Upgrade | None, SqliteStore | PostgresStore, bool]:
    """Take the right to work and open the store, brought up to date; says whether nobody else works."""
    takes = works and lock
    if takes:
        right.take_folder()
    try:
        upgrade = bring_up(right.folder, right.url, clock, held=works)
        store = _store(right.folder, right.url, clock)
    except HubError:
        right.release()
        raise
    try:
        return upgrade, store, right.take_server(store, shared=steady) if takes else True
    except HubError:
        store.shut_down()
        raise


def _steady_engine(
    folder: Path, settings: HubSettings, store: SqliteStore | PostgresStore, worker: str
) -> Engine:
    from shopweave.engine.dbos import DbosEngine
    from shopweave.engine.system import System, file_database, server_database

    url = settings.database
    system = System(server_database(url) if url else file_database(folder / DATABASE))
    return DbosEngine(store, SystemClock(), worker, system, Beats(worker, this_place()))


def open_posts(settings: NotifySettings, http: GuardedTransport) -> tuple[Post, ...]:
    """Give the ways on which findings go out."""
    found: list[Post] = []
    if settings.email is not None:
        found.append(MailPost(settings.email))
    if settings.webhook:
        found.append(WebhookPost(settings, http))
    return tuple(found)


async def _close(ways: Ways, sql: dict[str, list[ForeignSql]], right: Right) -> None:
    for way in ways:
        await way.close()
    for one in (one for many in sql.values() for one in many):
        one.close()
    right.release()


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
        files=Files(),
    )
    return make_account(one, doors)
