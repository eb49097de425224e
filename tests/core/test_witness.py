"""Absorption by the three witness kinds."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shopweave.core.levels import moved
from shopweave.core.witness import Absorption, absorb, absorb_answer, perhaps_not_in
from shopweave.model.movement import Booking, Movement, Reading, Stage, Witness
from shopweave.model.values import UNKNOWN, UNTRACKED, tracked

LOG, ORDER, LEVEL = Witness.LOG_POSITION, Witness.REQUEST_ORDER, Witness.LEVEL


def booking(stage: Stage, began: int | None = None, ended: int | None = None, n: int = 1) -> Booking:
    movement = Movement(connection="shop", line="7", n=n, item="A", warehouse="main", quantity=Decimal(-2))
    return Booking(movement=movement, stage=stage, began=began, ended=ended)


def reading(quantity: int, began: int, ended: int, *seen: str) -> Reading:
    return Reading(level=tracked(Decimal(quantity)), began=began, ended=ended, seen=frozenset(seen))


@pytest.mark.parametrize("witness", [ORDER, LEVEL])
@pytest.mark.parametrize(
    ("one", "read", "stage", "again"),
    [
        (booking(Stage.OPEN), (10, 11), Stage.OPEN, False),
        (booking(Stage.ACKNOWLEDGED, 5, 8), (9, 10), Stage.ABSORBED, False),
        (booking(Stage.ACKNOWLEDGED, 5, 8), (3, 4), Stage.ACKNOWLEDGED, False),
        (booking(Stage.ACKNOWLEDGED, 5, 8), (4, 6), Stage.ACKNOWLEDGED, True),
        (booking(Stage.ACKNOWLEDGED, 5, 8), (7, 9), Stage.ACKNOWLEDGED, True),
        (booking(Stage.SENT, 5), (3, 4), Stage.SENT, False),
        (booking(Stage.SENT, 5), (6, 7), Stage.SENT, True),
        (booking(Stage.IN_DOUBT, 5, 6), (7, 8), Stage.IN_DOUBT, True),
        (booking(Stage.VOID, 5, 6), (7, 8), Stage.VOID, False),
    ],
)  # fmt: skip
def test_request_order(
    witness: Witness, one: Booking, read: tuple[int, int], stage: Stage, again: bool
) -> None:
    stored = reading(9, 1, 2)
    after = absorb(witness, stored, [one], reading(7, *read))
    assert (after.bookings[0].stage, after.again) == (stage, again)
    assert after.on_hand == (stored if again else reading(7, *read))


@pytest.mark.parametrize("stage", [Stage.SENT, Stage.IN_DOUBT, Stage.ACKNOWLEDGED])
def test_a_log_row_proves_the_booking_and_nothing_else_does(stage: Stage) -> None:
    one = booking(stage, 5, 6)
    without = absorb(LOG, None, [one], reading(9, 7, 8, "shop:7:2"))
    assert without.bookings == (one,)
    assert without.on_hand == reading(9, 7, 8, "shop:7:2")
    assert absorb(LOG, None, [one], reading(7, 7, 8, "shop:7:1")).bookings[0].stage is Stage.ABSORBED


def test_a_reading_that_overlaps_the_one_that_counts_is_read_again() -> None:
    stored = reading(9, 5, 8)
    assert absorb(LOG, stored, (), reading(11, 8, 9)) == Absorption(on_hand=stored, bookings=(), again=True)


@pytest.mark.parametrize("witness", list(Witness))
def test_unknown_absorbs_nothing_and_replaces_nothing(witness: Witness) -> None:
    one = booking(Stage.ACKNOWLEDGED, 5, 6)
    read = Reading(level=UNKNOWN, began=9, ended=10, seen=frozenset({"shop:7:1"}))
    stored = reading(9, 1, 2)
    assert absorb(witness, stored, [one], read) == Absorption(on_hand=stored, bookings=(one,))


def test_untracked_is_a_level() -> None:
    read = Reading(level=UNTRACKED, began=9, ended=10)
    after = absorb(ORDER, None, [booking(Stage.ACKNOWLEDGED, 5, 6)], read)
    assert (after.on_hand, after.bookings[0].stage) == (read, Stage.ABSORBED)


def test_an_answer_with_its_level_absorbs_at_once_and_a_snapshot_without_it_is_discarded() -> None:
    after = absorb_answer(reading(9, 1, 2), [booking(Stage.SENT, 5)], ["shop:7:1"], reading(7, 5, 8))
    assert (after.on_hand, after.bookings[0].stage) == (reading(7, 5, 8), Stage.ABSORBED)
    late = absorb(LEVEL, after.on_hand, after.bookings, reading(9, 4, 9))
    assert (late.on_hand, late.again) == (after.on_hand, True)
    again = absorb_answer(after.on_hand, after.bookings, ["shop:7:1"], reading(5, 20, 21))
    assert again == Absorption(on_hand=after.on_hand, bookings=after.bookings)


@pytest.mark.parametrize(
    ("stored", "other", "answer"),
    [
        (reading(9, 6, 7), booking(Stage.OPEN, n=2), reading(7, 5, 8)),
        (reading(9, 1, 2), booking(Stage.IN_DOUBT, 3, 4, n=2), reading(7, 5, 8)),
        (reading(9, 1, 2), booking(Stage.OPEN, n=2), Reading(level=UNKNOWN, began=5, ended=8)),
    ],
)
def test_an_answer_that_cannot_be_placed_acknowledges_only(
    stored: Reading, other: Booking, answer: Reading
) -> None:
    after = absorb_answer(stored, [booking(Stage.SENT, 5), other], ["shop:7:1"], answer)
    assert after.on_hand == stored
    assert after.again
    assert after.bookings == (booking(Stage.ACKNOWLEDGED, 5, 8), other)


def test_an_answer_takes_earlier_acknowledged_bookings_with_it() -> None:
    both = [booking(Stage.SENT, 5), booking(Stage.ACKNOWLEDGED, 3, 4, n=2)]
    after = absorb_answer(reading(9, 1, 2), both, ["shop:7:1"], reading(5, 5, 8))
    assert [one.stage for one in after.bookings] == [Stage.ABSORBED, Stage.ABSORBED]


SPAN = st.tuples(st.integers(1, 30), st.integers(0, 6)).map(lambda pair: (pair[0], sum(pair)))


@given(
    st.sampled_from(list(Witness)),
    SPAN,
    st.integers(0, 6),
    st.lists(st.tuples(SPAN, st.integers(0, 6)), max_size=12),
)
def test_nothing_is_absorbed_twice_or_too_early(
    witness: Witness, span: tuple[int, int], at: int, reads: list[tuple[tuple[int, int], int]]
) -> None:
    """The master held 10 and commits our −2 somewhere within the request; reads see it from then on."""
    committed = min(span[0] + at, span[1])
    on_hand: Reading | None = None
    bookings: tuple[Booking, ...] = (booking(Stage.ACKNOWLEDGED, *span),)
    for (began, ended), offset in reads:
        has = min(began + offset, ended) > committed
        read = reading(8 if has else 10, began, ended, *(["shop:7:1"] if has else []))
        before = bookings[0].stage
        after = absorb(witness, on_hand, bookings, read)
        on_hand, bookings = after.on_hand, after.bookings
        assert before is not Stage.ABSORBED or bookings[0].stage is Stage.ABSORBED
        if on_hand is not None and on_hand.level.quantity is not None:
            assert on_hand.level.quantity + moved(bookings) == 8


@pytest.mark.parametrize(
    ("one", "counts"),
    [
        (booking(Stage.OPEN), -2),
        (booking(Stage.SENT, 8), -2),
        (booking(Stage.IN_DOUBT, 5, 6), -2),
        (booking(Stage.ACKNOWLEDGED, 3, 4), 0),
        (booking(Stage.ACKNOWLEDGED, 7, 9), 0),
        (booking(Stage.ACKNOWLEDGED, 8, 9), -2),
    ],
)
def test_what_a_reading_may_not_contain_is_taken_off(one: Booking, counts: int) -> None:
    assert moved(perhaps_not_in(reading(7, 6, 7), [one])) == counts


def test_what_comes_back_counts_only_where_it_is_surely_missing() -> None:
    back = replace(
        booking(Stage.IN_DOUBT, 5), movement=replace(booking(Stage.OPEN).movement, quantity=Decimal(2))
    )
    assert moved(perhaps_not_in(reading(7, 6, 7), [back])) == 0
    assert moved(perhaps_not_in(reading(7, 6, 7), [replace(back, stage=Stage.OPEN)])) == 2
