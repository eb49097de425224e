"""A connection to one till: reads its lists, hands out pictures, writes stock, checks itself."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TypeVar

import msgspec
from msgspec import Struct

from shopweave.connector.declaration import Doors
from shopweave.connector.orders import Adjustment, HandOver, OrderPage, Taken
from shopweave.connector.roles import CheckLine, Page
from shopweave.connector.settings import Settings
from shopweave.connector.transports import SqlTx
from shopweave.connectors.phppos.booking import good_of
from shopweave.connectors.phppos.checks import check_till
from shopweave.connectors.phppos.feeds import (
    Reading,
    as_numbers,
    categories_by_ids,
    categories_page,
    items_by_ids,
    items_page,
    keys_page,
)
from shopweave.connectors.phppos.pictures import file_number, read_picture
from shopweave.connectors.phppos.positions import begin
from shopweave.connectors.phppos.sales import sales_by_ids, sales_page
from shopweave.connectors.phppos.salewriting import Selling
from shopweave.connectors.phppos.schema import Database, Schema, open_database, read_schema
from shopweave.connectors.phppos.settings import address, read_rules
from shopweave.connectors.phppos.stock import Booking, Wanted, book
from shopweave.connectors.phppos.websales import find, take
from shopweave.model.change import WriteAnswer, WriteRefused
from shopweave.model.errors import Configuration, Fenced
from shopweave.model.record import Kind, RemoteRecord
from shopweave.model.values import Level, Picture, PictureBytes

T = TypeVar("T")
SECONDS = 30.0


class _Number(Struct, frozen=True, omit_defaults=True):
    """The position of a feed that goes by row numbers."""

    after: int = 0


class Till:
    """One PHP Point Of Sale, through its database."""

    def __init__(self, settings: Settings, doors: Doors) -> None:
        self._rules = read_rules(settings)
        self._sql = doors.sql(address(settings))
        self._clock = doors.clock
        self._ids = doors.ids
        self._schema: Schema | None = None

    async def page(self, feed: str, position: str, *, sweep: bool) -> Page:
        """Read the next page of a feed."""
        if feed == "items":
            reading = self._reading()
            spot = begin(position, reading.now, sweep=sweep)
            return await self._read(lambda db: items_page(db, reading, spot))
        if feed == "keys":
            return await self._keys_page(position)
        if feed == "categories":
            return await self._categories_page(position)
        raise Configuration(f"A till has no feed '{feed}'.", code="POS-012")

    async def by_ids(self, kind: Kind, ids: tuple[str, ...]) -> tuple[RemoteRecord, ...]:
        """Read records by id; ids of variations are written `item:variation`."""
        wanted = frozenset(ids)
        if kind is Kind.CATEGORY:
            numbers = as_numbers(ids)
            return await self._read(lambda db: categories_by_ids(db, numbers))
        reading, numbers = self._reading(), as_numbers(one.partition(":")[0] for one in ids)
        found = await self._read(lambda db: items_by_ids(db, reading, numbers))
        return tuple(
            record
            for record in found
            if isinstance(record, RemoteRecord) and record.kind is kind and record.remote_id in wanted
        )

    async def picture(self, picture: Picture) -> PictureBytes:
        """Read one picture."""
        file = file_number(picture)
        return await self._read(lambda db: read_picture(db, file))

    async def write_levels(
        self, kind: Kind, levels: Mapping[str, Level], *, not_after: float | None
    ) -> tuple[WriteAnswer, ...]:
        """Set levels: the difference to what is there is booked in one transaction, with its log."""
        reference = f"level {self._ids.new()}"
        wanted = [
            Wanted(number=number, remote_id=remote_id, level=level, reference=reference)
            for number, (remote_id, level) in enumerate(levels.items())
        ]
        return await self._book(kind, wanted, not_after)

    async def adjust_levels(
        self, kind: Kind, adjustments: tuple[Adjustment, ...], *, not_after: float | None
    ) -> tuple[WriteAnswer, ...]:
        """Book differences, each once however often it comes: its reference is looked for first."""
        wanted = [
            Wanted(
                number=number,
                remote_id=one.remote_id,
                delta=one.delta,
                reference=one.reference,
                warehouse=one.warehouse,
            )
            for number, one in enumerate(adjustments)
        ]
        return await self._book(kind, wanted, not_after)

    async def take(self, order: HandOver, *, not_after: float | None) -> Taken | WriteRefused:
        """Take an order over as a web sale, or its later change; twice is once."""
        fence = self._fence(not_after)
        selling = Selling(order=order, reading=self._reading())

        def work(db: Database) -> Taken | WriteRefused:
            fence()
            return take(db, selling)

        return await self._transact(work, read_only=False)

    async def find_order(self, order: HandOver) -> Taken | None:
        """Look for the sale that bears the reference."""
        selling = Selling(order=order, reading=self._reading())
        return await self._read(lambda db: find(db, selling))

    async def orders(self, position: str, *, overlap: float) -> OrderPage:
        """Read the next page of sales that are new or changed."""
        reading, reach = self._reading(), timedelta(seconds=overlap)
        return await self._read(lambda db: sales_page(db, reading, position, reach))

    async def orders_by_ids(self, ids: tuple[str, ...]) -> OrderPage:
        """Read sales by number."""
        reading, numbers = self._reading(), as_numbers(ids)
        return await self._read(lambda db: sales_by_ids(db, reading, numbers))

    async def check(self) -> tuple[CheckLine, ...]:
        """Look at access, tables, rights and other writers, changing nothing."""
        return await check_till(self._sql, self._rules)

    async def _keys_page(self, position: str) -> Page:
        reading, after = self._reading(), _after(position)
        keys, last = await self._read(lambda db: keys_page(db, reading, after))
        return Page(keys=keys, position=_at(last), done=last is None)

    async def _categories_page(self, position: str) -> Page:
        after = _after(position)
        records, last = await self._read(lambda db: categories_page(db, after))
        return Page(records=records, position=_at(last), done=last is None)

    async def _book(
        self, kind: Kind, wanted: list[Wanted], not_after: float | None
    ) -> tuple[WriteAnswer, ...]:
        fence = self._fence(not_after)
        for one in wanted:
            good_of(one.remote_id)
        booking = Booking(kind=kind, wanted=tuple(wanted), reading=self._reading())

        def work(db: Database) -> tuple[WriteAnswer, ...]:
            fence()
            return book(db, booking)

        return await self._transact(work, read_only=False)

    def _fence(self, not_after: float | None) -> Callable[[], None]:
        def fence() -> None:
            if not_after is not None and self._clock.monotonic() > not_after:
                raise Fenced

        fence()
        return fence

    def _reading(self) -> Reading:
        return Reading(rules=self._rules, now=self._clock.now())

    async def _read(self, work: Callable[[Database], T]) -> T:
        return await self._transact(work, read_only=True)

    async def _transact(self, work: Callable[[Database], T], *, read_only: bool) -> T:
        def whole(tx: SqlTx) -> tuple[Schema, T]:
            schema = self._schema or read_schema(tx, self._rules.prefix)
            return schema, work(open_database(tx, schema))

        try:
            self._schema, result = await self._sql.transact(whole, read_only=read_only, timeout=SECONDS)
        except Configuration:
            # The till may have been upgraded: look at its tables again next time.
            self._schema = None
            raise
        return result


def _after(position: str) -> int:
    if not position:
        return 0
    try:
        return msgspec.json.decode(position.encode(), type=_Number).after
    except msgspec.MsgspecError as error:
        raise Configuration(
            "The stored position of this feed cannot be read.",
            code="POS-011",
            remedy="Start a full read of this connection.",
        ) from error


def _at(last: int | None) -> str:
    return msgspec.json.encode(_Number(after=last or 0)).decode()
