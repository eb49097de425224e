"""Reading the orders of a shop: windows of what changed, and orders by id."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct, structs

from shopweave.connector import paging
from shopweave.connector.orders import BrokenOrder, OrderPage, RemoteOrder
from shopweave.connector.paging import Place
from shopweave.connectors.woocommerce import changes, order_records, ways
from shopweave.connectors.woocommerce.changes import ChangeFeed, Told
from shopweave.connectors.woocommerce.client import Client, Reply
from shopweave.connectors.woocommerce.order_records import DRAFTS
from shopweave.connectors.woocommerce.reading import ids_of, pieces, rows_of, since
from shopweave.connectors.woocommerce.settings import WooSettings
from shopweave.connectors.woocommerce.ways import ORDERS, Way, shop_now
from shopweave.model.errors import Configuration
from shopweave.wire import order_helper

_LEAST = timedelta(seconds=60)
_CHOSEN_FOR = timedelta(days=1)


class Stand(Struct, frozen=True, kw_only=True):
    """Where the reading of orders stands, and by which way.

    `chosen` is when the way was found, by the shop's clock; None once it showed that it was chosen wrongly:
    a shop without orders cannot say whether it knows the filter. `cursor` and `page` are the helper's: the
    time of the last change that was read, and how many pages of that very second were.
    """

    place: Place
    way: Way | None = None
    chosen: datetime | None = None
    cursor: datetime | None = None
    page: int = 1


class Turn(Struct, frozen=True, kw_only=True):
    """What one page gave: orders as the present interface shows them, where it ends, what it cost.

    `ids` are those of a page of a list that can be read ahead, `guess` where the page after the next stands.
    """

    rows: list[Any]
    stand: Stand
    at: datetime
    requests: int = 1
    ids: Sequence[int] = ()
    guess: Place | None = None


class OrderReader:
    """Reads the orders of one shop."""

    def __init__(self, settings: WooSettings, client: Client, feed: ChangeFeed) -> None:
        self._settings, self._client, self._feed = settings, client, feed

    async def orders(self, position: str, overlap: timedelta) -> OrderPage:
        """Read the next page of what changed since the last window; the first begins at the shop's now."""
        reach = max(overlap, _LEAST)
        told = await self._feed.told(changes.read_mark(position), self._settings.page_size)
        stand = msgspec.json.decode(position, type=Stand) if position else Stand(place=Place())
        stand = structs.replace(stand, place=paging.begin(stand.place, sweep=False))
        try:
            turn = await self._turn(await self._ready(stand, reach), reach)
        except Configuration as error:
            if error.code not in ways.GONE or stand.way is None:
                raise
            again = Stand(place=Place(lower=stand.place.lower, done=False))
            turn = await self._turn(await self._ready(again, reach), reach)
        news, asked = await self._news(told, turn.rows)
        orders, broken = self._read([*turn.rows, *news])
        guess = None if turn.guess is None else structs.replace(turn.stand, place=turn.guess)
        return OrderPage(
            orders=orders,
            broken=broken,
            position=_position(turn.stand, told),
            done=turn.stand.place.done and not told.more,
            requests=turn.requests + told.requests + asked,
            at=turn.at,
            guess="" if guess is None else _position(guess, told),
            begins=str(turn.ids[0]) if turn.ids else "",
            ends=str(turn.ids[-1]) if turn.ids else "",
        )

    async def _news(self, told: Told, rows: Sequence[Any]) -> tuple[list[Any], int]:
        """Read what the feed tells of and the window does not show: a change may move no date."""
        known = set(map(str, ids_of(rows)))
        wanted = dict.fromkeys(str(row.id) for row in told.rows if row.kind == "order")
        parts = pieces([key for key in wanted if key not in known], self._settings.page_size)
        return [row for part in parts for row in rows_of(await self._by_ids(part))], len(parts)

    async def _ready(self, stand: Stand, reach: timedelta) -> Stand:
        """Choose a way where there is none; a window without a lower bound begins now."""
        if stand.way is None:
            way, now = await ways.choose(self._client)
            stand = structs.replace(stand, way=way, chosen=now)
        if stand.place.lower is None and stand.chosen is not None:
            stand = structs.replace(stand, place=Place(lower=stand.chosen - reach, done=False))
        return stand

    async def _turn(self, stand: Stand, reach: timedelta) -> Turn:
        lower = stand.place.lower
        if lower is None:
            raise Configuration("The position of the orders has no beginning.", code="WOO-126")
        if stand.way is Way.HELPER:
            return await self._helped(stand, lower, reach)
        size = self._settings.page_size
        offset = paging.first_offset(stand.place)
        if stand.way is Way.LEGACY:
            reply = await self._client.get(ways.LEGACY_ORDERS, ways.legacy_query(lower, offset, size))
            rows = ways.wrapped(reply)
        else:
            bound = since(lower) if stand.way is Way.CURRENT else self._look_back(lower)
            reply = await self._client.get(ORDERS, {"offset": str(offset), **self._order(), **bound})
            rows = rows_of(reply)
        ids, now = ids_of(rows), shop_now(reply)
        if not paging.follows(stand.place, ids):
            back = structs.replace(stand, place=paging.step_back(stand.place, size))
            return Turn(rows=[], stand=back, at=now)
        place = paging.after_page(stand.place, ids, size, now, reach)
        after = structs.replace(stand, place=place)
        if stand.way is Way.LEGACY:
            found = rows_of(await self._by_ids(tuple(map(str, ids)))) if ids else []
            return Turn(rows=found, stand=rechecked(after, now), at=now, requests=2 if ids else 1)
        found = ways.changed_since(rows, lower)
        if stand.way is Way.CURRENT and len(found) < len(rows):
            after = structs.replace(after, chosen=None)
        guess = paging.guessed(place, size, reply.total)
        return Turn(rows=found, stand=rechecked(after, now), at=now, ids=ids, guess=guess)

    def _look_back(self, lower: datetime) -> dict[str, str]:
        return ways.look_back_query(lower, self._settings.look_back_days)

    async def _helped(self, stand: Stand, lower: datetime, reach: timedelta) -> Turn:
        """Follow the time of change: what changes while it is read comes again, later on."""
        size, cursor = self._settings.page_size, stand.cursor or lower
        query = ways.plugin_query(cursor, stand.page, size)
        reply = await self._client.get(order_helper.ORDERS, query)
        rows = ways.wrapped(reply)
        now = shop_now(reply)
        began = stand.place.began or now
        if ways.is_last(reply, stand.page, size):
            place = Place(lower=began - reach, done=True)
            after = rechecked(Stand(place=place, way=stand.way, chosen=stand.chosen), now)
            return Turn(rows=rows, stand=after, at=now)
        last = ways.last_change(rows, cursor)
        page = stand.page + 1 if last <= cursor else 1
        place = structs.replace(stand.place, began=began)
        return Turn(rows=rows, stand=structs.replace(stand, place=place, cursor=last, page=page), at=now)

    async def by_ids(self, ids: tuple[str, ...]) -> OrderPage:
        """Read orders by id; those in the trash or deleted are absent."""
        if not ids:
            return OrderPage(done=True, requests=0)
        reply = await self._by_ids(ids)
        orders, broken = self._read(rows_of(reply))
        return OrderPage(orders=orders, broken=broken, done=True, at=shop_now(reply))

    async def _by_ids(self, ids: tuple[str, ...]) -> Reply:
        return await self._client.get(ORDERS, {"include": ",".join(ids), **self._order()})

    def _read(self, rows: Sequence[Any]) -> tuple[tuple[RemoteOrder, ...], tuple[BrokenOrder, ...]]:
        restocked = self._settings.restocked_refunds == "return"
        real = (row for row in rows if row.get("status") not in DRAFTS)
        found = [order_records.read(row, restocked=restocked) for row in real]
        good = tuple(one for one in found if isinstance(one, RemoteOrder))
        return good, tuple(one for one in found if isinstance(one, BrokenOrder))

    def _order(self) -> dict[str, str]:
        return {"per_page": str(self._settings.page_size), "orderby": "id", "order": "asc"}


def _position(stand: Stand, told: Told) -> str:
    return changes.with_mark(msgspec.to_builtins(stand), told.mark)


def rechecked(stand: Stand, now: datetime) -> Stand:
    """Let the way be chosen anew once a day, between two windows: a shop may be updated."""
    is_old = stand.chosen is None or now - stand.chosen >= _CHOSEN_FOR
    return structs.replace(stand, way=None) if stand.place.done and is_old else stand
