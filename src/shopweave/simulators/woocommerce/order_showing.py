"""Orders, refunds and notes as the API shows them."""

from decimal import Decimal
from typing import Any

from shopweave.simulators.woocommerce.answers import Body
from shopweave.simulators.woocommerce.images import Images
from shopweave.simulators.woocommerce.office import CURRENCIES
from shopweave.simulators.woocommerce.orders import Orders
from shopweave.simulators.woocommerce.stage import Stage
from shopweave.simulators.woocommerce.state import Row, when
from shopweave.simulators.woocommerce.sums import money, plain, shown, sums, taxes
from shopweave.simulators.woocommerce.values import stamp

_SYMBOLS = {"EUR": "€", "USD": "$", "SEK": "kr", "PLN": "zł", "BRL": "R$", "GBP": "£"}
_AS_STORED = (
    "id", "parent_id", "status", "currency", "version", "prices_include_tax", "customer_id", "order_key",
    "billing", "shipping", "payment_method", "payment_method_title", "transaction_id", "created_via",
    "customer_note",
)  # fmt: skip
_TAX_LINE = ("line_items", "fee_lines")


class OrderShown:
    """Shows the orders of a shop; `dp` of a query sets the decimals."""

    def __init__(self, stage: Stage, orders: Orders, images: Images) -> None:
        self.stage, self.orders, self.images = stage, orders, images

    def order(self, row: Row, places: int = 2) -> Body:
        """Give an order as the API shows it."""
        dates = self._dates(row)
        found = sums(row)
        totals = {
            "discount_total": found.discount, "discount_tax": found.discount_tax,
            "shipping_total": found.shipping, "shipping_tax": found.shipping_tax,
            "cart_tax": found.cart_tax, "total": found.total, "total_tax": found.tax,
        }  # fmt: skip
        unpaid = row["status"] in ("pending", "failed") and found.total > 0
        return {
            **{name: row[name] for name in _AS_STORED},
            **dates,
            **{name: shown(value, places) for name, value in totals.items()},
            "customer_ip_address": "",
            "customer_user_agent": "",
            "cart_hash": "",
            "number": str(row["id"]),
            "meta_data": [dict(one) for one in row["meta_data"]],
            **self._lines(row, places),
            "payment_url": self._payment(row),
            "is_editable": row["status"] in ("pending", "on-hold", "auto-draft"),
            "needs_payment": unpaid,
            "needs_processing": self.orders.needs_sending(row),
            "currency_symbol": _SYMBOLS.get(row["currency"], row["currency"]),
            "_links": self._links(row),
        }

    def _payment(self, row: Row) -> str:
        pay = f"pay_for_order=true&key={row['order_key']}"
        return f"{self.stage.url}/checkout/order-pay/{row['id']}/?{pay}"

    def _links(self, row: Row) -> Body:
        path = f"orders/{row['id']}"
        actions = f"{self.stage.url}/wp-json/wc/v3/{path}/actions/email_templates"
        return {**self.stage.links(path), "email_templates": [{"embeddable": True, "href": actions}]}

    def _dates(self, row: Row) -> Body:
        found: Body = {}
        for name in ("date_created", "date_modified", "date_completed", "date_paid"):
            moment = None if row.get(name) is None else when(row[name])
            found[name], found[f"{name}_gmt"] = stamp(moment, self.stage.offset), stamp(moment)
        return found

    def _lines(self, row: Row, places: int) -> Body:
        return {
            "line_items": [self._good(row, line, places) for line in row["line_items"]],
            "tax_lines": [self._tax(row, rate, places) for rate in row["rates"]],
            "shipping_lines": [self._shipping(row, line, places) for line in row["shipping_lines"]],
            "fee_lines": [self._fee(row, line, places) for line in row["fee_lines"]],
            "coupon_lines": [self._coupon(row, line) for line in row["coupon_lines"]],
            "refunds": [self._short(one, places) for one in self.refunds_of(row["id"])],
        }

    def refunds_of(self, order: int) -> list[Row]:
        """Give the refunds of an order, newest first."""
        rows = self.orders.state.rows["refund"].values()
        return sorted((one for one in rows if one["order"] == order), key=lambda one: -int(one["id"]))

    def _short(self, one: Row, places: int) -> Body:
        return {"id": one["id"], "reason": one["reason"], "total": shown(-money(one["amount"]), places)}

    def _good(self, order: Row, line: Row, places: int) -> Body:
        product = self.orders.lines.product_of(line)
        included, rates = order["prices_include_tax"], order["rates"]
        total = taxes(line, "line_items", rates, "total", included=included)
        before = taxes(line, "line_items", rates, "subtotal", included=included)
        each = [{"id": key, "total": plain(total[key]), "subtotal": plain(before[key])} for key in total]
        return {
            "id": line["id"],
            "name": line["name"],
            "product_id": line["product_id"],
            "variation_id": line["variation_id"],
            "quantity": line["quantity"],
            "tax_class": line["tax_class"],
            "subtotal": shown(money(line["subtotal"]), places),
            "subtotal_tax": shown(sum(before.values(), Decimal(0)), places),
            "total": shown(money(line["total"]), places),
            "total_tax": shown(sum(total.values(), Decimal(0)), places),
            "taxes": each,
            "meta_data": [dict(one) for one in line["meta_data"]],
            "sku": self._sku(product),
            "price": _number(money(line["total"]) / line["quantity"]) if line["quantity"] else 0,
            "image": self._image(product, line),
            "parent_name": line["parent_name"],
        }

    def _sku(self, product: Row | None) -> str | None:
        if product is None:
            return None
        parent = self.orders.state.products.get(product["parent_id"])
        return str(product["sku"] or (parent["sku"] if parent else ""))

    def _image(self, product: Row | None, line: Row) -> Body:
        pictures = self.images.shown(product["images"]) if product else []
        if pictures:
            return {"id": pictures[0]["id"], "src": pictures[0]["src"]}
        return {"id": 0 if line["variation_id"] else "", "src": ""}

    def _plain_line(self, order: Row, line: Row, kind: str, places: int) -> Body:
        found = taxes(line, kind, order["rates"], "total", included=order["prices_include_tax"])
        each = [{"id": key, "total": plain(value), "subtotal": ""} for key, value in found.items()]
        return {
            "total": shown(money(line["total"]), places),
            "total_tax": shown(sum(found.values(), Decimal(0)), places),
            "taxes": each,
            "tax_status": line["tax_status"],
            "meta_data": [dict(one) for one in line["meta_data"]],
        }

    def _shipping(self, order: Row, line: Row, places: int) -> Body:
        names = ("id", "method_title", "method_id", "instance_id")
        return {
            **{name: line[name] for name in names},
            **self._plain_line(order, line, "shipping_lines", places),
        }

    def _fee(self, order: Row, line: Row, places: int) -> Body:
        return {
            **{name: line[name] for name in ("id", "name", "tax_class")},
            "amount": "",
            **self._plain_line(order, line, "fee_lines", places),
        }

    def _coupon(self, order: Row, line: Row) -> Body:
        coupon = self.orders.lines.coupon(line["code"])
        share = sum((money(rate["rate"]) for rate in order["rates"]), Decimal(0)) / 100
        return {
            "id": line["id"],
            "code": line["code"],
            "discount": line["discount"],
            "discount_tax": plain((money(line["discount"]) * share).quantize(Decimal("0.01"))),
            "meta_data": [],
            "discount_type": coupon["discount_type"],
            "nominal_amount": _number(money(coupon["amount"])),
            "free_shipping": False,
        }

    def _tax(self, order: Row, rate: Row, places: int) -> Body:
        def of(kind: str) -> Decimal:
            included = order["prices_include_tax"]
            lines = (taxes(one, kind, [rate], "total", included=included) for one in order[kind])
            return sum((sum(one.values(), Decimal(0)) for one in lines), Decimal(0))

        code = f"{rate['country'] or 'ANY'}-{rate['name'].upper()}-{rate['priority']}"
        return {
            "id": rate["id"],
            "rate_code": code,
            "rate_id": rate["id"],
            "label": rate["name"],
            "compound": rate["compound"],
            "tax_total": shown(sum((of(kind) for kind in _TAX_LINE), Decimal(0)), places),
            "shipping_tax_total": shown(of("shipping_lines"), places),
            "rate_percent": _number(money(rate["rate"])),
            "meta_data": [],
        }

    def refund(self, row: Row, *, places: int = 2, everywhere: bool = False) -> Body:
        """Give a refund; in the list over all orders with the order's id."""
        made = when(row["date"])
        path = f"orders/{row['order']}/refunds/{row['id']}"
        return {
            "id": row["id"],
            **({"parent_id": row["order"]} if everywhere else {}),
            "date_created": stamp(made, self.stage.offset),
            "date_created_gmt": stamp(made),
            "amount": shown(money(row["amount"]), places),
            "reason": row["reason"],
            "refunded_by": row["refunded_by"],
            "refunded_payment": row["refunded_payment"],
            "meta_data": [dict(one) for one in row["meta_data"]],
            "line_items": [self._refunded(line, places) for line in row["line_items"]],
            "shipping_lines": [],
            "tax_lines": [],
            "fee_lines": [],
            "_links": self.stage.links(path, f"orders/{row['order']}", ("GET", "DELETE")),
        }

    def _refunded(self, line: Row, places: int) -> Body:
        product = self.orders.lines.product_of(line)
        tax = sum((money(one["total"]) for one in line["taxes"]), Decimal(0))
        each = abs(money(line["total"])) / abs(line["quantity"]) if line["quantity"] else Decimal(0)
        return {
            **{name: line[name] for name in ("id", "name", "product_id", "variation_id", "quantity")},
            "tax_class": line["tax_class"],
            "subtotal": shown(money(line["subtotal"]), places),
            "subtotal_tax": shown(tax, places),
            "total": shown(money(line["total"]), places),
            "total_tax": shown(tax, places),
            "taxes": line["taxes"],
            "meta_data": [dict(one) for one in line["meta_data"]],
            "sku": self._sku(product),
            "price": _number(each),
            "image": self._image(product, line),
            "parent_name": line["parent_name"],
        }

    def note(self, row: Row) -> Body:
        """Give a note."""
        made = when(row["date"])
        return {
            "id": row["id"],
            "author": row["author"],
            "date_created": stamp(made, self.stage.offset),
            "date_created_gmt": stamp(made),
            "note": row["note"],
            "customer_note": row["customer_note"],
            "_links": self.stage.links(f"orders/{row['order']}/notes/{row['id']}"),
        }


def _number(value: Decimal) -> Any:
    return int(value) if value == value.to_integral_value() else float(value)


def known_currency(code: str) -> bool:
    """Say whether a currency may be used."""
    return code in CURRENCIES or (len(code) == 3 and code.isalpha() and code.isupper())
