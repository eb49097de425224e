"""A till's sales are read as orders: new, edited, voided, returned, and none is lost."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shopweave.connector.orders import OrderPage, ReadsOrders
from shopweave.connectors.phppos import CONNECTOR, Till
from shopweave.core.ledger import Effect, Route, differences
from shopweave.model.errors import Configuration
from shopweave.model.order import Order

from .orders import hand_over, line
from .shop import Shop, run
from .test_till_takes import taken


def till(shop: Shop) -> Till:
    return shop.till(currency="EUR", time_zone="Europe/Helsinki")


def sell(
    shop: Shop, sale: int, *rows: tuple[int, object], moment: str = "2026-03-10 12:30:00", **cells: Any
) -> None:
    """Sell as the till does; rows are item and quantity."""
    fixed = {"comment": "", "discount_reason": "", "cc_ref_no": "", "employee_id": 1, "location_id": 1}
    total = str(sum(Decimal(str(quantity)) * 10 for _, quantity in rows))
    shop.add("sales", sale_id=sale, sale_time=moment, total=total, payment_type="Cash", **{**fixed, **cells})
    for place, (item, quantity) in enumerate(rows, start=1):
        cost = {"item_cost_price": 1, "item_unit_price": 10, "subtotal": str(Decimal(str(quantity)) * 10)}
        shop.add("sales_items", sale_id=sale, item_id=item, line=place, quantity_purchased=quantity, **cost)


def page(shop: Shop, position: str = "", overlap: float = 120.0) -> OrderPage:
    return run(till(shop).orders(position, overlap=overlap))


def started(shop: Shop) -> str:
    return page(shop).position


def ids(found: OrderPage) -> list[str]:
    return [one.order.revision.order for one in found.orders]


def only(found: OrderPage) -> Order:
    (one,) = found.orders
    return one.order


def status(shop: Shop, sale: int) -> str:
    return only(run(till(shop).orders_by_ids((str(sale),)))).revision.status


def test_a_till_reads_orders(lite: Shop) -> None:
    assert isinstance(lite.till(), ReadsOrders)


def test_what_was_sold_before_the_start_is_history_and_what_follows_is_read_once(shop: Shop) -> None:
    shop.item(5)
    sell(shop, 1, (5, 1))
    begun = started(shop)
    first = page(shop, begun)
    assert (ids(first), first.done) == ([], True)
    sell(shop, 2, (5, 2))
    second = page(shop, first.position)
    assert ids(second) == ["2"]
    assert ids(page(shop, second.position)) == []


def test_a_sale_is_read_whole(shop: Shop) -> None:
    shop.item(5, name="Mug")
    shop.variation(5, 51)
    shop.item(9, system_item=1)
    shop.add(
        "people",
        person_id=7,
        **{
            **dict.fromkeys(
                (
                    "full_name",
                    "phone_number",
                    "address_1",
                    "address_2",
                    "city",
                    "state",
                    "zip",
                    "country",
                    "comments",
                ),
                "",
            ),
            "first_name": "Aino",
            "last_name": "V",
            "email": "a@example.test",
        },
    )
    shop.add("customers", person_id=7, company_name="", internal_notes="")
    sell(shop, 3, (5, 2), (9, 1), customer_id=7, tax="4.80")
    shop.sql(
        "UPDATE phppos_sales_items SET item_variation_id = 51, unit_quantity = 6, tax = '4.8' WHERE item_id = 5"
    )
    order = only(run(till(shop).orders_by_ids(("3", "404"))))
    (sold,) = order.revision.lines
    assert (sold.line, sold.remote_id, sold.sku, sold.name) == ("3/5:51/1", "5:51", "5-51", "Mug")
    assert (sold.quantity, sold.total.amount, sold.tax) == (Decimal(12), Decimal(20), Decimal("4.8"))
    assert (order.revision.status, order.revision.totals.total.currency) == ("sale", "EUR")
    assert [one.total.amount for one in order.charges] == [Decimal(10)]
    assert (order.bill_to.email, order.guest, order.mark) == ("a@example.test", False, "")
    assert order.created.isoformat() == "2026-03-10T10:30:00+00:00"


@pytest.mark.parametrize(
    ("cells", "word", "effect"),
    [
        ({}, "sale", Effect.TAKES),
        ({"suspended": 1}, "layaway", Effect.TAKES),
        ({"suspended": 2}, "estimate", Effect.GIVES_BACK),
        ({"suspended": 7}, "held", Effect.TAKES),
        ({"suspended": 8}, "quote", Effect.GIVES_BACK),
        ({"deleted": 1}, "voided", Effect.GIVES_BACK),
        ({"is_ecommerce": 1}, "web", Effect.GIVES_BACK),
    ],
)
def test_a_status_says_what_a_sale_does_to_stock(
    shop: Shop, cells: dict[str, Any], word: str, effect: Effect
) -> None:
    shop.item(5)
    for number, takes in ((7, 1), (8, 0)):
        shop.add("sale_types", id=number, name="Own", sort=1, remove_quantity=takes)
    sell(shop, 1, (5, 1), **cells)
    sells = CONNECTOR.capabilities({}).sells
    assert sells is not None
    assert status(shop, 1) == word
    assert sells.table.effect(word) is effect


def test_edits_and_voids_are_read_again_and_nothing_else(shop: Shop) -> None:
    shop.item(5)
    for number in (1, 2, 3):
        sell(shop, number, (5, 1))
    position = started(shop)
    shop.sql("UPDATE phppos_sales SET deleted = 1, last_modified = '2026-03-10 12:40:00' WHERE sale_id = 2")
    found = page(shop, position)
    assert ids(found) == ["2"]
    assert only(found).revision.changed.isoformat() == "2026-03-10T10:40:00+00:00"


def test_a_change_that_commits_late_with_an_older_date_is_read(shop: Shop) -> None:
    shop.item(5)
    for number in (1, 2):
        sell(shop, number, (5, 1))
    shop.sql("UPDATE phppos_sales SET last_modified = '2026-03-10 12:40:00' WHERE sale_id = 2")
    position = page(shop, started(shop)).position
    shop.sql("UPDATE phppos_sales SET last_modified = '2026-03-10 12:35:00' WHERE sale_id = 1")
    assert "1" in ids(page(shop, position))


def test_a_quiet_till_is_not_read_over_and_over(shop: Shop) -> None:
    shop.item(5)
    sell(shop, 1, (5, 1), last_modified="2026-03-10 12:40:00")
    found = page(shop, started(shop))
    assert ids(found) == ["1"]
    shop.clock.time += timedelta(minutes=11)
    found = page(shop, found.position)
    assert ids(page(shop, found.position)) == []


def test_a_sale_that_becomes_visible_late_is_read(shop: Shop) -> None:
    shop.item(5)
    sell(shop, 1, (5, 1))
    position = started(shop)
    sell(shop, 3, (5, 1))
    found = page(shop, position)
    assert ids(found) == ["3"]
    sell(shop, 2, (5, 1))
    assert ids(page(shop, found.position)) == ["2"]


def test_a_sale_in_flight_while_the_reading_began_is_read(shop: Shop) -> None:
    shop.item(5)
    sell(shop, 7, (5, 1))
    position = started(shop)
    sell(shop, 6, (5, 1))
    assert ids(page(shop, position)) == ["6"]


@pytest.mark.parametrize("prefix", ["POS", "Kassa"])
def test_a_void_the_till_left_undated_shows_in_the_stock_log(shop: Shop, prefix: str) -> None:
    shop.item(5)
    shop.add("app_config", **{"`key`": "sale_prefix", "value": prefix})
    sell(shop, 1, (5, 1))
    position = started(shop)
    shop.sql("UPDATE phppos_sales SET deleted = 1")
    for comment in ("count 2", f"{prefix} 1"):
        shop.add("inventory", trans_items=5, trans_user=1, location_id=1, trans_comment=comment)
    assert only(page(shop, position)).revision.status == "voided"


def test_a_return_gives_back_to_the_sale_it_names_and_moves_nothing_itself(shop: Shop) -> None:
    shop.item(5)
    shop.item(6)
    sell(shop, 1, (5, 3), (6, 1), (5, 1))
    position = started(shop)
    sell(shop, 2, (5, -3), return_sale_id=1)
    shop.sql("UPDATE phppos_sales_items SET damaged_qty = 1 WHERE sale_id = 2")
    found = page(shop, position)
    original, back = (one.order for one in found.orders)
    assert [one.given_back for one in original.revision.lines] == [Decimal(2), Decimal(0), Decimal(0)]
    assert back.revision.status == "return"
    table = CONNECTOR.capabilities({}).sells
    assert table is not None
    nothing = differences(back.revision, table.table, {}, ())
    assert (nothing.movements, nothing.parked) == ((), ())


def test_an_edit_that_numbers_the_lines_anew_moves_only_what_changed(shop: Shop) -> None:
    shop.item(5)
    shop.item(6)
    sell(shop, 1, (5, 1), (6, 2))
    before = only(run(till(shop).orders_by_ids(("1",)))).revision
    shop.sql("DELETE FROM phppos_sales_items WHERE item_id = 5")
    shop.sql("UPDATE phppos_sales_items SET line = 1")
    after = only(run(till(shop).orders_by_ids(("1",)))).revision
    sells = CONNECTOR.capabilities({}).sells
    assert sells is not None
    routes = {one.line: Route(item=one.remote_id, warehouse="main") for one in before.lines}
    ledger = differences(before, sells.table, routes, ()).movements
    moved = differences(after, sells.table, routes, ledger).movements
    assert [(one.item, one.quantity) for one in moved] == [("5", Decimal(1))]


def test_a_web_sale_of_the_hub_bears_its_mark(shop: Shop) -> None:
    shop.item(5, quantity="10")
    position = started(shop)
    answer = taken(shop, hand_over(line("5", 1)))
    order = only(page(shop, position))
    assert (order.revision.order, order.mark, order.revision.status) == (
        answer.remote_id,
        "shop>till:1001:1",
        "web",
    )


def test_many_sales_come_page_by_page(shop: Shop) -> None:
    shop.item(5)
    position = started(shop)
    for number in range(1, 251):
        sell(shop, number, (5, 1))
    found: list[str] = []
    done = False
    while not done:
        one = page(shop, position)
        found, position, done = found + ids(one), one.position, one.done
    assert found == [str(number) for number in range(1, 251)]


def test_a_sale_that_cannot_be_read_does_not_stop_the_others(lite: Shop) -> None:
    lite.item(5)
    position = started(lite)
    sell(lite, 1, (5, 1))
    sell(lite, 2, (5, 1))
    lite.sql("UPDATE phppos_sales SET total = 'much' WHERE sale_id = 1")
    found = page(lite, position)
    assert (ids(found), [one.order for one in found.broken]) == (["2"], ["1"])
    assert found.broken[0].code == "POS-020"


def test_a_position_of_something_else_is_refused(lite: Shop) -> None:
    with pytest.raises(Configuration) as caught:
        page(lite, "[1]")
    assert caught.value.code == "POS-011"
