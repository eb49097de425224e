"""Orders to the cent, as the shop itself adds them up."""

import base64
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shopweave.connector.orders import BrokenOrder, RemoteOrder
from shopweave.connectors.woocommerce import CONNECTOR, order_records
from shopweave.core.ledger import Effect
from shopweave.model.http import HttpRequest
from shopweave.model.order import ChargeKind, Money, Order
from tests.connectors.woocommerce.counter import Counter, run
from tests.worlds import SHOP

SAMPLE = Path(__file__).parents[2] / "samples" / "woocommerce-order.json"


def eur(text: str) -> Money:
    return Money(amount=Decimal(text), currency="EUR")


def recorded() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SAMPLE.read_text("utf-8"))["body"]
    return found


def test_a_recorded_order_is_read_whole() -> None:
    one = order_records.order(recorded(), restocked=False)
    assert one.revision.order == one.number == "115"
    assert one.revision.status == "processing"
    assert one.revision.changed == one.created == datetime(2026, 11, 22, 7, 16, 20, tzinfo=UTC)
    assert one.revision.totals.total == eur("61.90")
    assert one.revision.totals.shipping == eur("4.90")
    assert [(line.line, line.remote_id, line.sku) for line in one.revision.lines] == [
        ("30", "15", "SKU-0005"),
        ("31", "61:63", "VAR-1-Red-M"),
    ]
    assert [line.total for line in one.revision.lines] == [eur("31.00"), eur("25.00")]
    assert [(charge.kind, charge.total) for charge in one.charges] == [
        (ChargeKind.SHIPPING, eur("4.90")),
        (ChargeKind.FEE, eur("1.00")),
    ]
    assert one.bill_to.email == "buyer@example.test"
    assert one.guest
    assert one.payment.paid is None
    assert one.mark == ""


def parts(one: Order) -> Decimal:
    goods = sum((line.total.amount + line.tax for line in one.revision.lines), Decimal(0))
    return goods + sum((charge.total.amount + charge.tax.amount for charge in one.charges), Decimal(0))


@pytest.mark.pain("woocommerce/woocommerce#58351")
def test_tax_shipping_fees_and_coupons_add_up_to_the_shops_own_total() -> None:
    counter = Counter()
    tax = {"country": "BG", "rate": "20.0000", "name": "VAT", "priority": 1, "shipping": True}
    counter.shop.state.save("tax", 1, {"id": 1, "class": "standard", "compound": False, **tax})
    coupon = {"id": 2, "code": "ten", "discount_type": "percent", "amount": "10"}
    counter.shop.state.save("coupon", 2, coupon)
    goods, other = counter.product("27.00"), counter.product("9.99")
    row = counter.order(
        {"product_id": goods["id"], "quantity": 3},
        {"product_id": other["id"], "quantity": 1},
        billing={"country": "BG", "email": "a@example.org"},
        shipping_lines=[{"method_id": "flat_rate", "method_title": "Courier", "total": "4.08"}],
        fee_lines=[{"name": "Packing", "total": "1.00"}],
        coupon_lines=[{"code": "ten"}],
    )
    one = counter.read(row)
    assert one.revision.totals.tax.amount > 0
    assert one.revision.totals.discount.amount > 0
    assert one.coupons[0].code == "ten"
    assert one.prices_include_tax
    assert parts(one) == one.revision.totals.total.amount
    assert one.revision.totals.total.amount == Decimal(counter.shop.orders.total(row))


@pytest.mark.pain("woocommerce/woocommerce#22203")
def test_refunds_are_money_and_leave_the_lines_as_they_were() -> None:
    counter = Counter()
    row = counter.order({"product_id": counter.product()["id"], "quantity": 3})
    counter.shop.refunds.create(
        row,
        {
            "api_refund": False,
            "reason": "late",
            "line_items": [{"id": row["line_items"][0]["id"], "quantity": 1, "refund_total": 10}],
        },
    )
    one = counter.read(row)
    assert [(refund.total, refund.reason) for refund in one.refunds] == [(eur("10.00"), "late")]
    assert [(line.quantity, line.given_back) for line in one.revision.lines] == [(Decimal(3), Decimal(0))]
    assert one.revision.status == "processing"


@pytest.mark.pain("woocommerce/woocommerce#22203")
def test_goods_a_refund_put_back_count_as_returned_only_by_the_setting() -> None:
    counter = Counter(restocked_refunds="return")
    row = counter.order({"product_id": counter.product()["id"], "quantity": 3})
    key = row["line_items"][0]["id"]
    body = {"api_refund": False, "line_items": [{"id": key, "quantity": 2, "refund_total": 20}]}
    counter.shop.refunds.create(row, body)
    assert counter.read(row).revision.lines[0].given_back == Decimal(2)
    kept = Counter(restocked_refunds="return")
    row = kept.order({"product_id": kept.product()["id"], "quantity": 3})
    body["line_items"] = [{"id": row["line_items"][0]["id"], "quantity": 2, "refund_total": 20}]
    kept.shop.refunds.create(row, {**body, "api_restock": False})
    assert kept.read(row).revision.lines[0].given_back == Decimal(0)


