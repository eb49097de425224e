"""Levels and shelves as rows, on both databases."""

from datetime import timedelta
from decimal import Decimal

import pytest

from shopweave.core.shelf import Shelf, doubted, read
from shopweave.model.movement import Reading
from shopweave.model.record import Kind
from shopweave.model.values import UNKNOWN, tracked
from shopweave.store import levels, numbers, shelves
from shopweave.store.base import Tx
from tests.store.stock import Either, Ground, Play, lay, play

__all__ = ["play"]
FIVE, FOUR = tracked(Decimal(5)), tracked(Decimal("4.5"))


def furnished(tx: Tx) -> Ground:
    ground = lay(tx, shop_level=FIVE)
    for at in (ground.shop, ground.other):
        assert shelves.furnish(tx, ground.till, at) == 3
    return ground


@pytest.mark.parametrize("at", ["shop", "till"])
def test_numbers_are_drawn_one_after_the_other_for_each_connection(play: Play, at: str) -> None:
    async def story(store: Either) -> None:
        ground = await store.write(lay)
        drawn = [await store.write(lambda tx: numbers.draw(tx, getattr(ground, at))) for _ in range(3)]
        assert drawn == [1, 2, 3]
        assert await store.write(lambda tx: numbers.begin_pull(tx, ground.other)) == 1
        row = await store.read(lambda tx: numbers.read_counter(tx, ground.other))
        assert (row.number, row.pull, row.drained) == (1, 1, 0)

    play(story)


def test_the_ledger_starts_once(play: Play) -> None:
    async def story(store: Either) -> None:
        ground = await store.write(lay)
        assert await store.read(lambda tx: numbers.ledger_start(tx, ground.till)) is None
        first = await store.write(lambda tx: numbers.start_ledger(tx, ground.till))
        assert await store.write(lambda tx: numbers.start_ledger(tx, ground.till)) == first

    play(story)


def test_shelves_are_made_once_and_expect_what_was_read(play: Play) -> None:
    async def story(store: Either) -> None:
        ground = await store.write(furnished)
        assert await store.write(lambda tx: shelves.furnish(tx, ground.till, ground.shop)) == 0
        rows = await store.read(lambda tx: shelves.marked(tx, ground.shop, 10))
        assert [(row.item, row.shelf.expected, row.generation, row.done) for row in rows] == [
            (item, FIVE, 1, 0) for item in ground.items
        ]

    play(story)


def test_a_mark_reaches_every_channel_and_keeps_its_age(play: Play) -> None:
    async def story(store: Either) -> None:
        ground = await store.write(furnished)
        row = (await store.read(lambda tx: shelves.marked(tx, ground.shop, 1)))[0]
        await store.write(lambda tx: shelves.clear_marks(tx, [(row, "held")]))
        assert await store.read(lambda tx: shelves.held_back(tx, ground.shop)) == {"held": 1}
        assert await store.read(lambda tx: len(shelves.marked(tx, ground.shop, 9))) == 2
        touched = await store.write(lambda tx: shelves.mark(tx, [row.item]))
        assert touched == (ground.shop, ground.other)
        again = await store.read(lambda tx: shelves.of_items(tx, [row.item]))
        assert [(one.generation, one.done) for one in again] == [(2, 1), (2, 0)]
        assert again[0].since > row.since
        assert again[1].since == row.since

    play(story)


def test_an_older_mark_is_not_cleared_with_a_newer_one(play: Play) -> None:
    async def story(store: Either) -> None:
        ground = await store.write(furnished)
        row = (await store.read(lambda tx: shelves.marked(tx, ground.shop, 1)))[0]
        await store.write(lambda tx: shelves.mark(tx, [row.item]))
        await store.write(lambda tx: shelves.clear_marks(tx, [(row, "")]))
        assert row.item in [
            one.item for one in await store.read(lambda tx: shelves.marked(tx, ground.shop, 9))
        ]

    play(story)


def test_what_is_under_way_is_neither_marked_nor_read_until_it_is_an_orphan(play: Play) -> None:
    async def story(store: Either) -> None:
        ground = await store.write(furnished)
        row = (await store.read(lambda tx: shelves.marked(tx, ground.shop, 1)))[0]

        def intend(tx: Tx) -> None:
            shelves.intend(tx, [(row, FOUR)], 3, tx.now + timedelta(seconds=40), 0)

        await store.write(intend)
        flying = (await store.read(lambda tx: shelves.by_records(tx, [row.record])))[0]
        assert (flying.wanted, flying.shelf.flying, flying.epoch) == (FOUR, True, 3)
        assert await store.read(lambda tx: shelves.orphans(tx, ground.shop, 3)) == []
        assert await store.read(lambda tx: shelves.orphans(tx, ground.shop, 4)) == [flying]

        def orphaned(tx: Tx) -> None:
            shelves.learn(tx, [(flying, doubted(flying.shelf))], epoch=None, not_before=tx.now)

        await store.write(orphaned)
        due = await store.read(lambda tx: shelves.to_read(tx, ground.shop, 9))
        assert [(one.record, one.shelf) for one in due] == [(row.record, Shelf(again=True))]
        assert await store.read(lambda tx: shelves.left(tx, ground.shop)) == 3

    play(story)


def test_a_reading_that_waits_for_orders_is_kept(play: Play) -> None:
    async def story(store: Either) -> None:
        ground = await store.write(furnished)
        row = (await store.read(lambda tx: shelves.by_remote(tx, ground.shop, Kind.PRODUCT, ["2"])))[0]
        seen = Reading(level=FOUR, began=4, ended=6)
        known = read(row.shelf, seen, sells=True).shelf
        await store.write(lambda tx: shelves.learn(tx, [(row, known)], read_at=tx.now))
        waiting = await store.read(lambda tx: shelves.waiting_for_orders(tx, ground.shop))
        assert [(one.record, one.shelf) for one in waiting] == [(row.record, known)]

    play(story)


def test_levels_are_stored_changed_and_touched(play: Play) -> None:
    async def story(store: Either) -> None:
        ground = await store.write(lay)
        rows = await store.read(lambda tx: levels.level_rows(tx, ground.till, Kind.PRODUCT, ["1", "2"]))
        assert [one.on_hand for one in rows.values()] == [None, None]
        one = rows["1"]
        reading = Reading(level=FIVE, began=1, ended=2)
        stored = levels.LevelRow(
            record=one.record,
            remote_id="1",
            item=one.item,
            on_hand=reading,
            read=tracked(Decimal(0)),
            held="zeros",
        )
        await store.write(lambda tx: levels.store_levels(tx, ground.till, [stored], new=[one.record]))
        await store.write(lambda tx: levels.touch(tx, [one.record], 7, 8))
        found = (await store.read(lambda tx: levels.of_items(tx, ground.till, ground.items)))[one.item or 0]
        assert found.on_hand == Reading(level=FIVE, began=7, ended=8)
        assert [row.record for row in await store.read(lambda tx: levels.held_levels(tx, ground.till))] == [
            one.record
        ]
        assert await store.read(lambda tx: levels.count_levels(tx, ground.till)) == 1
        assert found.read == tracked(Decimal(0))
        assert rows["2"].read == UNKNOWN

    play(story)
