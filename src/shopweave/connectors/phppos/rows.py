"""Everything the till knows of some items, read in sets: a page is a handful of statements."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from shopweave.connector.transports import Row
from shopweave.connectors.phppos.cells import flag, number
from shopweave.connectors.phppos.lastrows import sold_out
from shopweave.connectors.phppos.prices import Tax
from shopweave.connectors.phppos.schema import Database
from shopweave.connectors.phppos.settings import Rules

_ITEMS = """
SELECT i.item_id, i.name, i.item_number, i.product_id, i.category_id, [i.manufacturer_id] AS manufacturer_id,
  i.unit_price, [i.promo_price] AS promo_price, [i.start_date] AS start_date, [i.end_date] AS end_date,
  [i.tax_included] AS tax_included, [i.tax_class_id] AS tax_class_id,
  [i.weight] AS weight, [i.weight_unit] AS weight_unit,
  [i.length] AS length, [i.width] AS width, [i.height] AS height,
  i.deleted, [i.item_inactive] AS item_inactive, [i.system_item] AS system_item, i.is_service,
  COALESCE([i.is_ecommerce], 1) AS is_ecommerce, [i.main_image_id] AS main_image_id,
  WALL(i.last_modified) AS modified
"""
_TEXTS = ", i.description AS description, [i.long_description] AS long_description"
_FROM = (
    " FROM phppos_items i WHERE i.item_id IN :ids* AND COALESCE([i.system_item], 0) = 0 ORDER BY i.item_id"
)
_VARIATIONS = """
SELECT v.id, v.item_id, v.name, v.item_number, v.unit_price, v.deleted,
  COALESCE([v.is_ecommerce], 1) AS is_ecommerce, WALL(v.last_modified) AS modified
FROM phppos_item_variations v WHERE v.item_id IN :ids* ORDER BY v.item_id, v.id
"""
_CHOICES = """
SELECT x.item_variation_id, a.name AS attribute, w.name AS choice
FROM phppos_item_variation_attribute_values x
JOIN phppos_item_variations v ON v.id = x.item_variation_id
JOIN phppos_attribute_values w ON w.id = x.attribute_value_id
JOIN phppos_attributes a ON a.id = w.attribute_id
WHERE v.item_id IN :ids* ORDER BY x.item_variation_id, a.id, w.id
"""
_NUMBERS = """
SELECT n.item_id, n.item_number, n.item_variation_id
FROM phppos_additional_item_numbers n WHERE n.item_id IN :ids* ORDER BY n.item_id, n.item_number
"""
_IMAGES = """
SELECT g.item_id, g.item_variation_id, g.alt_text, f.file_id, f.file_name, f.timestamp AS stamp
FROM phppos_item_images g JOIN phppos_app_files f ON f.file_id = g.image_id
WHERE g.item_id IN :ids* ORDER BY g.item_id, g.id
"""
_MAIN_IMAGES = """
SELECT i.item_id, f.file_id, f.file_name, f.timestamp AS stamp
FROM phppos_items i JOIN phppos_app_files f ON f.file_id = i.main_image_id WHERE i.item_id IN :ids*
"""
_BRANDS = "SELECT m.id, m.name FROM phppos_manufacturers m WHERE m.id IN :brands* AND m.deleted = 0"
_SECOND_CATEGORIES = """
SELECT s.item_id, s.category_id FROM phppos_items_secondary_categories s
WHERE s.item_id IN :ids* ORDER BY s.item_id, s.category_id
"""
_CATEGORIES = """
SELECT c.id, c.deleted, [c.system_category] AS system_category, [c.exclude_from_e_commerce] AS excluded
FROM phppos_categories c WHERE c.id IN :categories*
"""
_TAX_CLASSES = "SELECT t.id, t.name FROM phppos_tax_classes t WHERE t.id IN :classes*"
_TAXES = """
SELECT t.tax_class_id, t.percent, t.cumulative FROM phppos_tax_classes_taxes t
WHERE t.tax_class_id IN :classes* ORDER BY t.tax_class_id, t.id
"""
_LOCATIONS = "SELECT l.location_id FROM phppos_locations l WHERE l.deleted = 0 ORDER BY l.location_id"
_STOCK = """
SELECT li.item_id, li.location_id, li.quantity, li.unit_price,
  [li.promo_price] AS promo_price, [li.start_date] AS start_date, [li.end_date] AS end_date[LOG]
FROM phppos_location_items li WHERE li.item_id IN :ids* AND li.location_id IN :locations*
"""
_VARIATION_STOCK = """
SELECT lv.item_variation_id, lv.location_id, lv.quantity[LOG]
FROM phppos_location_item_variations lv JOIN phppos_item_variations v ON v.id = lv.item_variation_id
WHERE v.item_id IN :ids* AND lv.location_id IN :locations*
"""
# Part of the statement that reads the quantity: one statement sees one state of the database.
_LOG = """
UNION ALL SELECT n.trans_items, n.location_id, NULL, NULL, NULL, NULL, NULL, n.trans_comment
FROM phppos_inventory n WHERE n.trans_items IN :ids* AND n.item_variation_id IS NULL
  AND n.location_id IN :locations* AND n.trans_date >= :since AND n.trans_comment LIKE '%:%:%'
"""
_VARIATION_LOG = """
UNION ALL SELECT n.item_variation_id, n.location_id, NULL, n.trans_comment
FROM phppos_inventory n WHERE n.trans_items IN :ids* AND n.item_variation_id IS NOT NULL
  AND n.location_id IN :locations* AND n.trans_date >= :since AND n.trans_comment LIKE '%:%:%'
