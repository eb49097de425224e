"""Orders of the simulated shop: money, lines, stock and refunds as measured on WooCommerce 9.9.5."""

from typing import Any

import pytest

from shopweave.simulators.woocommerce import Rules, rules_of
from tests.simulators.test_woocommerce import Asking

LAMP = {"manage_stock": True, "stock_quantity": 100, "regular_price": "27.00", "sku": "L"}


class Selling(Asking):
    """A shop with one lamp, and hands that order it."""

    def __init__(self, *, taxed: bool = False, **settings: Any) -> None:
        super().__init__(**settings)
        self.lamp = self.make(**LAMP)["id"]
        if taxed:
            rate = {"country": "BG", "rate": "20.0000", "name": "VAT", "shipping": True}
            self.rate = self.ask("POST", "/wc/v3/taxes", rate)[1]["id"]

    def order(self, status: str = "processing", quantity: int = 3, **body: Any) -> Any:
        lines = [{"product_id": self.lamp, "quantity": quantity}]
        return self.ask("POST", "/wc/v3/orders", {"status": status, "line_items": lines, **body})[1]

    def change(self, order: Any, **body: Any) -> Any:
        return self.ask("PUT", f"/wc/v3/orders/{order['id']}", body)[1]

    @property
    def stock(self) -> Any:
        return self.shop.state.products[self.lamp]["stock_quantity"]


@pytest.fixture
def selling() -> Selling:
    return Selling()


@pytest.mark.parametrize(
    ("status", "left"),
    [("processing", 97), ("completed", 97), ("on-hold", 97), ("pending", 100), ("failed", 100)],
)
def test_the_status_decides_whether_stock_is_taken(selling: Selling, status: str, left: int) -> None:
    order = selling.order(status)
    assert selling.stock == left
    taken = [one["value"] for one in order["line_items"][0]["meta_data"] if one["key"] == "_reduced_stock"]
    assert taken == (["3"] if left == 97 else [])


@pytest.mark.parametrize(
    ("status", "left"),
    [("cancelled", 100), ("pending", 100), ("refunded", 97), ("failed", 97), ("completed", 97)],
)
def test_what_gives_stock_back(selling: Selling, status: str, left: int) -> None:
    selling.change(selling.order(), status=status)
    assert selling.stock == left


def test_deleting_gives_nothing_back(selling: Selling) -> None:
    first, second = selling.order(), selling.order()
    assert selling.ask("DELETE", f"/wc/v3/orders/{first['id']}")[1]["status"] == "processing"
    assert selling.ask("DELETE", f"/wc/v3/orders/{first['id']}")[0] == 410
    assert selling.ask("DELETE", f"/wc/v3/orders/{second['id']}?force=true")[0] == 200
    assert selling.ask("GET", f"/wc/v3/orders/{second['id']}")[0] == 404
    assert selling.ask("PUT", f"/wc/v3/orders/{second['id']}", {})[0] == 400
    assert selling.stock == 94
    assert selling.ask("GET", "/wc/v3/orders")[1] == []


def test_stock_is_not_checked_and_may_fall_below_nothing(selling: Selling) -> None:
    selling.order(quantity=1000)
    assert selling.stock == -900


def test_editing_a_line_books_the_difference_and_keeps_its_total(selling: Selling) -> None:
    order = selling.order()
    line = order["line_items"][0]
    after = selling.change(order, line_items=[{"id": line["id"], "quantity": 5}])
    assert selling.stock == 95
    assert after["line_items"][0]["total"] == line["total"]
    selling.change(order, line_items=[{"product_id": selling.lamp, "quantity": 1}])
    assert selling.stock == 94
    assert (
        selling.change(order, line_items=[{"id": line["id"], "quantity": 0}])["line_items"][0]["quantity"]
        == 1
    )
    assert selling.stock == 99
    status, body = selling.ask("PUT", f"/wc/v3/orders/{order['id']}", {"line_items": [{"id": 9999}]})
    assert (status, body["code"]) == (400, "woocommerce_rest_invalid_item_id")


