"""Rows of the till → records; pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import Struct

from shopweave.connector.transports import Row
from shopweave.connectors.phppos.cells import code, day, flag, instant, number, price, stamp, text
from shopweave.connectors.phppos.options import GRAMS, UNIT_NAMES
from shopweave.connectors.phppos.prices import Promotion, factor, in_mode, next_change, sale_price
from shopweave.connectors.phppos.rows import Shelf
from shopweave.connectors.phppos.settings import Rules
from shopweave.model.atoms import Atoms, AtomValue
from shopweave.model.gtin import gtin14
from shopweave.model.record import BrokenRecord, Form, Kind, RemoteRecord
from shopweave.model.values import (
    UNKNOWN,
    UNTRACKED,
    Attribute,
    Identity,
    Level,
    Measures,
    Node,
    Picture,
    Price,
    Status,
    placed,
    tracked,
)

Read = RemoteRecord | BrokenRecord


class View(Struct, frozen=True, kw_only=True):
    """What the rows are read with: the settings, the rows of the page and the till's day."""

    rules: Rules
    shelf: Shelf
    today: date


def records_of(view: View) -> Iterator[Read]:
    """Make a record of each item and each variation, and say of those that cannot be read why."""
    for item in view.shelf.items:
        yield _guarded(Kind.PRODUCT, str(item["item_id"]), lambda item=item: product(view, item))
        for row in view.shelf.variations.get(item["item_id"], ()):
            yield _guarded(
                Kind.VARIATION, variation_id(row), lambda item=item, row=row: variation(view, item, row)
            )


def _guarded(kind: Kind, remote_id: str, make: Any) -> Read:
    try:
        record: RemoteRecord = make()
    except (ValueError, ArithmeticError) as error:
        what = f"A cell holds what its column should not ({error})."
        return BrokenRecord(kind=kind, remote_id=remote_id, code="POS-020", what=what)
    return record


def variation_id(row: Row) -> str:
    """Give the remote id of a variation: its item's and its own."""
    return f"{row['item_id']}:{row['id']}"


def product(view: View, item: Row) -> RemoteRecord:
    """Make the record of an item: a family when it has living variations."""
    living = [row for row in view.shelf.variations.get(item["item_id"], ()) if not flag(row["deleted"])]
    raw, gtin = _codes(view, item, None)
    sku = _sku(view.rules, item)
    atoms: dict[str, AtomValue] = {
        "identity": Identity(sku=sku, gtin=gtin, part_number=code(item["product_id"])),
        "name": text(item["name"]),
        "measures": _measures(view.rules, item),
        "attributes#variation": _axes(view, living),
        "brand": view.shelf.brands.get(item["manufacturer_id"]),
        "categories": _categories(view, item),
        "tax_class": view.shelf.tax_classes.get(item["tax_class_id"]),
        "status": _status(view, item),
        **_long_text(view.rules, item),
        **_pictures(view, item),
    }
    promotions: tuple[Promotion, ...] = ()
    if not living:
        promotions = _promotions(view, item)
        atoms |= _price_atoms(view, item, _regular(view, item), promotions)
    return RemoteRecord(
        kind=Kind.PRODUCT,
        form=Form.FAMILY if living else Form.SIMPLE,
        remote_id=str(item["item_id"]),
        atoms=Atoms(atoms),
        modified=instant(item["modified"], view.rules.zone),
        changes_at=next_change(promotions, view.today, view.rules.zone),
        level=UNKNOWN if living else _level(item, view.shelf.stock.get(item["item_id"], ()), view),
        logged=_words(view.shelf.log.get(item["item_id"], ())),
        sold=item["item_id"] in view.shelf.sold_out,
        raw_gtin=raw,
    )


