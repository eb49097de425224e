"""Stop writing and go on, everywhere or at one connection: reads go on, lanes keep order, nothing is lost."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from msgspec import Struct, json

from shopweave.hub.context import Hub
from shopweave.model.finding import Finding, Severity
from shopweave.store import audits, backlog, findings, stopping
from shopweave.store.base import Tx
from shopweave.store.stopping import EVERYWHERE, Stop

CAUSE = "writing"


class Writing(Struct, frozen=True, kw_only=True):
    """Whether the hub writes at all, who stopped it and when, and how many changes wait at each connection.

    `at` has the connections that are stopped one by one; going on everywhere leaves them stopped.
    """

    stopped: bool
    who: str = ""
    since: datetime | None = None
    waiting: dict[str, int] = {}
    at: dict[str, Stop] = {}

    @property
    def paused(self) -> int:
        """Count the changes that wait because writing is stopped."""
        return sum(count for name, count in self.waiting.items() if self.stopped or name in self.at)


async def status(hub: Hub) -> Writing:
    """Say whether the hub writes, and what waits."""
    return await hub.store.read(lambda tx: look(tx, hub))


async def stop(hub: Hub, who: str, connection: str = "") -> Writing:
    """Stop writing everywhere or to one connection; requests under way end, and no other is begun."""
    place = hub.port(connection).row.id if connection else EVERYWHERE
    return await hub.store.write_safe(partial(_stop, hub, who, place))


async def go_on(hub: Hub, who: str, connection: str = "") -> Writing:
    """Write again, what waited first."""
    place = hub.port(connection).row.id if connection else EVERYWHERE
    return await hub.store.write_safe(partial(_go_on, hub, who, place))


def look(tx: Tx, hub: Hub) -> Writing:
    """Say how the writing stands."""
    stops = stopping.stops(tx)
    counts = {port.row.name: backlog.left(tx, key) for key, port in hub.house.ports.items()}
    whole = stops.get(EVERYWHERE)
    return Writing(
        stopped=whole is not None,
        who=whole.who if whole else "",
        since=whole.since if whole else None,
        waiting={name: count for name, count in counts.items() if count},
        at=_named(hub, stops),
    )


def _named(hub: Hub, stops: Mapping[int, Stop]) -> dict[str, Stop]:
    return {port.row.name: stops[key] for key, port in hub.house.ports.items() if key in stops}


def _stop(hub: Hub, who: str, place: int, tx: Tx) -> Writing:
    if stopping.stop(tx, who, place):
        name = hub.house.ports[place].row.name if place else ""
        audits.note(tx, who, "stopped writing", _where(name))
        findings.report(tx, _stopped_at(name, who) if name else _finding(who))
    return look(tx, hub)


def _go_on(hub: Hub, who: str, place: int, tx: Tx) -> Writing:
    if stopping.go_on(tx, place):
        name = hub.house.ports[place].row.name if place else ""
        audits.note(tx, who, "let the hub write again", _where(name))
        findings.settle(tx, _cause(name))
        for key in [place] if place else hub.house.ports:
            if backlog.left(tx, key):
                hub.lanes.wake(tx, key)
    return look(tx, hub)


def _where(name: str) -> str:
    return json.encode({"connection": name or "all"}).decode()


def _cause(name: str) -> str:
    return f"stopped:{name}:" if name else CAUSE


def _finding(who: str) -> Finding:
    return Finding(
        code="LANE-020",
        cause=CAUSE,
        severity=Severity.STOPPED,
        what=f"All writing is stopped by {who}.",
        why="Reading goes on; what is to be written waits in order and nothing is lost.",
        can_do="'shopweave writing go-on' lets the hub write again.",
    )


def _stopped_at(name: str, who: str) -> Finding:
    return Finding(
        code="LANE-021",
        cause=_cause(name),
        severity=Severity.STOPPED,
        connection=name,
        what=f"Writing to {name} is stopped by {who}.",
        why="Reading goes on; what is to be written there waits in order and nothing is lost.",
        can_do=f"'shopweave writing go-on {name}' lets the hub write there again.",
    )
