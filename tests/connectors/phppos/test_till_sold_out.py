"""What the till's log says of goods that are gone: a sale that took the last, or nothing of the kind."""

from decimal import Decimal

import pytest

from tests.connectors.phppos.shop import Shop, one


def log(
    shop: Shop, item: int, comment: str, delta: int, after: int | None, variation: int | None = None
) -> None:
    shop.add(
        "inventory",
        trans_items=item,
        item_variation_id=variation,
        trans_user=1,
        trans_date="2026-03-10 10:00:00",
        trans_comment=comment,
        trans_inventory=delta,
        location_id=1,
        trans_current_quantity=after,
    )


@pytest.mark.parametrize(
    ("comment", "delta", "after", "sold"),
    [
        ("POS 12", -1, 0, True),
        ("HUB shop:5 POS 12", -1, 0, True),
        ("POS 12", -1, None, True),
        ("POS 12", -1, 4, False),
        ("POS 12", 1, 0, False),
        ("Manual Edit of Quantity", -5, 0, False),
    ],
)
def test_the_newest_row_of_the_log_says_whether_a_sale_took_the_last(
    shop: Shop, comment: str, delta: int, after: int | None, sold: bool
) -> None:
    shop.item(5, quantity=0)
    log(shop, 5, "POS 11", -1, 1)
    log(shop, 5, comment, delta, after)
    found = one(shop.till(), "5")
    assert (found.level.quantity, found.sold) == (Decimal(0), sold)


def test_what_is_there_or_was_counted_since_was_not_sold_out(shop: Shop) -> None:
    shop.item(5, quantity=3)
    log(shop, 5, "POS 11", -1, 3)
    shop.item(6, quantity=0)
    log(shop, 6, "POS 12", -1, 0)
    log(shop, 6, "Manual Edit of Quantity", 0, 0)
    till = shop.till()
    assert not one(till, "5").sold
    assert not one(till, "6").sold


def test_variations_go_by_their_own_rows(shop: Shop) -> None:
    shop.item(7, quantity=0)
    for number in (70, 71):
        shop.variation(7, number, name=str(number), quantity=0)
    log(shop, 7, "POS 13", -1, 0, variation=70)
    till = shop.till()
    assert one(till, "7:70").sold
    assert not one(till, "7:71").sold
    assert not one(till, "7").sold
