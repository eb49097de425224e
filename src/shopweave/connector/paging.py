"""Paging by offset over a list that changes while it is read. Pure.

The list has a total order by id. Each page starts one row before the end of the last one, and its first row
must be the last one seen: if it is not, a row before it left the list and later rows moved up, so the next
page starts earlier. Rows that enter only make rows repeat.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct


class Place(Struct, frozen=True, kw_only=True):
    """Where a window or sweep stands.

    `lower` bounds the window (UTC), None in a sweep. `began` is the remote's time at the first request.
    `offset` and `last` are the end of what was read: `last` is the id of its last row.
    """

    lower: datetime | None = None
    began: datetime | None = None
    offset: int = 0
    last: int | None = None
    done: bool = True


def read_place(position: str) -> Place:
    """Read a position; an empty one is the beginning of a sweep."""
    return msgspec.json.decode(position, type=Place) if position else Place()


def write_place(place: Place) -> str:
    """Write a position."""
    return msgspec.json.encode(place).decode()


def begin(place: Place, *, sweep: bool) -> Place:
    """Begin the next window after a complete one, or a sweep; an incomplete one goes on."""
    if not place.done:
        return place
    return Place(lower=None if sweep else place.lower, done=False)


def first_offset(place: Place) -> int:
    """Give the offset of the next page: one row early, so that its first row is known."""
    return max(0, place.offset - 1)


def follows(place: Place, ids: Sequence[int]) -> bool:
    """Say whether a page joins what was read; if not, rows were lost between the two."""
    return place.last is None or (bool(ids) and ids[0] <= place.last)


def step_back(place: Place, size: int) -> Place:
    """Go back by a page less one row, to find the rows that moved up."""
    offset = max(0, place.offset - size + 1)
    return Place(
        lower=place.lower, began=place.began, offset=offset, last=place.last if offset else None, done=False
    )


def after_page(place: Place, ids: Sequence[int], size: int, at: datetime | None, overlap: timedelta) -> Place:
    """Give the place after a page that joins; complete when it was not full."""
    began = place.began or at
    if len(ids) < size:
        lower = began - overlap if began is not None else place.lower
        return Place(lower=lower, done=True)
    offset = first_offset(place) + len(ids)
    return Place(lower=place.lower, began=began, offset=offset, last=ids[-1], done=False)


def guessed(place: Place, size: int, total: int | None) -> Place | None:
    """Give the place after the next page if that is full and nothing moves; None if it is the last.

    Which row the next page ends with is not known yet: a page read there joins anything.
    """
    end = first_offset(place) + size
    if place.done or total is None or end >= total:
        return None
    return Place(lower=place.lower, began=place.began, offset=end, done=False)
