"""Stock written as the till itself writes it: quantity, log row and date in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal

from msgspec import Struct

from shopweave.connector.transports import Row
from shopweave.connectors.phppos.cells import flag, number, stamp
from shopweave.connectors.phppos.feeds import Reading, items_by_ids
from shopweave.connectors.phppos.rows import Places, read_places
from shopweave.connectors.phppos.schema import Database
from shopweave.model.change import WriteAnswer, WriteRefused, Written
from shopweave.model.errors import Configuration
from shopweave.model.record import Form, Kind, RemoteRecord
from shopweave.model.values import Level

REMEMBERED = timedelta(days=90)
_SECONDS = "%Y-%m-%d %H:%M:%S"

_TARGETS = """
SELECT i.item_id, i.deleted, i.is_service, COALESCE([i.system_item], 0) AS system_item,
  (SELECT COUNT(*) FROM phppos_item_variations v WHERE v.item_id = i.item_id AND v.deleted = 0) AS variations
FROM phppos_items i WHERE i.item_id IN :ids*
"""
_VARIATIONS = "SELECT v.id, v.item_id, v.deleted FROM phppos_item_variations v WHERE v.id IN :ids*"
_EMPLOYEE = "SELECT e.person_id FROM phppos_employees e WHERE e.person_id = :employee"
_ITEM_ROWS = """
SELECT li.location_id, li.item_id AS target, li.quantity FROM phppos_location_items li
WHERE li.location_id IN :locations* AND li.item_id IN :targets* ORDER BY li.location_id, li.item_id
"""
_VARIATION_ROWS = """
SELECT lv.location_id, lv.item_variation_id AS target, lv.quantity FROM phppos_location_item_variations lv
WHERE lv.location_id IN :locations* AND lv.item_variation_id IN :targets*
ORDER BY lv.location_id, lv.item_variation_id
"""
_NEW_ITEM_ROW = (
    "INSERT INTO phppos_location_items (location_id, item_id, quantity) VALUES (:location, :target, 0)"
)
_NEW_VARIATION_ROW = """
INSERT INTO phppos_location_item_variations (location_id, item_variation_id, quantity)
VALUES (:location, :target, 0)
"""
_SET_ITEM = """
UPDATE phppos_location_items SET quantity = :quantity WHERE location_id = :location AND item_id = :target
"""
_SET_VARIATION = """
UPDATE phppos_location_item_variations SET quantity = :quantity
WHERE location_id = :location AND item_variation_id = :target
"""
_BOOKED = """
SELECT n.trans_items, n.item_variation_id, n.trans_comment FROM phppos_inventory n
WHERE n.trans_items IN :items* AND n.location_id = :location AND n.trans_date >= :since
  AND n.trans_comment IN :comments*
"""
_LOG = """
INSERT INTO phppos_inventory (trans_items, item_variation_id, trans_user, trans_date, trans_comment,
  trans_inventory, location_id, trans_current_quantity)
