"""A till takes orders over: once, whole, with their stock, in one transaction."""

import asyncio
import threading
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pymysql
import pytest

from shopweave.connector.orders import HandOver, Taken, TakesOrders
from shopweave.connectors.phppos import Till
from shopweave.model.change import WriteRefused
from shopweave.model.errors import Configuration, Fenced, NotSent
from shopweave.model.order import Refund
from shopweave.model.values import tracked

from .orders import eur, hand_over, line, shipping
from .shop import Shop, root, run
from .test_till_stock import log, quantities

pytestmark = pytest.mark.long(20)

REFERENCE = "shop>till:1001:1"


def till(shop: Shop, **settings: Any) -> Till:
    return shop.till(currency="EUR", **settings)


def taken(shop: Shop, order: HandOver, **settings: Any) -> Taken:
    answer = run(till(shop, **settings).take(order, not_after=None))
    assert isinstance(answer, Taken), answer
    return answer


def refused(shop: Shop, order: HandOver, **settings: Any) -> WriteRefused:
    answer = run(till(shop, **settings).take(order, not_after=None))
    assert isinstance(answer, WriteRefused), answer
    return answer


def sales(shop: Shop) -> list[dict[str, Any]]:
    return shop.sql("SELECT * FROM phppos_sales ORDER BY sale_id")


def rows(shop: Shop) -> list[tuple[int, Decimal, Decimal, Decimal, Decimal]]:
    found = shop.sql("SELECT * FROM phppos_sales_items ORDER BY sale_id, line")
    cells = ("quantity_purchased", "item_unit_price", "subtotal", "tax")
    return [(row["item_id"], *(Decimal(str(row[cell])) for cell in cells)) for row in found]


def amount(value: Any) -> Decimal:
    return Decimal(str(value))


def test_a_till_takes_orders(lite: Shop) -> None:
    assert isinstance(lite.till(), TakesOrders)


def test_an_order_becomes_a_web_sale_with_rows_payment_stock_and_log(shop: Shop) -> None:
    shop.item(5, quantity="10", cost_price="4")
    order = hand_over(line("5", 2, "20.00", "4.80"))
    answer = taken(shop, order)
    (sale,) = sales(shop)
    assert answer.remote_id == str(sale["sale_id"])
    assert answer.levels == {"5": tracked(Decimal(8))}
    assert sale["comment"].splitlines() == [f"HUB {REFERENCE}", "shop #1001"]
    assert (sale["is_ecommerce"], sale["ecommerce_order_id"], sale["ecommerce_status"]) == (
        1,
        1001,
        "processing",
    )
    assert (sale["location_id"], sale["register_id"], sale["employee_id"]) == (1, 1, 1)
    assert [amount(sale[one]) for one in ("subtotal", "tax", "total", "profit")] == [
        Decimal(20),
        Decimal("4.8"),
        Decimal("24.8"),
        Decimal(12),
    ]
    assert rows(shop) == [(5, Decimal(2), Decimal(10), Decimal(20), Decimal("4.8"))]
    (tax,) = shop.sql("SELECT * FROM phppos_sales_items_taxes")
    assert (tax["name"], amount(tax["percent"])) == ("Tax", Decimal(24))
    (payment,) = shop.sql("SELECT * FROM phppos_sales_payments")
    assert (payment["payment_type"], payment["ref_no"]) == ("Online", "ch_1")
    assert amount(payment["payment_amount"]) == Decimal("24.8")
    assert log(shop) == [(5, None, Decimal(-2), Decimal(8), f"HUB {REFERENCE} POS {answer.remote_id}")]


def test_the_same_order_again_changes_nothing_and_says_the_levels_of_now(shop: Shop) -> None:
    shop.item(5, quantity="10")
    order = hand_over(line("5", 2))
    first = taken(shop, order)
    shop.sql("UPDATE phppos_location_items SET quantity = 7")
    again = taken(shop, order)
    assert again.remote_id == first.remote_id
    assert again.levels == {"5": tracked(Decimal(7))}
    assert len(sales(shop)) == len(rows(shop)) == len(log(shop)) == 1


