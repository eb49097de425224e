"""What happened over the last day or week, and how fast the lanes are: for the page of the queue."""

from datetime import datetime, timedelta
from functools import partial

from msgspec import Struct

from shopweave.hub.context import Hub
from shopweave.model.errors import Configuration
from shopweave.store import samples
from shopweave.store.base import Tx
from shopweave.store.columns import written

PACE = timedelta(minutes=10)
LEAST = 5


class Span(Struct, frozen=True, kw_only=True):
    """A stretch of time in steps; `letters` of a written moment name one of them."""

    length: timedelta
    step: timedelta
    letters: int


SPANS = {
    "day": Span(length=timedelta(days=1), step=timedelta(minutes=10), letters=15),
    "week": Span(length=timedelta(days=7), step=timedelta(hours=1), letters=13),
}


class Line(Struct, frozen=True, kw_only=True):
    """One connection over time: write requests, the changes they carried, the most that waited.

    What waited is None where nobody looked: the hub did not work then.
    """

    connection: str
    thread: int
    requests: tuple[int, ...]
    writes: tuple[int, ...]
    waiting: tuple[int | None, ...]


class History(Struct, frozen=True, kw_only=True):
    """The beginnings of all steps, and a line for each connection that is written to."""

    span: str
    step: float
    at: tuple[datetime, ...]
    lines: tuple[Line, ...]


class Pace(Struct, frozen=True, kw_only=True):
    """What a connection took in the last ten minutes; under five requests nothing is foretold from it."""

    requests: int
    writes: int

    def until_empty(self, waiting: int) -> timedelta | None:
        """Say about how long it takes until nothing waits, None when nobody knows."""
        if self.requests < LEAST or not self.writes:
            return None
        return PACE * (waiting / self.writes)


async def history(hub: Hub, span: str) -> History:
    """Give what happened in a day or a week."""
    if span not in SPANS:
        raise Configuration(f"There is no span '{span}'.", code="HUB-406", remedy="Say day or week.")
    return await hub.store.read(partial(_history, hub, span))


def _history(hub: Hub, name: str, tx: Tx) -> History:
    span = SPANS[name]
    last = datetime.fromtimestamp(tx.now.timestamp() // span.step.seconds * span.step.seconds, tx.now.tzinfo)
    count = int(span.length / span.step)
    at = tuple(last - span.step * (count - 1 - number) for number in range(count))
    names = [written(one)[: span.letters] for one in at]
    waited = {(one.connection, one.stretch): one.number for one in samples.waited(tx, at[0], span.letters)}
    return History(
        span=name,
        step=span.step.total_seconds(),
        at=at,
        lines=tuple(
            _line(hub, tx, key, thread, names, span, at[0], waited)
            for thread, key in enumerate(hub.house.ports)
            if hub.house.group(key)
        ),
    )


def _line(
    hub: Hub,
    tx: Tx,
    key: int,
    thread: int,
    names: list[str],
    span: Span,
    since: datetime,
    waited: dict[tuple[int, str], int],
) -> Line:
    sent = {one.stretch: one for one in samples.sent(tx, key, since, span.letters)}
    return Line(
        connection=hub.house.ports[key].row.name,
        thread=thread % 8 + 1,
        requests=tuple(sent[name].number if name in sent else 0 for name in names),
        writes=tuple(sent[name].items if name in sent else 0 for name in names),
        waiting=tuple(waited.get((key, name)) for name in names),
    )


async def paces(hub: Hub) -> dict[str, Pace]:
    """Say what each connection took in the last ten minutes."""
    return await hub.store.read(partial(_paces, hub))


def _paces(hub: Hub, tx: Tx) -> dict[str, Pace]:
    found = {}
    for key, port in hub.house.ports.items():
        beats = samples.sent(tx, key, tx.now - PACE, 1)
        found[port.row.name] = Pace(
            requests=sum(one.number for one in beats), writes=sum(one.items for one in beats)
        )
    return found
