"""Levels a channel shows, what it is expected to show, and the guard for stock."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopweave.core.levels import Unit, floored, is_due, lowered, settled, shown
from shopweave.core.stockguard import Move, StockLimits, judge
from shopweave.model.movement import Booking, Movement, Stage
from shopweave.model.values import UNKNOWN, UNTRACKED, Level, tracked

ONE = Unit()
ZERO = Decimal(0)
AMOUNTS = st.decimals(min_value=-1000, max_value=1000, places=3)
UNITS = st.builds(
    Unit,
    factor=st.sampled_from([Decimal(1), Decimal(6), Decimal("0.5")]),
    step=st.sampled_from([Decimal(1), Decimal("0.001")]),
)


def level(quantity: object) -> Level:
    return tracked(Decimal(str(quantity)))


def booked(quantity: object, stage: Stage = Stage.OPEN, *, line: str = "7", is_ours: bool = True) -> Booking:
    movement = Movement(
        connection="shop", line=line, n=1, item="A", warehouse="main", quantity=Decimal(str(quantity))
    )
    return Booking(movement=movement, stage=stage, is_ours=is_ours)


def theirs(quantity: object, stage: Stage = Stage.OPEN, *, line: str = "7") -> Booking:
    return booked(quantity, stage, line=line, is_ours=False)


@pytest.mark.pain("OCA/connector-magento#226")
@pytest.mark.parametrize(
    ("on_hand", "bookings", "buffer", "unit", "expected"),
    [
        (level(10), [], 0, ONE, level(10)),
        (level(10), [booked(-3)], 2, ONE, level(5)),
        (level(10), [booked(-3, Stage.SENT), booked(-1, Stage.IN_DOUBT)], 0, ONE, level(6)),
        (level(10), [booked(-3, Stage.ACKNOWLEDGED)], 0, ONE, level(7)),
        (level(10), [booked(-3, Stage.ABSORBED), booked(-1, Stage.VOID)], 0, ONE, level(10)),
        (level(10), [booked(3), booked(2, Stage.IN_DOUBT)], 0, ONE, level(13)),
        (level(10), [theirs(-2), theirs(1)], 0, ONE, level(9)),
        (level(10), [theirs(-2, Stage.ABSORBED), theirs(2)], 0, ONE, level(10)),
        (level(10), [theirs(-1), theirs(3, line="8"), booked(1, line="8")], 0, ONE, level(10)),
        (level(1), [booked(-3)], 0, ONE, level(0)),
        (level(-4), [], 0, ONE, level(0)),
        (level(17), [booked(-1)], 0, Unit(factor=Decimal(6)), level(2)),
        (level("2.75"), [], 0, ONE, level(2)),
        (level("2.75"), [], 0, Unit(step=Decimal("0.5")), level("2.5")),
        (UNKNOWN, [booked(3)], 0, ONE, UNKNOWN),
        (UNTRACKED, [booked(-3)], 1, ONE, UNTRACKED),
    ],
)  # fmt: skip
def test_what_a_channel_shows(
    on_hand: Level, bookings: list[Booking], buffer: int, unit: Unit, expected: Level
) -> None:
    assert shown(on_hand, bookings, Decimal(buffer), unit).level == expected


@pytest.mark.pain("woocommerce/woocommerce#44273")
@given(AMOUNTS, st.lists(st.tuples(AMOUNTS, st.sampled_from(list(Stage)))), AMOUNTS, UNITS)
def test_shown_is_never_negative_and_never_more_than_there_is(
    on_hand: Decimal, movements: list[tuple[Decimal, Stage]], buffer: Decimal, unit: Unit
) -> None:
    bookings = [booked(quantity, stage) for quantity, stage in movements]
    found = shown(tracked(on_hand), bookings, buffer, unit)
    assert found.level.quantity is not None
    assert 0 <= found.level.quantity * unit.factor <= max(ZERO, on_hand + found.moved - buffer)
    assert floored(on_hand, unit) % unit.step == 0


@given(st.lists(AMOUNTS), AMOUNTS, UNITS)
def test_unknown_never_becomes_a_number(amounts: list[Decimal], buffer: Decimal, unit: Unit) -> None:
    found = shown(UNKNOWN, [booked(one) for one in amounts], buffer, unit).level
    assert found == UNKNOWN
    assert lowered(found, buffer) == UNKNOWN
    assert settled(UNKNOWN, UNKNOWN).expected == UNKNOWN
    assert not is_due(found, tracked(buffer))


def test_a_seller_lowers_itself_and_a_reading_settles_it() -> None:
    expected = lowered(level(5), Decimal(2))
    assert expected == level(3)
    assert not is_due(level(3), expected)
    edited = settled(expected, level(9))
    assert (edited.expected, edited.drift) == (level(9), Decimal(6))
    assert is_due(level(3), edited.expected)
    assert settled(expected, UNKNOWN).expected == expected
    assert settled(UNKNOWN, level(4)).drift is None
    assert is_due(level(0), UNKNOWN)


def pull(count: int, **more: bool) -> list[Move]:
    return [Move(item=str(n), before=level(3), after=level(0), **more) for n in range(count)]


@pytest.mark.parametrize(
    ("moves", "items", "quarantined"),
    [
        (pull(20), 399, 20),
        (pull(20), 400, 0),
        (pull(19), 19, 0),
        (pull(50, sold=True), 50, 0),
        (pull(50, by_movements=True), 50, 0),
        (pull(50, sold=True) + pull(19), 50, 0),
        ([Move(item=str(n), before=UNTRACKED, after=level(-1)) for n in range(20)], 20, 20),
        ([Move(item=str(n), before=UNKNOWN, after=level(0)) for n in range(20)], 20, 0),
        ([Move(item=str(n), before=level(3), after=UNKNOWN) for n in range(20)], 20, 0),
    ],
)  # fmt: skip
def test_a_feed_that_zeroes_much_is_set_aside(moves: list[Move], items: int, quarantined: int) -> None:
    judged = judge(moves, items, StockLimits())
    assert len(judged.quarantined) == quarantined
    assert len(judged.passed) == len(moves) - quarantined
    assert not judged.held


@pytest.mark.parametrize(
    ("before", "after", "held"),
    [(5, 500, True), (0, 100, True), (0, 99, False), (50, 500, False), (-9, 100, True), (1000, 2, False)],
)
def test_a_big_raise_is_held(before: int, after: int, held: bool) -> None:
    move = Move(item="A", before=level(before), after=level(after))
    judged = judge([move], 1, StockLimits())
    assert judged.held == ((move,) if held else ())
    assert judged.passed == (() if held else (move,))
