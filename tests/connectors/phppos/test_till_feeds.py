"""The till's lists: windows, sweeps and keys lose nothing."""

from datetime import timedelta
from decimal import Decimal

import pytest

from shopweave.connector.roles import ReadsRecords, ServesPictures
from shopweave.connectors.phppos import CONNECTOR
from shopweave.model.atoms import base
from shopweave.model.errors import BrokenData, Configuration
from shopweave.model.record import Kind
from shopweave.model.values import Node, Picture, PictureBytes, Status, tracked

from .shop import Shop, Turn, one, read, run

pytestmark = pytest.mark.long(20)

MANY = 1203


def many(shop: Shop, first: int, last: int, modified: str) -> None:
    shop.sql("BEGIN")
    for number in range(first, last + 1):
        shop.item(number, modified=modified)
    shop.sql("COMMIT")


def settle(shop: Shop, turn: Turn) -> Turn:
    """Read windows until what was seen is older than the overlap."""
    shop.clock.time += timedelta(minutes=10)
    return read(shop.till(), position=turn.position)


def test_a_till_plays_the_roles_it_declares(lite: Shop) -> None:
    till = lite.till()
    assert isinstance(till, ReadsRecords)
    assert isinstance(till, ServesPictures)
    assert CONNECTOR.capabilities({}).serves_pictures


def test_records_hold_no_atom_the_connector_does_not_declare(lite: Shop) -> None:
    lite.item(5)
    lite.item(6)
    lite.variation(6, 61)
    lite.add("categories", id=1, name="Pens")
    declared = CONNECTOR.capabilities({}).atoms
    for feed in ("items", "categories"):
        for record in read(lite.till(), feed).records.values():
            assert set(record.atoms) <= set(declared)
    assert all(base(key) for key in declared)


def test_the_first_read_is_a_sweep_of_everything_in_pages(shop: Shop) -> None:
    many(shop, 1, MANY, "2026-03-10 09:00:00")
    turn = read(shop.till())
    assert len(turn.pages) == 3
    assert list(turn.records) == [str(number) for number in range(1, MANY + 1)]
    assert turn.keys == {}


def test_a_window_of_a_thousand_equal_dates_is_paged_to_its_end(shop: Shop) -> None:
    turn = read(shop.till())
    many(shop, 1, MANY, "2026-03-10 09:00:00")
    window = read(shop.till(), position=turn.position)
    assert len(window.pages) == 3
    assert len(window.records) == MANY


def test_a_page_costs_a_handful_of_statements_however_many_items_it_has(lite: Shop) -> None:
    many(lite, 1, 400, "2026-03-10 09:00:00")
    till = lite.till()
    read(till)
    assert (lite.transports[0].reads, lite.transports[0].writes) == (1, 0)


def test_a_window_gives_what_moved_and_nothing_else(shop: Shop) -> None:
    for number in (1, 2, 3):
        shop.item(number, modified="2026-03-10 09:00:00")
    shop.variation(3, 31)
    turn = settle(shop, read(shop.till()))
    shop.sql("UPDATE phppos_items SET name = 'New', last_modified = '2026-03-10 12:30:00' WHERE item_id = 2")
    window = read(shop.till(), position=turn.position)
    assert list(window.records) == ["2"]
    assert window.records["2"].atoms["name"] == "New"


def test_an_item_is_read_when_only_a_variation_of_it_moved(shop: Shop) -> None:
    shop.item(1)
    shop.item(3)
    shop.variation(3, 31)
    turn = settle(shop, read(shop.till()))
    shop.sql("UPDATE phppos_item_variations SET last_modified = '2026-03-10 12:30:00' WHERE id = 31")
    assert list(read(shop.till(), position=turn.position).records) == ["3", "3:31"]


def test_a_transaction_that_commits_late_is_still_seen(shop: Shop) -> None:
    shop.item(1, modified="2026-03-10 11:59:59")
    turn = read(shop.till())
    shop.item(2, modified="2026-03-10 11:55:30")
    assert "2" in read(shop.till(), position=turn.position).records


