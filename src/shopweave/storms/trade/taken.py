"""What an order of a shop takes, by the shop's own books."""

from shopweave.simulators.woocommerce import WooShop
from shopweave.simulators.woocommerce.orders import GIVES_BACK, meta_of
from shopweave.simulators.woocommerce.state import Row
from shopweave.simulators.woocommerce.values import integer


def taken(shop: WooShop, order: Row, *, returns: bool) -> dict[str, int]:
    """Give what an order of a shop takes now, by SKU; `returns` when goods of refunds count as back."""
    if order["status"] in GIVES_BACK:
        return {}
    found: dict[str, int] = {}
    for line in order["line_items"]:
        row = shop.state.products[line["variation_id"] or line["product_id"]]
        back = integer(meta_of(line, "_restock_refunded_items")) if returns else 0
        found[row["sku"]] = found.get(row["sku"], 0) + line["quantity"] - back
    return {sku: units for sku, units in found.items() if units}