def test_an_order_the_hub_made_carries_its_mark() -> None:
    counter = Counter()
    row = counter.order(meta_data=[{"key": "_shopweave_ref", "value": "order:shop:7:1"}])
    assert counter.read(row).mark == "order:shop:7:1"


def test_a_line_whose_product_is_gone_is_read_all_the_same() -> None:
    counter = Counter()
    goods = counter.product()
    row = counter.order({"product_id": goods["id"], "quantity": 1})
    counter.shop.products.remove(counter.shop.state.products[goods["id"]])
    (line,) = counter.read(row).revision.lines
    assert (line.remote_id, line.sku) == (str(goods["id"]), "")


@pytest.mark.parametrize(
    "damage",
    [
        {"total": "12,5 €"},
        {"total": "NaN"},
        {"currency": None},
        {"date_modified_gmt": None},
        {"line_items": None},
        {"line_items": [{"id": 1}]},
        {"billing": "x"},
        {"refunds": [{"id": 1, "total": "?"}]},
    ],
)
def test_what_cannot_be_read_is_a_broken_order(damage: dict[str, Any]) -> None:
    found = order_records.read({**recorded(), **damage}, restocked=False)
    assert isinstance(found, BrokenOrder)
    assert (found.order, found.code) == ("115", "WOO-131")


def test_an_odd_quantity_is_the_ledgers_to_judge() -> None:
    raw = recorded()
    raw["line_items"][0]["quantity"] = -2.5
    found = order_records.read(raw, restocked=False)
    assert isinstance(found, RemoteOrder)
    assert found.order.revision.lines[0].quantity == Decimal("-2.5")


@pytest.mark.parametrize("status", ["pending", "processing", "on-hold", "completed", "cancelled", "failed"])
@pytest.mark.parametrize("then", ["pending", "processing", "on-hold", "completed", "cancelled", "failed", "refunded"])  # fmt: skip
def test_the_state_table_moves_stock_as_the_shop_does(status: str, then: str) -> None:
    sells = CONNECTOR.capabilities({"url": "https://x", "consumer_key": "ck"}).sells
    assert sells is not None
    counter = Counter()
    goods = counter.product(stock=10)
    row = counter.order({"product_id": goods["id"], "quantity": 3}, status=status)
    held = sold(sells.table.effect(status), 0)
    assert left(counter, goods) == 10 - held
    counter.edit(row, status=then)
    held = sold(sells.table.effect(then), held)
    if then != "refunded":
        assert left(counter, goods) == 10 - held


def sold(effect: Effect, before: int) -> int:
    return {Effect.TAKES: 3, Effect.GIVES_BACK: 0, Effect.KEEPS: before}[effect]


def left(counter: Counter, goods: dict[str, Any]) -> int:
    found: int = counter.shop.state.products[goods["id"]]["stock_quantity"]
    return found


def test_statuses_of_plug_ins_can_be_chosen_and_leave_stock_as_it_is() -> None:
    known: dict[str, Any] = {
        "url": "https://x",
        "consumer_key": "ck",
        "more_statuses": ("shipped", "completed"),
    }
    sells = CONNECTOR.capabilities(known).sells
    assert sells is not None
    assert sells.statuses.count("completed") == 1
    assert "shipped" in sells.statuses
    assert "shipped" in sells.table.keeps
    assert sells.table.effect("completed") is Effect.TAKES


@pytest.mark.parametrize("ours", [True, False])
@pytest.mark.parametrize("theirs", ["yes", "no"])
def test_whether_orders_lower_the_shop_is_a_setting_that_the_check_compares(ours: bool, theirs: str) -> None:
    sells = CONNECTOR.capabilities({"url": "https://x", "manages_stock": ours}).sells
    assert sells is not None
    assert sells.lowers_itself is ours
    counter = Counter(manages_stock=ours)
    put = HttpRequest(
        method="PUT",
        url=f"{SHOP}/wp-json/wc/v3/settings/products/woocommerce_manage_stock",
        headers={
            "Authorization": "Basic " + base64.b64encode(b"ck_1:cs_1").decode(),
            "Content-Type": "application/json",
        },
        body=json.dumps({"value": theirs}).encode(),
    )
    assert counter.shop.handle(put).status == 200
    told = [line for line in run(counter.connection.check()) if line.code == "WOO-111"]
    assert bool(told) is (ours is not (theirs == "yes"))
    assert all("manages_stock = " in line.remedy for line in told)