def test_the_overlap_is_read_again_only_until_nothing_can_come_late_any_more(shop: Shop) -> None:
    many(shop, 1, 600, "2026-03-10 11:59:59")
    turn = read(shop.till())
    sizes = []
    for _ in range(4):
        turn = read(shop.till(), position=turn.position)
        sizes.append(len(turn.records))
        shop.clock.time += timedelta(minutes=3)
    assert sizes == [600, 600, 600, 0]
    shop.item(1000, modified="2026-03-10 12:20:00")
    assert list(read(shop.till(), position=turn.position).records) == ["1000"]


def test_a_date_in_the_far_future_is_read_but_never_waited_for(shop: Shop) -> None:
    shop.item(1, modified="2030-01-01 00:00:00")
    shop.item(2)
    turn = settle(shop, settle(shop, read(shop.till())))
    shop.item(3, modified="2026-03-10 12:30:00")
    assert "3" in read(shop.till(), position=turn.position).records


def test_a_cut_window_goes_on_where_the_last_stored_page_ended(lite: Shop) -> None:
    turn = read(lite.till())
    many(lite, 1, MANY, "2026-03-10 09:00:00")
    first = run(lite.till().page("items", turn.position, sweep=False))
    again = run(lite.till().page("items", turn.position, sweep=False))
    assert first.records == again.records
    rest = read(lite.till(), position=first.position)
    assert len(first.records) + len(rest.records) == MANY


def test_a_sweep_can_be_asked_for_and_an_unfinished_one_goes_on(lite: Shop) -> None:
    many(lite, 1, MANY, "2026-03-10 09:00:00")
    done = settle(lite, settle(lite, read(lite.till())))
    assert len(done.records) < MANY
    first = run(lite.till().page("items", done.position, sweep=True))
    assert (len(first.records), first.done) == (500, False)
    second = run(lite.till().page("items", first.position, sweep=True))
    assert [record.remote_id for record in second.records][:1] == ["501"]


def test_a_row_changed_while_a_sweep_runs_is_not_lost(lite: Shop) -> None:
    many(lite, 1, MANY, "2026-03-10 09:00:00")
    first = run(lite.till().page("items", "", sweep=True))
    lite.sql("UPDATE phppos_items SET name = 'New', last_modified = '2026-03-10 12:00:01' WHERE item_id = 3")
    lite.sql("DELETE FROM phppos_items WHERE item_id IN (4, 700)")
    rest = read(lite.till(), position=first.position)
    assert len(rest.records) == MANY - 500 - 1
    window = read(lite.till(), position=rest.position)
    assert window.records["3"].atoms["name"] == "New"


@pytest.mark.parametrize("hours", [0, 24])
def test_keys_follow_a_window_when_they_are_due(shop: Shop, hours: int) -> None:
    many(shop, 1, 3, "2026-03-10 09:00:00")
    shop.variation(2, 21)
    turn = read(shop.till(key_sweep_hours=hours))
    turn = read(shop.till(key_sweep_hours=hours), position=turn.position)
    assert bool(turn.keys) == (hours == 0)
    shop.clock.time += timedelta(hours=24)
    turn = read(shop.till(key_sweep_hours=hours), position=turn.position)
    assert set(turn.keys) == {
        (Kind.PRODUCT, "1"),
        (Kind.PRODUCT, "2"),
        (Kind.PRODUCT, "3"),
        (Kind.VARIATION, "2:21"),
    }


def test_keys_are_paged_to_their_end_and_then_windows_go_on(lite: Shop) -> None:
    many(lite, 1, 2005, "2026-03-10 09:00:00")
    turn = settle(lite, settle(lite, read(lite.till())))
    lite.clock.time += timedelta(hours=24)
    turn = read(lite.till(), position=turn.position)
    assert len(turn.keys) == 2005
    assert len(turn.pages) == 4
    lite.item(3000, modified="2026-03-11 12:20:00")
    assert list(read(lite.till(), position=turn.position).records) == ["3000"]


def moved(shop: Shop, statement: str, *values: object) -> set[str]:
    """Name the records whose tokens a statement moves."""
    before = read(shop.till(), "keys").keys
    assert read(shop.till(), "keys").keys == before
    shop.sql(statement, *values)
    after = read(shop.till(), "keys").keys
    return {remote_id for (kind, remote_id), token in after.items() if before.get((kind, remote_id)) != token}


