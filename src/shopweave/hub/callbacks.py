"""Callbacks in: where they come in, how they are stored before they are answered, and what became of them."""

from asyncio import Future, Task, ensure_future, get_running_loop
from collections.abc import Mapping, Sequence
from functools import partial
from hashlib import sha256

from msgspec import Struct

from shopweave.connector.callbacks import Callback, Heard, HearsCallbacks, NotHeard
from shopweave.hub.context import Hub
from shopweave.lanes.port import Port
from shopweave.model.errors import Configuration
from shopweave.model.finding import Finding, Severity
from shopweave.store import callbacks, findings
from shopweave.store.base import Tx
from shopweave.store.callbacks import Counts, HookRow, NewCallback

AT_ONCE = 200
BIGGEST = 5_000_000
KEPT = 65_536


class Hook(Struct, frozen=True, kw_only=True):
    """Where callbacks of a connection come in, and the secret they are signed with."""

    connection: str
    url: str
    secret: str


class Entrance(Struct, frozen=True, kw_only=True):
    """A way in as the receiver uses it."""

    port: Port
    secret: str


class Reply(Struct, frozen=True, kw_only=True):
    """What a callback is answered with; without a code it was accepted."""

    status: int
    code: str = ""
    what: str = ""
    remedy: str = ""


ACCEPTED = Reply(status=200)
TOO_BIG = NotHeard(
    status=413,
    code="HOOK-013",
    what=f"A callback of more than {BIGGEST:,} bytes.",
    remedy="It was not read; the hub sees what changed when it next looks by itself.",
)


async def open_hooks(hub: Hub) -> dict[str, Entrance]:
    """Give the ways in by their path; makes those that are missing."""
    if hub.open_seal is None:
        raise Configuration("This hub has no key file.", code="HOOK-017")
    seal, able = hub.open_seal(), [port for port in hub.house.ports.values() if _hears(port)]
    fresh = {
        port.row.id: HookRow(connection=port.row.id, path=hub.ids.new(), sealed=seal.seal(hub.ids.new()))
        for port in able
    }
    rows = await hub.store.write_safe(partial(_ensured, fresh))
    ports = {port.row.id: port for port in able}
    return {
        row.path: Entrance(port=ports[row.connection], secret=seal.open(row.sealed))
        for row in rows
        if row.connection in ports
    }


async def hooks(hub: Hub) -> tuple[Hook, ...]:
    """Give address and secret of every way in."""
    ways = await open_hooks(hub)
    return tuple(
        Hook(connection=way.port.row.name, url=address(hub, path), secret=way.secret)
        for path, way in ways.items()
    )


def address(hub: Hub, path: str) -> str:
    """Give the address of a way in, as the outside reaches it."""
    web = hub.settings.web
    return f"{(web.base_url or f'http://{web.host}:{web.port}').rstrip('/')}/hooks/{path}"


async def counted(hub: Hub) -> Counts:
    """Count the callbacks of the last week."""
    return await hub.store.read(callbacks.counts)


def _hears(port: Port) -> bool:
    return isinstance(port.connector, HearsCallbacks)


def _ensured(fresh: Mapping[int, HookRow], tx: Tx) -> tuple[HookRow, ...]:
    known = {row.connection for row in callbacks.hooks(tx)}
    for connection, row in fresh.items():
        if connection not in known:
            callbacks.add_hook(tx, row)
    return callbacks.hooks(tx)


class _Arrival(Struct, kw_only=True):
    """Something that came in and waits for its commit."""

    port: Port
    stored: NewCallback | None
    refused: NotHeard | None
    settled: "Future[None]"


