"""Products and variations as the API shows them; view context filters the texts."""

import html
from datetime import datetime

from shopweave.simulators.woocommerce.answers import Body
from shopweave.simulators.woocommerce.images import Images
from shopweave.simulators.woocommerce.products import KEPT
from shopweave.simulators.woocommerce.rules import Rules
from shopweave.simulators.woocommerce.stage import Stage
from shopweave.simulators.woocommerce.state import Row, State, when
from shopweave.simulators.woocommerce.terms import Terms
from shopweave.simulators.woocommerce.values import number, stamp

_AS_STORED = (
    "id",
    "type",
    "status",
    "sku",
    "global_unique_id",
    "virtual",
    "downloadable",
    "tax_status",
    "tax_class",
    "manage_stock",
    "stock_quantity",
    "stock_status",
    "backorders",
    "low_stock_amount",
    "weight",
    "menu_order",
)
_PRODUCT_AS_STORED = (
    "featured",
    "catalog_visibility",
    "sold_individually",
    "parent_id",
    "purchase_note",
    "default_attributes",
)
_GTIN, _BRANDS = ("global_unique_id",), ("brands",)
_FIXED: Body = {
    "downloads": [],
    "download_limit": -1,
    "download_expiry": -1,
    "shipping_class": "",
    "shipping_class_id": 0,
}
_FIXED_PRODUCT: Body = {
    "price_html": "",
    "shipping_required": True,
    "shipping_taxable": True,
    "average_rating": "0.00",
    "rating_count": 0,
    "related_ids": [],
}


class Shown:
    """Shows the products of a shop."""

    def __init__(self, state: State, terms: Terms, images: Images, stage: Stage, rules: Rules) -> None:
        self.state, self.terms, self.images, self.stage = state, terms, images, stage
        self.clock, self.offset = stage.clock, stage.offset
        self._unknown = (*(() if rules.has_gtin else _GTIN), *(() if rules.has_brands else _BRANDS))

    @property
    def url(self) -> str:
        """Give the shop's address."""
        return self.stage.url

    def shown(self, row: Row, *, edit: bool) -> Body:
        """Give a product as the API shows it; view context filters the texts."""
        common = self._common(row, edit=edit)
        if row["type"] == "variation":
            body = self._shown_variation(row, common)
        else:
            body = self._product(row, common, edit=edit)
        for name in self._unknown:
            body.pop(name, None)
        return body

    def _common(self, row: Row, *, edit: bool) -> Body:
        draft = f"{self.url}/?post_type=product&p={row['id']}"
        return {
            **{name: row[name] for name in _AS_STORED},
            **_FIXED,
            **self._dates(row),
            **self._priced(row),
            "permalink": draft if row["status"] == "draft" else f"{self.url}/product/{row['slug']}/",
            "description": row["description"] if edit else filtered(row["description"]),
            "backorders_allowed": row["backorders"] != "no",
            "backordered": row["stock_status"] == "onbackorder",
            "dimensions": {edge: row[edge] for edge in ("length", "width", "height")},
            "meta_data": [dict(one) for one in row["meta_data"]],
        }

    def _dates(self, row: Row) -> Body:
        found: Body = {}
        for name in ("date_created", "date_modified", "date_on_sale_from", "date_on_sale_to"):
            moment = None if row[name] is None else when(row[name])
            found[name], found[f"{name}_gmt"] = stamp(moment, self.offset), stamp(moment)
        return found

    def _priced(self, row: Row) -> Body:
        active = is_on_sale(row, self.clock.now())
        price = row["sale_price"] if active else row["regular_price"]
        is_sold = bool(price) and row["status"] == "publish"
        prices = {name: row[name] for name in ("regular_price", "sale_price")}
        return {**prices, "price": price, "on_sale": active, "purchasable": is_sold}

    def _product(self, row: Row, body: Body, *, edit: bool) -> Body:
        children = list(self.state.variations(row["id"]))
        if row["type"] == "variable":
            prices = [child["regular_price"] for child in children if child["regular_price"]]
            body |= {
                "price": min(prices, key=number) if prices else "",
                "regular_price": "",
                "sale_price": "",
            }
        names = {"permalink_template": f"{self.url}/product/%pagename%/", "generated_slug": row["slug"]}
        return {
            **body,
            **_FIXED_PRODUCT,
            "name": html.escape(html.unescape(row["name"]), quote=False),
            "slug": row["slug"] if row["status"] != "draft" else "",
            **{name: row[name] for name in _PRODUCT_AS_STORED},
            "total_sales": row.get("total_sales", 0),
            **{name: row.get(name, empty) for name, empty in KEPT.items()},
            "short_description": row["short_description"] if edit else filtered(row["short_description"]),
            "categories": self.terms.named("product_cat", row["categories"]),
            "brands": self.terms.named("product_brand", row["brands"]),
            "tags": self.terms.named("product_tag", row["tags"]),
            "images": self.images.shown(row["images"]),
            "attributes": [{**one, "slug": self.terms.attribute_slug(one)} for one in row["attributes"]],
            "variations": [child["id"] for child in children],
            "has_options": bool(children),
            "_links": self.stage.links(f"products/{row['id']}"),
            **(names if edit else {}),
        }

    def _shown_variation(self, row: Row, body: Body) -> Body:
        parent = self.state.products.get(row["parent_id"])
        options = ", ".join(one["option"] for one in row["attributes"])
        if parent is not None:
            body["sku"] = row["sku"] or parent["sku"]
            if not row["manage_stock"] and parent["manage_stock"]:
                body["manage_stock"] = "parent"
                body["stock_quantity"], body["stock_status"] = (
                    parent["stock_quantity"],
                    parent["stock_status"],
                )
        images = self.images.shown(row["images"])
        parents = f"products/{row['parent_id']}"
        return {
            **body,
            "name": options,
            "parent_id": row["parent_id"],
            "image": images[0] if images else None,
            "attributes": [{**one, "slug": self.terms.attribute_slug(one)} for one in row["attributes"]],
            "_links": self.stage.links(f"{parents}/variations/{row['id']}", parents),
        }


def is_on_sale(row: Row, now: datetime) -> bool:
    """Say whether the sale price counts now."""
    if not row["sale_price"]:
        return False
    begun = row["date_on_sale_from"] is None or when(row["date_on_sale_from"]) <= now
    return begun and (row["date_on_sale_to"] is None or now <= when(row["date_on_sale_to"]))


def filtered(text: str) -> str:
    """Run a text through the filter of the view context."""
    return f"<p>{text}</p>\n" if text and not text.lstrip().startswith("<p") else text
