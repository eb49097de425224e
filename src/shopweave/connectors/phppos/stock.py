"""Stock written as the till itself writes it: quantity, log row and date in one transaction."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal

from msgspec import Struct

from shopweave.connector.transports import Row
from shopweave.connectors.phppos.booking import (
    Desk,
    Good,
    Held,
    good_of,
    lock_stock,
    move,
    open_desk,
    total,
    touch,
)
from shopweave.connectors.phppos.cells import flag, plain
from shopweave.connectors.phppos.feeds import Reading, items_by_ids
from shopweave.connectors.phppos.schema import Database
from shopweave.model.change import WriteAnswer, WriteRefused, Written
from shopweave.model.record import Form, Kind, RemoteRecord
from shopweave.model.values import Level

_TARGETS = """
SELECT i.item_id, i.deleted, i.is_service, COALESCE([i.system_item], 0) AS system_item,
  (SELECT COUNT(*) FROM phppos_item_variations v WHERE v.item_id = i.item_id AND v.deleted = 0) AS variations
FROM phppos_items i WHERE i.item_id IN :ids*
"""
_VARIATIONS = "SELECT v.id, v.item_id, v.deleted FROM phppos_item_variations v WHERE v.id IN :ids*"
_BOOKED = """
SELECT n.trans_items, n.item_variation_id, n.trans_comment FROM phppos_inventory n
WHERE n.trans_items IN :items* AND n.location_id = :location AND n.trans_date >= :since
  AND n.trans_comment IN :comments*
"""


class Wanted(Struct, frozen=True, kw_only=True):
    """One record's stock to write: a level, or a difference with its reference."""

    number: int
    remote_id: str
    reference: str
    level: Level | None = None
    delta: Decimal | None = None
    warehouse: str = ""

    @property
    def good(self) -> Good:
        """Give the item or the variation."""
        return good_of(self.remote_id)

    @property
    def comment(self) -> str:
        """Give the text of the log row; the till's columns hold no character of four bytes."""
        return "HUB " + plain(self.reference)


class Booking(Struct, frozen=True, kw_only=True):
    """What to write, and with which settings."""

    kind: Kind
    wanted: tuple[Wanted, ...]
    reading: Reading


def book(db: Database, booking: Booking) -> tuple[WriteAnswer, ...]:
    """Write stock in the open transaction and give what the till then says, in order."""
    refusals = _refusals(db, booking)
    wanted = sorted(
        (one for one in booking.wanted if one.number not in refusals),
        key=lambda one: (one.good.target, one.number),
    )
    for warehouse in sorted({one.warehouse for one in wanted}):
        own = [one for one in wanted if one.warehouse == warehouse]
        _write(open_desk(db, booking.reading, warehouse), booking.kind, own)
    records = _records(db, booking, wanted)
    return tuple(
        refusals.get(one.number) or Written(number=one.number, record=records[one.remote_id], confirmed=())
        for one in booking.wanted
    )


def _write(desk: Desk, kind: Kind, wanted: Sequence[Wanted]) -> None:
    held = lock_stock(desk, [one.good for one in wanted])
    booked = _booked(desk, wanted)
    whole = kind is Kind.VARIATION and desk.db.schema.has_whole_variations()
    touched: set[Good] = set()
    for one in wanted:
        entry = (one.good, one.comment)
        if entry in booked:
            continue
        booked.add(entry)
        delta = _delta(desk, one, held)
        if whole:
            delta = delta.to_integral_value(ROUND_FLOOR)
        if delta:
            move(desk, held, one.good, delta, one.comment)
            touched.add(one.good)
    touch(desk, touched)


def _booked(desk: Desk, wanted: Sequence[Wanted]) -> set[tuple[Good, str]]:
    rows: Sequence[Row] = desk.db.rows(
        _BOOKED,
        {
            "items": tuple(sorted({one.good.item for one in wanted})),
            "comments": tuple(sorted({one.comment for one in wanted})),
            "location": desk.location,
            "since": desk.since,
        },
    )
    return {
        (Good(item=row["trans_items"], variation=row["item_variation_id"]), row["trans_comment"])
        for row in rows
    }


def _delta(desk: Desk, one: Wanted, held: Held) -> Decimal:
    """Say by how much the quantity moves, from what the locked rows hold."""
    if one.level is not None and one.level.quantity is not None:
        return one.level.quantity - total(desk, held, one.good)
    return one.delta or Decimal(0)


def _refusals(db: Database, booking: Booking) -> dict[int, WriteRefused]:
    """Find what must not get stock, before anything is locked."""
    goods = {one.good for one in booking.wanted}
    items = tuple(sorted({one.item for one in goods}))
    own = tuple(sorted({one.target for one in goods if one.variation is not None}))
    known = {row["item_id"]: row for row in db.rows(_TARGETS, {"ids": items})}
    variations = {row["id"]: row for row in db.rows(_VARIATIONS, {"ids": own})}
    found: dict[int, WriteRefused] = {}
    for one in booking.wanted:
        reason = _reason(booking.kind, one, known.get(one.good.item), variations)
        if reason:
            code, what = reason
            found[one.number] = WriteRefused(number=one.number, code=code, what=what)
    return found


def _reason(
    kind: Kind, one: Wanted, item: Row | None, variations: Mapping[int, Row]
) -> tuple[str, str] | None:
    good = one.good
    row = item if good.variation is None else variations.get(good.variation)
    fits = (kind is Kind.VARIATION) == (good.variation is not None)
    if item is None or row is None or row["item_id"] != good.item or not fits:
        return "POS-040", "The till has no such item."
    if flag(item["deleted"]) or flag(row["deleted"]):
        return "POS-041", "The item is deleted in the till."
    if flag(item["is_service"]) or flag(item["system_item"]):
        return "POS-042", "The till keeps no stock of services and of its own lines."
    if good.variation is None and item["variations"]:
        return "POS-043", "The stock of this item lies at its variations."
    if one.level is not None and one.level.quantity is None:
        return "POS-044", "Only counted stock can be written to the till."
    return None


def _records(db: Database, booking: Booking, wanted: Sequence[Wanted]) -> dict[str, RemoteRecord]:
    """Read back what was written; of a record that cannot be read only its name is known."""
    form = Form.SIMPLE if booking.kind is Kind.PRODUCT else Form.VARIATION
    bare = {
        one.remote_id: RemoteRecord(kind=booking.kind, form=form, remote_id=one.remote_id) for one in wanted
    }
    found = items_by_ids(db, booking.reading, sorted({one.good.item for one in wanted}))
    return bare | {record.remote_id: record for record in found if isinstance(record, RemoteRecord)}
