"""Expected levels: whatever order sales, readings and writes come in, the hub ends up knowing the shop."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from shopweave.core.shelf import Learned, Shelf, adjusted, doubted, drained, may_hide, read, sold, wrote
from shopweave.model.movement import Reading
from shopweave.model.values import UNKNOWN, tracked


def at(quantity: int) -> Reading:
    return Reading(level=tracked(Decimal(quantity)), began=5, ended=6)


class Channel:
    """A shop that lowers itself, and a hub's knowledge of it; requests begin and end in any order."""

    def __init__(self, quantity: int) -> None:
        self.quantity, self.number = quantity, 0
        self.orders: list[int] = []
        self.stored = self.last_drain = 0
        self.shelf = Shelf()
        self.writing: int | None = None
        self.arrived = False
        self.reading: tuple[int, int] | None = None
        self.listing: tuple[int, int] | None = None
        self.drifts: list[Decimal] = []

    def tick(self) -> int:
        self.number += 1
        return self.number

    def sell(self) -> None:
        self.quantity -= 1
        self.orders.append(1)

    def edit(self) -> None:
        self.quantity += 2

    def begin_write(self) -> None:
        if self.writing is None:
            self.tick()
            self.writing = 7
            self.shelf = replace(self.shelf, flying=True)

    def end_write(self) -> None:
        if self.writing is not None:
            self.quantity = self.writing if not self.arrived else self.quantity
            self.shelf = wrote(self.shelf, tracked(Decimal(self.writing)), self.tick())
            self.writing = None
        self.arrived = False

    def arrive(self) -> None:
        if self.writing is not None and not self.arrived:
            self.quantity, self.arrived = self.writing, True

    def begin_read(self) -> None:
        if self.reading is None:
            self.reading = (self.tick(), self.quantity)

    def end_read(self) -> None:
        if self.reading is not None:
            began, quantity = self.reading
            found = Reading(level=tracked(Decimal(quantity)), began=began, ended=self.tick())
            self._learn(read(self.shelf, found, sells=True))
            self.reading = None

    def begin_list(self) -> None:
        if self.listing is None:
            self.listing = (self.tick(), len(self.orders))

    def end_list(self) -> None:
        if self.listing is not None:
            began, shown = self.listing
            fresh = sum(self.orders[self.stored : shown])
            if fresh:
                self.shelf = sold(self.shelf, Decimal(fresh), self.last_drain, self.tick())
            self.stored, self.last_drain, self.listing = shown, began, None
            self._learn(drained(self.shelf, began))

    def _learn(self, found: Learned) -> None:
        self.shelf = found.shelf
        self.drifts += [] if found.drift is None else [found.drift]

    def settle(self) -> None:
        """Let everything end, then read the level and the orders after it, as a lane does."""
        self.end_write()
        self.end_read()
        self.end_list()
        for _ in range(2):
            self.begin_list()
            self.end_list()
            self.begin_read()
            self.end_read()
            self.begin_list()
            self.end_list()


STEPS = (
    "sell",
    "edit",
    "begin_write",
    "arrive",
    "end_write",
    "begin_read",
    "end_read",
    "begin_list",
    "end_list",
)
QUIET = [one for one in STEPS if "edit" not in one and "read" not in one]


@given(st.integers(-2, 9), st.lists(st.sampled_from(STEPS), max_size=30))
def test_after_a_reading_and_its_orders_the_hub_knows_the_level(quantity: int, steps: list[str]) -> None:
    channel = Channel(quantity)
    for step in steps:
        getattr(channel, step)()
    channel.settle()
    assert channel.shelf.expected == tracked(Decimal(channel.quantity))
    assert not channel.shelf.again


@given(st.integers(-2, 9), st.lists(st.sampled_from(QUIET), max_size=30))
def test_what_is_expected_without_doubt_is_true_once_all_orders_are_stored(
    quantity: int, steps: list[str]
) -> None:
    channel = Channel(quantity)
    channel.settle()
    for step in steps:
        getattr(channel, step)()
    channel.end_write()
    channel.end_list()
    channel.begin_list()
    channel.end_list()
    assert channel.shelf.again or channel.shelf.expected == tracked(Decimal(channel.quantity))


