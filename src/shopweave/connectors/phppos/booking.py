"""Rows of stock: locked in one order, moved together with their log, dated as the till dates them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from msgspec import Struct

from shopweave.connectors.phppos.cells import number, stamp
from shopweave.connectors.phppos.feeds import Reading
from shopweave.connectors.phppos.records import level_of
from shopweave.connectors.phppos.rows import Places, read_places
from shopweave.connectors.phppos.schema import Database
from shopweave.model.errors import BrokenData, Configuration
from shopweave.model.values import Level

REMEMBERED = timedelta(days=90)
_SECONDS = "%Y-%m-%d %H:%M:%S"

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


class Good(Struct, frozen=True, kw_only=True):
    """What has a quantity of its own: an item, or one variation of it."""

    item: int
    variation: int | None = None

    @property
    def target(self) -> int:
        """Give the number that names the row of a location."""
        return self.item if self.variation is None else self.variation

    @property
    def remote_id(self) -> str:
        """Name it as the feeds do."""
        return str(self.item) if self.variation is None else f"{self.item}:{self.variation}"


Held = dict[tuple[int, Good], Decimal]


class Desk(Struct, frozen=True, kw_only=True):
    """What is the same for all rows of one booking."""

    db: Database
    places: Places
    location: int
    employee: int
    now: str
    dated: str

    @property
    def locations(self) -> tuple[int, ...]:
        """Give the locations whose rows are locked, in the order of their locks."""
        return tuple(sorted({*self.places.publish, self.location}))

    @property
    def since(self) -> str:
        """Give the moment before which the log is not looked at."""
        return (datetime.fromisoformat(self.now) - REMEMBERED).strftime(_SECONDS)


def good_of(remote_id: str) -> Good:
    """Read a remote id; raises `BrokenData` for what is none."""
    item, _, variation = remote_id.partition(":")
    try:
        return Good(item=int(item), variation=int(variation) if variation else None)
    except ValueError as error:
        raise BrokenData("This is not the number of a row in the till.", code="POS-021") from error


def open_desk(db: Database, reading: Reading, warehouse: str = "") -> Desk:
    """Look who books where; raises `Configuration` where that cannot be.

    Without a location for sale as `warehouse` it is the one that takes stock.
    """
    rules = reading.rules
    places = read_places(db, rules)
    named = {str(place): place for place in places.publish}
    location = named.get(warehouse, places.stock)
    if location is None or location not in places.publish:
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
    now = _now(db, reading)
    return Desk(
        db=db,
        places=places,
        location=location,
        employee=rules.employee,
        now=now,
        dated=min(now, stamp(db.rows(_NEWEST)[0]["moved"])),
    )


def _now(db: Database, reading: Reading) -> str:
    """Give the moment as the till would write it, by the clock of its own server."""
    local = reading.now.astimezone(reading.rules.zone)
    if db.dialect == "sqlite":
        return local.strftime(_SECONDS)
    text = local.strftime("%z")
    return stamp(db.rows(_NOW_MYSQL, {"offset": f"{text[:3]}:{text[3:5]}"})[0]["now"])


def lock_stock(desk: Desk, goods: Iterable[Good]) -> Held:
    """Lock the quantities and read them: items before variations, each in the order (location, number).

    A row that is missing where stock is booked is made first.
    """
    wanted = set(goods)
    items = sorted((one for one in wanted if one.variation is None), key=lambda one: one.target)
    variations = sorted(wanted.difference(items), key=lambda one: one.target)
    return {
        **_locked(desk, items, _ITEM_ROWS, _NEW_ITEM_ROW),
        **_locked(desk, variations, _VARIATION_ROWS, _NEW_VARIATION_ROW),
    }


def _locked(desk: Desk, goods: Sequence[Good], query: str, create: str) -> Held:
    by_target = {one.target: one for one in goods}
    wanted = {"locations": desk.locations, "targets": tuple(by_target)}
    present = {row["target"] for row in desk.db.rows(query, wanted) if row["location_id"] == desk.location}
    if desk.db.dialect == "mysql":
        # Another writer may make the row at the same moment; then this waits and leaves it as it is.
        create += " ON DUPLICATE KEY UPDATE quantity = quantity"
    for target in by_target:
        if target not in present:
            desk.db.run(create, {"location": desk.location, "target": target})
    return {
        (row["location_id"], by_target[row["target"]]): number(row["quantity"]) or Decimal(0)
        for row in desk.db.locked(query, wanted)
    }


def read_stock(desk: Desk, goods: Iterable[Good]) -> Held:
    """Read the quantities as they are, without a lock."""
    found: Held = {}
    for query, is_item in ((_ITEM_ROWS, True), (_VARIATION_ROWS, False)):
        by_target = {one.target: one for one in goods if (one.variation is None) == is_item}
        wanted = {"locations": desk.locations, "targets": tuple(sorted(by_target))}
        for row in desk.db.rows(query, wanted):
            found[row["location_id"], by_target[row["target"]]] = number(row["quantity"]) or Decimal(0)
    return found


def total(desk: Desk, held: Held, good: Good) -> Decimal:
    """Add up what the locations for sale hold."""
    return sum((held.get((place, good), Decimal(0)) for place in desk.places.publish), Decimal(0))


def level(desk: Desk, held: Held, good: Good) -> Level:
    """Give what the locations for sale hold, as a level."""
    return level_of({place: held.get((place, good), Decimal(0)) for place in desk.places.publish})


def move(desk: Desk, held: Held, good: Good, delta: Decimal, comment: str) -> None:
    """Move a quantity that is locked, with its row in the log."""
    quantity = held[desk.location, good] = held[desk.location, good] + delta
    statement = _SET_ITEM if good.variation is None else _SET_VARIATION
    desk.db.run(statement, {"location": desk.location, "target": good.target, "quantity": quantity})
    entry = {
        "item": good.item,
        "variation": good.variation,
        "employee": desk.employee,
        "now": desk.now,
        "comment": comment,
        "delta": delta,
        "location": desk.location,
        "quantity": quantity,
    }
    desk.db.run(_LOG, entry)


def touch(desk: Desk, goods: Iterable[Good]) -> None:
    """Date what was moved, so that windows show it."""
    moved = set(goods)
    for item in sorted({one.item for one in moved}):
        desk.db.run(_TOUCH_ITEM, {"dated": desk.dated, "id": item})
    for variation in sorted(one.target for one in moved if one.variation is not None):
        desk.db.run(_TOUCH_VARIATION, {"dated": desk.dated, "id": variation})