def test_prices_that_include_tax_are_taken_apart() -> None:
    selling = Selling(taxed=True)
    order = selling.order(quantity=1, billing={"country": "BG"})
    line = order["line_items"][0]
    assert (line["subtotal"], line["total_tax"], order["total"]) == ("22.50", "4.50", "27.00")
    assert (order["total_tax"], order["tax_lines"][0]["tax_total"]) == ("4.50", "4.50")
    abroad = selling.order(quantity=1, billing={"country": "US"})
    assert (abroad["total"], abroad["total_tax"]) == ("22.50", "0.00")


def test_a_total_alone_shows_as_a_discount(selling: Selling) -> None:
    lines = [{"product_id": selling.lamp, "quantity": 1, "total": "20"}]
    order = selling.order(line_items=lines)
    assert (order["line_items"][0]["subtotal"], order["discount_total"], order["total"]) == (
        "27.00",
        "7.00",
        "20.00",
    )


def test_a_coupon_is_taken_off(selling: Selling) -> None:
    coupon = {"code": "TEN", "amount": "10", "discount_type": "percent"}
    assert selling.ask("POST", "/wc/v3/coupons", coupon)[0] == 201
    again = selling.ask("POST", "/wc/v3/coupons", coupon)[1]
    assert again["code"] == "woocommerce_rest_coupon_code_already_exists"
    order = selling.order(quantity=1, coupon_lines=[{"code": "ten"}])
    assert (order["total"], order["coupon_lines"][0]["discount"]) == ("24.30", "2.7")
    assert selling.change(order, coupon_lines=[])["coupon_lines"] == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"status": "wc-completed"}, 400, "rest_invalid_param"),
        ({"billing": {"email": "nobody"}}, 400, "rest_invalid_param"),
        ({"customer_id": 77}, 400, "woocommerce_rest_invalid_customer_id"),
        ({"line_items": [{"product_id": 0}]}, 400, "woocommerce_rest_required_product_reference"),
        ({"line_items": [{"sku": "L", "quantity": 0}]}, 500, "internal_server_error"),
    ],
)
def test_what_orders_refuse(selling: Selling, body: dict[str, Any], status: int, code: str) -> None:
    found, answer = selling.ask("POST", "/wc/v3/orders", body)
    assert (found, answer["code"]) == (status, code)


def test_a_batch_swallows_a_status_that_does_not_exist(selling: Selling) -> None:
    body = selling.ask("POST", "/wc/v3/orders/batch", {"create": [{"status": "bogus"}]})[1]
    assert body["create"][0]["status"] == "pending"


def test_an_unknown_product_gives_an_empty_line(selling: Selling) -> None:
    line = selling.order(line_items=[{"product_id": 4711}])["line_items"][0]
    assert (line["name"], line["product_id"], line["total"], line["sku"]) == ("", 0, "0.00", None)


def test_windows_of_orders_are_strict_and_filters_are_known(selling: Selling) -> None:
    order = selling.order()
    selling.order("pending", billing={"email": "buyer@example.test"})
    moment = f"{order['date_modified_gmt']}Z"
    assert selling.ask("GET", f"/wc/v3/orders?modified_before={moment}")[1] == []
    assert len(selling.ask("GET", "/wc/v3/orders?number=1")[1]) == 2
    assert len(selling.ask("GET", "/wc/v3/orders?status=processing,completed")[1]) == 1
    assert selling.ask("GET", "/wc/v3/orders?status=wc-processing")[0] == 400
    assert len(selling.ask("GET", "/wc/v3/orders?search=buyer@example")[1]) == 1
    assert len(selling.ask("GET", f"/wc/v3/orders?product={selling.lamp}&customer=0")[1]) == 2
    assert [one["id"] for one in selling.ask("GET", f"/wc/v3/orders?include={order['id']}")[1]] == [
        order["id"]
    ]
    assert selling.ask("GET", f"/wc/v3/orders/{order['id']}?dp=4")[1]["total"] == "81.0000"


def test_taking_stock_moves_the_date_of_the_product_unless_the_version_is_old() -> None:
    for rules, moves in ((Rules(), True), (rules_of("8.2.1"), False)):
        selling = Selling(rules=rules)
        row = selling.shop.state.products[selling.lamp]
        row["date_modified"] = "2020-01-01T00:00:00+00:00"
        selling.order()
        after = selling.shop.state.products[selling.lamp]["date_modified"]
        assert (after != "2020-01-01T00:00:00+00:00") is moves
        assert selling.stock == 97


