"""A day of trade in the demo: every order is booked once, and no channel shows more than there is."""

import asyncio
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shopweave.demo.once import once

ITEMS, ORDERS = 20, 20


@pytest.mark.timeout(240)
def test_what_is_sold_leaves_the_till_once_and_the_shop_shows_no_more(tmp_path: Path) -> None:
    out = tmp_path / "out"
    report = asyncio.run(
        once(
            tmp_path / "hub",
            items=ITEMS,
            simple=False,
            real_pace=False,
            seed=7,
            out=out,
            orders=ORDERS,
            say=lambda _: None,
        )
    )
    assert report.converged
    counts = report.as_json()["orders"]
    assert counts == {"read": ORDERS, "handed_over": ORDERS, "booked": ORDERS}
    till, shop, orders = (_rows(out / f"{name}.json") for name in ("till", "shop", "orders"))
    sold: Counter[str] = Counter()
    for one in orders:
        for line in one["lines"]:
            sold[line["sku"]] += int(line["quantity"])
    assert {one["channel"] for one in orders} == {"shop", "till"}
    counted = {one["sku"]: one for one in till if one["stock"] is not None}
    for sku, one in counted.items():
        assert Decimal(one["stock"]) == Decimal(one["stock_start"]) - sold[sku]
    shown = [one for one in shop if one["stock"] is not None and one["sku"] in counted]
    assert len(shown) >= ITEMS // 2
    assert all(Decimal(one["stock"]) <= Decimal(counted[one["sku"]]["stock"]) for one in shown)


def _rows(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return found
