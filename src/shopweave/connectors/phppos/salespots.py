"""Where the reading of sales stands, and how it moves on; pure."""

from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from shopweave.connectors.phppos.idfeed import LONGEST, Numbers
from shopweave.connectors.phppos.positions import EARLIEST
from shopweave.model.errors import Configuration

_SECONDS = "%Y-%m-%d %H:%M:%S"


class SaleSpot(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place in three lists: sales by number, stock log by number, sales by the moment of their last change.

    `moment` and `after` are the last change and sale read. `high` is the newest change seen so far, and
    `risen` when the hub saw it first.
    """

    sales: Numbers = Numbers()
    log: Numbers = Numbers()
    moment: str = EARLIEST
    after: int = 0
    high: str = EARLIEST
    risen: datetime | None = None


def read_spot(position: str) -> SaleSpot:
    """Read a stored position."""
    try:
        return msgspec.json.decode(position.encode(), type=SaleSpot)
    except msgspec.MsgspecError as error:
        raise Configuration(
            "The stored position of the till's sales cannot be read.",
            code="POS-011",
            remedy="Start reading the orders of this connection anew.",
        ) from error


def write_spot(spot: SaleSpot) -> str:
    """Write a position to be stored."""
    return msgspec.json.encode(spot).decode()


def past(spot: SaleSpot, moment: str, sale: int, now: datetime) -> SaleSpot:
    """Go behind a change."""
    spot = replace(spot, moment=moment, after=sale)
    return replace(spot, high=moment, risen=now) if moment > spot.high else spot


def rewound(spot: SaleSpot, now: datetime, overlap: timedelta) -> SaleSpot:
    """End a turn: the next one reaches back, unless the newest change is too old to be passed by another."""
    reach = max(overlap, LONGEST)
    if spot.risen is not None and now - spot.risen < reach:
        back = (datetime.fromisoformat(spot.high) - reach).strftime(_SECONDS)
        return replace(spot, moment=max(back, EARLIEST), after=0)
    return replace(spot, moment=spot.high, after=2**62)
