"""The check gives each obstacle a sentence of its own."""

from typing import Any

import pytest

from shopweave.connector.orders import Taken
from shopweave.connector.roles import CheckLine, Checks
from shopweave.connector.settings import Setting
from shopweave.connectors.phppos import CONNECTOR, Till
from shopweave.connectors.phppos.options import OPTIONS
from shopweave.connectors.phppos.settings import address, read_rules
from shopweave.model.errors import Configuration

from .orders import hand_over, line, shipping
from .shop import PASSWORD, Shop, mariadb_settings, mariadb_user, root, run


def troubles(till: Till) -> dict[str, CheckLine]:
    assert isinstance(till, Checks)
    lines = run(till.check())
    assert all(line.code and line.remedy for line in lines if not line.ok)
    assert PASSWORD not in repr(lines)
    return {line.code: line for line in lines if not line.ok}


def test_a_till_in_order_passes(shop: Shop) -> None:
    shop.item(1)
    shop.item(2, deleted=1)
    assert troubles(shop.till()) == {}
    assert any("2 items, 1 of them not deleted" in line.what for line in run(shop.till().check()))


def test_a_check_writes_nothing(shop: Shop) -> None:
    shop.item(1, quantity="4")
    before = [shop.sql(f"SELECT * FROM phppos_{table}") for table in ("items", "location_items", "inventory")]
    run(shop.till().check())
    after = [shop.sql(f"SELECT * FROM phppos_{table}") for table in ("items", "location_items", "inventory")]
    assert before == after
    assert shop.transports[-1].writes == 0


@pytest.mark.mariadb
@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"password": "wrong"}, "SQL-1045"),
        ({"database": "sw_test_nowhere"}, "SQL-1044"),
        ({"host": "no-such-till.invalid"}, "SQL-111"),
        ({"port": 1}, "SQL-112"),
        ({"table_prefix": "pos_"}, "POS-010"),
    ],
)
def test_each_way_of_not_getting_in_is_told_apart(
    maria: Shop, settings: dict[str, Setting], code: str
) -> None:
    (line,) = troubles(maria.till(**settings)).values()
    assert line.code == code
    assert line.blocks


def test_a_wrong_prefix_names_the_one_that_is_there(shop: Shop) -> None:
    assert "'phppos_'" in troubles(shop.till(table_prefix="pos_"))["POS-010"].remedy


def test_an_opensourcepos_database_is_recognised(lite: Shop) -> None:
    for row in lite.sql("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'phppos%'"):
        lite.sql(f"DROP TABLE {row['name']}")
    lite.sql("CREATE TABLE ospos_items (item_id INT)")
    assert "opensourcepos" in troubles(lite.till())["POS-010"].remedy


def test_a_missing_file_is_no_database(lite: Shop) -> None:
    assert set(troubles(lite.till(path="/nowhere/till.db"))) == {"SQL-104"}


@pytest.mark.mariadb
def test_a_user_who_may_only_read_is_fine_and_is_told_what_writing_needs(maria: Shop, database: str) -> None:
    maria.item(1)
    with mariadb_user(database, f"SELECT ON {database}.*") as user:
        till = maria.till(**mariadb_settings(database, user))
        (line,) = troubles(till).values()
        assert run(till.page("items", "", sweep=False)).records
    assert (line.code, line.blocks) == ("POS-016", False)
    for right in ("INSERT on phppos_inventory", "UPDATE on phppos_location_items", "UPDATE on phppos_items"):
        assert right in line.remedy


@pytest.mark.mariadb
def test_the_few_rights_that_writing_needs_are_enough(maria: Shop, database: str) -> None:
    maria.item(1)
    written = ("items", "item_variations", "location_items", "location_item_variations", "inventory")
    updates = [f"INSERT, UPDATE ON {database}.phppos_{table}" for table in written]
    with mariadb_user(database, f"SELECT ON {database}.*", *updates) as user:
        till = maria.till(**mariadb_settings(database, user))
        assert troubles(till) == {}
        assert "DELETE on phppos_sales_items" in run(till.check())[-1].what


@pytest.mark.mariadb
def test_the_rights_that_web_sales_need_are_enough(maria: Shop, database: str) -> None:
    maria.item(5, quantity="10")
    stock = ("item_variations", "location_items", "location_item_variations", "inventory", "items", "sales")
    rows = ("sales_items", "sales_items_taxes", "sales_payments")
    grants = [f"INSERT, UPDATE ON {database}.phppos_{table}" for table in stock]
    grants += [f"INSERT, DELETE ON {database}.phppos_{table}" for table in rows]
    with mariadb_user(database, f"SELECT ON {database}.*", *grants) as user:
        till = maria.till(**mariadb_settings(database, user), currency="EUR")
        assert run(till.check())[-1].what == "Orders can be taken over as web sales."
        first = run(till.take(hand_over(line("5", 2), charges=(shipping(4),)), not_after=None))
        assert isinstance(first, Taken)
        later = hand_over(line("5", 1), reference="r2", remote_id=first.remote_id)
        assert isinstance(run(till.take(later, not_after=None)), Taken)


