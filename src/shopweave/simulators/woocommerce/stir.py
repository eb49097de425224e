"""Rows that enter and leave a list while it is read."""

from shopweave.model.seams import Random
from shopweave.simulators.woocommerce.shop import WooShop


def stir(shop: WooShop, random: Random) -> None:
    """Let somebody save a product and an order: each leaves its place in a window and enters at the end."""
    products = [key for key, row in sorted(shop.state.products.items()) if row["type"] != "variation"]
    if products:
        shop.products.update(shop.state.products[random.choice(products)], {})
    orders = sorted(shop.orders.rows)
    if orders:
        shop.orders.update(shop.orders.rows[random.choice(orders)], {})
