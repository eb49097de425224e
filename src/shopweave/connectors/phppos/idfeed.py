"""A list that grows by number, read without losing rows that become visible out of order; pure.

A row gets its number when it is made but shows when its transaction ends. So numbers that are missing below
the last one seen are asked for again, until they are older than any transaction lives.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

LONGEST = timedelta(minutes=10)
MOST_MISSING = 1000


class Missing(Struct, frozen=True, kw_only=True):
    """A number that was not there, and when the hub saw that first."""

    number: int
    since: datetime


class Numbers(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far a list was read, and what was not there."""

    last: int = 0
    missing: tuple[Missing, ...] = ()

    @property
    def asked(self) -> tuple[int, ...]:
        """Give the missing numbers to ask for again."""
        return tuple(one.number for one in self.missing)


def advance(numbers: Numbers, found: Iterable[int], now: datetime) -> Numbers:
    """Go behind what was found; gaps are remembered, the newest first where they are too many."""
    seen = set(found)
    last = max(seen, default=0)
    kept = [one for one in numbers.missing if one.number not in seen and now - one.since < LONGEST]
    fresh = range(max(numbers.last + 1, last - MOST_MISSING), last)
    kept += [Missing(number=one, since=now) for one in fresh if one not in seen]
    return Numbers(last=max(numbers.last, last), missing=tuple(kept[-MOST_MISSING:]))
