"""Filling a till with an invented catalogue."""

import sqlite3
from datetime import datetime
from pathlib import Path

from shopweave.simulators.catalogue import Catalogue, Choice, Product
from shopweave.simulators.till.schema import statements

_ITEM = """INSERT INTO phppos_items (item_id, name, item_number, product_id, category_id, manufacturer_id,
description, long_description, cost_price, unit_price, promo_price, start_date, end_date, tax_included,
weight, weight_unit, is_service, is_serialized, allow_alt_description, item_inactive, deleted,
is_ecommerce, main_image_id, last_modified)
VALUES (?, ?, ?, ?, ?, ?, '', ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, 0, 0, ?, ?, ?, ?, ?)"""
_ATTRIBUTE = """INSERT INTO phppos_attributes (id, name, ecommerce_attribute_id, last_modified)
VALUES (?, ?, '', ?)"""
_VALUE = """INSERT INTO phppos_attribute_values
(id, attribute_id, name, ecommerce_attribute_term_id, last_modified) VALUES (?, ?, ?, '', ?)"""
_CHOSEN = """INSERT INTO phppos_item_variation_attribute_values (attribute_value_id, item_variation_id)
VALUES (?, ?)"""
_STOCK = """INSERT INTO phppos_location_item_variations (item_variation_id, location_id, quantity)
VALUES (?, 1, ?)"""
_VARIATION = """INSERT INTO phppos_item_variations (id, item_id, name, item_number, unit_price, last_modified)
VALUES (?, ?, ?, ?, ?, ?)"""
# What the shelves held at first; a table of the simulator's own, for dumps and oracles.
_START = (
    "CREATE TABLE simulator_start (item_id INT, variation INT, quantity TEXT)",
    """INSERT INTO simulator_start SELECT item_id, NULL, SUM(COALESCE(quantity, 0))
    FROM phppos_location_items GROUP BY item_id""",
    """INSERT INTO simulator_start SELECT v.item_id, v.id, SUM(COALESCE(l.quantity, 0))
    FROM phppos_location_item_variations l JOIN phppos_item_variations v ON v.id = l.item_variation_id
    GROUP BY v.item_id, v.id""",
)


def create(path: Path, goods: Catalogue, now: datetime) -> None:
    """Make a till's database file and fill it; times are the till's wall clock, UTC."""
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode=WAL").close()
        db.execute("BEGIN")
        for statement in statements("sqlite"):
            db.execute(statement)
        _fill(db, goods, now.strftime("%Y-%m-%d %H:%M:%S"))
        for statement in _START:
            db.execute(statement)
        db.execute("COMMIT")
    finally:
        db.close()


def _fill(db: sqlite3.Connection, goods: Catalogue, now: str) -> None:
    brands = {name: number for number, name in enumerate(sorted({one.brand for one in goods.products}), 1)}
    db.executemany(
        "INSERT INTO phppos_manufacturers (id, name) VALUES (?, ?)",
        [(key, name) for name, key in brands.items()],
    )
    db.executemany(
        "INSERT INTO phppos_categories (id, name, parent_id, last_modified) VALUES (?, ?, ?, ?)",
        [(branch.number, branch.name, branch.parent, now) for branch in goods.categories],
    )
    for product in goods.products:
        _add(db, product, brands[product.brand], now)
    attributes = _attributes(db, goods, now)
    for product in goods.products:
        for choice in product.choices:
            _add_choice(db, product, choice, attributes, now)


def _add(db: sqlite3.Connection, one: Product, brand: int, now: str) -> None:
    if one.picture is not None:
        db.execute(
            "INSERT INTO phppos_app_files (file_id, file_name, file_data, timestamp) VALUES (?, ?, ?, ?)",
            (one.number, f"{one.number}.png", one.picture, now),
        )
    promo = (
        (str(one.promo[0]), one.promo[1].isoformat(), one.promo[2].isoformat())
        if one.promo
        else (None, None, None)
    )
    weight = (str(one.weight[0]), one.weight[1]) if one.weight else (None, None)
    flags = (int(one.service), int(one.inactive), int(one.deleted), int(one.web))
    picture = one.number if one.picture is not None else None
    row = (
        one.number,
        one.name,
        one.code,
        one.part_number,
        one.category,
        brand,
        one.text,
        str(one.price / 2),
        str(one.price),
    )
    db.execute(_ITEM, (*row, *promo, *weight, *flags, picture, now))
    if picture is not None:
        db.execute("INSERT INTO phppos_item_images (item_id, image_id) VALUES (?, ?)", (one.number, picture))
    if one.quantity is not None:
        db.execute(
            "INSERT INTO phppos_location_items (location_id, item_id, quantity) VALUES (1, ?, ?)",
            (one.number, str(one.quantity)),
        )


def _attributes(db: sqlite3.Connection, goods: Catalogue, now: str) -> dict[tuple[str, str], int]:
    pairs = sorted(
        {pair for product in goods.products for choice in product.choices for pair in choice.options}
    )
    names = {name: number for number, name in enumerate(sorted({name for name, _ in pairs}), 1)}
    for name, number in names.items():
        db.execute(
            _ATTRIBUTE,
            (number, name, now),
        )
    keys = {pair: number for number, pair in enumerate(pairs, 1)}
    for (name, value), number in keys.items():
        db.execute(
            _VALUE,
            (number, names[name], value, now),
        )
    return keys


def _add_choice(
    db: sqlite3.Connection, product: Product, choice: Choice, attributes: dict[tuple[str, str], int], now: str
) -> None:
    name = ", ".join(value for _, value in choice.options)
    price = str(choice.price) if choice.price is not None else None
    db.execute(_VARIATION, (choice.number, product.number, name, choice.code, price, now))
    for pair in choice.options:
        db.execute(
            _CHOSEN,
            (attributes[pair], choice.number),
        )
    db.execute(
        _STOCK,
        (choice.number, str(choice.quantity)),
    )