@example(5, ["begin_read", "sell", "begin_list", "end_list", "end_read"])
@given(st.integers(-2, 9), st.lists(st.sampled_from([one for one in STEPS if one != "edit"]), max_size=30))
def test_what_nobody_edited_is_never_called_a_drift(quantity: int, steps: list[str]) -> None:
    channel = Channel(quantity)
    channel.settle()
    for step in steps:
        getattr(channel, step)()
    channel.settle()
    assert channel.drifts == []


def test_a_reading_that_began_before_a_stored_sale_is_made_again() -> None:
    shelf = Shelf(expected=tracked(Decimal(4)), sold=5)
    assert read(shelf, at(5), sells=True).shelf == replace(shelf, again=True)
    assert read(shelf, at(4), sells=True).shelf == replace(shelf, same=6)


def test_a_sale_next_to_an_absolute_write_leaves_nothing_to_be_expected() -> None:
    shelf = sold(Shelf(expected=tracked(Decimal(5)), wrote=4, stale=4), Decimal(1), last_drain=3, at=6)
    assert shelf == Shelf(expected=UNKNOWN, wrote=4, stale=4, sold=6, again=True)


def test_a_sale_after_a_later_drain_is_taken_off() -> None:
    shelf = sold(Shelf(expected=tracked(Decimal(5)), wrote=4, stale=4), Decimal(1), last_drain=5, at=6)
    assert shelf.expected == tracked(Decimal(4))


def test_a_reading_counts_when_the_orders_up_to_it_are_stored() -> None:
    shelf = read(Shelf(expected=tracked(Decimal(3))), at(9), sells=True).shelf
    assert shelf.expected == tracked(Decimal(3))
    assert drained(shelf, 6).shelf == shelf
    learned = drained(shelf, 7)
    assert (learned.shelf.expected, learned.drift) == (tracked(Decimal(9)), Decimal(6))


def test_where_nothing_is_sold_a_reading_counts_at_once() -> None:
    assert read(Shelf(), at(9), sells=False).shelf.expected == tracked(Decimal(9))


def test_a_reading_that_overlaps_a_write_tells_nothing() -> None:
    flying = Shelf(expected=tracked(Decimal(3)), flying=True)
    assert read(flying, at(9), sells=False).shelf == flying
    written = wrote(flying, tracked(Decimal(4)), ended=5)
    assert read(written, at(9), sells=False).shelf == written


def test_a_reading_that_shows_the_sale_already_is_believed() -> None:
    shelf = read(Shelf(expected=tracked(Decimal(5))), at(4), sells=True).shelf
    assert sold(shelf, Decimal(1), last_drain=0, at=7) == Shelf(expected=tracked(Decimal(4)), sold=7)


def test_a_write_in_doubt_leaves_nothing_to_be_expected() -> None:
    assert doubted(Shelf(expected=tracked(Decimal(5)), flying=True)) == Shelf(again=True)


def test_differences_and_sales_come_in_any_order() -> None:
    shelf = Shelf(expected=tracked(Decimal(5)), flying=True)
    one = adjusted(sold(shelf, Decimal(1), 0, 8, adjusts=True), Decimal(-2), 9)
    other = sold(adjusted(shelf, Decimal(-2), 9), Decimal(1), 0, 10, adjusts=True)
    assert one.expected == other.expected == tracked(Decimal(2))


def test_a_reading_that_shows_what_is_expected_waits_where_another_did_not() -> None:
    """Goods put back and goods sold may make of a level what it was."""
    shelf = Shelf(expected=tracked(Decimal(1)), seen=Reading(level=tracked(Decimal(2)), began=3, ended=4))
    after = read(shelf, at(1), sells=True).shelf
    assert after == replace(shelf, seen=at(1))
    assert sold(after, Decimal(1), 2, 8).again
    assert drained(after, 7).shelf == Shelf(expected=tracked(Decimal(1)))


@pytest.mark.parametrize(("drained_at", "hides"), [(2, True), (6, False), (7, False)])
def test_a_sale_may_be_in_a_reading_made_since_all_orders_were_known(drained_at: int, hides: bool) -> None:
    shelf = read(Shelf(expected=tracked(Decimal(1))), at(1), sells=True).shelf
    assert may_hide(shelf, drained_at) is hides
    assert not may_hide(doubted(shelf), drained_at)
    assert not may_hide(replace(shelf, seen=at(2)), drained_at)
