"""Stock is written as the till writes it: once, in one transaction, with its log."""

import asyncio
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Any

import pymysql
import pytest

from shopweave.connector.orders import Adjustment
from shopweave.connector.roles import WritesLevels
from shopweave.connectors.phppos import Till
from shopweave.model.change import WriteAnswer, WriteRefused, Written
from shopweave.model.errors import BrokenData, Configuration, Fenced, NotSent
from shopweave.model.record import Kind
from shopweave.model.values import UNTRACKED, Level, tracked

from .shop import Shop, read, root, run

LINE = "woo-main #5512 line 1"


def quantities(shop: Shop) -> dict[tuple[int, int], Decimal]:
    rows = shop.sql("SELECT location_id, item_id, quantity FROM phppos_location_items")
    return {(row["location_id"], row["item_id"]): Decimal(str(row["quantity"])) for row in rows}


def log(shop: Shop) -> list[tuple[int, int | None, Decimal, Decimal, str]]:
    rows = shop.sql("SELECT * FROM phppos_inventory ORDER BY trans_id")
    return [
        (
            row["trans_items"],
            row["item_variation_id"],
            Decimal(str(row["trans_inventory"])),
            Decimal(str(row["trans_current_quantity"])),
            row["trans_comment"],
        )
        for row in rows
    ]


def adjust(till: Till, remote_id: str = "5", delta: str = "-2", reference: str = LINE) -> WriteAnswer:
    kind = Kind.VARIATION if ":" in remote_id else Kind.PRODUCT
    wanted = Adjustment(remote_id=remote_id, delta=Decimal(delta), reference=reference)
    (answer,) = run(till.adjust_levels(kind, (wanted,), not_after=None))
    return answer


def set_levels(till: Till, levels: Mapping[str, Level], kind: Kind = Kind.PRODUCT) -> tuple[WriteAnswer, ...]:
    return run(till.write_levels(kind, levels, not_after=None))


def test_a_till_writes_levels(lite: Shop) -> None:
    assert isinstance(lite.till(), WritesLevels)


def test_a_booking_moves_the_quantity_writes_the_log_and_dates_the_item(shop: Shop) -> None:
    shop.item(5, quantity="10")
    shop.item(6, modified="2026-03-10 11:00:00")
    answer = adjust(shop.till(time_zone="Europe/Helsinki"))
    assert isinstance(answer, Written)
    assert answer.record.level == tracked(Decimal(8))
    assert quantities(shop) == {(1, 5): Decimal(8)}
    assert log(shop) == [(5, None, Decimal(-2), Decimal(8), f"HUB {LINE}")]
    (item,) = shop.sql("SELECT last_modified FROM phppos_items WHERE item_id = 5")
    (entry,) = shop.sql("SELECT trans_user FROM phppos_inventory")
    assert str(item["last_modified"]) == "2026-03-10 11:00:00"
    assert entry["trans_user"] == 1


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Sao_Paulo", "UTC"])
def test_a_booking_never_hides_what_the_till_dates_next_whatever_the_time_zone(shop: Shop, zone: str) -> None:
    shop.item(5, quantity="10", modified="2026-03-10 11:59:00")
    shop.item(6, quantity="10")
    turn = read(shop.till(time_zone=zone))
    adjust(shop.till(time_zone=zone))
    turn = read(shop.till(time_zone=zone), position=turn.position)
    shop.sql("UPDATE phppos_location_items SET quantity = 9 WHERE item_id = 6")
    shop.sql("UPDATE phppos_items SET last_modified = '2026-03-10 12:01:00' WHERE item_id = 6")
    assert read(shop.till(time_zone=zone), position=turn.position).records["6"].level == tracked(Decimal(9))


def test_a_booking_never_moves_a_date_back(shop: Shop) -> None:
    shop.item(5, quantity="10", modified="2030-01-01 00:00:00")
    adjust(shop.till())
    (item,) = shop.sql("SELECT last_modified FROM phppos_items")
    assert str(item["last_modified"]) == "2030-01-01 00:00:00"


def test_the_log_is_dated_by_the_wall_clock_of_the_till(shop: Shop) -> None:
    shop.item(5, quantity="10")
    adjust(shop.till(time_zone="Asia/Tokyo"))
    (row,) = shop.sql("SELECT trans_date FROM phppos_inventory")
    if shop.dialect == "sqlite":
        assert row["trans_date"] == "2026-03-10 21:00:00"
    else:
        # The server's clock counts, shown nine hours ahead as the till in Tokyo would.
        (now,) = shop.sql("SELECT UTC_TIMESTAMP() AS now")
        ahead: datetime = row["trans_date"]
        assert 8.9 * 3600 < (ahead - now["now"]).total_seconds() < 9.1 * 3600


def test_the_same_order_line_is_booked_once_however_often_it_comes(shop: Shop) -> None:
    shop.item(5, quantity="10")
    shop.variation(5, 51, deleted=1)
    for _ in range(3):
        answer = adjust(shop.till())
        assert isinstance(answer, Written)
        assert answer.record.level == tracked(Decimal(8))
    twice = Adjustment(remote_id="5", delta=Decimal(-1), reference="other")
    run(shop.till().adjust_levels(Kind.PRODUCT, (twice, twice), not_after=None))
    assert quantities(shop) == {(1, 5): Decimal(7)}
    assert len(log(shop)) == 2


