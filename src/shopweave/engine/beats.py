"""Who is alive: each worker counts on a row of its own; who stops counting is dead to those who watch.

The watchers measure by their own clocks how long a count has stood still, so clocks that differ do no harm.
"""

from collections.abc import Iterable
from datetime import timedelta

from msgspec import Struct
from sqlalchemy import bindparam, delete, insert, select, update

from shopweave.engine.tables import worker
from shopweave.store.base import Tx

BEAT = 3.0
DEAD = 30.0
KEEP = timedelta(days=1)

_COUNT = update(worker).where(worker.c.name == bindparam("me")).values(beats=worker.c.beats + 1)
_COME = insert(worker)
_GO = delete(worker).where(worker.c.name == bindparam("who"))
_FORGET = delete(worker).where(worker.c.seen < bindparam("before"))
_ALL = select(worker.c.name, worker.c.place, worker.c.beats).order_by(worker.c.name)


class Sign(Struct, frozen=True, kw_only=True):
    """The last count that was seen of a worker, and since when it stands still."""

    beats: int
    since: float


class Beats:
    """The heartbeat of one worker, and what it has seen of the others; `place` is for people."""

    def __init__(self, owner: str, place: str, dead: float = DEAD) -> None:
        self._owner, self._place, self._dead = owner, place, dead
        self._seen: dict[str, Sign] = {}

    def beat(self, tx: Tx) -> None:
        """Count one further; a worker whose row was taken away is there again."""
        if not tx.run(_COUNT, {"me": self._owner, "seen": tx.now}):
            tx.run(_COME, {"name": self._owner, "place": self._place, "beats": 1, "seen": tx.now})
        tx.run(_FORGET, {"before": tx.now - KEEP})

    def silent(self, tx: Tx, holders: Iterable[str], at: float) -> tuple[str, ...]:
        """Give those of the holders of runs who have not counted for too long; `at` is monotonic."""
        counts = {row.name: int(row.beats) for row in tx.rows(_ALL)}
        others = {name: counts.get(name, 0) for name in holders if name != self._owner}
        self._seen = {name: self._sign(name, beats, at) for name, beats in others.items()}
        return tuple(name for name, sign in self._seen.items() if at - sign.since >= self._dead)

    def _sign(self, name: str, beats: int, at: float) -> Sign:
        known = self._seen.get(name)
        return known if known is not None and known.beats == beats else Sign(beats=beats, since=at)


def leave(tx: Tx, *names: str) -> None:
    """Take away the rows of workers that have ended, or whose runs were given to others."""
    for name in names:
        tx.run(_GO, {"who": name})


def present(tx: Tx) -> tuple[str, ...]:
    """Give where the workers are that have not left."""
    return tuple(str(row.place) for row in tx.rows(_ALL))
