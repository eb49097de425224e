"""From writes to the shop's JSON, and what the shop's own checks would refuse. Pure."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from math import floor
from typing import Any

from shopweave.connectors.woocommerce.records import BLOCK, MARK
from shopweave.connectors.woocommerce.settings import WooSettings
from shopweave.connectors.woocommerce.units import GRAMS, MILLIMETRES, outside
from shopweave.core.blocks import compose
from shopweave.core.prints import plain
from shopweave.model.atoms import AtomValue
from shopweave.model.change import Op, Write, WriteRefused
from shopweave.model.gtin import shortest
from shopweave.model.record import Form, Kind, reference
from shopweave.model.values import Attribute, Identity, Measures, Node, Picture, Price, SalePrice, Status

_SKU = 100
_LONGEST_NAME = 200
_PLAIN = {"name": "name", "short_text": "short_description", "tax_class": "tax_class"}


def payload(write: Write, settings: WooSettings) -> dict[str, Any]:
    """Give the JSON of one record."""
    if write.kind in (Kind.CATEGORY, Kind.BRAND, Kind.ATTRIBUTE):
        return _term(write)
    body: dict[str, Any] = {}
    for key, value in write.atoms.items():
        body |= _field(key, value, write, settings)
    body |= _description(write) | _attributes(write) | _pictures(write, settings)
    if write.op is Op.UPDATE:
        return {"id": int(write.remote_id.rpartition(":")[2]), **body}
    if write.form is Form.FAMILY:
        body["type"] = "variable"
    elif write.form is Form.SIMPLE:
        body["type"] = "simple"
    if write.mark:
        body["meta_data"] = [{"key": MARK, "value": write.mark}]
    return body


def _term(write: Write) -> dict[str, Any]:
    node = write.atoms.get("node")
    body: dict[str, Any] = {"name": node.name if isinstance(node, Node) else ""}
    if write.kind is Kind.CATEGORY:
        body["parent"] = int(write.parent or 0)
    return {"id": int(write.remote_id), **body} if write.op is Op.UPDATE else body


def _field(key: str, value: AtomValue, write: Write, settings: WooSettings) -> dict[str, Any]:
    if key in _PLAIN:
        return {_PLAIN[key]: str(value or "")}
    match key, value:
        case "identity", Identity():
            return {"sku": value.sku or "", "global_unique_id": shortest(value.gtin) if value.gtin else ""}
        case "measures", Measures():
            return _measures(value, settings)
        case "brand", _:
            return _brand(value, write)
        case "categories", tuple():
            return {"categories": [{"id": int(str(one))} for one in value]}
        case "regular_price", _:
            return {"regular_price": plain(value.amount) if isinstance(value, Price) else ""}
        case "sale_price", _:
            return _sale(value)
        case "status", Status():
            return {"status": _status(value, write, settings)}
    return {}


def _brand(value: AtomValue, write: Write) -> dict[str, Any]:
    """Write the brand's id; a brand that is not there yet is left out."""
    if not value:
        return {"brands": []}
    found = write.refs.get(reference(Kind.BRAND, str(value)))
    return {"brands": [{"id": int(found)}]} if found else {}


def _measures(value: Measures, settings: WooSettings) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if value.weight is not None:
        body["weight"] = outside(value.weight, GRAMS[settings.weight_unit])
    factor = MILLIMETRES[settings.dimension_unit]
    edges = {"length": value.length, "width": value.width, "height": value.height}
    given = {name: outside(edge, factor) for name, edge in edges.items() if edge is not None}
    return {**body, "dimensions": given} if given else body


def _sale(value: AtomValue) -> dict[str, Any]:
    """Write a sale price; dates are cleared by an empty text, null leaves them (measured on 9.9.5)."""
    if not isinstance(value, SalePrice):
        return {"sale_price": "", "date_on_sale_from": "", "date_on_sale_to": ""}
    return {
        "sale_price": plain(value.amount),
        "date_on_sale_from": _day(value.start, "00:00:00"),
        "date_on_sale_to": _day(value.end, "23:59:59"),
    }


def _day(value: date | None, clock: str) -> str:
    return f"{value.isoformat()}T{clock}" if value else ""


def _status(value: Status, write: Write, settings: WooSettings) -> str:
    if value is not Status.ACTIVE:
        return "private" if write.form is Form.VARIATION else "draft"
    if write.op is Op.CREATE and write.form is not Form.VARIATION:
        return settings.new_products
    return "publish"


def _description(write: Write) -> dict[str, Any]:
    """Write the manual text and the block together: they share one field."""
    keys = ("long_text", f"long_text#{BLOCK}")
    if not any(key in write.atoms for key in keys):
        return {}
    manual, inner = (str(write.atoms.get(key, write.current.get(key)) or "") for key in keys)
    return {"description": compose(manual, BLOCK, inner or None)}