def test_a_single_deletion_that_leaves_the_date_alone_is_caught_by_keys_only(shop: Shop) -> None:
    shop.item(1)
    shop.item(2)
    turn = settle(shop, settle(shop, read(shop.till())))
    assert moved(shop, "UPDATE phppos_items SET deleted = 1 WHERE item_id = 2") == {"2"}
    assert read(shop.till(), position=turn.position).records == {}
    assert one(shop.till(), "2").atoms["status"] is Status.DELETED


def test_the_web_shop_job_that_sets_a_quantity_directly_is_caught_by_keys(shop: Shop) -> None:
    shop.item(1, quantity="5")
    shop.item(2, quantity="5")
    assert moved(shop, "UPDATE phppos_location_items SET quantity = 4 WHERE item_id = 1") == {"1"}
    assert one(shop.till(), "1").level == tracked(Decimal(4))


@pytest.mark.pain("woocommerce/woocommerce#40060")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE phppos_items SET item_inactive = 1 WHERE item_id = 1",
        "UPDATE phppos_items SET is_ecommerce = 0 WHERE item_id = 1",
        "UPDATE phppos_items SET main_image_id = 8 WHERE item_id = 1",
        "UPDATE phppos_items SET last_modified = '2026-03-10 09:00:01' WHERE item_id = 1",
        "UPDATE phppos_app_files SET timestamp = '2026-03-01 00:00:00' WHERE file_id = 9",
        "UPDATE phppos_item_images SET alt_text = 'other'",
        "UPDATE phppos_manufacturers SET name = 'Other'",
        "UPDATE phppos_manufacturers SET deleted = 1",
        "UPDATE phppos_categories SET exclude_from_e_commerce = 1 WHERE id = 1",
        "UPDATE phppos_categories SET deleted = 1 WHERE id = 1",
        "DELETE FROM phppos_items_secondary_categories",
        "UPDATE phppos_additional_item_numbers SET item_number = '4006381333931'",
        "INSERT INTO phppos_location_items (location_id, item_id, unit_price) VALUES (1, 1, 5)",
        "UPDATE phppos_items SET item_number = '5397184119709' WHERE item_id = 1",
    ],
)
def test_whatever_moves_without_a_date_moves_the_key_of_its_item_alone(lite: Shop, statement: str) -> None:
    lite.add("manufacturers", id=1, name="Nordix")
    lite.add("categories", id=1, name="Pens")
    lite.add("categories", id=2, name="Blue")
    lite.add("app_files", file_id=9, file_name="a.jpg", file_data=b"", timestamp="2026-01-01 00:00:00")
    lite.add("app_files", file_id=8, file_name="b.jpg", file_data=b"", timestamp="2026-01-01 00:00:00")
    lite.item(1, manufacturer_id=1, category_id=1, main_image_id=9)
    lite.add("item_images", item_id=1, image_id=9)
    lite.add("items_secondary_categories", item_id=1, category_id=2)
    lite.add("additional_item_numbers", item_id=1, item_number="96385074")
    lite.item(2)
    assert moved(lite, statement) == {"1"}


def test_a_variation_deleted_without_a_date_moves_its_own_key_and_its_items(lite: Shop) -> None:
    lite.item(1)
    lite.variation(1, 11)
    lite.variation(1, 12)
    lite.item(2)
    assert moved(lite, "UPDATE phppos_item_variations SET deleted = 1 WHERE id = 11") >= {"1:11"}


def test_a_promotion_that_ends_moves_the_key_though_no_row_did(lite: Shop) -> None:
    lite.item(1, promo_price="5", start_date="2026-03-01", end_date="2026-03-10")
    before = read(lite.till(), "keys").keys
    lite.clock.time += timedelta(days=1)
    assert read(lite.till(), "keys").keys != before


def test_a_row_that_vanished_is_absent_from_keys_and_from_reads_by_id(lite: Shop) -> None:
    lite.item(1)
    lite.item(2)
    lite.sql("DELETE FROM phppos_items WHERE item_id = 2")
    assert set(read(lite.till(), "keys").keys) == {(Kind.PRODUCT, "1")}
    assert run(lite.till().by_ids(Kind.PRODUCT, ("1", "2")))[0].remote_id == "1"
    assert len(run(lite.till().by_ids(Kind.PRODUCT, ("1", "2")))) == 1