def test_paying_sets_the_date_and_sells(selling: Selling) -> None:
    order = selling.order("pending", set_paid=True)
    assert (order["status"], order["date_paid"] is not None, order["needs_payment"]) == (
        "processing",
        True,
        False,
    )
    shown = selling.ask("GET", f"/wc/v3/products/{selling.lamp}")[1]
    assert shown["total_sales"] == 3
    notes = selling.ask("GET", f"/wc/v3/orders/{order['id']}/notes")[1]
    assert any("Stock levels reduced" in one["note"] for one in notes)


def test_notes_are_made_and_deleted_and_move_no_date(selling: Selling) -> None:
    order = selling.order()
    path = f"/wc/v3/orders/{order['id']}/notes"
    note = selling.ask("POST", path, {"note": "Call first", "customer_note": True})[1]
    assert note["customer_note"] is True
    assert selling.ask("DELETE", f"{path}/{note['id']}")[0] == 501
    assert selling.ask("DELETE", f"{path}/{note['id']}?force=true")[0] == 200
    after = selling.ask("GET", f"/wc/v3/orders/{order['id']}")[1]
    assert after["date_modified"] == order["date_modified"]


def refund(selling: Selling, order: Any, **body: Any) -> tuple[int, Any]:
    return selling.ask("POST", f"/wc/v3/orders/{order['id']}/refunds", {"api_refund": False, **body})


def test_a_refund_with_lines_brings_stock_back_and_the_rest_closes_the_order(selling: Selling) -> None:
    order = selling.order()
    line = {"id": order["line_items"][0]["id"], "quantity": 1, "refund_total": 27}
    status, found = refund(selling, order, line_items=[line])
    assert (status, found["amount"], selling.stock) == (201, "27.00", 98)
    assert refund(selling, order, amount="54.01")[1]["data"] == 500
    assert refund(selling, order, line_items=[line], api_restock=False)[0] == 201
    assert selling.stock == 98
    refund(selling, order, amount="27")
    after = selling.ask("GET", f"/wc/v3/orders/{order['id']}")[1]
    assert (after["status"], after["total"]) == ("refunded", "81.00")
    assert [one["total"] for one in after["refunds"]] == ["-27.00"] * 3
    assert [one["parent_id"] for one in selling.ask("GET", "/wc/v3/refunds")[1]] == [order["id"]] * 3
    selling.change(after, status="cancelled")
    assert selling.stock == 100


def test_a_gateway_that_cannot_pay_back_fails_the_refund() -> None:
    selling = Selling(rules=Rules(refunding=("card",)))
    cash = selling.order()
    status, body = refund(selling, cash, amount="1", api_refund=True)
    assert (status, body["code"]) == (500, "woocommerce_rest_cannot_create_order_refund")
    card = selling.order(payment_method="card")
    assert refund(selling, card, amount="1", api_refund=True)[1]["refunded_payment"] is True


def test_the_status_refunded_records_the_whole_without_stock(selling: Selling) -> None:
    order = selling.change(selling.order(), status="refunded")
    assert [(one["reason"], one["total"]) for one in order["refunds"]] == [
        ("Order fully refunded.", "-81.00")
    ]
    assert selling.stock == 97
    path = f"/wc/v3/orders/{order['id']}/refunds/{order['refunds'][0]['id']}"
    assert selling.ask("DELETE", path)[0] == 501
    assert selling.ask("DELETE", f"{path}?force=true")[0] == 200
    assert selling.ask("GET", f"/wc/v3/orders/{order['id']}")[1]["status"] == "refunded"


def test_customers_are_unique_by_mail(selling: Selling) -> None:
    body = {"email": "Buyer@example.test", "first_name": "B"}
    made = selling.ask("POST", "/wc/v3/customers", body)[1]
    assert selling.order(customer_id=made["id"])["customer_id"] == made["id"]
    again = selling.ask("POST", "/wc/v3/customers", body)
    assert (again[0], again[1]["code"]) == (400, "registration-error-email-exists")