def _attributes(write: Write) -> dict[str, Any]:
    """Write axes and other attributes together: they share one list, which is replaced as a whole."""
    if write.kind is Kind.VARIATION:
        chosen = write.atoms.get("attributes#variation")
        return {"attributes": [_choice(one, write) for one in _all(chosen)]} if chosen is not None else {}
    keys = ("attributes#variation", "attributes")
    if not any(key in write.atoms for key in keys):
        return {}
    axes, others = (_all(write.atoms.get(key, write.current.get(key))) for key in keys)
    named = [_attribute(one, write, variation=True) for one in axes]
    return {"attributes": named + [_attribute(one, write, variation=False) for one in others]}


def _all(value: AtomValue) -> list[Attribute]:
    return [one for one in value if isinstance(one, Attribute)] if isinstance(value, tuple) else []


def _attribute(one: Attribute, write: Write, *, variation: bool) -> dict[str, Any]:
    body: dict[str, Any] = {"options": list(one.options), "visible": True, "variation": variation}
    found = write.refs.get(reference(Kind.ATTRIBUTE, one.name))
    return {"id": int(found), **body} if found else {"name": one.name, **body}


def _choice(one: Attribute, write: Write) -> dict[str, Any]:
    found = write.refs.get(reference(Kind.ATTRIBUTE, one.name))
    name: dict[str, Any] = {"id": int(found)} if found else {"name": one.name}
    return {**name, "option": one.options[0] if one.options else ""}


def _pictures(write: Write, settings: WooSettings) -> dict[str, Any]:
    keys = ("main_image", "gallery")
    if not any(key in write.atoms for key in keys):
        return {}
    wanted = [*_listed(write, "main_image"), *_listed(write, "gallery")]
    shown = [body for one in wanted if (body := _picture(one, write.refs, settings))]
    if len(shown) < len(wanted) and not shown:
        return {}
    if write.kind is Kind.VARIATION:
        return {"image": shown[0] if shown else {"id": 0}}
    return {"images": shown}


def _listed(write: Write, key: str) -> list[Picture]:
    value = write.atoms.get(key, write.current.get(key))
    pictures = value if isinstance(value, tuple) else (value,)
    return [one for one in pictures if isinstance(one, Picture)]


def _picture(one: Picture, refs: Mapping[str, str], settings: WooSettings) -> dict[str, Any] | None:
    if one.ref.startswith("media:"):
        return {"id": int(one.ref.partition(":")[2])}
    found = refs.get(reference(Kind.MEDIA, one.ref))
    if found:
        return {"id": int(found), "alt": one.alt} if one.alt else {"id": int(found)}
    if one.url.startswith(("http://", "https://")) and not settings.may_upload:
        return {"src": one.url, "alt": one.alt}
    return None


def written_atoms(write: Write, settings: WooSettings) -> tuple[str, ...]:
    """Give the atoms that a request really carries; a picture that cannot be named is not among them."""
    body = payload(write, settings)
    shown = "images" in body or "image" in body
    return tuple(key for key in write.atoms if key not in ("main_image", "gallery") or shown)


def refusal(write: Write) -> WriteRefused | None:
    """Say what the shop would refuse in a single call, or swallow wrongly in a batch."""
    for key, value in write.atoms.items():
        if (problem := _problem(key, value, write)) is not None:
            return WriteRefused(number=write.number, code=problem[0], what=problem[1], remedy=problem[2])
    return None


def _problem(key: str, value: AtomValue, write: Write) -> tuple[str, str, str] | None:
    match value:
        case Identity() if value.sku and (len(value.sku) > _SKU or re.search(r"[\r\n\t,]", value.sku)):
            return (
                "WOO-140",
                f"the SKU '{value.sku[:40]}' is too long or has a comma or line break",
                "Change the SKU.",
            )
        case Price() | SalePrice() if not value.amount.is_finite() or value.amount < 0:
            return "WOO-141", "a price is below zero", "Correct the price at its source."
        case SalePrice() if _not_lower(value, write):
            return (
                "WOO-142",
                "a sale price is not below the regular price",
                "Correct the promotion at its source.",
            )
        case str() if key == "name" and not value.strip():
            return "WOO-143", "a product has no name", "Give it a name at its source."
        case Node() if not value.name.strip() or len(value.name) > _LONGEST_NAME:
            return (
                "WOO-144",
                "a category, brand or attribute has no name or one too long",
                "Correct the name.",
            )
        case Measures() if any(edge is not None and edge < 0 for edge in _edges(value)):
            return "WOO-145", "a weight or length is below zero", "Correct it at its source."
    return None


def _edges(value: Measures) -> tuple[Decimal | None, ...]:
    return (value.weight, value.length, value.width, value.height)


def _not_lower(sale: SalePrice, write: Write) -> bool:
    regular = write.atoms.get("regular_price", write.current.get("regular_price"))
    return isinstance(regular, Price) and sale.amount >= regular.amount


def level_payload(remote_id: str, quantity: Decimal) -> dict[str, Any]:
    """Give the JSON that sets a stock level; the switch always goes with the quantity."""
    return {"id": int(remote_id.rpartition(":")[2]), "manage_stock": True, "stock_quantity": floor(quantity)}