def test_two_orders_of_one_number_from_two_shops_are_two(shop: Shop) -> None:
    shop.item(5, quantity="10")
    one = taken(shop, hand_over(line("5", 2)))
    two = taken(shop, hand_over(line("5", 2), reference="other>till:1001:1"))
    assert one.remote_id != two.remote_id
    assert quantities(shop) == {(1, 5): Decimal(6)}


def test_an_order_is_found_after_its_answer_was_lost_and_only_then(shop: Shop) -> None:
    shop.item(5, quantity="10")
    order = hand_over(line("5", 2))
    assert run(till(shop).find_order(order)) is None
    answer = taken(shop, order)
    assert run(till(shop).find_order(order)) == answer
    longer = hand_over(line("5", 2), reference=f"{REFERENCE}0")
    assert run(till(shop).find_order(longer)) is None


def test_a_sale_whose_comment_somebody_changed_is_found_by_its_stock(shop: Shop) -> None:
    shop.item(5, quantity="10")
    order = hand_over(line("5", 2), reference="50%_off!")
    answer = taken(shop, order)
    shop.sql("UPDATE phppos_sales SET comment = 'called back'")
    assert taken(shop, order) == answer
    assert run(till(shop).find_order(order)) == answer
    assert len(sales(shop)) == 1


def test_an_order_without_a_number_of_digits_is_found_too(shop: Shop) -> None:
    shop.item(5, quantity="10")
    order = hand_over(line("5", 2), order="A-17/x")
    assert taken(shop, order) == taken(shop, order)
    assert len(sales(shop)) == 1


def test_shipping_and_a_difference_are_internal_items_made_once(shop: Shop) -> None:
    shop.item(5, quantity="10")
    for number in (1, 2):
        lines = line("5", 1, "8.06", "1.94")
        taken(
            shop,
            hand_over(
                lines,
                charges=(shipping("4.02", "0.97"),),
                total="15.00",
                reference=f"r{number}",
            ),
        )
    made = shop.sql("SELECT * FROM phppos_items WHERE system_item = 1 ORDER BY item_id")
    assert [(one["product_id"], one["is_service"]) for one in made] == [("HUB-SHIPPING", 1), ("HUB-FEE", 1)]
    assert [amount(one["total"]) for one in sales(shop)] == [Decimal(15), Decimal(15)]
    assert rows(shop)[1:3] == [
        (made[0]["item_id"], Decimal(1), Decimal("4.02"), Decimal("4.02"), Decimal("0.97")),
        (made[1]["item_id"], Decimal(1), Decimal("0.01"), Decimal("0.01"), Decimal(0)),
    ]
    assert len(log(shop)) == 2


def test_shipping_can_be_an_item_of_the_tills_own(shop: Shop) -> None:
    shop.item(5, quantity="10")
    shop.item(9, is_service=1)
    order = hand_over(line("5", 1, 10), charges=(shipping(4),))
    taken(shop, order, shipping_item="9")
    assert [row[0] for row in rows(shop)] == [5, 9]
    with pytest.raises(Configuration) as caught:
        taken(shop, hand_over(line("5", 1), charges=(shipping(4),), reference="x"), shipping_item="77")
    assert caught.value.code == "POS-007"
    assert len(sales(shop)) == 1


def test_variations_and_services_and_several_lines_of_one_item(shop: Shop) -> None:
    shop.item(5)
    shop.variation(5, 51, quantity="4")
    shop.item(6, is_service=1)
    shop.item(7, quantity="9")
    answer = taken(
        shop,
        hand_over(line("5:51", 1, 10), line("6", 1, 5), line("7", 2, 6), line("7", 3, 9, name="engraved")),
    )
    assert answer.levels == {"5:51": tracked(Decimal(3)), "7": tracked(Decimal(4))}
    assert [(row[0], row[1]) for row in log(shop)] == [(7, None), (5, 51)]
    assert [row[0] for row in rows(shop)] == [5, 6, 7, 7]


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (hand_over(line("1", 1)), "POS-052"),
        (hand_over(line("2", 1)), "POS-041"),
        (hand_over(line("3", 1)), "POS-043"),
        (hand_over(line("4", "1.5")), "POS-055"),
        (hand_over(line("404", 1)), "POS-040"),
        (hand_over(line("4", -1)), "POS-051"),
        (hand_over(line("4", 0)), "POS-050"),
        (hand_over(line("4", 1), currency="SEK"), "POS-053"),
        (hand_over(line("6", 1)), "POS-042"),
    ],
)
def test_what_the_till_cannot_book_is_refused_whole(shop: Shop, order: HandOver, code: str) -> None:
    shop.item(1, quantity="5", is_serialized=1)
    shop.item(2, quantity="5", deleted=1)
    shop.item(3, quantity="5")
    shop.variation(3, 31, quantity="5")
    shop.item(4, quantity="5", only_integer=1)
    shop.item(5, quantity="5")
    shop.item(6, system_item=1)
    answer = refused(shop, hand_over_with(order))
    assert (answer.code, bool(answer.what)) == (code, True)
    assert (sales(shop), rows(shop), log(shop)) == ([], [], [])
    assert quantities(shop)[1, 5] == Decimal(5)