def variation(view: View, item: Row, row: Row) -> RemoteRecord:
    """Make the record of one variation."""
    raw, gtin = _codes(view, row, row["id"])
    own = price(row["unit_price"])
    promotions = () if own else _promotions(view, item)
    choices = view.shelf.choices.get(row["id"], ())
    atoms: dict[str, AtomValue] = {
        "identity": Identity(sku=_variation_sku(view.rules, item, row), gtin=gtin),
        "name": text(row["name"]) or " / ".join(text(choice["choice"]) for choice in choices),
        "attributes#variation": tuple(
            Attribute(name=text(choice["attribute"]), options=(text(choice["choice"]),)) for choice in choices
        ),
        "main_image": next(iter(_images(view, item["item_id"], row["id"])), None),
        "status": _variation_status(view, item, row),
        **_price_atoms(view, item, own or _regular(view, item), promotions),
    }
    return RemoteRecord(
        kind=Kind.VARIATION,
        form=Form.VARIATION,
        remote_id=variation_id(row),
        parent=str(item["item_id"]),
        atoms=Atoms(atoms),
        modified=instant(row["modified"], view.rules.zone),
        changes_at=next_change(promotions, view.today, view.rules.zone),
        level=_level(item, view.shelf.variation_stock.get(row["id"], ()), view),
        logged=_words(view.shelf.variation_log.get(row["id"], ())),
        sold=row["id"] in view.shelf.sold_out_variations,
        raw_gtin=raw,
    )


def category(row: Row) -> RemoteRecord:
    """Make the record of a category; its parent is given only while that lives."""
    parent = None if row["parent"] is None else str(row["parent"])
    return RemoteRecord(
        kind=Kind.CATEGORY,
        form=Form.CATEGORY,
        remote_id=str(row["id"]),
        parent=parent,
        atoms=Atoms({"node": Node(name=text(row["name"]), parent=parent)}),
        gone=flag(row["deleted"]),
    )


def picture_of(row: Row, alt: str) -> Picture:
    """Name a picture by its file and the moment the file last changed."""
    return Picture(ref=f"file:{row['file_id']}@{stamp(row['stamp'])}", name=text(row["file_name"]), alt=alt)


def _sku(rules: Rules, item: Row) -> str | None:
    return code(item[rules.sku_rule])


def _variation_sku(rules: Rules, item: Row, row: Row) -> str | None:
    if rules.sku_rule == "item_number":
        return code(row["item_number"])
    stem = _sku(rules, item)
    return f"{stem}-{row['id']}" if stem else None


def _codes(view: View, row: Row, variation: int | None) -> tuple[str, str | None]:
    """Give the code as it stands there, and the GTIN by the EAN rule."""
    rule = view.rules.ean_rule
    own = [code(row["item_number"])] if rule != "additional" else []
    more = [
        code(extra["item_number"])
        for extra in view.shelf.numbers.get(row["item_id"], ())
        if rule != "item_number" and extra["item_variation_id"] == variation
    ]
    present = [one for one in own + more if one]
    valid = next((one for one in present if gtin14(one)), None)
    return valid or next(iter(present), ""), gtin14(valid)


def _long_text(rules: Rules, item: Row) -> Mapping[str, AtomValue]:
    if "description" not in item:
        return {}
    long, short = text(item["long_description"]), text(item["description"])
    chosen = {"long_description": long, "description": short}.get(rules.text_source)
    return {"long_text": (long if long.strip() else short) if chosen is None else chosen}


def _measures(rules: Rules, item: Row) -> Measures:
    return Measures(
        weight=_times(item["weight"], _grams(rules, text(item["weight_unit"]))),
        length=_times(item["length"], rules.millimetres),
        width=_times(item["width"], rules.millimetres),
        height=_times(item["height"], rules.millimetres),
    )


def _grams(rules: Rules, unit: str) -> Decimal | None:
    """Give the grams of a unit; an unknown one makes the weight unknown."""
    name = unit.strip().lower().rstrip("s")
    return GRAMS.get(UNIT_NAMES.get(name, name)) if name else rules.grams


def _times(value: Any, unit: Decimal | None) -> Decimal | None:
    amount = price(value)
    return None if amount is None or unit is None else number(amount * unit)


def _axes(view: View, living: Sequence[Row]) -> tuple[Attribute, ...]:
    axes: dict[str, dict[str, None]] = {}
    for row in living:
        for choice in view.shelf.choices.get(row["id"], ()):
            axes.setdefault(text(choice["attribute"]), {})[text(choice["choice"])] = None
    return tuple(Attribute(name=name, options=tuple(options)) for name, options in axes.items())


def _categories(view: View, item: Row) -> tuple[str, ...]:
    second = [row["category_id"] for row in view.shelf.second_categories.get(item["item_id"], ())]
    known = view.shelf.categories
    chosen = dict.fromkeys(one for one in (item["category_id"], *second) if one in known)
    return tuple(
        str(one) for one in chosen if not (flag(known[one]["deleted"]) or flag(known[one]["system_category"]))
    )


