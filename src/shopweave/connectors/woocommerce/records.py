"""From the shop's JSON to records. Pure."""

import html
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from shopweave.connectors.woocommerce.settings import WooSettings
from shopweave.connectors.woocommerce.units import GRAMS, MILLIMETRES, inside, number
from shopweave.core.blocks import split
from shopweave.model.atoms import Atoms, AtomValue
from shopweave.model.gtin import gtin14
from shopweave.model.record import Form, Kind, RemoteRecord
from shopweave.model.values import (
    UNTRACKED,
    Attribute,
    Identity,
    Level,
    Measures,
    Node,
    Picture,
    Price,
    SalePrice,
    Status,
    tracked,
)

ATOMS = (
    "identity",
    "name",
    "short_text",
    "long_text",
    "long_text#icecat",
    "measures",
    "attributes",
    "attributes#variation",
    "brand",
    "categories",
    "regular_price",
    "sale_price",
    "tax_class",
    "main_image",
    "gallery",
    "status",
    "node",
)
BLOCK = "icecat"
MARK = "_shopweave_ref"
Raw = Mapping[str, Any]


def product(raw: Raw, settings: WooSettings, default_category: str = "") -> RemoteRecord:
    """Read a product in edit context."""
    is_family = raw.get("type") == "variable"
    manual, inner = split(str(raw.get("description") or ""), BLOCK)
    axes = [one for one in raw.get("attributes") or () if one.get("variation")]
    others = [one for one in raw.get("attributes") or () if not one.get("variation")]
    images = [picture(one) for one in raw.get("images") or ()]
    atoms: dict[str, AtomValue] = {
        "identity": identity(raw),
        "name": html.unescape(str(raw.get("name") or "")),
        "short_text": str(raw.get("short_description") or ""),
        "long_text": manual,
        "long_text#icecat": inner or "",
        "measures": measures(raw, settings),
        "attributes": attributes(others),
        "attributes#variation": attributes(axes),
        "brand": next((html.unescape(str(one["name"])) for one in raw.get("brands") or ()), None),
        "categories": _categories(raw, default_category),
        "tax_class": str(raw.get("tax_class") or "") or None,
        "main_image": images[0] if images else None,
        "gallery": tuple(images[1:]),
        "status": status(raw),
    }
    if not is_family:
        atoms |= prices(raw)
    return RemoteRecord(
        kind=Kind.PRODUCT,
        form=Form.FAMILY if is_family else Form.SIMPLE,
        remote_id=str(raw["id"]),
        atoms=Atoms(atoms),
        modified=moment(raw.get("date_modified_gmt")),
        gone=raw.get("status") == "trash",
        level=level(raw),
        mark=mark(raw),
        raw_gtin=str(raw.get("global_unique_id") or ""),
    )


def variation(raw: Raw, parent: str, settings: WooSettings, parent_sku: str) -> RemoteRecord:
    """Read a variation; an inherited SKU is none of its own."""
    known = identity(raw)
    if known.sku is not None and known.sku == parent_sku:
        known = Identity(sku=None, gtin=known.gtin)
    image = raw.get("image") or {}
    atoms: dict[str, AtomValue] = {
        "identity": known,
        "measures": measures(raw, settings),
        "attributes#variation": attributes(
            {"name": one.get("name"), "options": [one.get("option")]} for one in raw.get("attributes") or ()
        ),
        "tax_class": str(raw.get("tax_class") or "") or None,
        "main_image": picture(image) if image.get("id") else None,
        "status": status(raw),
        **prices(raw),
    }
    return RemoteRecord(
        kind=Kind.VARIATION,
        form=Form.VARIATION,
        remote_id=f"{parent}:{raw['id']}",
        parent=parent,
        atoms=Atoms(atoms),
        modified=moment(raw.get("date_modified_gmt")),
        gone=raw.get("status") == "trash",
        level=level(raw),
        mark=mark(raw),
        raw_gtin=str(raw.get("global_unique_id") or ""),
    )