"""

Groups = Mapping[int, Sequence[Row]]


class Places(Struct, frozen=True, kw_only=True):
    """Which locations count: for stock, for prices, and for what the hub writes."""

    publish: tuple[int, ...]
    price: int | None
    stock: int | None


class Shelf(Struct, frozen=True, kw_only=True):
    """The rows of some items, grouped by the id they belong to."""

    items: Sequence[Row]
    variations: Groups
    choices: Groups
    numbers: Groups
    images: Groups
    main_images: Groups
    stock: Groups
    variation_stock: Groups
    log: Groups
    variation_log: Groups
    sold_out: frozenset[int]
    sold_out_variations: frozenset[int]
    second_categories: Groups
    categories: Mapping[int, Row]
    brands: Mapping[int, str]
    tax_classes: Mapping[int, str]
    taxes: Mapping[int, tuple[Tax, ...]]
    places: Places


def read_shelf(db: Database, rules: Rules, ids: Sequence[int], *, since: str, texts: bool = True) -> Shelf:
    """Read all rows of these items; without `texts` the descriptions stay in the database.

    Where the log bears witness it is read with the quantities, from the moment `since` on.
    """
    wanted = {"ids": tuple(ids)}
    items = db.rows(_ITEMS + (_TEXTS if texts else "") + _FROM, wanted)
    places = read_places(db, rules)
    located = {**wanted, "locations": tuple({*places.publish, *((places.price,) if places.price else ())})}
    second = _by(_if(db, "items_secondary_categories", _SECOND_CATEGORIES, wanted), "item_id")
    categories = {row["category_id"] for rows in second.values() for row in rows} | _ids(items, "category_id")
    classes = {"classes": tuple(sorted(_ids(items, "tax_class_id")))}
    stock, log = _stock(db, rules, _STOCK, _LOG, {**located, "since": since})
    published = {**wanted, "locations": places.publish, "since": since}
    variation_stock, variation_log = _stock(db, rules, _VARIATION_STOCK, _VARIATION_LOG, published)
    by_item, by_variation = _by(stock, "item_id"), _by(variation_stock, "item_variation_id")
    return Shelf(
        items=items,
        variations=_by(db.rows(_VARIATIONS, wanted), "item_id"),
        choices=_by(_if(db, "item_variation_attribute_values", _CHOICES, wanted), "item_variation_id"),
        numbers=_by(_if(db, "additional_item_numbers", _NUMBERS, wanted), "item_id"),
        images=_by(_if(db, "item_images", _IMAGES, wanted), "item_id"),
        main_images=_by(_main_images(db, wanted), "item_id"),
        stock=by_item,
        variation_stock=by_variation,
        sold_out=sold_out(db, "trans_items", by_item, places.publish),
        sold_out_variations=sold_out(db, "item_variation_id", by_variation, places.publish),
        log=_by(log, "item_id"),
        variation_log=_by(variation_log, "item_variation_id"),
        second_categories=second,
        categories={
            row["id"]: row for row in db.rows(_CATEGORIES, {"categories": tuple(sorted(categories))})
        },
        brands=_brands(db, items),
        tax_classes={row["id"]: row["name"] for row in _if(db, "tax_classes", _TAX_CLASSES, classes)},
        taxes=_taxes(db, rules, classes),
        places=places,
    )


def read_places(db: Database, rules: Rules) -> Places:
    """Say which locations count, from the settings or from the locations that are not deleted."""
    living = tuple(row["location_id"] for row in db.rows(_LOCATIONS))
    publish = rules.publish_locations or living
    only = publish[0] if len(publish) == 1 else None
    first = publish[0] if publish else None
    return Places(
        publish=publish,
        price=rules.price_location if rules.price_location is not None else only,
        stock=rules.stock_location if rules.stock_location is not None else first,
    )


def _stock(
    db: Database, rules: Rules, query: str, log: str, parameters: Mapping[str, Any]
) -> tuple[list[Row], list[Row]]:
    """Read quantities, and the log with them where it bears witness."""
    if not rules.is_booked_elsewhere:
        given = {name: value for name, value in parameters.items() if name != "since"}
        return list(db.rows(query.replace("[LOG]", ""), given)), []
    rows = db.rows(query.replace("[LOG]", ", NULL AS comment") + log, parameters)
    return [row for row in rows if row["comment"] is None], [row for row in rows if row["comment"]]


def _if(db: Database, table: str, statement: str, parameters: Mapping[str, Any]) -> Sequence[Row]:
    """Query a table that some versions lack."""
    return db.rows(statement, parameters) if db.schema.has(table) else ()


def _main_images(db: Database, wanted: Mapping[str, Any]) -> Sequence[Row]:
    return _if(db, "app_files", _MAIN_IMAGES, wanted) if db.schema.has("items", "main_image_id") else ()


def _brands(db: Database, items: Sequence[Row]) -> Mapping[int, str]:
    wanted = {"brands": tuple(sorted(_ids(items, "manufacturer_id")))}
    return {row["id"]: row["name"] for row in _if(db, "manufacturers", _BRANDS, wanted)}


def _taxes(db: Database, rules: Rules, classes: Mapping[str, Any]) -> Mapping[int, tuple[Tax, ...]]:
    if rules.tax_mode == "as_stored":
        return {}
    found = _by(_if(db, "tax_classes_taxes", _TAXES, classes), "tax_class_id")
    return {
        key: tuple(
            Tax(percent=number(row["percent"]) or Decimal(0), cumulative=flag(row["cumulative"]))
            for row in rows
        )
        for key, rows in found.items()
    }


def _ids(rows: Iterable[Row], column: str) -> set[int]:
    return {row[column] for row in rows if row[column] is not None}


def _by(rows: Iterable[Row], column: str) -> Groups:
    groups: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return groups
