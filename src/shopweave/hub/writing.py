"""Stop all writing and go on: reads go on, lanes keep their order, nothing is lost."""

from datetime import datetime

from msgspec import Struct

from shopweave.hub.context import Hub
from shopweave.model.finding import Finding, Severity
from shopweave.store import audits, findings, outbox, stopping
from shopweave.store.base import Tx

CAUSE = "writing"


class Writing(Struct, frozen=True, kw_only=True):
    """Whether the hub writes, who stopped it and when, and how many changes wait at each connection."""

    stopped: bool
    who: str = ""
    since: datetime | None = None
    waiting: dict[str, int] = {}


async def status(hub: Hub) -> Writing:
    """Say whether the hub writes, and what waits."""
    return await hub.store.read(lambda tx: _status(tx, hub))


async def stop(hub: Hub, who: str) -> Writing:
    """Stop all writing; requests under way end, and no other is begun."""
    return await hub.store.write_safe(lambda tx: _stop(tx, hub, who))


async def go_on(hub: Hub, who: str) -> Writing:
    """Write again, what waited first."""
    return await hub.store.write_safe(lambda tx: _go_on(tx, hub, who))


def _status(tx: Tx, hub: Hub) -> Writing:
    found = stopping.stopped(tx)
    counts = {port.row.name: outbox.left(tx, key) for key, port in hub.house.ports.items()}
    waiting = {name: count for name, count in counts.items() if count}
    if found is None:
        return Writing(stopped=False, waiting=waiting)
    return Writing(stopped=True, who=found.who, since=found.since, waiting=waiting)


def _stop(tx: Tx, hub: Hub, who: str) -> Writing:
    if stopping.stop(tx, who):
        audits.note(tx, who, "stopped all writing", "{}")
        findings.report(tx, _finding(who))
    return _status(tx, hub)


def _go_on(tx: Tx, hub: Hub, who: str) -> Writing:
    if stopping.go_on(tx):
        audits.note(tx, who, "let the hub write again", "{}")
        findings.settle(tx, CAUSE)
        for key in hub.house.ports:
            if outbox.left(tx, key):
                hub.lanes.wake(tx, key)
    return _status(tx, hub)


def _finding(who: str) -> Finding:
    return Finding(
        code="LANE-020",
        cause=CAUSE,
        severity=Severity.STOPPED,
        what=f"All writing is stopped by {who}.",
        why="Reading goes on; what is to be written waits in order and nothing is lost.",
        can_do="'shopweave writing go-on' lets the hub write again.",
    )
