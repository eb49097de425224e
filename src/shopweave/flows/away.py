"""Connections that stay away after an unclean start: waited for no longer than an hour, and told."""

from collections.abc import Callable
from datetime import datetime

from shopweave.flows.house import House
from shopweave.lanes.channels import AWAY, UNREAD
from shopweave.model.finding import Finding, Severity
from shopweave.store import findings, numbers, shelves
from shopweave.store.base import Tx

CAUSE = "away:"


def look_away(tx: Tx, house: House, wake: Callable[[Tx, int], None]) -> None:
    """Tell which connections were left out, and let go what waited for nothing else."""
    group = sorted({key for flow in house.stock.values() for key in flow.channel.group})
    unread = {key: since for key in group if (since := numbers.read_counter(tx, key).unread) is not None}
    away = {key: since for key, since in unread.items() if since <= tx.now - AWAY}
    told = [away_finding(house.ports[key].row.name, since) for key, since in away.items()]
    findings.settle(tx, CAUSE, besides=[one.cause for one in told])
    for one in told:
        findings.report(tx, one)
    for flow in house.stock.values():
        if away.keys() & set(flow.channel.group) and shelves.mark_held_back(tx, flow.row.target, [UNREAD]):
            wake(tx, flow.row.target)


def away_finding(name: str, since: datetime) -> Finding:
    """Say that levels go up again although a connection was not read."""
    return Finding(
        code="STK-030",
        cause=f"{CAUSE}{name}",
        severity=Severity.NEEDS,
        what=f"{name} was not read since the hub started anew at {since:%Y-%m-%d %H:%M} UTC.",
        why="The hub ended uncleanly, or a copy was put back: what that connection sold since is not known.",
        doing="Levels go up again without it. When it answers, its orders and levels are read first.",
        can_do="Look why it does not answer: shopweave check. Compare what it sold meanwhile by hand.",
        connection=name,
    )
