"""The lines of an order: goods, shipping, fees and coupons, with the tax rates that count."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from shopweave.simulators.woocommerce.answers import Body, Wrong
from shopweave.simulators.woocommerce.goods import crash
from shopweave.simulators.woocommerce.showing import is_on_sale
from shopweave.simulators.woocommerce.stage import Stage
from shopweave.simulators.woocommerce.state import Row, State
from shopweave.simulators.woocommerce.sums import money, plain
from shopweave.simulators.woocommerce.terms import Terms
from shopweave.simulators.woocommerce.values import integer, slugify

_EMPTY: Row = {"name": "", "product_id": 0, "variation_id": 0, "tax_class": "", "parent_name": None}


class Lines:
    """Makes and changes the lines of orders; `country` is where the shop is."""

    def __init__(self, stage: Stage, state: State, terms: Terms, *, country: str, included: bool) -> None:
        self.stage, self.state, self.terms = stage, state, terms
        self.country, self.included = country, included

    def rates(self, order: Row) -> list[Row]:
        """Give the tax rates of the place an order goes to."""
        place = order["shipping"]["country"] or order["billing"]["country"] or self.country
        return self._rates_of(place)

    def _rates_of(self, country: str) -> list[Row]:
        rows = sorted(self.state.rows["tax"].values(), key=lambda row: row["id"])
        return [row for row in rows if row["country"] in ("", country)]

    def put(self, order: Row, body: Body) -> Iterator[tuple[Row, int]]:
        """Change an order's lines; gives each line of goods with the change of its quantity.

        Lines without an id are added, also when they are there already.
        """
        for one in body.get("line_items") or []:
            yield self._good(order, one)
        for kind in ("shipping_lines", "fee_lines"):
            for one in body.get(kind) or []:
                self._other(order, kind, one)

    def _good(self, order: Row, one: Body) -> tuple[Row, int]:
        if not one.get("id"):
            line = self._new(order, one)
            order["line_items"].append(line)
            return line, line["quantity"]
        line = self._known(order, "line_items", one)
        before = line["quantity"]
        if is_removed(one):
            order["line_items"].remove(line)
            return line, -before
        line["quantity"] = integer(one.get("quantity", before))
        line |= {key: plain(money(one[key])) for key in ("subtotal", "total") if key in one}
        return line, line["quantity"] - before

    def _known(self, order: Row, kind: str, one: Body) -> Row:
        found: Row | None = next((line for line in order[kind] if line["id"] == integer(one["id"])), None)
        if found is None:
            message = "Order item ID provided is not associated with order."
            raise Wrong(400, "woocommerce_rest_invalid_item_id", message)
        return found

    def _other(self, order: Row, kind: str, one: Body) -> None:
        texts = ("method_title", "method_id", "instance_id") if kind == "shipping_lines" else ("name",)
        if one.get("id"):
            line = self._known(order, kind, one)
            if any(name in one and one[name] is None for name in texts):
                order[kind].remove(line)
                return
        else:
            line = {"id": self.state.line_number(), "tax_status": "taxable", "total": "0", "meta_data": []}
            line |= dict.fromkeys(texts, "") | {"tax_class": ""}
            order[kind].append(line)
        line |= {name: str(one[name]) for name in (*texts, "tax_status", "tax_class") if name in one}
        if "total" in one:
            line["total"] = plain(money(one["total"]))

    def _new(self, order: Row, one: Body) -> Row:
        if not any(one.get(name) for name in ("product_id", "variation_id", "sku")):
            message = "Product ID or SKU is required."
            raise Wrong(400, "woocommerce_rest_required_product_reference", message)
        quantity = integer(one.get("quantity", 1))
        if quantity == 0:
            raise crash()
        product = self._named(one)
        line: Row = {**_EMPTY, "id": self.state.line_number(), "quantity": quantity, "meta_data": []}
        if product is not None:
            line |= self._describing(product)
        listed = plain(self._price(product) * quantity)
        line["subtotal"] = plain(money(one["subtotal"])) if "subtotal" in one else listed
        line["total"] = plain(money(one["total"])) if "total" in one else line["subtotal"]
        for entry in one.get("meta_data") or []:
            line["meta_data"].append(self._meta(str(entry.get("key")), str(entry.get("value"))))
        if one.get("name"):
            line["name"] = str(one["name"])
        return line

    def _named(self, one: Body) -> Row | None:
        key = integer(one.get("variation_id")) or integer(one.get("product_id"))
        if not key and one.get("sku"):
            key = self.state.skus.get(str(one["sku"]).strip().lower(), 0)
        return self.state.products.get(key)

    def _describing(self, product: Row) -> Row:
        parent = self.state.products.get(product["parent_id"]) if product["type"] == "variation" else None
        if parent is None:
            return {"name": product["name"], "product_id": product["id"], "tax_class": product["tax_class"]}
        options = ", ".join(one["option"] for one in product["attributes"])
        chosen = [self._chosen(one) for one in product["attributes"]]
        return {
            "name": f"{parent['name']} - {options}",
            "product_id": parent["id"],
            "variation_id": product["id"],
            "parent_name": parent["name"],
            "tax_class": product["tax_class"] or parent["tax_class"],
            "meta_data": chosen,
        }

    def _chosen(self, one: Row) -> Row:
        key = self.terms.attribute_slug(one)
        value = slugify(one["option"]) if one["id"] else one["option"]
        return self._meta(key, value, one["name"], one["option"])

    def _meta(self, key: str, value: str, label: str = "", text: str = "") -> Row:
        shown = {"display_key": label or key, "display_value": text or value}
        return {"id": self.state.line_number(), "key": key, "value": value, **shown}

    def _price(self, product: Row | None) -> Decimal:
        """Give the price without tax: a price that includes it loses the tax of the shop's own place."""
        if product is None:
            return Decimal(0)
        text = product["sale_price"] if is_on_sale(product, self.stage.clock.now()) else ""
        price = money(text or product["regular_price"])
        if not self.included or product["tax_status"] == "none":
            return price
        wanted = product["tax_class"] or "standard"
        rates = [row for row in self._rates_of(self.country) if row["class"] == wanted]
        share = sum((money(row["rate"]) for row in rates), Decimal(0)) / 100
        return (price / (1 + share)).quantize(Decimal("0.000001")) if share else price

    def product_of(self, line: Row) -> Row | None:
        """Give the product or variation a line sells."""
        return self.state.products.get(line["variation_id"] or line["product_id"])

    def stocked(self, line: Row) -> Row | None:
        """Give the row whose stock a line moves: the variation, else its parent, else nobody."""
        for key in (line["variation_id"], line["product_id"]):
            row = self.state.products.get(key)
            if row is not None and row["manage_stock"]:
                return row
        return None

    def coupon_line(self, one: Body) -> Row:
        """Make a coupon line."""
        coupon = self.coupon(str(one.get("code") or ""))
        return {"id": self.state.line_number(), "code": coupon["code"], "discount": "0", "meta_data": []}

    def coupon(self, code: str) -> Row:
        """Give a coupon by code."""
        for row in self.state.rows["coupon"].values():
            if row["code"] == code.lower():
                return row
        message = f"Coupon &quot;{code}&quot; does not exist!"
        raise Wrong(400, "woocommerce_rest_invalid_coupon", message)


def is_removed(one: Body) -> bool:
    """Say whether a change of a line takes it out: quantity 0, or a product that is null."""
    marks: Any = one.get("product_id", 0)
    return ("quantity" in one and integer(one["quantity"]) == 0) or ("product_id" in one and marks is None)
