"""Products and variations: made and changed with WooCommerce's coercions."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from shopweave.model.seams import Clock
from shopweave.simulators.woocommerce import values
from shopweave.simulators.woocommerce.answers import Body, Wrong
from shopweave.simulators.woocommerce.choices import chosen, linked
from shopweave.simulators.woocommerce.images import Images
from shopweave.simulators.woocommerce.meta import merged
from shopweave.simulators.woocommerce.state import Row, State
from shopweave.simulators.woocommerce.terms import Terms
from shopweave.simulators.woocommerce.values import decimal_text, integer, slugify, truth

_TEXTS = (
    "description",
    "short_description",
    "purchase_note",
    "tax_class",
    "tax_status",
    "catalog_visibility",
)
KEPT: Row = {
    "upsell_ids": [],
    "cross_sell_ids": [],
    "grouped_products": [],
    "external_url": "",
    "button_text": "",
    "reviews_allowed": True,
    "post_password": "",
}
_NEW: Row = {
    "name": "",
    "slug": "",
    "status": "publish",
    "featured": False,
    "catalog_visibility": "visible",
    "description": "",
    "short_description": "",
    "sku": "",
    "global_unique_id": "",
    "regular_price": "",
    "sale_price": "",
    "date_on_sale_from": None,
    "date_on_sale_to": None,
    "virtual": False,
    "downloadable": False,
    "tax_status": "taxable",
    "tax_class": "",
    "manage_stock": False,
    "stock_quantity": None,
    "stock_status": "instock",
    "backorders": "no",
    "low_stock_amount": None,
    "sold_individually": False,
    "weight": "",
    "length": "",
    "width": "",
    "height": "",
    "purchase_note": "",
    "menu_order": 0,
    "categories": [],
    "tags": [],
    "brands": [],
    "images": [],
    "attributes": [],
    "default_attributes": [],
    "meta_data": [],
    "parent_id": 0,
    "total_sales": 0,
    "next_meta": 1,
}


class Products:
    """The products of a shop."""

    def __init__(
        self,
        state: State,
        terms: Terms,
        images: Images,
        clock: Clock,
        url: str,
        offset: timedelta,
        changed: Callable[[Row, str], None],
    ) -> None:
        self.state, self.terms, self.images, self.clock = state, terms, images, clock
        self.url, self.offset, self.changed = url, offset, changed
        self.stock_moves_date = True

    def now(self) -> datetime:
        """Give the shop's time to the second."""
        return self.clock.now().replace(microsecond=0)

    def create(self, body: Body, parent: Row | None = None) -> Row:
        """Make a product or variation; a failing image or SKU leaves nothing behind."""
        kind = "variation" if parent is not None else str(body.get("type") or "simple")
        moment = self.now().isoformat()
        row: Row = {**{key: _copy(value) for key, value in _NEW.items()}, "id": 0, "type": kind}
        row |= {"date_created": moment, "date_modified": moment}
        if parent is not None:
            row["parent_id"] = parent["id"]
        elif not body.get("categories"):
            row["categories"] = [self.terms.default_category]
        self._apply(row, body)
        row["id"] = self.state.number()
        if row["status"] != "draft" and not row["slug"]:
            row["slug"] = self._slug(row)
        self.state.save("product", row["id"], row)
        self.state.index(row)
        if parent is not None:
            self._touch_parent(self.state.products[parent["id"]])
        self.changed(row, "created")
        return row

    def update(self, row: Row, body: Body) -> Row:
        """Change a product; nearly every save moves its date."""
        fresh = {key: _copy(value) for key, value in row.items()}
        self._apply(fresh, body)
        self._retyped(row, fresh)
        self.state.forget(row)
        only_stock = set(body) <= {"id", "stock_quantity", "manage_stock", "inventory_delta"}
        if self.stock_moves_date or not only_stock:
            fresh["date_modified"] = self.now().isoformat()
        self.state.save("product", fresh["id"], fresh)
        self.state.index(fresh)
        if fresh["type"] == "variation" and (parent := self.state.products.get(fresh["parent_id"])):
            self._touch_parent(parent)
        self.changed(fresh, "updated")
        return fresh

    def set_thumbnail(self, row: Row, image: Row) -> None:
        """Set the main picture as a plug-in does by itself: no date moves and nobody is told."""
        self.state.save("product", row["id"], {**row, "images": [image, *row["images"][1:]]})

    def move_stock(self, row: Row, change: int) -> None:
        """Add to the stock of a managed product, as orders do."""
        fresh = {**row, "stock_quantity": (row["stock_quantity"] or 0) + change}
        fresh["stock_status"] = stock_status(fresh)
        if self.stock_moves_date:
            fresh["date_modified"] = self.now().isoformat()
        self.state.save("product", fresh["id"], fresh)
        parent = self.state.products.get(fresh["parent_id"]) if fresh["type"] == "variation" else None
        if parent is not None:
            self._touch_parent(parent, moves=self.stock_moves_date)
        self.changed(fresh, "updated")

    def _retyped(self, row: Row, fresh: Row) -> None:
        """Changing a variable product's type deletes its variations."""
        if row["type"] == "variable" and fresh["type"] != "variable":
            for child in list(self.state.variations(row["id"])):
                self.remove(child)

    def _touch_parent(self, parent: Row, *, moves: bool = True) -> None:
        fresh = {**parent, "date_modified": self.now().isoformat()} if moves else dict(parent)
        children = list(self.state.variations(parent["id"]))
        if children and not parent["manage_stock"]:
            states = [child["stock_status"] for child in children]
            best = next((one for one in ("instock", "onbackorder") if one in states), "outofstock")
            fresh["stock_status"] = best
        self.state.save("product", fresh["id"], fresh)

    def trash(self, row: Row) -> None:
        """Move to the trash; the SKU stays held by the row."""
        if row["status"] == "trash":
            raise Wrong(410, "woocommerce_rest_already_trashed", "The product has already been deleted.")
        self.state.forget(row)
        fresh = {**row, "status": "trash", "was": row["status"]}
        self.state.save("product", row["id"], fresh)
        self.changed(fresh, "deleted")

    def remove(self, row: Row) -> None:
        """Delete for good, with all variations."""
        for key in list(self.state.children.get(row["id"], ())):
            if key in self.state.products:
                self.remove(self.state.products[key])
        self.state.forget(row)
        self.state.remove("product", row["id"])
        if row["type"] == "variation":
            siblings = self.state.children.get(row["parent_id"], [])
            if row["id"] in siblings:
                siblings.remove(row["id"])
            if (parent := self.state.products.get(row["parent_id"])) is not None:
                self._touch_parent(parent)

    def _apply(self, row: Row, body: Body) -> None:
        for key, value in body.items():
            if key == "name":
                row["name"] = _kses(str(value))
            elif key in ("status", "type"):
                row[key] = value if row["type"] != "variation" or key == "status" else row[key]
            elif key in ("description", "short_description") or key in _TEXTS or key == "slug":
                row[key] = "" if value is None else str(value)
            elif key in ("featured", "virtual", "downloadable", "sold_individually"):
                row[key] = truth(value)
            elif key in KEPT:
                row[key] = _copy(value)
            elif key == "menu_order":
                row[key] = integer(value)
        self._codes(row, body)
        self._prices(row, body)
        self._measures(row, body)
        self._stock(row, body)
        self._lists(row, body)
        self._meta(row, body.get("meta_data") or [])

    def _codes(self, row: Row, body: Body) -> None:
        if "sku" in body:
            row["sku"] = self._free_sku(row, str(body["sku"] or "").strip())
        if "global_unique_id" in body:
            code = re.sub(r"[^0-9\-]", "", str(body["global_unique_id"] or ""))
            owner = self.state.gtins.get(code)
            if code and owner not in (None, row["id"]):
                message = "Invalid or duplicated GTIN, UPC, EAN or ISBN."
                raise Wrong(400, "product_invalid_global_unique_id", message, resource_id=owner)
            row["global_unique_id"] = code

    def _free_sku(self, row: Row, sku: str) -> str:
        owner = self.state.skus.get(sku.lower())
        if sku and owner not in (None, row["id"]):
            message = "Invalid or duplicated SKU."
            raise Wrong(400, "product_invalid_sku", message, resource_id=owner, unique_sku=f"{sku}-1")
        held = (
            any(
                other["status"] == "trash"
                and other["sku"].lower() == sku.lower()
                and other["id"] != row["id"]
                for other in self.state.products.values()
            )
            if sku and row["sku"].lower() != sku.lower() and self._has_trash()
            else False
        )
        if held:
            message = f"The product with SKU ({sku}) is already present in the lookup table"
            raise Wrong(400, "woocommerce_rest_product_not_created", message)
        return sku

    def _has_trash(self) -> bool:
        return any(row["status"] == "trash" for row in self.state.products.values())

    def _prices(self, row: Row, body: Body) -> None:
        for key in ("regular_price", "sale_price"):
            if key in body:
                row[key] = decimal_text(body[key])
        for edge in ("from", "to"):
            name = f"date_on_sale_{edge}"
            if body.get(f"{name}_gmt") not in (None, ""):
                row[name] = values.moment(
                    f"{body[f'{name}_gmt']}T00:00:00"[:19], {"dates_are_gmt": "1"}, self.offset
                ).isoformat()
            elif name in body and body[name] is not None:
                row[name] = self._sale_date(str(body[name]), edge)
        regular, sale = values.number(row["regular_price"]), values.number(row["sale_price"])
        if row["sale_price"] and (not row["regular_price"] or sale >= regular):
            row["sale_price"] = ""

    def _sale_date(self, text: str, edge: str) -> str | None:
        if not text:
            return None
        if len(text) == 10:
            text += "T00:00:00" if edge == "from" else "T23:59:59"
        return values.moment(text, {}, self.offset).isoformat()

    def _measures(self, row: Row, body: Body) -> None:
        if "weight" in body:
            row["weight"] = decimal_text(body["weight"])
        for edge, value in (body.get("dimensions") or {}).items():
            if edge in ("length", "width", "height"):
                row[edge] = decimal_text(value)

    def _stock(self, row: Row, body: Body) -> None:
        if "backorders" in body:
            row["backorders"] = body["backorders"]
        if "manage_stock" in body:
            row["manage_stock"] = truth(body["manage_stock"])
        if row["manage_stock"] and row["type"] == "external":
            message = "External products cannot be managed."
            raise Wrong(400, "product_external_invalid_manage_stock", message)
        if not row["manage_stock"]:
            row["stock_quantity"] = None
            if "stock_status" in body:
                row["stock_status"] = body["stock_status"]
            return
        if "stock_quantity" in body:
            row["stock_quantity"] = integer(body["stock_quantity"])
        if "inventory_delta" in body:
            row["stock_quantity"] = (row["stock_quantity"] or 0) + integer(body["inventory_delta"])
        row["stock_status"] = stock_status(row)

    def _lists(self, row: Row, body: Body) -> None:
        if "categories" in body:
            found = [integer(one.get("id")) for one in body["categories"] or [] if isinstance(one, dict)]
            kept = [key for key in found if self.terms.exists("product_cat", key)]
            row["categories"] = kept or [self.terms.default_category]
        for name, taxonomy in (("tags", "product_tag"), ("brands", "product_brand")):
            if name in body:
                found = [integer(one.get("id")) for one in body[name] or [] if isinstance(one, dict)]
                row[name] = [key for key in found if self.terms.exists(taxonomy, key)]
        if "attributes" in body:
            if row["type"] == "variation":
                row["attributes"] = chosen(self._parent(row), body["attributes"] or [])
            else:
                row["attributes"] = linked(self.terms, body["attributes"] or [])
        if "images" in body:
            row["images"] = [self.images.taken(one) for one in body["images"] or []]
        if "image" in body and row["type"] == "variation":
            image = body["image"]
            row["images"] = (
                [self.images.taken(image)] if image and (image.get("id") or image.get("src")) else []
            )

    def _parent(self, row: Row) -> Row:
        return self.state.products.get(row["parent_id"], {"attributes": []})

    def _meta(self, row: Row, entries: list[Any]) -> None:
        plain = []
        for one in entries:
            if one.get("key") in ("_sku", "_regular_price", "_weight") and one.get("value") is not None:
                row[str(one["key"])[1:]] = str(one["value"])
            else:
                plain.append(one)
        row["next_meta"] = merged(row["meta_data"], row["next_meta"], plain)

    def _slug(self, row: Row) -> str:
        wanted = slugify(row["name"]) or str(row["id"])
        taken = (
            {one["slug"] for one in self.state.products.values()} if len(self.state.products) < 200 else set()
        )
        return wanted if wanted not in taken else f"{wanted}-2"


def stock_status(row: Row) -> str:
    """Derive the stock status of a managed product."""
    if (row["stock_quantity"] or 0) > 0:
        return "instock"
    return "outofstock" if row["backorders"] == "no" else "onbackorder"


def _kses(text: str) -> str:
    return re.sub(r"</?script[^>]*>", "", text)


def _copy(value: Any) -> Any:
    if isinstance(value, list):
        return [dict(one) if isinstance(one, dict) else one for one in value]
    return value
