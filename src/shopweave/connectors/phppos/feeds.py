"""The till's lists, page by page: items by window, sweep and keys; categories."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b

from msgspec import Struct

from shopweave.connector.roles import Page
from shopweave.connector.transports import Row
from shopweave.connectors.phppos.cells import stamp
from shopweave.connectors.phppos.positions import (
    IDLE,
    KEYS,
    SWEEP,
    Spot,
    finished,
    moved_on,
    write_spot,
)
from shopweave.connectors.phppos.records import View, category, records_of
from shopweave.connectors.phppos.rows import read_shelf
from shopweave.connectors.phppos.schema import Database
from shopweave.connectors.phppos.settings import Rules
from shopweave.model import atoms
from shopweave.model.errors import BrokenData
from shopweave.model.record import BrokenRecord, KeyRow, RemoteRecord

ITEMS_PER_PAGE = 500
KEYS_PER_PAGE = 1000
CATEGORIES_PER_PAGE = 500
# A till whose clock once ran ahead left moments in the future; they are read but never waited for.
_AHEAD = timedelta(hours=48)
_WITNESSED = timedelta(days=31)
_SECONDS = "%Y-%m-%d %H:%M:%S"

_BY_NUMBER = """
SELECT i.item_id FROM phppos_items i WHERE i.item_id > :after ORDER BY i.item_id LIMIT :size
"""
_MOVED = """
SELECT moved, item_id FROM (
  SELECT i.last_modified AS moved, i.item_id AS item_id FROM phppos_items i
  WHERE i.last_modified >= :since AND (i.last_modified > :since OR i.item_id > :after)
  ORDER BY i.last_modified, i.item_id LIMIT :size) a
UNION
SELECT moved, item_id FROM (
  SELECT v.last_modified AS moved, v.item_id AS item_id FROM phppos_item_variations v
  WHERE v.last_modified >= :since AND (v.last_modified > :since OR v.item_id > :after)
  ORDER BY v.last_modified, v.item_id LIMIT :size) b