def test_a_void_at_the_till_with_the_same_words_is_no_booking_of_the_hub(shop: Shop) -> None:
    shop.item(5, quantity="10")
    shop.add("inventory", trans_items=5, trans_user=1, location_id=1, trans_comment=LINE, trans_inventory=1)
    adjust(shop.till())
    assert quantities(shop) == {(1, 5): Decimal(8)}


def test_an_item_that_was_never_stocked_gets_its_row(shop: Shop) -> None:
    shop.item(5)
    adjust(shop.till())
    assert quantities(shop) == {(1, 5): Decimal(-2)}


def test_a_variation_is_booked_in_its_own_row(shop: Shop) -> None:
    shop.item(5, quantity="99")
    shop.item(6, modified="2026-03-10 11:00:00")
    shop.variation(5, 51, quantity="4")
    answer = adjust(shop.till(), "5:51", "-1.5")
    assert isinstance(answer, Written)
    assert answer.record.level == tracked(Decimal("2.5"))
    assert quantities(shop) == {(1, 5): Decimal(99)}
    assert log(shop) == [(5, 51, Decimal("-1.5"), Decimal("2.5"), f"HUB {LINE}")]
    (item,) = shop.sql("SELECT last_modified FROM phppos_items WHERE item_id = 5")
    (row,) = shop.sql("SELECT last_modified FROM phppos_item_variations")
    assert str(item["last_modified"]) == str(row["last_modified"]) == "2026-03-10 11:00:00"


def test_tenths_add_up_exactly(shop: Shop) -> None:
    shop.item(5, quantity="0.1")
    adjust(shop.till(), delta="0.2")
    assert quantities(shop) == {(1, 5): Decimal("0.3")}


def test_before_version_19_variations_take_whole_numbers_only(lite: Shop) -> None:
    lite.item(5)
    lite.variation(5, 51)
    lite.sql("DROP TABLE phppos_location_item_variations")
    lite.sql(
        "CREATE TABLE phppos_location_item_variations (item_variation_id INT, location_id INT, quantity INT,"
        " PRIMARY KEY (item_variation_id, location_id))"
    )
    answer = adjust(lite.till(), "5:51", "2.7")
    assert isinstance(answer, Written)
    assert answer.record.level == tracked(Decimal(2))


def test_a_level_is_reached_by_the_difference_to_all_locations_for_sale(shop: Shop) -> None:
    shop.add("locations", location_id=2, name="Second")
    shop.item(5, quantity="3")
    shop.add("location_items", location_id=2, item_id=5, quantity="4")
    shop.item(6)
    levels = {"6": tracked(Decimal(1)), "5": tracked(Decimal(9))}
    answers = set_levels(shop.till(stock_location="2"), levels)
    shown = [answer.record.level for answer in answers if isinstance(answer, Written)]
    assert [one.total for one in shown] == list(levels.values())
    assert [dict(one.places)["2"] for one in shown] == [Decimal(1), Decimal(6)]
    assert [answer.number for answer in answers] == [0, 1]
    assert quantities(shop) == {(1, 5): Decimal(3), (2, 5): Decimal(6), (2, 6): Decimal(1)}


def test_a_level_that_is_there_already_leaves_no_trace(shop: Shop) -> None:
    shop.item(5, quantity="3")
    set_levels(shop.till(), {"5": tracked(Decimal(3))})
    assert log(shop) == []
    (row,) = shop.sql("SELECT last_modified FROM phppos_items")
    assert str(row["last_modified"]) == "2026-03-10 09:00:00"


@pytest.mark.pain("openlinker-project/openlinker#PR50")
def test_the_same_level_can_be_set_again_after_a_sale(shop: Shop) -> None:
    shop.item(5, quantity="3")
    set_levels(shop.till(), {"5": tracked(Decimal(9))})
    shop.sql("UPDATE phppos_location_items SET quantity = 8")
    set_levels(shop.till(), {"5": tracked(Decimal(9))})
    assert quantities(shop) == {(1, 5): Decimal(9)}


@pytest.mark.parametrize(
    ("remote_id", "code"),
    [
        ("1", "POS-042"),
        ("2", "POS-042"),
        ("3", "POS-041"),
        ("4", "POS-043"),
        ("4:42", "POS-041"),
        ("4:99", "POS-040"),
        ("5:41", "POS-040"),
        ("404", "POS-040"),
    ],
)
def test_what_holds_no_stock_is_refused_and_the_others_go_on(shop: Shop, remote_id: str, code: str) -> None:
    shop.item(1, is_service=1)
    shop.item(2, system_item=1)
    shop.item(3, deleted=1)
    shop.item(4)
    shop.variation(4, 41, quantity="1")
    shop.variation(4, 42, deleted=1)
    shop.item(5, quantity="1")
    kind, fine = (Kind.VARIATION, "4:41") if ":" in remote_id else (Kind.PRODUCT, "5")
    levels = {remote_id: tracked(Decimal(7)), fine: tracked(Decimal(7))}
    refused, written = set_levels(shop.till(), levels, kind)
    assert isinstance(refused, WriteRefused)
    assert (refused.number, refused.code) == (0, code)
    assert isinstance(written, Written)
    assert written.record.level == tracked(Decimal(7))
    assert len(log(shop)) == 1