def hand_over_with(order: HandOver) -> HandOver:
    """Add a good line to an order, except where the order as a whole is the matter."""
    if all(one.quantity == 0 for one in order.lines):
        return order
    currency = order.order.revision.totals.total.currency
    return hand_over(line("5", 1), *order.lines, currency=currency)


def test_a_till_whose_currency_is_not_known_takes_nothing(shop: Shop) -> None:
    shop.item(5, quantity="5")
    answer = run(shop.till().take(hand_over(line("5", 1)), not_after=None))
    assert isinstance(answer, WriteRefused)
    assert (answer.code, bool(answer.remedy)) == ("POS-054", True)
    shop.add("app_config", **{"`key`": "currency_code", "value": "EUR"})
    assert isinstance(run(shop.till().take(hand_over(line("5", 1)), not_after=None)), Taken)


def test_a_buyer_is_found_by_mail_or_made_or_stays_unnamed(shop: Shop) -> None:
    shop.item(5, quantity="10")
    taken(shop, hand_over(line("5", 1), reference="a"))
    taken(shop, hand_over(line("5", 1), reference="b"), web_customers="create")
    taken(shop, hand_over(line("5", 1), reference="c"), web_customers="create")
    taken(shop, hand_over(line("5", 1), reference="d"))
    taken(shop, hand_over(line("5", 1), reference="e"), web_customers="none")
    first, made, *others = [sale["customer_id"] for sale in sales(shop)]
    assert first is None
    assert made is not None
    assert others == [made, made, None]
    (person,) = shop.sql("SELECT * FROM phppos_people WHERE person_id = ?", made)
    assert (person["full_name"], person["email"]) == ("Aino Virtanen", "aino@example.test")


def test_a_later_change_moves_the_difference_and_writes_the_rows_anew(shop: Shop) -> None:
    shop.item(5, quantity="10")
    shop.item(6, quantity="10")
    first = taken(shop, hand_over(line("5", 2, 20), charges=(shipping(5),)))
    change = hand_over(
        line("5", 1, 10), line("6", 3, 30), reference="shop>till:1001:2", remote_id=first.remote_id
    )
    for _ in range(2):
        answer = taken(shop, change)
        assert answer.levels == {"5": tracked(Decimal(9)), "6": tracked(Decimal(7))}
    (sale,) = sales(shop)
    assert amount(sale["total"]) == Decimal(40)
    assert [row[:2] for row in rows(shop)] == [(5, Decimal(1)), (6, Decimal(3))]
    assert [row[2] for row in log(shop)] == [Decimal(-2), Decimal(1), Decimal(-3)]
    assert run(till(shop).find_order(change)) == answer
    assert sale["last_modified"] is not None