ORDER BY moved, item_id LIMIT :size
"""
_NEWEST = """
SELECT MAX(i.last_modified) AS moved FROM phppos_items i WHERE i.last_modified <= :horizon
UNION ALL SELECT MAX(v.last_modified) FROM phppos_item_variations v WHERE v.last_modified <= :horizon
"""
_CATEGORY = """
SELECT c.id, c.name, c.deleted, p.id AS parent FROM phppos_categories c
LEFT JOIN phppos_categories p ON p.id = c.parent_id AND p.deleted = 0 AND COALESCE([p.system_category], 0) = 0
WHERE COALESCE([c.system_category], 0) = 0
"""
_CATEGORY_PAGE = _CATEGORY + "AND c.id > :after ORDER BY c.id LIMIT :size"
_CATEGORY_BY_ID = _CATEGORY + "AND c.id IN :ids* ORDER BY c.id"


class Reading(Struct, frozen=True, kw_only=True):
    """What a page is read with."""

    rules: Rules
    now: datetime

    @property
    def horizon(self) -> str:
        """Give the moment past which a date in the till is a mistake."""
        return (self.now.astimezone(self.rules.zone) + _AHEAD).strftime(_SECONDS)

    @property
    def since(self) -> str:
        """Give the moment from which on the log bears witness."""
        return (self.now.astimezone(self.rules.zone) - _WITNESSED).strftime(_SECONDS)


def items_page(db: Database, reading: Reading, spot: Spot) -> Page:
    """Read one page of items from this spot."""
    if spot.mode == KEYS:
        return _keys_in_items(db, reading, spot)
    if spot.mode == SWEEP:
        return _sweep_page(db, reading, spot)
    return _window_page(db, reading, spot)


def keys_page(db: Database, reading: Reading, after: int) -> tuple[tuple[KeyRow, ...], int | None]:
    """Read ids and tokens of the items behind `after`, and the last id when more may follow."""
    ids = _numbers(db, after, KEYS_PER_PAGE)
    records = records_of(_view(db, reading, ids, texts=False))
    keys = tuple(
        KeyRow(kind=record.kind, remote_id=record.remote_id, token=token(record)) for record in records
    )
    return keys, ids[-1] if len(ids) == KEYS_PER_PAGE else None


def token(record: RemoteRecord | BrokenRecord) -> str:
    """Give a text that moves when anything but a description may have changed.

    Descriptions are left in the database; the till dates every change of one.
    """
    digest = blake2b(digest_size=8)
    if isinstance(record, BrokenRecord):
        digest.update(record.what.encode())
    else:
        digest.update(atoms.encode(record.atoms))
        digest.update(f"{record.form}|{record.level}|{record.modified}|{record.raw_gtin}".encode())
    return digest.hexdigest()


def items_by_ids(
    db: Database, reading: Reading, ids: Sequence[int]
) -> tuple[RemoteRecord | BrokenRecord, ...]:
    """Read items with their variations."""
    return tuple(records_of(_view(db, reading, ids)))


def categories_page(db: Database, after: int) -> tuple[tuple[RemoteRecord, ...], int | None]:
    """Read the categories behind `after`, and the last id when more may follow."""
    rows = db.rows(_CATEGORY_PAGE, {"after": after, "size": CATEGORIES_PER_PAGE})
    last = rows[-1]["id"] if len(rows) == CATEGORIES_PER_PAGE else None
    return tuple(category(row) for row in rows), last


def categories_by_ids(db: Database, ids: Sequence[int]) -> tuple[RemoteRecord, ...]:
    """Read categories by number."""
    return tuple(category(row) for row in db.rows(_CATEGORY_BY_ID, {"ids": tuple(ids)}))


def as_numbers(ids: Iterable[str]) -> tuple[int, ...]:
    """Turn remote ids into row numbers, in order; raises `BrokenData` for what is none."""
    try:
        return tuple(sorted({int(one) for one in ids}))
    except ValueError as error:
        raise BrokenData("This is not the number of a row in the till.", code="POS-021") from error


def _sweep_page(db: Database, reading: Reading, spot: Spot) -> Page:
    top = spot.top or _newest(db, reading)
    ids = _numbers(db, spot.after, ITEMS_PER_PAGE)
    if len(ids) == ITEMS_PER_PAGE:
        following = moved_on(spot, since="", after=ids[-1], top=top)
    else:
        following = finished(spot, reading.now, reading.rules.key_sweep_hours, top=top)
    return _page(db, reading, ids, following)


def _window_page(db: Database, reading: Reading, spot: Spot) -> Page:
    rows = db.rows(_MOVED, {"since": spot.since, "after": spot.after, "size": ITEMS_PER_PAGE})
    moments = [stamp(row["moved"]) for row in rows]
    if len(rows) == ITEMS_PER_PAGE:
        # What commits while the window is read may lie behind its place: the next one starts from here.
        top = spot.top or _newest(db, reading)
        following = moved_on(spot, since=moments[-1], after=rows[-1]["item_id"], top=top)
    else:
        top = spot.top or max((one for one in moments if one <= reading.horizon), default="")
        following = finished(spot, reading.now, reading.rules.key_sweep_hours, top=top)
    return _page(db, reading, [row["item_id"] for row in rows], following)


def _keys_in_items(db: Database, reading: Reading, spot: Spot) -> Page:
    keys, last = keys_page(db, reading, spot.after)
    if last is None:
        following = finished(spot, reading.now, reading.rules.key_sweep_hours)
    else:
        following = moved_on(spot, since="", after=last, top="")
    return Page(keys=keys, position=write_spot(following), done=following.mode == IDLE)


def _page(db: Database, reading: Reading, ids: Iterable[int], following: Spot) -> Page:
    records: list[RemoteRecord] = []
    broken: list[BrokenRecord] = []
    for record in records_of(_view(db, reading, tuple(dict.fromkeys(ids)))):
        if isinstance(record, BrokenRecord):
            broken.append(record)
        else:
            records.append(record)
    return Page(
        records=tuple(records),
        broken=tuple(broken),
        position=write_spot(following),
        done=following.mode == IDLE,
    )


def _view(db: Database, reading: Reading, ids: Sequence[int], *, texts: bool = True) -> View:
    shelf = read_shelf(db, reading.rules, ids, since=reading.since, texts=texts)
    return View(rules=reading.rules, shelf=shelf, today=reading.now.astimezone(reading.rules.zone).date())


def _numbers(db: Database, after: int, size: int) -> list[int]:
    return [row["item_id"] for row in db.rows(_BY_NUMBER, {"after": after, "size": size})]


def _newest(db: Database, reading: Reading) -> str:
    rows: Sequence[Row] = db.rows(_NEWEST, {"horizon": reading.horizon})
    return max(stamp(row["moved"]) for row in rows)
