"""What is really in the simulated systems, as JSON files for anybody to check."""

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from shopweave.model.gtin import gtin14, shortest
from shopweave.simulators import till
from shopweave.simulators.catalogue import Known, Sheet
from shopweave.simulators.icecat import IcecatSite
from shopweave.simulators.till.truth import number
from shopweave.simulators.woocommerce import ProductTruth, WooShop, products
from shopweave.simulators.woocommerce.state import Row

_STATUS = {"publish": "active", "trash": "deleted"}


def dump(folder: Path, till_path: Path, shop: WooShop, icecat: IcecatSite) -> None:
    """Write till.json, shop.json, orders.json and icecat.json."""
    folder.mkdir(parents=True, exist_ok=True)
    goods = [{name: getattr(one, name) for name in one.__struct_fields__} for one in till.truth(till_path)]
    _write(folder / "till.json", sorted(goods, key=lambda one: str(one["sku"])))
    shown = sorted((_product(one) for one in products(shop)), key=lambda one: (one["sku"], one["name"]))
    _write(folder / "shop.json", shown)
    _write(folder / "orders.json", [*_shop_orders(shop), *_counter_sales(till_path)])
    _write(folder / "icecat.json", [_sheet(icecat, one) for _, one in sorted(icecat.sheets.items())])


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), "utf-8")


def _product(one: ProductTruth) -> dict[str, Any]:
    code = gtin14(one.gtin)
    return {
        "sku": one.sku,
        "parent": one.parent_sku,
        "gtin": shortest(code) if code else None,
        "name": one.name,
        "price": None if one.type == "variable" or not one.regular_price else number(one.regular_price),
        "text": one.description,
        "weight": number(one.weight) if one.weight else None,
        "image": one.image,
        "stock": None if one.stock is None else str(one.stock),
        "status": _STATUS.get(one.status, "inactive"),
    }


def _shop_orders(shop: WooShop) -> list[dict[str, Any]]:
    skus = {one.id: one.sku for one in products(shop)}
    return [
        {
            "channel": "shop",
            "id": str(key),
            "status": row["status"],
            "lines": [_line(line, skus) for line in row["line_items"]],
        }
        for key, row in sorted(shop.orders.rows.items())
    ]


def _line(line: Row, skus: Mapping[int, str]) -> dict[str, Any]:
    sku = skus.get(line["variation_id"] or line["product_id"], "")
    return {"sku": sku, "quantity": str(line["quantity"])}


def _counter_sales(path: Path) -> list[dict[str, Any]]:
    """Give what was sold at the till's own counter; web sales are the shop's orders."""
    return [
        {
            "channel": "till",
            "id": str(one.sale),
            "status": "voided" if one.voided else "completed",
            "lines": [{"sku": sku, "quantity": number(count)} for sku, count in sorted(one.units.items())],
        }
        for one in till.sales(path)
        if not one.mark
    ]


def _sheet(site: IcecatSite, one: Sheet) -> dict[str, Any]:
    is_known = one.known is Known.OK
    weighs = is_known and one.weight is not None and one.weight_feature != "762"
    return {
        "gtin": one.gtin,
        "status": one.known.value,
        "weight": number(one.weight / Decimal(1000)) if weighs and one.weight is not None else None,
        "image": f"{site.url}/img/{one.icecat_id}_1.png" if is_known and one.pictures else None,
    }