def _status(view: View, item: Row) -> Status:
    if flag(item["deleted"]):
        return Status.DELETED
    return (
        Status.INACTIVE if flag(item["item_inactive"]) or _is_kept_off_the_web(view, item) else Status.ACTIVE
    )


def _is_kept_off_the_web(view: View, item: Row) -> bool:
    own = view.shelf.categories.get(item["category_id"], {})
    return view.rules.web_only and (not flag(item["is_ecommerce"]) or flag(own.get("excluded")))


def _variation_status(view: View, item: Row, row: Row) -> Status:
    above = _status(view, item)
    if flag(row["deleted"]):
        return Status.DELETED
    if above is Status.ACTIVE and view.rules.web_only and not flag(row["is_ecommerce"]):
        return Status.INACTIVE
    return above


def _images(view: View, item_id: int, variation: int | None) -> list[Picture]:
    return [
        picture_of(row, text(row["alt_text"]))
        for row in view.shelf.images.get(item_id, ())
        if row["item_variation_id"] == variation
    ]


def _pictures(view: View, item: Row) -> Mapping[str, AtomValue]:
    """Give the main picture and the others; the till's main image goes first, whoever it belongs to."""
    rows = view.shelf.images.get(item["item_id"], ())
    alts = {row["file_id"]: text(row["alt_text"]) for row in rows}
    main = [
        picture_of(row, alts.get(row["file_id"], ""))
        for row in view.shelf.main_images.get(item["item_id"], ())
    ]
    ordered = list({one.ref: one for one in main + _images(view, item["item_id"], None)}.values())
    return {"main_image": ordered[0] if ordered else None, "gallery": tuple(ordered[1:])}


def _at_price_location(view: View, item: Row) -> Row:
    rows = view.shelf.stock.get(item["item_id"], ())
    return next((row for row in rows if row["location_id"] == view.shelf.places.price), {})


def _regular(view: View, item: Row) -> Decimal | None:
    return price(_at_price_location(view, item).get("unit_price")) or price(item["unit_price"])


def _promotions(view: View, item: Row) -> tuple[Promotion, ...]:
    rows = (_at_price_location(view, item), item)
    return tuple(
        Promotion(amount=amount, start=day(row["start_date"]), end=day(row["end_date"]))
        for row in rows
        if (amount := price(row.get("promo_price")))
    )


def _price_atoms(
    view: View, item: Row, regular: Decimal | None, promotions: Sequence[Promotion]
) -> Mapping[str, AtomValue]:
    taxes = view.shelf.taxes.get(item["tax_class_id"], ())
    times = factor(taxes) if taxes else 1 + view.rules.tax_percent / 100

    def exact(amount: Decimal) -> Decimal:
        included = flag(item["tax_included"])
        return in_mode(amount, included=included, mode=view.rules.tax_mode, times=times)

    sale = sale_price([replace_amount(one, exact(one.amount)) for one in promotions], view.today)
    return {
        "regular_price": None if regular is None else Price(amount=exact(regular)),
        "sale_price": sale,
    }


def replace_amount(promotion: Promotion, amount: Decimal) -> Promotion:
    """Give the same promotion with another amount."""
    return Promotion(amount=amount, start=promotion.start, end=promotion.end)


def _level(item: Row, rows: Sequence[Row], view: View) -> Level:
    """Add up what the locations for sale hold; no row and an empty cell count as none."""
    if flag(item["is_service"]):
        return UNTRACKED
    publish = view.shelf.places.publish
    held = dict.fromkeys(publish, Decimal(0))
    for row in rows:
        if row["location_id"] in held:
            held[row["location_id"]] += number(row["quantity"]) or Decimal(0)
    return level_of(held)


def level_of(held: Mapping[int, Decimal]) -> Level:
    """Give a level from the quantities of the locations for sale; several are named."""
    if len(held) < 2:
        return tracked(sum(held.values(), Decimal(0)))
    return placed((str(place), quantity) for place, quantity in held.items())


def _words(rows: Sequence[Row]) -> frozenset[str]:
    """Give the words of the log that can be references."""
    return frozenset(word for row in rows for word in text(row["comment"]).split() if word.count(":") > 1)
