"""Whether this process may go on working: a database server can take its right away."""

from shopweave.hub.context import Hub
from shopweave.model.errors import Unavailable
from shopweave.model.finding import Finding, Severity
from shopweave.store import findings

LOOK = 3.0
CAUSE = "right:"


async def lost_right(hub: Hub) -> None:
    """Return when the right to work is lost, and tell people; never while it is kept."""
    await hub.store.write(lambda tx: findings.settle(tx, CAUSE))
    while hub.has_right is None or await hub.has_right():
        await hub.clock.sleep(LOOK)
    told = _finding(hub.place)
    try:
        await hub.store.write(lambda tx: findings.report(tx, told))
    except Unavailable:
        return


def _finding(place: str) -> Finding:
    return Finding(
        code="STORE-025",
        cause=f"{CAUSE}{place}",
        severity=Severity.NEEDS,
        what=f"The database server ended the session of a process that works on this hub: {place}.",
        why="One the server does not know of must not work: tables could be changed under it.",
        doing="It has ended; what it did goes to the others within 45 seconds.",
        can_do="Start it again, or let the service that runs it do so by itself.",
    )
