"""Filling a shop with an invented catalogue, for those who serve a shop without a till."""

from typing import Any

from shopweave.simulators.catalogue import Catalogue, Product
from shopweave.simulators.woocommerce.shop import WooShop


def fill(shop: WooShop, goods: Catalogue) -> None:
    """Put all items that are for the web into the shop, families with their variations."""
    shelves: dict[int, int] = {}
    for branch in goods.categories:
        parent = shelves.get(branch.parent or 0, 0)
        row = shop.terms.create("product_cat", {"name": branch.name, "parent": parent})
        shelves[branch.number] = row["id"]
    for one in goods.products:
        if one.web and not one.deleted:
            _add(shop, one, shelves[one.category])


def _add(shop: WooShop, one: Product, shelf: int) -> None:
    code = one.code if one.code and one.code.isdigit() else ""
    body: dict[str, Any] = {
        "name": one.name,
        "sku": str(one.number),
        "global_unique_id": code,
        "description": one.text,
        "categories": [{"id": shelf}],
        "status": "draft" if one.inactive else "publish",
    }
    if not one.choices:
        stock = {"manage_stock": one.quantity is not None, "stock_quantity": int(one.quantity or 0)}
        shop.products.create({**body, **stock, "regular_price": str(one.price)})
        return
    names = dict.fromkeys(name for choice in one.choices for name, _ in choice.options)
    axes = [
        {
            "name": name,
            "variation": True,
            "options": list(dict.fromkeys(dict(choice.options)[name] for choice in one.choices)),
        }
        for name in names
    ]
    family = shop.products.create({**body, "type": "variable", "attributes": axes})
    for choice in one.choices:
        chosen = [{"name": name, "option": option} for name, option in choice.options]
        stock = {"manage_stock": True, "stock_quantity": int(choice.quantity)}
        own = {"sku": f"{one.number}-{choice.number}", "global_unique_id": choice.code or ""}
        price = str(choice.price or one.price)
        shop.products.create({**own, **stock, "regular_price": price, "attributes": chosen}, family)
