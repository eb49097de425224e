"""Where a feed stands, and how it moves on; pure.

The items feed is read in turns of three kinds. A sweep goes through all items by number. A window goes
through what moved since the newest moment the turns before have seen, less an overlap, in the order
(moment, item). Keys go through all items again, without their texts, when that is due.

A moment is only ever compared with moments of the same database. When the newest one has stayed the same
for longer than the overlap, nothing older can still become visible, and windows start right after it.
"""

from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from shopweave.model.errors import Configuration

OVERLAP = timedelta(minutes=5)
EARLIEST = "1970-01-01 00:00:01"
LAST_ITEM = 2**62
IDLE, SWEEP, WINDOW, KEYS = "idle", "sweep", "window", "keys"
_SECONDS = "%Y-%m-%d %H:%M:%S"


class Spot(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place in the items feed.

    `since` and `after` are the last moment and item read. `high` is the newest moment of finished turns and
    `seen` when the hub saw it first; `top` the newest when this turn began. `begun` is when that was,
    `swept` when the last look at everything began. The hub's own times only ever measure how long ago
    something was.
    """

    mode: str = IDLE
    since: str = ""
    after: int = 0
    high: str = ""
    top: str = ""
    seen: datetime | None = None
    begun: datetime | None = None
    swept: datetime | None = None
    settled: bool = False


def read_spot(position: str) -> Spot:
    """Read a stored position."""
    if not position:
        return Spot()
    try:
        return msgspec.json.decode(position.encode(), type=Spot)
    except msgspec.MsgspecError as error:
        raise Configuration(
            "The stored position of the till's items cannot be read.",
            code="POS-011",
            remedy="Start a full read of this connection.",
        ) from error


def write_spot(spot: Spot) -> str:
    """Write a position to be stored."""
    return msgspec.json.encode(spot).decode()


def begin(position: str, now: datetime, *, sweep: bool) -> Spot:
    """Say what to read next: go on with a turn, or begin one."""
    spot = read_spot(position)
    if not position or (sweep and spot.mode == IDLE):
        return msgspec.structs.replace(spot, mode=SWEEP, since="", after=0, top="", begun=now)
    if spot.mode != IDLE:
        return spot
    since, after = spot.high or EARLIEST, LAST_ITEM
    if not spot.settled:
        since, after = earlier(since), -1
    return msgspec.structs.replace(spot, mode=WINDOW, since=since, after=after, top="", begun=now)


def earlier(moment: str) -> str:
    """Give the moment less the overlap."""
    return max((datetime.fromisoformat(moment) - OVERLAP).strftime(_SECONDS), EARLIEST)


def is_due(spot: Spot, now: datetime, hours: float) -> bool:
    """Say whether it is time to look at everything again."""
    return spot.swept is None or now - spot.swept >= timedelta(hours=hours)


def moved_on(spot: Spot, *, since: str, after: int, top: str) -> Spot:
    """Go behind a page that was not the last of its turn."""
    return msgspec.structs.replace(spot, since=since, after=after, top=max(spot.top, top))


def finished(spot: Spot, now: datetime, hours: float, *, top: str = "") -> Spot:
    """End a turn: after a window the keys follow when they are due, otherwise nothing does."""
    spot = _risen(msgspec.structs.replace(spot, top=max(spot.top, top)), now)
    if spot.mode == WINDOW and is_due(spot, now, hours):
        return msgspec.structs.replace(spot, mode=KEYS, since="", after=0, top="", begun=now)
    swept = spot.swept if spot.mode == WINDOW else spot.begun
    return msgspec.structs.replace(spot, mode=IDLE, since="", after=0, top="", begun=None, swept=swept)


def _risen(spot: Spot, now: datetime) -> Spot:
    if spot.mode == KEYS:
        return spot
    if spot.top > spot.high or spot.seen is None:
        return msgspec.structs.replace(spot, high=max(spot.top, spot.high), seen=now, settled=False)
    quiet = spot.mode == WINDOW and spot.begun is not None and spot.begun - spot.seen > OVERLAP
    return msgspec.structs.replace(spot, settled=spot.settled or quiet)
