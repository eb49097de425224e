"""Following the products of a shop: what its feed of changes tells of, and its list."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from shopweave.connector import paging
from shopweave.connector.paging import Place
from shopweave.connector.roles import Page
from shopweave.connectors.woocommerce import changes
from shopweave.connectors.woocommerce.changes import ChangeFeed, Row, Told
from shopweave.connectors.woocommerce.reading import Reader
from shopweave.connectors.woocommerce.settings import WooSettings

LIST_AFTER = timedelta(hours=1)


class Listed(Struct, frozen=True, kw_only=True):
    """When the list was last read to its end beside a feed, by the shop's clock."""

    listed: datetime | None = None


class Follower:
    """Reads products as the feed tells of them; the list once an hour beside it, each time without one."""

    def __init__(self, settings: WooSettings, reader: Reader, feed: ChangeFeed) -> None:
        self._settings, self._reader, self._feed = settings, reader, feed

    async def page(self, position: str, *, sweep: bool) -> Page:
        """Read the next page of the feed and, where it is due, of the list."""
        place = paging.read_place(position)
        known = msgspec.json.decode(position, type=Listed) if position else Listed()
        told = await self._feed.told(changes.read_mark(position), self._settings.page_size)
        news = await self._news(told.rows)
        page = Page(position=paging.write_place(place), done=True, requests=0)
        if is_due(place, known.listed, told, sweep=sweep):
            page = await self._reader.products(begun(place, told, sweep=sweep))
            known = Listed(listed=told.at if page.done else None)
        ahead = {(one.kind, one.remote_id) for one in page.records}
        after = msgspec.to_builtins(paging.read_place(page.position)) | msgspec.to_builtins(known)
        return replace(
            page,
            records=(*(one for one in news.records if (one.kind, one.remote_id) not in ahead), *page.records),
            broken=(*news.broken, *page.broken),
            position=changes.with_mark(after, told.mark),
            done=page.done and (sweep or not told.more),
            requests=told.requests + news.requests + page.requests,
        )

    async def _news(self, rows: Sequence[Row]) -> Page:
        products = tuple(dict.fromkeys(str(row.id) for row in rows if row.kind == "product"))
        variations = {str(row.id): str(row.parent) for row in rows if row.kind == "variation" and row.parent}
        if not products and not variations:
            return Page(requests=0)
        found, broken, requests = await self._reader.families(products, variations)
        return Page(records=found, broken=broken, requests=requests)


def is_due(place: Place, listed: datetime | None, told: Told, *, sweep: bool) -> bool:
    """Say whether the list is to be read: always without a feed, and to its end once it was begun."""
    if sweep or told.lost or told.at is None or listed is None or not place.done:
        return True
    return told.at - listed >= LIST_AFTER


def begun(place: Place, told: Told, *, sweep: bool) -> Place:
    """Begin or go on; after lost changes all is compared from the start."""
    return paging.begin(Place(), sweep=True) if told.lost else paging.begin(place, sweep=sweep)