def test_an_uncounted_level_is_refused(lite: Shop) -> None:
    lite.item(5, quantity="1")
    (answer,) = set_levels(lite.till(), {"5": UNTRACKED})
    assert isinstance(answer, WriteRefused)
    assert answer.code == "POS-044"


def test_an_id_of_the_wrong_list_never_reaches_a_row_of_the_other(lite: Shop) -> None:
    lite.item(5, quantity="1")
    lite.variation(5, 5, quantity="1", deleted=1)
    (answer,) = set_levels(lite.till(), {"5": tracked(Decimal(7))}, Kind.VARIATION)
    assert isinstance(answer, WriteRefused)
    with pytest.raises(BrokenData):
        set_levels(lite.till(), {"five": tracked(Decimal(7))})
    assert quantities(lite) == {(1, 5): Decimal(1)}


def test_nothing_is_written_after_the_time_is_over(lite: Shop) -> None:
    lite.item(5, quantity="1")
    with pytest.raises(Fenced):
        run(lite.till().write_levels(Kind.PRODUCT, {"5": tracked(Decimal(7))}, not_after=-1.0))
    assert quantities(lite) == {(1, 5): Decimal(1)}


@pytest.mark.parametrize(
    ("settings", "code"), [({"employee": 77}, "POS-006"), ({"stock_location": "9"}, "POS-005")]
)
def test_a_setting_that_would_spoil_the_log_stops_the_booking(
    shop: Shop, settings: dict[str, Any], code: str
) -> None:
    shop.item(5, quantity="1")
    with pytest.raises(Configuration) as caught:
        adjust(shop.till(**settings))
    assert caught.value.code == code
    assert caught.value.remedy
    assert quantities(shop) == {(1, 5): Decimal(1)}


def test_a_reference_with_characters_of_four_bytes_is_written_without_them(shop: Shop) -> None:
    shop.item(5, quantity="10")
    for _ in range(2):
        adjust(shop.till(), reference="order 😀 ä")
    assert log(shop) == [(5, None, Decimal(-2), Decimal(8), "HUB order ? ä")]


def test_the_hub_never_writes_columns_of_the_tills_own_web_shop(shop: Shop) -> None:
    shop.item(5, quantity="10", ecommerce_product_id="77")
    before = shop.sql("SELECT ecommerce_product_id, is_ecommerce, name, unit_price FROM phppos_items")
    adjust(shop.till())
    assert shop.sql("SELECT ecommerce_product_id, is_ecommerce, name, unit_price FROM phppos_items") == before


def test_a_booking_is_seen_by_the_next_key_sweep_with_its_new_level(shop: Shop) -> None:
    shop.item(5, quantity="10")
    adjust(shop.till())
    (record,) = run(shop.till().by_ids(Kind.PRODUCT, ("5",)))
    assert record.level == tracked(Decimal(8))


@pytest.mark.mariadb
def test_sales_at_the_till_and_bookings_of_the_hub_at_once_are_all_counted(
    maria: Shop, database: str
) -> None:
    maria.item(5, quantity="100")

    def sell() -> None:
        with root(database=database) as connection, connection.cursor() as cursor:
            sold = 0
            while sold < 20:
                with suppress(pymysql.err.OperationalError):
                    cursor.execute(
                        "UPDATE phppos_location_items SET quantity = quantity - 1 "
                        "WHERE location_id = 1 AND item_id = 5"
                    )
                    sold += 1

    async def book() -> None:
        till = maria.till()
        for number in range(20):
            wanted = Adjustment(remote_id="5", delta=Decimal(-1), reference=f"order {number}")
            booked = False
            while not booked:
                with suppress(NotSent):
                    await till.adjust_levels(Kind.PRODUCT, (wanted,), not_after=None)
                    booked = True

    cashier = threading.Thread(target=sell)
    cashier.start()
    asyncio.run(book())
    cashier.join()
    assert quantities(maria) == {(1, 5): Decimal(60)}
    assert len(log(maria)) == 20


@pytest.mark.mariadb
def test_two_hubs_that_stock_a_new_item_at_once_book_each_line_once(maria: Shop) -> None:
    maria.item(5)

    async def both() -> None:
        wanted = Adjustment(remote_id="5", delta=Decimal(-1), reference=LINE)
        tills = [maria.till() for _ in range(4)]
        await asyncio.gather(*(till.adjust_levels(Kind.PRODUCT, (wanted,), not_after=None) for till in tills))

    asyncio.run(both())
    assert quantities(maria) == {(1, 5): Decimal(-1)}
    assert len(log(maria)) == 1
