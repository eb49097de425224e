"""What is really in the shop, for dumps and oracles, and what its staff does by hand."""

from decimal import Decimal

from msgspec import Struct

from shopweave.simulators.woocommerce.shop import WooShop
from shopweave.simulators.woocommerce.state import Row


class ProductTruth(Struct, frozen=True, kw_only=True):
    """One product or variation as it is."""

    id: int
    type: str
    status: str
    sku: str
    parent_sku: str | None
    gtin: str
    name: str
    regular_price: str
    sale_price: str
    description: str
    weight: Decimal | None
    image: str | None
    gallery: tuple[str, ...]
    categories: tuple[str, ...]
    brands: tuple[str, ...]
    attributes: tuple[tuple[str, tuple[str, ...]], ...]
    stock: int | None
    modified: str


def products(shop: WooShop) -> tuple[ProductTruth, ...]:
    """Give all products and variations, trash included, by id."""
    return tuple(_truth(shop, row) for _, row in sorted(shop.state.products.items()))


def _truth(shop: WooShop, row: Row) -> ProductTruth:
    parent = shop.state.products.get(row["parent_id"])
    media = [shop.state.rows["media"].get(one["id"]) for one in row["images"]]
    pictures = [shop.images.src(one) for one in media if one is not None]
    return ProductTruth(
        id=row["id"],
        type=row["type"],
        status=row["status"],
        sku=row["sku"],
        parent_sku=parent["sku"] if parent else None,
        gtin=row["global_unique_id"],
        name=row["name"],
        regular_price=row["regular_price"],
        sale_price=row["sale_price"],
        description=row["description"],
        weight=Decimal(row["weight"]) if row["weight"] else None,
        image=pictures[0] if pictures else None,
        gallery=tuple(pictures[1:]),
        categories=tuple(path(shop, key) for key in row["categories"]),
        brands=tuple(shop.state.rows["term"][key]["name"] for key in row["brands"]),
        attributes=tuple(_attribute(one) for one in row["attributes"]),
        stock=row["stock_quantity"],
        modified=row["date_modified"],
    )


def _attribute(one: Row) -> tuple[str, tuple[str, ...]]:
    return one["name"], tuple(one["options"]) if "options" in one else (one["option"],)


def path(shop: WooShop, key: int) -> str:
    """Give the path of a category by names."""
    names = []
    while key:
        row = shop.state.rows["term"][key]
        names.append(row["name"])
        key = row["parent"]
    return " › ".join(reversed(names))


def category_names(shop: WooShop) -> tuple[str, ...]:
    """Give the paths of all categories."""
    return tuple(path(shop, row["id"]) for row in shop.terms.of("product_cat"))


def edit(shop: WooShop, key: int, **values: object) -> None:
    """Change a product as its staff would."""
    shop.products.update(shop.state.products[key], dict(values))


def trash(shop: WooShop, key: int) -> None:
    """Move a product to the trash by hand."""
    shop.products.trash(shop.state.products[key])