def category(raw: Raw) -> RemoteRecord:
    """Read a category."""
    parent = str(raw.get("parent") or "") if raw.get("parent") else None
    node = Node(name=html.unescape(str(raw.get("name") or "")), parent=parent)
    return RemoteRecord(
        kind=Kind.CATEGORY,
        form=Form.CATEGORY,
        remote_id=str(raw["id"]),
        parent=parent,
        atoms=Atoms({"node": node}),
    )


def term(raw: Raw, kind: Kind) -> RemoteRecord:
    """Read a brand or a global attribute."""
    node = Node(name=html.unescape(str(raw.get("name") or "")))
    return RemoteRecord(kind=kind, form=Form.TERM, remote_id=str(raw["id"]), atoms=Atoms({"node": node}))


def identity(raw: Raw) -> Identity:
    """Read SKU and GTIN; a code that is no GTIN counts as none."""
    return Identity(
        sku=str(raw.get("sku") or "").strip() or None, gtin=gtin14(str(raw.get("global_unique_id") or ""))
    )


def measures(raw: Raw, settings: WooSettings) -> Measures:
    """Read weight and edges in our units."""
    edges = raw.get("dimensions") or {}
    factor = MILLIMETRES[settings.dimension_unit]
    return Measures(
        weight=inside(raw.get("weight"), GRAMS[settings.weight_unit]),
        length=inside(edges.get("length"), factor),
        width=inside(edges.get("width"), factor),
        height=inside(edges.get("height"), factor),
    )


def attributes(raw: Iterable[Raw]) -> tuple[Attribute, ...]:
    """Read attributes in an order of our own; the shop's follows its terms."""
    found = [
        Attribute(
            name=html.unescape(str(one.get("name") or "")),
            options=tuple(sorted(html.unescape(str(option)) for option in one.get("options") or ())),
        )
        for one in raw
    ]
    return tuple(sorted(found, key=lambda one: one.name.casefold()))


def _categories(raw: Raw, default: str) -> tuple[str, ...]:
    keys = (str(one["id"]) for one in raw.get("categories") or ())
    return tuple(sorted(key for key in keys if key != default))


def prices(raw: Raw) -> dict[str, AtomValue]:
    """Read regular and sale price; the days of a sale are the shop's."""
    regular, sale = number(raw.get("regular_price")), number(raw.get("sale_price"))
    return {
        "regular_price": None if regular is None else Price(amount=regular),
        "sale_price": None
        if sale is None
        else SalePrice(
            amount=sale, start=day(raw.get("date_on_sale_from")), end=day(raw.get("date_on_sale_to"))
        ),
    }


def picture(raw: Raw) -> Picture:
    """Read a picture of a product."""
    return Picture(ref=f"media:{raw['id']}", url=str(raw.get("src") or ""), alt=str(raw.get("alt") or ""))


def status(raw: Raw) -> Status:
    """Read whether buyers see it."""
    if raw.get("status") == "trash":
        return Status.DELETED
    return Status.ACTIVE if raw.get("status") == "publish" else Status.INACTIVE


def level(raw: Raw) -> Level:
    """Read the stock; what the parent manages is not this record's own."""
    if raw.get("manage_stock") is not True or raw.get("stock_quantity") is None:
        return UNTRACKED
    return tracked(Decimal(str(raw["stock_quantity"])))


def mark(raw: Raw) -> str:
    """Read the reference the hub wrote when it made the record."""
    rows = (one for one in raw.get("meta_data") or () if one.get("key") == MARK)
    return next((str(one.get("value") or "") for one in rows), "")


def moment(text: object) -> datetime | None:
    """Read a UTC time without zone."""
    return datetime.fromisoformat(str(text)).replace(tzinfo=UTC) if text else None


def day(text: object) -> date | None:
    """Read the day of a local time."""
    return datetime.fromisoformat(str(text)).date() if text else None
