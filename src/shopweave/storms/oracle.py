"""The oracle: what the shop must show, by its own rules, from the simulators and the scenario only."""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from pathlib import Path

from msgspec import Struct

from shopweave.simulators.catalogue import Known, Sheet
from shopweave.simulators.icecat import IcecatSite
from shopweave.simulators.till import TillTruth, truth
from shopweave.simulators.till.truth import shelves
from shopweave.simulators.woocommerce import ProductTruth, WooShop, products
from shopweave.simulators.woocommerce.truth import category_names
from shopweave.storms.scenario import STRANGER, Act

SHOWN = {Act.NUDGE: "price", Act.RENAME: "name", Act.TEXT: "another text"}
BLOCK = re.compile("<!-- Icecat start -->.*?<!-- Icecat end -->", re.DOTALL)


class Verdict(Struct, frozen=True, kw_only=True):
    """What is not as it must be, each named."""

    missing: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


def judge(till: Path, shop: WooShop, icecat: IcecatSite) -> Verdict:
    """Compare a shop that came to rest with what the till sells and Icecat knows."""
    goods = {one.sku: one for one in truth(till)}
    shown = [one for one in products(shop) if one.status != "trash"]
    by_sku = {one.sku: one for one in shown}
    sold = {sku for sku, one in goods.items() if _is_sold(one, goods)}
    return Verdict(
        missing=tuple(sorted(sold - set(by_sku))),
        duplicates=tuple(_duplicates(shop, shown)),
        wrong=tuple(_wrong(till, goods, by_sku, icecat)),
    )


def is_shown(till: Path, shop: WooShop, icecat: IcecatSite, sku: str, act: Act) -> bool:
    """Say whether the shop shows what one act of the till's staff changed; other acts have their own time."""
    found = judge(till, shop, icecat)
    return sku not in found.missing and not any(one.startswith(f"{sku}: {SHOWN[act]}") for one in found.wrong)


def _is_sold(one: TillTruth, goods: dict[str, TillTruth]) -> bool:
    return one.status == "active" and (one.parent is None or goods[one.parent].status == "active")


def _duplicates(shop: WooShop, shown: list[ProductTruth]) -> Iterator[str]:
    yield from _twice("SKU", [one.sku for one in shown if one.sku])
    yield from _twice("category", list(category_names(shop)))
    yield from _twice("brand", [row["name"] for row in shop.terms.of("product_brand")])
    yield from _twice("attribute", [row["name"] for row in shop.state.rows["attribute"].values()])
    contents = [shop.state.files[key] for key in shop.state.rows["media"]]
    yield from (f"picture {content[41:60]!r}" for content, count in Counter(contents).items() if count > 1)
    variations = [f"{one.parent_sku} {one.attributes}" for one in shown if one.parent_sku is not None]
    yield from _twice("variation", variations)


def _twice(what: str, names: list[str]) -> Iterator[str]:
    yield from (f"{what} {name}" for name, count in Counter(names).items() if count > 1)


def _wrong(
    till: Path, goods: dict[str, TillTruth], shown: dict[str, ProductTruth], icecat: IcecatSite
) -> Iterator[str]:
    places = shelves(till)
    for sku, product in shown.items():
        if sku.startswith(STRANGER):
            if not product.name.startswith("The shop's own") or product.status != "publish":
                yield f"{sku}: a product of the shop's own was changed"
            continue
        item = goods.get(sku)
        if item is None:
            yield f"{sku}: nobody sells this"
        elif not _is_sold(item, goods):
            if item.parent is None and product.status == "publish":
                yield f"{sku}: still offered"
        else:
            for what in _differences(item, product, icecat.sheets.get(item.gtin or "")):
                yield f"{sku}: {what}"
            if item.parent is None:
                yield from _shelf(sku, product, places.get(sku))


def _differences(item: TillTruth, product: ProductTruth, sheet: Sheet | None) -> Iterator[str]:
    known = sheet if sheet is not None and sheet.known is Known.OK else None
    if (product.gtin or None) != item.gtin:
        yield f"GTIN {product.gtin}, not {item.gtin}"
    if product.parent_sku != item.parent:
        yield f"belongs to {product.parent_sku}"
    if product.status != "publish":
        yield f"status {product.status}"
    if item.price is not None and _number(product.regular_price) != Decimal(item.price):
        yield f"price {product.regular_price}, not {item.price}"
    if item.parent is None:
        if unescape(product.name) != item.name:
            yield f"name {product.name}, not {item.name}"
        yield from _text(item, product, known)
        yield from _weight(item, product, known)
        if bool(product.image) != bool(item.image or (known and known.pictures)):
            yield f"picture {product.image}"


def _text(item: TillTruth, product: ProductTruth, known: Sheet | None) -> Iterator[str]:
    if BLOCK.sub("", product.description) != item.text:
        yield "another text"
    if len(BLOCK.findall(product.description)) != (known is not None):
        yield "an Icecat block too many or too few"


def _weight(item: TillTruth, product: ProductTruth, known: Sheet | None) -> Iterator[str]:
    wanted = Decimal(item.weight) if item.weight is not None else None
    if known is not None and known.weight is not None and known.weight_feature != "762":
        wanted = known.weight / 1000
    if wanted is not None and product.weight != wanted:
        yield f"weight {product.weight}, not {wanted}"


def _shelf(sku: str, product: ProductTruth, place: tuple[str, str] | None) -> Iterator[str]:
    if place is None:
        return
    shelf, brand = place
    if [unescape(path) for path in product.categories] != [shelf]:
        yield f"{sku}: lies in {product.categories}, not {shelf}"
    if [unescape(name) for name in product.brands] != ([brand] if brand else []):
        yield f"{sku}: brand {product.brands}, not {brand}"


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None