VALUES (:item, :variation, :employee, :now, :comment, :delta, :location, :quantity)
"""
# A date newer than the till's own newest would carry the windows past changes the till has yet to date:
# whether it stores its wall clock or true moments cannot be seen from outside.
_NEWEST = "SELECT MAX(i.last_modified) AS moved FROM phppos_items i"
_TOUCH_ITEM = """
UPDATE phppos_items SET last_modified = :dated WHERE item_id = :id AND last_modified < :dated
"""
_TOUCH_VARIATION = """
UPDATE phppos_item_variations SET last_modified = :dated WHERE id = :id AND last_modified < :dated
"""
# The till writes the wall clock of its own time zone into a session of the server's.
_NOW_MYSQL = """
SELECT CONVERT_TZ(
  CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', :offset), @@global.time_zone, @@session.time_zone) AS now
"""


class Wanted(Struct, frozen=True, kw_only=True):
    """One record's stock to write: a level, or a difference with its reference."""

    number: int
    remote_id: str
    reference: str
    level: Level | None = None
    delta: Decimal | None = None

    @property
    def item(self) -> int:
        """Give the number of the item."""
        return int(self.remote_id.partition(":")[0])

    @property
    def variation(self) -> int | None:
        """Give the number of the variation, None for plain items."""
        own = self.remote_id.partition(":")[2]
        return int(own) if own else None

    @property
    def target(self) -> int:
        """Give the number that names the row of a location."""
        return self.item if self.variation is None else self.variation

    @property
    def comment(self) -> str:
        """Give the text of the log row; the till's columns hold no character of four bytes."""
        return "HUB " + "".join(sign if ord(sign) < 0x10000 else "?" for sign in self.reference)


class Booking(Struct, frozen=True, kw_only=True):
    """What to write, and with which settings."""

    kind: Kind
    wanted: tuple[Wanted, ...]
    reading: Reading


class _Desk(Struct, frozen=True, kw_only=True):
    """What is the same for all rows of one booking."""

    db: Database
    kind: Kind
    places: Places
    location: int
    employee: int
    now: str
    dated: str
    whole: bool


def book(db: Database, booking: Booking) -> tuple[WriteAnswer, ...]:
    """Write stock in the open transaction and give what the till then says, in order."""
    refusals = _refusals(db, booking)
    wanted = sorted(
        (one for one in booking.wanted if one.number not in refusals),
        key=lambda one: (one.target, one.number),
    )
    if wanted:
        desk = _desk(db, booking)
        _write(desk, wanted)
    records = _records(db, booking, wanted)
    return tuple(
        refusals.get(one.number) or Written(number=one.number, record=records[one.remote_id], confirmed=())
        for one in booking.wanted
    )


def _desk(db: Database, booking: Booking) -> _Desk:
    rules = booking.reading.rules
    places = read_places(db, rules)
    if places.stock is None or places.stock not in places.publish:
        raise Configuration(
            "The location that takes stock is not one of the locations for sale.",
            code="POS-005",
            remedy="Set stock_location to one of publish_locations.",
        )
    if not db.rows(_EMPLOYEE, {"employee": rules.employee}):
        raise Configuration(
            f"The till has no employee {rules.employee}.",
            code="POS-006",
            remedy="Set employee to the person number of an employee, best one named Hub.",
        )
    now = _now(db, booking.reading)
    return _Desk(
        db=db,
        kind=booking.kind,
        places=places,
        location=places.stock,
        employee=rules.employee,
        now=now,
        dated=min(now, stamp(db.rows(_NEWEST)[0]["moved"])),
        whole=booking.kind is Kind.VARIATION and db.schema.has_whole_variations(),
    )


def _now(db: Database, reading: Reading) -> str:
    """Give the moment as the till would write it, by the clock of its own server."""
    local = reading.now.astimezone(reading.rules.zone)
    if db.dialect == "sqlite":
        return local.strftime(_SECONDS)
    text = local.strftime("%z")
    return stamp(db.rows(_NOW_MYSQL, {"offset": f"{text[:3]}:{text[3:5]}"})[0]["now"])


def _write(desk: _Desk, wanted: Sequence[Wanted]) -> None:
    rows = _locked(desk, [one.target for one in wanted])
    booked = _booked(desk, wanted)
    touched: dict[Wanted, None] = {}
    for one in wanted:
        entry = (one.item, one.variation, one.comment)
        if entry in booked:
            continue
        booked.add(entry)
        delta = _delta(desk, one, rows)
        if delta:
            rows[desk.location, one.target] += delta
            _set(desk, one, delta, rows[desk.location, one.target])
            touched[one] = None
    for item in sorted({one.item for one in touched}):
        desk.db.run(_TOUCH_ITEM, {"dated": desk.dated, "id": item})
    for variation in sorted(one.target for one in touched if one.variation is not None):
        desk.db.run(_TOUCH_VARIATION, {"dated": desk.dated, "id": variation})


def _locked(desk: _Desk, targets: Sequence[int]) -> dict[tuple[int, int], Decimal]:
    """Lock the quantities in the order (location, item) and read them; a missing row is made first."""
    is_item = desk.kind is Kind.PRODUCT
    query = _ITEM_ROWS if is_item else _VARIATION_ROWS
    wanted = {"locations": tuple(sorted(desk.places.publish)), "targets": tuple(targets)}
    present = {row["target"] for row in desk.db.rows(query, wanted) if row["location_id"] == desk.location}
    create = _NEW_ITEM_ROW if is_item else _NEW_VARIATION_ROW
    if desk.db.dialect == "mysql":
        # Another writer may make the row at the same moment; then this waits and leaves it as it is.
        create += " ON DUPLICATE KEY UPDATE quantity = quantity"
        query += " FOR UPDATE"
    for target in dict.fromkeys(targets):
        if target not in present:
            desk.db.run(create, {"location": desk.location, "target": target})
    return {
        (row["location_id"], row["target"]): number(row["quantity"]) or Decimal(0)
        for row in desk.db.rows(query, wanted)
    }


def _booked(desk: _Desk, wanted: Sequence[Wanted]) -> set[tuple[int, int | None, str]]:
    rows: Sequence[Row] = desk.db.rows(
        _BOOKED,
        {
            "items": tuple(sorted({one.item for one in wanted})),
            "comments": tuple(sorted({one.comment for one in wanted})),
            "location": desk.location,
            "since": (datetime.fromisoformat(desk.now) - REMEMBERED).strftime(_SECONDS),
        },
    )
    return {(row["trans_items"], row["item_variation_id"], row["trans_comment"]) for row in rows}


def _delta(desk: _Desk, one: Wanted, rows: Mapping[tuple[int, int], Decimal]) -> Decimal:
    """Say by how much the quantity moves, from what the locked rows hold."""
    delta = one.delta or Decimal(0)
    if one.level is not None and one.level.quantity is not None:
        held = sum((quantity for (_, target), quantity in rows.items() if target == one.target), Decimal(0))
        delta = one.level.quantity - held
    return delta.to_integral_value(ROUND_FLOOR) if desk.whole else delta


def _set(desk: _Desk, one: Wanted, delta: Decimal, quantity: Decimal) -> None:
    statement = _SET_ITEM if desk.kind is Kind.PRODUCT else _SET_VARIATION
    place = {"location": desk.location, "target": one.target, "quantity": quantity}
    desk.db.run(statement, place)
    entry = {
        "item": one.item,
        "variation": one.variation,
        "employee": desk.employee,
        "now": desk.now,
        "comment": one.comment,
        "delta": delta,
        "location": desk.location,
        "quantity": quantity,
    }
    desk.db.run(_LOG, entry)


def _refusals(db: Database, booking: Booking) -> dict[int, WriteRefused]:
    """Find what must not get stock, before anything is locked."""
    items = tuple(sorted({one.item for one in booking.wanted}))
    own = tuple(sorted({one.target for one in booking.wanted if one.variation is not None}))
    known = {row["item_id"]: row for row in db.rows(_TARGETS, {"ids": items})}
    variations = {row["id"]: row for row in db.rows(_VARIATIONS, {"ids": own})}
    found: dict[int, WriteRefused] = {}
    for one in booking.wanted:
        reason = _reason(booking.kind, one, known.get(one.item), variations)
        if reason:
            code, what = reason
            found[one.number] = WriteRefused(number=one.number, code=code, what=what)
    return found


def _reason(
    kind: Kind, one: Wanted, item: Row | None, variations: Mapping[int, Row]
) -> tuple[str, str] | None:
    row = item if one.variation is None else variations.get(one.variation)
    fits = (kind is Kind.VARIATION) == (one.variation is not None)
    if item is None or row is None or row["item_id"] != one.item or not fits:
        return "POS-040", "The till has no such item."
    if flag(item["deleted"]) or flag(row["deleted"]):
        return "POS-041", "The item is deleted in the till."
    if flag(item["is_service"]) or flag(item["system_item"]):
        return "POS-042", "The till keeps no stock of services and of its own lines."
    if one.variation is None and item["variations"]:
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
    found = items_by_ids(db, booking.reading, sorted({one.item for one in wanted}))
    return bare | {record.remote_id: record for record in found if isinstance(record, RemoteRecord)}