class Receiver:
    """Takes callbacks in: many in one commit, each answered when that commit is on the disk."""

    def __init__(self, hub: Hub, ways: Mapping[str, Entrance]) -> None:
        self._hub, self._ways = hub, ways
        self._waiting: list[_Arrival] = []
        self._writing: Task[None] | None = None

    def way(self, path: str) -> Entrance | None:
        """Give the way in at a path."""
        return self._ways.get(path)

    async def receive(self, way: Entrance, headers: Mapping[str, str], body: bytes) -> Reply:
        """Check, store and answer one callback; names of headers are in lower case."""
        callback = Callback(headers=headers, body=body)
        found: Heard | NotHeard = way.port.connector.heard(callback, way.secret)
        if isinstance(found, NotHeard):
            return await self._refuse(way, found, callback)
        stored = NewCallback(
            connection=way.port.row.id,
            identity=identity(callback, found.topic, found.about, found.remote_id),
            topic=found.topic,
            about=found.about,
            remote_id=found.remote_id,
        )
        await self._settle(way.port, stored, None)
        return ACCEPTED

    async def too_big(self, way: Entrance) -> Reply:
        """Answer one that is not read."""
        return await self._refuse(way, TOO_BIG, Callback(headers={}, body=b""))

    async def _refuse(self, way: Entrance, why: NotHeard, callback: Callback) -> Reply:
        """Answer what was not taken, and tell people; what was signed is kept for them to look at."""
        signed = why.status == 400
        stored = NewCallback(
            connection=way.port.row.id,
            identity=identity(callback, "", "", why.code),
            topic="",
            code=why.code,
            body=callback.body[:KEPT],
        )
        await self._settle(way.port, stored if signed else None, why)
        return Reply(status=why.status, code=why.code, what=why.what, remedy=why.remedy)

    async def close(self) -> None:
        """Wait for what is being written."""
        if self._writing is not None:
            await self._writing

    async def _settle(self, port: Port, stored: NewCallback | None, refused: NotHeard | None) -> None:
        settled: Future[None] = get_running_loop().create_future()
        self._waiting.append(_Arrival(port=port, stored=stored, refused=refused, settled=settled))
        if self._writing is None or self._writing.done():
            self._writing = ensure_future(self._write())
        await settled

    async def _write(self) -> None:
        """Write what waits; while one commit is under way the next gathers."""
        while self._waiting:
            batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            try:
                await self._hub.store.write_safe(partial(self._store, batch))
            except Exception as error:  # noqa: BLE001 - whoever waits for the commit is told
                for one in batch:
                    one.settled.set_exception(error)
            else:
                for one in batch:
                    if not one.settled.done():
                        one.settled.set_result(None)

    def _store(self, batch: Sequence[_Arrival], tx: Tx) -> None:
        rows: dict[int, list[NewCallback]] = {}
        for one in batch:
            if one.stored is not None:
                rows.setdefault(one.port.row.id, []).append(one.stored)
        late = self._hub.listener.store(tx, rows)
        for connection, times in late.items():
            if times:
                findings.report(tx, _late_finding(self._hub.house.ports[connection], times), adds=True)
        for one in batch:
            if one.refused is not None:
                findings.report(tx, _refused_finding(one.port, one.refused), adds=True)


def identity(callback: Callback, topic: str, about: str, remote_id: str) -> str:
    """Name what came in by what it says: different deliveries may share an id."""
    whole = sha256(f"{topic}\n{about}\n{remote_id}\n".encode())
    whole.update(callback.body)
    return whole.hexdigest()


def _refused_finding(port: Port, why: NotHeard) -> Finding:
    return Finding(
        code=why.code,
        cause=f"hook:{port.row.name}:{why.code}",
        severity=Severity.NEEDS,
        connection=port.row.name,
        what=f"{port.row.name}: {why.what}",
        why="It was not taken; what changed is seen when the hub next looks by itself.",
        can_do=why.remedy,
    )


def _late_finding(port: Port, times: int) -> Finding:
    return Finding(
        code="HOOK-014",
        cause=f"hook:{port.row.name}:HOOK-014",
        severity=Severity.NOTE,
        connection=port.row.name,
        what=f"{port.row.name}: the same callback came again an hour or more later.",
        why="A repeated callback makes the hub look once more and changes nothing by itself.",
        can_do="If nobody in the shop sent it again, give the webhooks a new secret.",
        count=times,
    )