def test_reading_by_id_gives_what_the_feed_gives(shop: Shop) -> None:
    shop.item(1, quantity="2")
    shop.item(2, deleted=1)
    shop.variation(1, 11, quantity="3")
    turn = read(shop.till())
    by_id = (*run(shop.till().by_ids(Kind.PRODUCT, ("2", "1"))), one(shop.till(), "1:11"))
    assert {record.remote_id: record for record in by_id} == turn.records


@pytest.mark.parametrize("remote_id", ["x", "1; DROP TABLE phppos_items", "1.5", ""])
def test_an_id_that_is_no_row_number_is_broken_data(lite: Shop, remote_id: str) -> None:
    with pytest.raises(BrokenData):
        run(lite.till().by_ids(Kind.PRODUCT, (remote_id,)))


@pytest.mark.parametrize(("feed", "position"), [("items", "{"), ("keys", "[1]"), ("orders", "")])
def test_a_feed_or_position_nobody_knows_is_said_plainly(lite: Shop, feed: str, position: str) -> None:
    with pytest.raises(Configuration):
        run(lite.till().page(feed, position, sweep=False))


def test_categories_are_swept_with_their_living_parents(shop: Shop) -> None:
    for number, parent, cells in (
        (1, None, {}),
        (2, 1, {}),
        (3, 2, {"deleted": 1}),
        (4, 3, {}),
        (5, None, {"system_category": 1}),
        (6, 5, {}),
    ):
        shop.add("categories", id=number, parent_id=parent, name=f"C{number}", **cells)
    turn = read(shop.till(), "categories")
    nodes = {key: record.atoms["node"] for key, record in turn.records.items()}
    assert nodes == {
        "1": Node(name="C1"),
        "2": Node(name="C2", parent="1"),
        "3": Node(name="C3", parent="2"),
        "4": Node(name="C4"),
        "6": Node(name="C6"),
    }
    assert {key for key, record in turn.records.items() if record.gone} == {"3"}
    assert run(shop.till().by_ids(Kind.CATEGORY, ("2",))) == (turn.records["2"],)


PICTURES = [
    (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\nrest", "image/png"),
    (b"GIF89arest", "image/gif"),
    (b"RIFF\x00\x00\x00\x00WEBPrest", "image/webp"),
    (b"\x00\x00\x00\x20ftypavifrest", "image/avif"),
]


@pytest.mark.parametrize(("content", "media_type"), PICTURES)
def test_a_picture_is_read_with_its_kind_told_from_its_bytes(
    shop: Shop, content: bytes, media_type: str
) -> None:
    shop.add("app_files", file_id=9, file_name="wrong.txt", file_data=content)
    served = run(shop.till().picture(Picture(ref="file:9@2026-01-01 00:00:00")))
    assert served == PictureBytes(content=content, media_type=media_type)


@pytest.mark.parametrize(
    ("ref", "code"), [("file:9@x", "POS-033"), ("file:10@x", "POS-031"), ("https://x/9", "POS-030")]
)
def test_what_is_no_picture_is_broken_data(shop: Shop, ref: str, code: str) -> None:
    shop.add("app_files", file_id=9, file_name="a.jpg", file_data=b"<?php")
    with pytest.raises(BrokenData) as caught:
        run(shop.till().picture(Picture(ref=ref)))
    assert caught.value.code == code


def test_lists_never_read_the_content_of_files(lite: Shop) -> None:
    lite.item(1, main_image_id=9)
    lite.add("app_files", file_id=9, file_name="a.jpg", file_data=b"x" * 100)
    lite.sql("ALTER TABLE phppos_app_files RENAME COLUMN file_data TO hidden")
    assert one(lite.till(), "1").atoms["main_image"] is not None


@pytest.mark.mariadb
def test_a_date_that_comes_twice_in_autumn_never_stops_the_paging(maria: Shop) -> None:
    """Wall clock 03:10 exists twice on that night in Helsinki; sessions of the hub are UTC."""
    turn = read(maria.till(time_zone="Europe/Helsinki"))
    many(maria, 1, 600, "2025-10-26 01:10:00")
    many(maria, 601, 1200, "2025-10-26 00:10:00")
    window = read(maria.till(time_zone="Europe/Helsinki"), position=turn.position)
    assert len(window.records) == 1200