def test_a_cancelled_order_voids_its_sale_and_reopened_it_lives_again(shop: Shop) -> None:
    shop.item(5, quantity="10")
    first = taken(shop, hand_over(line("5", 2, 20)))
    cancel = hand_over(
        line("5", 2, 20, sends=0), reference="r2", remote_id=first.remote_id, status="cancelled"
    )
    for _ in range(2):
        assert taken(shop, cancel).levels == {"5": tracked(Decimal(10))}
    (sale,) = sales(shop)
    assert (sale["deleted"], sale["deleted_by"], amount(sale["total"])) == (1, 1, Decimal(20))
    again = hand_over(line("5", 2, 20), reference="r3", remote_id=first.remote_id)
    assert taken(shop, again).levels == {"5": tracked(Decimal(8))}
    (sale,) = sales(shop)
    assert (sale["deleted"], sale["deleted_by"], sale["ecommerce_status"]) == (0, None, "processing")
    assert [row[2] for row in log(shop)] == [Decimal(-2), Decimal(2), Decimal(-2)]


@pytest.mark.parametrize("goods_back", [True, False])
def test_a_sale_voided_at_the_till_gives_back_once_and_is_not_revived(shop: Shop, goods_back: bool) -> None:
    shop.item(5, quantity="10")
    first = taken(shop, hand_over(line("5", 2, 20)))
    shop.sql("UPDATE phppos_sales SET deleted = 1, deleted_by = 1")
    if goods_back:
        shop.sql("UPDATE phppos_location_items SET quantity = 10")
        comment = f"POS {first.remote_id}"
        shop.add(
            "inventory", trans_items=5, trans_user=1, location_id=1, trans_comment=comment, trans_inventory=2
        )
    edit = hand_over(line("5", 3, 30), reference="r2", remote_id=first.remote_id)
    assert refused(shop, edit).code == "POS-056"
    cancel = hand_over(line("5", 2, 20, sends=0), reference="r3", remote_id=first.remote_id)
    for _ in range(2):
        assert taken(shop, cancel).levels == {"5": tracked(Decimal(10))}
    assert quantities(shop) == {(1, 5): Decimal(10)}


def test_what_was_given_back_and_paid_back_leaves_the_sale(shop: Shop) -> None:
    shop.item(5, quantity="10")
    first = taken(shop, hand_over(line("5", 3, 30, "7.20")))
    refund = Refund(refund="77", total=eur("12.40"))
    change = hand_over(
        line("5", 3, 30, "7.20", given_back=1), refunds=(refund,), reference="r2", remote_id=first.remote_id
    )
    assert taken(shop, change).levels == {"5": tracked(Decimal(8))}
    assert rows(shop) == [(5, Decimal(2), Decimal(10), Decimal(20), Decimal("4.8"))]
    (sale,) = sales(shop)
    assert amount(sale["total"]) == Decimal("24.8")


def test_a_change_of_a_sale_that_is_not_there_is_refused(shop: Shop) -> None:
    shop.item(5, quantity="10")
    assert refused(shop, hand_over(line("5", 1), remote_id="404")).code == "POS-057"


def test_a_change_books_where_the_sale_was_booked(shop: Shop) -> None:
    shop.add("locations", location_id=2, name="Second")
    shop.item(5, quantity="10")
    shop.add("location_items", location_id=2, item_id=5, quantity="3")
    first = taken(shop, hand_over(line("5", 2)), stock_location="2", publish_locations=("2",))
    cancel = hand_over(line("5", 2, sends=0), reference="r2", remote_id=first.remote_id)
    answer = taken(shop, cancel, publish_locations=("1",))
    assert quantities(shop) == {(1, 5): Decimal(10), (2, 5): Decimal(3)}
    assert answer.levels == {"5": tracked(Decimal(10))}


def test_a_sale_with_the_items_own_tax_bears_its_name(shop: Shop) -> None:
    shop.add("tax_classes", id=3, name="General")
    shop.add("tax_classes_taxes", tax_class_id=3, name="ALV", percent="25.5")
    shop.item(5, quantity="10", tax_class_id=3)
    taken(shop, hand_over(line("5", 1, "7.96", "2.03")))
    (tax,) = shop.sql("SELECT * FROM phppos_sales_items_taxes")
    assert (tax["name"], amount(tax["percent"])) == ("ALV", Decimal("25.5"))


def test_names_with_characters_of_four_bytes_are_written_without_them(shop: Shop) -> None:
    shop.item(5, quantity="10")
    taken(shop, hand_over(line("5", 1, name="Mug 😀")))
    (row,) = shop.sql("SELECT description FROM phppos_sales_items")
    assert row["description"] == "Mug ?"


