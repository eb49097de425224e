"""The companion plug-in's feed of changes: what it tells of that no date shows, as a place to look sooner.

Numbers become visible out of order. The plug-in stops at the first gap until it is old enough; gaps that were
passed are asked for again here until no transaction can fill them any more.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from shopweave.connectors.woocommerce.client import NO_RIGHT, NO_ROUTE, Client, Reply, unusable
from shopweave.connectors.woocommerce.companion import CHANGES, Companion
from shopweave.model.errors import Configuration, Refused

FEATURE = "changes"
_LOST = "WOO shopweave_feed_lost"
_OPEN = timedelta(minutes=10)
_BEFORE, _GAPS, _MOST = 100, 500, 1000


class Gap(Struct, frozen=True, array_like=True):
    """A number that was passed, and when."""

    number: int
    passed: datetime


class Mark(Struct, frozen=True, kw_only=True):
    """How far a feed was read; no name where it was not read yet."""

    feed: str = ""
    after: int = 0
    gaps: tuple[Gap, ...] = ()


class Row(Struct, frozen=True, kw_only=True):
    """One thing that may look different now; `parent` is the family of a variation."""

    n: int
    kind: str
    id: int
    parent: int = 0


class Told(Struct, frozen=True, kw_only=True):
    """What the feed said, the mark behind it and the shop's time.

    `lost` when rows were missed for good and all has to be compared; without a time there is no feed here.
    """

    mark: Mark
    rows: tuple[Row, ...] = ()
    more: bool = False
    lost: bool = False
    at: datetime | None = None
    requests: int = 0


class ChangeFeed:
    """Reads the feed of one shop, where there is one."""

    def __init__(self, client: Client, companion: Companion) -> None:
        self._client, self._companion = client, companion

    async def told(self, mark: Mark, size: int) -> Told:
        """Read what follows a mark; a feed that was not read yet begins with what comes from now on."""
        if FEATURE not in (await self._companion.found()).features:
            return Told(mark=Mark())
        try:
            if not mark.feed:
                return await self._begun(lost=False)
            return await self._read(mark, size)
        except Refused as error:
            if error.code != _LOST:
                raise
            return await self._begun(lost=True)
        except Configuration as error:
            if error.code not in (NO_ROUTE, NO_RIGHT):
                raise
            self._companion.forget()
            return Told(mark=Mark())

    async def _begun(self, *, lost: bool) -> Told:
        """Leave aside what was told before, but for the numbers that may still come."""
        body = (await self._companion.asked()).body
        known = body if isinstance(body, dict) else {}
        oldest, newest = int(known.get("oldest") or 0), int(known.get("newest") or 0)
        start = Mark(feed=str(known.get("feed") or ""), after=max(oldest - 1, newest - _BEFORE, 0))
        told = await self._read(start, _MOST)
        return Told(mark=told.mark, lost=lost, at=told.at, requests=told.requests + 1)

    async def _read(self, mark: Mark, size: int) -> Told:
        late, asked = await self._late(mark)
        reply = await self._page(mark, mark.after, size)
        rows, now = read_rows(reply), reply.at
        if now is None:
            return Told(mark=mark, requests=asked + 1)
        following = int(reply.body.get("next") or mark.after)
        still = (one for one in mark.gaps if one.number not in {row.n for row in late})
        gaps = (*still, *passed(mark.after, following, rows, now))
        after = Mark(feed=mark.feed, after=following, gaps=open_gaps(gaps, now))
        more = bool(reply.body.get("more"))
        return Told(mark=after, rows=(*late, *rows), more=more, at=now, requests=asked + 1)

    async def _late(self, mark: Mark) -> tuple[list[Row], int]:
        """Ask for the numbers that were passed, in one request."""
        if not mark.gaps:
            return [], 0
        wanted = {one.number for one in mark.gaps}
        reply = await self._page(mark, min(wanted) - 1, _MOST)
        return [row for row in read_rows(reply) if row.n in wanted], 1

    async def _page(self, mark: Mark, after: int, limit: int) -> Reply:
        query = {"after": str(after), "limit": str(limit), "feed": mark.feed}
        return await self._client.get(CHANGES, query)


def read_mark(position: str) -> Mark:
    """Read the mark that a position carries, a new one if it carries none."""
    return msgspec.json.decode(position, type=Mark) if position else Mark()


def with_mark(position: Mapping[str, Any], mark: Mark) -> str:
    """Write a position that carries a mark."""
    return msgspec.json.encode({**position, **msgspec.to_builtins(mark)}).decode()


def read_rows(reply: Reply) -> tuple[Row, ...]:
    """Read the rows of an answer."""
    try:
        return msgspec.convert(reply.body["rows"], type=tuple[Row, ...])
    except (KeyError, TypeError, msgspec.ValidationError) as error:
        raise unusable("GET", CHANGES, "a page of changes without rows") from error


def passed(after: int, following: int, rows: Sequence[Row], now: datetime) -> tuple[Gap, ...]:
    """Name the numbers that an answer passes; the newest where there are very many."""
    known = {row.n for row in rows}
    first = max(after + 1, following - _MOST - _GAPS + 1)
    return tuple(Gap(number, now) for number in range(first, following + 1) if number not in known)


def open_gaps(gaps: Iterable[Gap], now: datetime) -> tuple[Gap, ...]:
    """Keep the gaps that may still be filled."""
    return tuple(one for one in gaps if now - one.passed < _OPEN)[-_GAPS:]