def test_what_is_missing_to_take_orders_over_is_said(lite: Shop) -> None:
    lite.item(1)
    assert "currency" in run(lite.till().check())[-1].what
    lite.sql("DROP TABLE phppos_sales_payments")
    assert "phppos_sales_payments" in run(lite.till(currency="EUR").check())[-1].what
    assert troubles(lite.till()) == {}


@pytest.mark.pain("frappe/ecommerce_integrations#266")
@pytest.mark.mariadb
def test_a_table_the_user_may_not_read_is_named(maria: Shop, database: str) -> None:
    grants = [f"SELECT ON {database}.phppos_{table}" for table in ("items", "locations", "categories")]
    with mariadb_user(database, *grants) as user:
        lines = run(maria.till(**mariadb_settings(database, user)).check())
    denied = [line.what for line in lines if line.code == "SQL-1142"]
    assert any("phppos_location_items" in what for what in denied)
    assert all("GRANT SELECT" in line.remedy for line in lines if line.code == "SQL-1142")


@pytest.mark.mariadb
def test_tables_without_transactions_are_named(maria: Shop, database: str) -> None:
    maria.item(1)
    with root(database=database) as connection, connection.cursor() as cursor:
        cursor.execute("ALTER TABLE phppos_item_images ENGINE=MyISAM")
        try:
            line = troubles(maria.till())["POS-015"]
        finally:
            cursor.execute("ALTER TABLE phppos_item_images ENGINE=InnoDB")
    assert "phppos_item_images" in line.what
    assert not line.blocks


@pytest.mark.parametrize(
    ("table", "cells"),
    [
        (
            "items",
            {
                "item_id": 2,
                "name": "x",
                "description": "",
                "long_description": "",
                "cost_price": 1,
                "unit_price": 1,
                "ecommerce_product_id": "77",
            },
        ),
        ("ecommerce_locations", {"location_id": 1}),
        ("app_config", {"`key`": "ecommerce_platform", "value": "woocommerce"}),
        ("app_config", {"`key`": "woo_api_url", "value": "https://shop.example"}),
    ],
)
def test_the_tills_own_web_shop_module_is_detected(shop: Shop, table: str, cells: dict[str, Any]) -> None:
    shop.item(1)
    shop.add(table, **cells)
    line = troubles(shop.till())["POS-017"]
    assert not line.blocks


def test_empty_settings_of_that_module_are_no_alarm(lite: Shop) -> None:
    lite.item(1)
    lite.sql("INSERT INTO phppos_app_config (`key`, value) VALUES ('ecommerce_platform', ''), ('woo_x', '0')")
    assert troubles(lite.till()) == {}


def test_an_unknown_location_is_named_with_those_there_are(lite: Shop) -> None:
    lite.item(1)
    line = troubles(lite.till(publish_locations=("1", "4")))["POS-014"]
    assert "location 4" in line.what
    assert line.remedy == "Its locations are: 1."


def test_an_unknown_employee_only_matters_for_writing(lite: Shop) -> None:
    lite.item(1)
    line = troubles(lite.till(employee=9))["POS-006"]
    assert not line.blocks


def test_an_empty_till_is_worth_a_word(lite: Shop) -> None:
    assert not troubles(lite.till())["POS-013"].blocks


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"table_prefix": "x; DROP TABLE y --"}, "POS-002"),
        ({"time_zone": "Mars/Olympus"}, "POS-003"),
        ({"publish_locations": ("one",)}, "POS-004"),
        ({"price_location": "1 OR 1"}, "POS-004"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(settings: dict[str, Setting], code: str) -> None:
    with pytest.raises(Configuration) as caught:
        read_rules(settings)
    assert caught.value.code == code


def test_without_server_and_file_there_is_no_till() -> None:
    with pytest.raises(Configuration) as caught:
        address({"host": "till.example"})
    assert caught.value.code == "POS-001"


def test_user_and_password_are_written_safely_into_the_address() -> None:
    settings: dict[str, Setting] = {
        "host": "h",
        "user": "a b",
        "password": "p@:/?#%",
        "database": "d",
        "tls": True,
    }
    assert address(settings) == "mysql://a%20b:p%40%3A%2F%3F%23%25@h:3306/d?tls=1"


def test_every_option_tells_what_it_is_for_and_has_a_default() -> None:
    assert [option.name for option in CONNECTOR.options] == [option.name for option in OPTIONS]
    assert all(option.title and option.description and option.default is not None for option in OPTIONS)
    assert all(option.default in option.choices for option in OPTIONS if option.choices)