def test_nothing_is_taken_after_the_time_is_over(lite: Shop) -> None:
    lite.item(5, quantity="10")
    with pytest.raises(Fenced):
        run(till(lite).take(hand_over(line("5", 1)), not_after=-1.0))
    assert sales(lite) == []


def test_a_till_without_sales_says_so(lite: Shop) -> None:
    lite.item(5, quantity="10")
    lite.sql("DROP TABLE phppos_sales_payments")
    with pytest.raises(Configuration) as caught:
        taken(lite, hand_over(line("5", 1)))
    assert caught.value.code == "POS-018"


def test_columns_a_version_wants_are_left_empty_and_those_it_lacks_are_left_out(lite: Shop) -> None:
    lite.item(5, quantity="10")
    lite.sql("ALTER TABLE phppos_sales DROP COLUMN profit")
    first = taken(lite, hand_over(line("5", 1)))
    taken(lite, hand_over(line("5", 3), reference="r2", remote_id=first.remote_id))
    (sale,) = sales(lite)
    assert (sale["discount_reason"], sale["cc_ref_no"], amount(sale["total"])) == ("", "", Decimal(20))


@pytest.mark.pain("OCA/connector-magento#165")
@pytest.mark.mariadb
@pytest.mark.parametrize("service", [0, 1])
def test_the_same_order_at_once_from_four_hubs_is_one_sale(maria: Shop, service: int) -> None:
    maria.item(5, quantity="10", is_service=service)
    order = hand_over(line("5", 2), charges=(shipping(3),))

    async def all_at_once() -> list[Any]:
        hubs = [till(maria, web_customers="create") for _ in range(4)]
        return await asyncio.gather(
            *(one.take(order, not_after=None) for one in hubs), return_exceptions=True
        )

    answers = asyncio.run(all_at_once())
    names = {one.remote_id for one in answers if isinstance(one, Taken)}
    assert len(names) == 1
    assert len(sales(maria)) == 1
    assert len(log(maria)) == 1 - service
    assert len(maria.sql("SELECT * FROM phppos_items WHERE system_item = 1")) == 1
    assert len(maria.sql("SELECT * FROM phppos_customers")) == 1


@pytest.mark.mariadb
def test_orders_and_sales_at_once_are_all_counted_and_a_deadlock_is_no_doubt(
    maria: Shop, database: str
) -> None:
    """The till locks items before stock, the hub stock before items: who is taken back surely left nothing."""
    for item in (5, 6, 7):
        maria.item(item, quantity="1000")
    stop = threading.Event()
    sold = [0]

    def sell() -> None:
        with root(database=database) as connection, connection.cursor() as cursor:
            while not stop.is_set():
                with suppress(pymysql.err.OperationalError):
                    cursor.execute("BEGIN")
                    cursor.execute("UPDATE phppos_items SET last_modified = NOW() WHERE item_id IN (7, 6)")
                    cursor.execute(
                        "UPDATE phppos_location_items SET quantity = quantity - 1 WHERE item_id IN (6, 7)"
                    )
                    cursor.execute("COMMIT")
                    sold[0] += 1

    async def hand(hub: int) -> int:
        connection, again = till(maria), 0
        for number in range(15):
            goods = (line("7", 1), line("5", 1)) if number % 2 else (line("5", 1), line("6", 1))
            order = hand_over(*goods, reference=f"hub {hub} order {number}", charges=(shipping(1),))
            while True:
                try:
                    answer = await connection.take(order, not_after=None)
                except NotSent:
                    again += 1
                    continue
                assert isinstance(answer, Taken)
                break
        return again

    async def all_at_once() -> list[int]:
        return await asyncio.gather(*(hand(number) for number in range(4)))

    cashier = threading.Thread(target=sell)
    cashier.start()
    try:
        asyncio.run(all_at_once())
    finally:
        stop.set()
        cashier.join()
    assert len(sales(maria)) == 60
    assert quantities(maria) == {
        (1, 5): Decimal(940),
        (1, 6): Decimal(1000 - 32 - sold[0]),
        (1, 7): Decimal(1000 - 28 - sold[0]),
    }
    assert len(log(maria)) == 120
