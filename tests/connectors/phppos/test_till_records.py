"""What the till says of an item, read on both databases."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from shopweave.connector.settings import Setting
from shopweave.model.record import Form, Kind
from shopweave.model.values import (
    UNKNOWN,
    UNTRACKED,
    Attribute,
    Identity,
    Measures,
    Picture,
    Price,
    SalePrice,
    Status,
    placed,
    tracked,
)

from .shop import Shop, one, read

pytestmark = pytest.mark.long(20)

EAN = "4006381333931"


@pytest.mark.seed("ICE-04")
@pytest.mark.seed("ICE-05")
def test_the_item_id_is_the_sku_and_the_item_number_the_ean(shop: Shop) -> None:
    shop.item(117, item_number=EAN)
    assert one(shop.till(), "117").atoms["identity"] == Identity(sku="117", gtin="0" + EAN)


@pytest.mark.seed("ICE-02")
def test_the_items_feed_gives_the_pairs_of_sku_and_ean(shop: Shop) -> None:
    shop.item(1, item_number=EAN)
    shop.item(2, item_number="96385074")
    shop.item(3)
    identities = [record.atoms["identity"] for record in read(shop.till()).records.values()]
    pairs = [(one.sku, one.gtin) for one in identities if isinstance(one, Identity)]
    assert pairs == [("1", "04006381333931"), ("2", "00000096385074"), ("3", None)]


@pytest.mark.parametrize(
    ("rule", "sku", "of_variation"),
    [("item_id", "5", "5-51"), ("product_id", "PEN", "PEN-51"), ("item_number", EAN, "96385074")],
)
def test_the_sku_rule_names_the_column(shop: Shop, rule: str, sku: str, of_variation: str) -> None:
    shop.item(5, item_number=EAN, product_id=" PEN ")
    shop.variation(5, 51, item_number="96385074")
    till = shop.till(sku_rule=rule)
    assert one(till, "5").atoms["identity"] == Identity(sku=sku, gtin="0" + EAN, part_number="PEN")
    assert one(till, "5:51").atoms["identity"] == Identity(sku=of_variation, gtin="00000096385074")


def test_an_item_without_the_column_of_the_sku_rule_has_no_sku(shop: Shop) -> None:
    shop.item(5)
    shop.variation(5, 51)
    till = shop.till(sku_rule="product_id")
    assert one(till, "5").atoms["identity"] == Identity()
    assert one(till, "5:51").atoms["identity"] == Identity()


def test_the_first_valid_additional_number_stands_in_for_a_missing_ean(shop: Shop) -> None:
    shop.item(5, item_number="SHELF-5")
    shop.variation(5, 51)
    for number, variation in (("111", None), ("96385074", None), (EAN, 51)):
        shop.add("additional_item_numbers", item_id=5, item_number=number, item_variation_id=variation)
    till = shop.till()
    assert (one(till, "5").atoms["identity"], one(till, "5").raw_gtin) == (
        Identity(sku="5", gtin="00000096385074"),
        "96385074",
    )
    assert one(till, "5:51").raw_gtin == EAN
    assert one(shop.till(ean_rule="item_number"), "5").raw_gtin == "SHELF-5"


def test_a_code_that_is_no_ean_is_shown_as_it_stands_there(shop: Shop) -> None:
    shop.item(5, item_number="4006381333932")
    record = one(shop.till(), "5")
    assert record.raw_gtin == "4006381333932"
    assert record.atoms["identity"] == Identity(sku="5")


def test_a_plain_item_is_a_simple_product_with_all_its_atoms(shop: Shop) -> None:
    shop.add("manufacturers", id=3, name="Nordix")
    shop.add("tax_classes", id=2, name="VAT 25.5 %")
    shop.add("categories", id=7, name="Pens")
    shop.item(
        5,
        name="Blue pen ä€",
        manufacturer_id=3,
        tax_class_id=2,
        category_id=7,
        description="short",
        long_description="<p>long</p>",
        weight="0.25",
        weight_unit="kg",
        length="14.5",
        unit_price="2.5",
        quantity="7",
    )
    record = one(shop.till(), "5")
    assert (record.kind, record.form, record.parent) == (Kind.PRODUCT, Form.SIMPLE, None)
    assert dict(record.atoms) == {
        "attributes#variation": (),
        "brand": "Nordix",
        "categories": ("7",),
        "gallery": (),
        "identity": Identity(sku="5"),
        "long_text": "<p>long</p>",
        "main_image": None,
        "measures": Measures(weight=Decimal(250), length=Decimal(145)),
        "name": "Blue pen ä€",
        "regular_price": Price(amount=Decimal("2.5")),
        "sale_price": None,
        "status": Status.ACTIVE,
        "tax_class": "VAT 25.5 %",
    }
    assert record.level == tracked(Decimal(7))
    assert record.modified == datetime(2026, 3, 10, 9, tzinfo=UTC)
    assert record.changes_at is None


def test_both_databases_pad_decimals_alike_so_records_are_byte_for_byte_the_same(shop: Shop) -> None:
    shop.item(5, unit_price="1234567.8900000000", weight="0.1", quantity="100.3000000000")
    record = one(shop.till(), "5")
    price = record.atoms["regular_price"]
    assert isinstance(price, Price)
    assert str(price.amount) == "1234567.89"
    assert str(record.level.quantity) == "100.3"


@pytest.mark.parametrize(
    ("weight", "unit", "grams"),
    [
        ("2", None, "2000"),
        ("2", "", "2000"),
        ("500", "g", "500"),
        ("1", "lbs", "453.59237"),
        ("3", "Ounces", "85.048569375"),
        ("1", "stone", None),
        ("0", "kg", None),
        (None, "kg", None),
    ],
)
def test_weights_become_grams_and_unknown_units_no_weight(
    lite: Shop, weight: str | None, unit: str | None, grams: str | None
) -> None:
    lite.item(5, weight=weight, weight_unit=unit)
    measures = one(lite.till(), "5").atoms["measures"]
    assert measures == Measures(weight=None if grams is None else Decimal(grams))


@pytest.mark.parametrize(
    ("source", "long", "short", "text"),
    [
        ("long_or_short", "long", "short", "long"),
        ("long_or_short", " ", "short", "short"),
        ("long_description", "", "short", ""),
        ("description", "long", "short", "short"),
    ],
)
def test_the_description_comes_from_where_the_setting_says(
    lite: Shop, source: str, long: str, short: str, text: str
) -> None:
    lite.item(5, description=short, long_description=long)
    assert one(lite.till(text_source=source), "5").atoms["long_text"] == text


def with_sizes(shop: Shop) -> None:
    shop.item(5, unit_price="10", item_number=EAN, quantity="99")
    shop.add("attributes", id=1, name="Size")
    shop.add("attributes", id=2, name="Color")
    for value, attribute, name in ((1, 1, "S"), (2, 1, "M"), (3, 2, "Silver")):
        shop.add("attribute_values", id=value, attribute_id=attribute, name=name)
    shop.variation(5, 51, quantity="3")
    shop.variation(5, 52, quantity="-1", unit_price="12.5", name="Middle")
    shop.variation(5, 53, deleted=1)
    for variation, value in ((51, 1), (51, 3), (52, 2), (53, 3)):
        shop.add("item_variation_attribute_values", item_variation_id=variation, attribute_value_id=value)


def test_an_item_with_living_variations_is_a_family_without_price_and_stock(shop: Shop) -> None:
    with_sizes(shop)
    record = one(shop.till(), "5")
    assert record.form is Form.FAMILY
    assert record.level == UNKNOWN
    assert "regular_price" not in record.atoms
    assert "sale_price" not in record.atoms
    assert record.atoms["attributes#variation"] == (
        Attribute(name="Size", options=("S", "M")),
        Attribute(name="Color", options=("Silver",)),
    )


def test_variations_have_their_own_price_stock_and_choices(shop: Shop) -> None:
    with_sizes(shop)
    records = read(shop.till()).records
    assert list(records) == ["5", "5:51", "5:52", "5:53"]
    small, middle, gone = (records[f"5:{number}"] for number in (51, 52, 53))
    assert {record.parent for record in (small, middle, gone)} == {"5"}
    assert (small.kind, small.form) == (Kind.VARIATION, Form.VARIATION)
    assert small.atoms["name"] == "S / Silver"
    assert small.atoms["attributes#variation"] == (
        Attribute(name="Size", options=("S",)),
        Attribute(name="Color", options=("Silver",)),
    )
    assert small.atoms["regular_price"] == Price(amount=Decimal(10))
    assert small.level == tracked(Decimal(3))
    assert middle.atoms["name"] == "Middle"
    assert middle.atoms["regular_price"] == Price(amount=Decimal("12.5"))
    assert middle.level == tracked(Decimal(-1))
    assert gone.atoms["status"] is Status.DELETED


def test_an_item_whose_variations_are_all_deleted_is_simple_again(shop: Shop) -> None:
    shop.item(5, quantity="4")
    shop.variation(5, 51, deleted=1)
    record = one(shop.till(), "5")
    assert record.form is Form.SIMPLE
    assert record.level == tracked(Decimal(4))


@pytest.mark.parametrize(
    ("cells", "on_the_web", "everywhere"),
    [
        ({}, Status.ACTIVE, Status.ACTIVE),
        ({"is_ecommerce": None}, Status.ACTIVE, Status.ACTIVE),
        ({"item_inactive": 1}, Status.INACTIVE, Status.INACTIVE),
        ({"is_ecommerce": 0}, Status.INACTIVE, Status.ACTIVE),
        ({"category_id": 8}, Status.INACTIVE, Status.ACTIVE),
        ({"deleted": 1, "item_inactive": 1}, Status.DELETED, Status.DELETED),
    ],
)
def test_the_status_follows_the_flags(
    lite: Shop, cells: dict[str, Any], on_the_web: Status, everywhere: Status
) -> None:
    lite.add("categories", id=8, name="Staff only", exclude_from_e_commerce=1)
    lite.item(5, **cells)
    lite.variation(5, 51)
    for web_only, status in ((True, on_the_web), (False, everywhere)):
        till = lite.till(web_only=web_only)
        assert one(till, "5").atoms["status"] is status
        assert one(till, "5:51").atoms["status"] is status


def test_a_variation_kept_off_the_web_is_inactive_beside_its_active_sisters(lite: Shop) -> None:
    lite.item(5)
    lite.variation(5, 51, is_ecommerce=0)
    lite.variation(5, 52)
    till = lite.till()
    assert one(till, "5").atoms["status"] is Status.ACTIVE
    assert one(till, "5:51").atoms["status"] is Status.INACTIVE
    assert one(till, "5:52").atoms["status"] is Status.ACTIVE


def test_internal_lines_of_the_till_never_appear(shop: Shop) -> None:
    shop.item(1, system_item=1)
    shop.item(2)
    assert list(read(shop.till()).records) == ["2"]


def test_stock_is_added_up_over_the_locations_for_sale(shop: Shop) -> None:
    shop.add("locations", location_id=2, name="Second")
    shop.add("locations", location_id=3, name="Closed", deleted=1)
    shop.item(5, quantity="5.5")
    shop.add("location_items", location_id=2, item_id=5, quantity="-2.25")
    shop.add("location_items", location_id=3, item_id=5, quantity="100")
    shop.item(6)
    shop.item(7)
    shop.add("location_items", location_id=2, item_id=7, quantity=None)
    levels = {key: record.level for key, record in read(shop.till()).records.items()}
    none = placed([("1", Decimal(0)), ("2", Decimal(0))])
    assert levels == {
        "5": placed([("1", Decimal("5.5")), ("2", Decimal("-2.25"))]),
        "6": none,
        "7": none,
    }
    assert levels["5"].quantity == Decimal("3.25")
    assert one(shop.till(publish_locations=("2",)), "5").level == tracked(Decimal("-2.25"))


def test_services_have_no_stock(shop: Shop) -> None:
    shop.item(5, is_service=1, quantity="5")
    shop.variation(5, 51, quantity="2", deleted=1)
    till = shop.till()
    assert one(till, "5").level == UNTRACKED
    assert one(till, "5:51").level == UNTRACKED


def days(amount: str, start: str | None, end: str | None) -> dict[str, Any]:
    return {"promo_price": amount, "start_date": start, "end_date": end}


@pytest.mark.parametrize(
    ("item", "place", "sale", "changes"),
    [
        (days("8", None, None), {}, SalePrice(amount=Decimal(8)), None),
        (days("8", "2026-03-01", "2026-03-09"), {}, None, None),
        (days("8", "2026-03-01", None), {}, None, None),
        (days("0", "2026-03-01", "2026-03-31"), {}, None, None),
        (
            days("8", "2026-03-10", "2026-03-10"),
            {},
            SalePrice(amount=Decimal(8), start=date(2026, 3, 10), end=date(2026, 3, 10)),
            datetime(2026, 3, 10, 22, tzinfo=UTC),
        ),
        (
            days("8", "2026-03-20", "2026-03-31"),
            {},
            SalePrice(amount=Decimal(8), start=date(2026, 3, 20), end=date(2026, 3, 31)),
            datetime(2026, 3, 19, 22, tzinfo=UTC),
        ),
        (
            days("8", "2026-03-01", "2026-03-29"),
            days("7", "2026-03-12", "2026-03-14"),
            SalePrice(amount=Decimal(8), start=date(2026, 3, 1), end=date(2026, 3, 29)),
            datetime(2026, 3, 11, 22, tzinfo=UTC),
        ),
        (
            days("8", "2026-03-01", "2026-03-29"),
            days("7", "2026-03-09", "2026-03-29"),
            SalePrice(amount=Decimal(7), start=date(2026, 3, 9), end=date(2026, 3, 29)),
            datetime(2026, 3, 29, 21, tzinfo=UTC),
        ),
    ],
)
def test_a_promotion_shows_while_it_runs_or_is_to_come_and_says_when_that_changes(
    shop: Shop,
    item: dict[str, Any],
    place: dict[str, Any],
    sale: SalePrice | None,
    changes: datetime | None,
) -> None:
    shop.item(5, **item)
    shop.add("location_items", location_id=1, item_id=5, quantity="1", **place)
    record = one(shop.till(time_zone="Europe/Helsinki"), "5")
    assert record.atoms["sale_price"] == sale
    assert record.changes_at == changes


def test_a_promotion_ends_with_the_day_of_the_till_not_of_the_hub(lite: Shop) -> None:
    lite.item(5, **days("8", "2026-03-01", "2026-03-10"))
    lite.clock.time = datetime(2026, 3, 10, 22, 30, tzinfo=UTC)
    assert one(lite.till(time_zone="Europe/Helsinki"), "5").atoms["sale_price"] is None
    assert one(lite.till(time_zone="America/Sao_Paulo"), "5").atoms["sale_price"] is not None


@pytest.mark.parametrize(
    ("settings", "regular", "sale"),
    [
        ({"price_location": "2"}, "9", "6"),
        ({"price_location": "1"}, "10", "7"),
        ({}, "10", "7"),
        ({"publish_locations": ("2",)}, "9", "6"),
    ],
)
def test_the_price_location_goes_before_the_item(
    lite: Shop, settings: dict[str, Setting], regular: str, sale: str
) -> None:
    lite.add("locations", location_id=2, name="Second")
    lite.item(5, unit_price="10", promo_price="7")
    lite.add("location_items", location_id=1, item_id=5, unit_price="0")
    lite.add("location_items", location_id=2, item_id=5, unit_price="9", promo_price="6")
    atoms = one(lite.till(**settings), "5").atoms
    assert atoms["regular_price"] == Price(amount=Decimal(regular))
    assert atoms["sale_price"] == SalePrice(amount=Decimal(sale))


def test_a_variation_with_a_price_of_its_own_takes_no_part_in_promotions(lite: Shop) -> None:
    lite.item(5, unit_price="10", promo_price="7")
    lite.variation(5, 51, unit_price="12")
    lite.variation(5, 52, unit_price="0")
    till = lite.till()
    assert one(till, "5:51").atoms["regular_price"] == Price(amount=Decimal(12))
    assert one(till, "5:51").atoms["sale_price"] is None
    assert one(till, "5:52").atoms["regular_price"] == Price(amount=Decimal(10))
    assert one(till, "5:52").atoms["sale_price"] == SalePrice(amount=Decimal(7))


@pytest.mark.parametrize(
    ("mode", "included", "tax_class", "amount"),
    [
        ("as_stored", 0, 2, "10"),
        ("gross", 1, 2, "10"),
        ("gross", 0, 2, "12.55"),
        ("gross", 0, 3, "11.55"),
        ("gross", 0, None, "11"),
        ("net", 0, 2, "10"),
        ("net", 1, 2, "7.9681"),
    ],
)
def test_prices_are_turned_gross_or_net_by_the_items_own_tax_class(
    shop: Shop, mode: str, included: int, tax_class: int | None, amount: str
) -> None:
    shop.add("tax_classes", id=2, name="VAT")
    shop.add("tax_classes", id=3, name="Two")
    shop.add("tax_classes_taxes", id=1, tax_class_id=2, name="VAT", percent="25.500")
    shop.add("tax_classes_taxes", id=2, tax_class_id=3, name="Federal", percent="5")
    shop.add("tax_classes_taxes", id=3, tax_class_id=3, name="State", percent="10", cumulative=1)
    shop.item(5, unit_price="10", tax_included=included, tax_class_id=tax_class)
    record = one(shop.till(tax_mode=mode, tax_percent=10), "5")
    assert record.atoms["regular_price"] == Price(amount=Decimal(amount))


def test_categories_are_the_first_and_the_others_without_deleted_and_internal_ones(shop: Shop) -> None:
    for number, cells in ((1, {}), (2, {}), (3, {"deleted": 1}), (4, {"system_category": 1})):
        shop.add("categories", id=number, name=f"C{number}", **cells)
    shop.item(5, category_id=2)
    for number in (1, 2, 3, 4):
        shop.add("items_secondary_categories", item_id=5, category_id=number)
    assert one(shop.till(), "5").atoms["categories"] == ("2", "1")


def test_a_deleted_manufacturer_is_no_brand(lite: Shop) -> None:
    lite.add("manufacturers", id=3, name="Nordix", deleted=1)
    lite.item(5, manufacturer_id=3)
    assert one(lite.till(), "5").atoms["brand"] is None


def with_pictures(shop: Shop) -> None:
    shop.item(5, main_image_id=12)
    shop.variation(5, 51)
    for file in (11, 12, 13, 14):
        stamp = f"2026-01-{file} 08:00:00"
        shop.add(
            "app_files", file_id=file, file_name=f"{file}.jpg", file_data=b"\xff\xd8\xff", timestamp=stamp
        )
    for number, file, variation in ((1, 11, None), (2, 12, None), (3, 13, 51), (4, 14, None)):
        cells = {"image_id": file, "item_variation_id": variation, "alt_text": f"alt {file}"}
        shop.add("item_images", id=number, item_id=5, **cells)


def pic(file: int) -> Picture:
    return Picture(ref=f"file:{file}@2026-01-{file} 08:00:00", name=f"{file}.jpg", alt=f"alt {file}")


def test_the_main_image_goes_first_and_the_others_in_their_order(shop: Shop) -> None:
    with_pictures(shop)
    till = shop.till()
    assert one(till, "5").atoms["main_image"] == pic(12)
    assert one(till, "5").atoms["gallery"] == (pic(11), pic(14))
    assert one(till, "5:51").atoms["main_image"] == pic(13)


def test_without_a_main_image_the_first_picture_takes_its_place(shop: Shop) -> None:
    with_pictures(shop)
    shop.sql("UPDATE phppos_items SET main_image_id = NULL")
    assert one(shop.till(), "5").atoms["main_image"] == pic(11)


def test_a_picture_whose_file_is_gone_is_left_out(shop: Shop) -> None:
    with_pictures(shop)
    shop.sql("DELETE FROM phppos_app_files WHERE file_id = 12")
    assert one(shop.till(), "5").atoms["main_image"] == pic(11)


@pytest.mark.pain("mailchimp/mc-woocommerce#554")
def test_a_cell_nobody_can_read_breaks_its_record_only(lite: Shop) -> None:
    lite.item(1)
    lite.item(2, unit_price="ten euro")
    lite.variation(2, 21, unit_price="a lot")
    lite.item(3, start_date="soon", promo_price="1")
    lite.item(4)
    turn = read(lite.till())
    assert list(turn.records) == ["1", "2", "4"]
    assert set(turn.broken) == {"2:21", "3"}
    assert turn.broken["3"].code == "POS-020"


def test_titles_with_characters_of_four_bytes_are_read_where_the_till_can_hold_them(lite: Shop) -> None:
    lite.item(5, name="Pen 😀")
    assert one(lite.till(), "5").atoms["name"] == "Pen 😀"


def test_versions_without_the_newer_columns_and_tables_are_read_all_the_same(lite: Shop) -> None:
    for column in ("weight_unit", "item_inactive", "is_ecommerce", "long_description", "main_image_id"):
        lite.sql(f"ALTER TABLE phppos_items DROP COLUMN {column}")
    for table in ("items_secondary_categories", "item_images", "tax_classes", "tax_classes_taxes"):
        lite.sql(f"DROP TABLE phppos_{table}")
    lite.sql(
        "INSERT INTO phppos_items (item_id, name, description, cost_price, unit_price, weight) "
        "VALUES (5, 'Old', 'text', 1, 2, 1)"
    )
    atoms = one(lite.till(), "5").atoms
    assert atoms["measures"] == Measures(weight=Decimal(1000))
    assert atoms["status"] is Status.ACTIVE
    assert atoms["long_text"] == "text"
    assert atoms["main_image"] is None
