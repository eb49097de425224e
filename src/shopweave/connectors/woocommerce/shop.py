"""A shop as the hub uses it: the roles of the connector."""

from collections.abc import Mapping
from datetime import timedelta

from msgspec.structs import replace

from shopweave.connector.callbacks import Callback, Heard, NotHeard, Subscribed
from shopweave.connector.orders import (
    Adjustment,
    HandedOver,
    HandOver,
    OrderNews,
    OrderPage,
    Progress,
    Swap,
    Taken,
)
from shopweave.connector.roles import CheckLine, Page
from shopweave.connector.transports import HttpTransport
from shopweave.connectors.woocommerce import callbacks, checking, payloads
from shopweave.connectors.woocommerce.adjusting import Adjuster
from shopweave.connectors.woocommerce.changes import ChangeFeed
from shopweave.connectors.woocommerce.client import Client
from shopweave.connectors.woocommerce.companion import Companion
from shopweave.connectors.woocommerce.following import Follower
from shopweave.connectors.woocommerce.news import Teller
from shopweave.connectors.woocommerce.orders import OrderReader
from shopweave.connectors.woocommerce.pinging import FEATURE, point_pings
from shopweave.connectors.woocommerce.reading import Reader
from shopweave.connectors.woocommerce.settings import WooSettings
from shopweave.connectors.woocommerce.shipped import shipped
from shopweave.connectors.woocommerce.taking import OrderTaker
from shopweave.connectors.woocommerce.writing import Writer
from shopweave.model.change import Write, WriteAnswer, WriteRefused
from shopweave.model.record import Kind, RemoteRecord
from shopweave.model.seams import Ids
from shopweave.model.values import Level


class Shop:
    """Reads, writes and checks one shop."""

    def __init__(self, settings: WooSettings, http: HttpTransport, ids: Ids) -> None:
        self._settings = settings
        self._client = Client(settings, http)
        self._reader = Reader(settings, self._client)
        self._companion = Companion(self._client)
        changes = ChangeFeed(self._client, self._companion)
        self._follower = Follower(settings, self._reader, changes)
        self._orders = OrderReader(settings, self._client, changes)
        self._taker = OrderTaker(settings, self._client)
        self._adjuster = Adjuster(self._client)
        self._teller = Teller(self._client)
        self._writer = Writer(settings, self._client, self._reader, self._companion, ids)

    async def page(self, feed: str, position: str, *, sweep: bool) -> Page:
        """Read the next page of a feed."""
        if feed == "products":
            return await self._follower.page(position, sweep=sweep)
        return await self._reader.shelves(feed, position, sweep=sweep)

    async def by_ids(self, kind: Kind, ids: tuple[str, ...]) -> tuple[RemoteRecord, ...]:
        """Read records by id."""
        return await self._reader.by_ids(kind, ids)

    async def orders(self, position: str, *, overlap: float) -> OrderPage:
        """Read the next page of orders that changed."""
        return await self._orders.orders(position, timedelta(seconds=overlap))

    async def orders_by_ids(self, ids: tuple[str, ...]) -> OrderPage:
        """Read orders by id."""
        return await self._orders.by_ids(ids)

    async def take(self, order: HandOver, *, not_after: float | None) -> Taken | WriteRefused:
        """Make an order of another channel."""
        return await self._taker.take(order, not_after)

    async def find_order(self, order: HandOver) -> Taken | None:
        """Look for an order that may have been made."""
        return await self._taker.find(order)

    async def progress(self, orders: tuple[HandedOver, ...]) -> tuple[Progress, ...]:
        """Read the tracking numbers of orders that were made here."""
        return await shipped(self._client, orders, self._settings.tracking_meta)

    async def tell(self, news: OrderNews, *, not_after: float | None) -> WriteRefused | None:
        """Write what became of an order the shop sold."""
        return await self._teller.tell(news, not_after)

    def refusal(self, write: Write) -> WriteRefused | None:
        """Say what the shop would refuse."""
        return payloads.refusal(write)

    async def write(
        self, kind: Kind, writes: tuple[Write, ...], *, not_after: float | None
    ) -> tuple[WriteAnswer, ...]:
        """Send one request."""
        return await self._writer.write(kind, writes, not_after=not_after)

    async def find(self, write: Write) -> RemoteRecord | None:
        """Look for what a create in doubt may have made."""
        return await self._writer.find(write)

    async def write_levels(
        self, kind: Kind, levels: Mapping[str, Level], *, not_after: float | None
    ) -> tuple[WriteAnswer, ...]:
        """Set stock levels."""
        return await self._writer.write_levels(kind, levels, not_after=not_after)

    async def swap_levels(
        self, kind: Kind, swaps: tuple[Swap, ...], *, not_after: float | None
    ) -> tuple[WriteAnswer, ...]:
        """Set stock levels; the plug-in, where it is there, leaves one alone that is not what is expected."""
        levels = {one.remote_id: one.level for one in swaps}
        expected = {one.remote_id: one.expected for one in swaps}
        return await self._writer.write_levels(kind, levels, expected, not_after=not_after)

    def heard(self, callback: Callback, secret: str) -> Heard | NotHeard:
        """Check and read a callback."""
        return callbacks.heard(callback, secret)

    async def subscribe(self, address: str, secret: str) -> Subscribed:
        """Have the shop tell of orders and products, and its plug-in send pings."""
        found = await callbacks.subscribe(self._client, address, secret)
        pointed = await point_pings(self._client, self._companion, address, secret)
        return replace(found, made=(*found.made, FEATURE)) if pointed else found

    async def adjust_levels(
        self, kind: Kind, adjustments: tuple[Adjustment, ...], *, not_after: float | None
    ) -> tuple[WriteAnswer, ...]:
        """Book differences of stock."""
        return await self._adjuster.adjust(kind, adjustments, not_after)

    async def check(self) -> tuple[CheckLine, ...]:
        """Try the connection, changing nothing."""
        return await checking.check(self._settings, self._client, Companion(self._client))
