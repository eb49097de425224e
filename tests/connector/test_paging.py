"""Paging over a list that changes while it is read: no row that stays is ever missed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopweave.connector import paging
from shopweave.connector.paging import Place

AT = datetime(2026, 1, 1, tzinfo=UTC)
OVERLAP = timedelta(minutes=5)
SIZE = 5


def read_all(rows: list[int], moves: list[tuple[str, int]]) -> set[int]:
    """Read a list page by page while rows leave and enter between the pages."""
    present, seen = sorted(set(rows)), set[int]()
    place, steps = paging.begin(Place(), sweep=True), iter(moves)
    for _ in range(300):
        offset = paging.first_offset(place)
        page = present[offset : offset + SIZE]
        if not paging.follows(place, page):
            place = paging.step_back(place, SIZE)
        else:
            seen.update(page)
            place = paging.after_page(place, page, SIZE, AT, OVERLAP)
        if place.done:
            return seen
        if (move := next(steps, None)) is not None:
            kind, value = move
            present = sorted({*present, value} if kind == "enter" else set(present) - {value})
    raise AssertionError("paging does not end")


@pytest.mark.pain("woocommerce/woocommerce#33386")
@settings(max_examples=400)
@given(
    st.lists(st.integers(0, 60), max_size=40),
    st.lists(st.tuples(st.sampled_from(["enter", "leave"]), st.integers(0, 60)), max_size=20),
)
def test_rows_that_stay_are_read_whatever_enters_or_leaves(
    rows: list[int], moves: list[tuple[str, int]]
) -> None:
    touched = {value for _, value in moves}
    assert set(rows) - touched <= read_all(rows, moves)


@pytest.mark.pain("alyf-de/woocommerce_integration#7")
def test_the_next_window_begins_before_this_one_did() -> None:
    place = paging.after_page(paging.begin(Place(), sweep=True), [1, 2], SIZE, AT, OVERLAP)
    assert place == Place(lower=AT - OVERLAP, done=True)


def test_a_window_goes_on_where_it_was() -> None:
    place = paging.after_page(paging.begin(Place(), sweep=True), [1, 2, 3, 4, 5], SIZE, AT, OVERLAP)
    again = paging.begin(paging.read_place(paging.write_place(place)), sweep=True)
    assert (again.offset, again.last, again.began) == (5, 5, AT)


def test_an_unknown_clock_keeps_the_old_bound() -> None:
    place = paging.after_page(Place(lower=AT, done=False), [], SIZE, None, OVERLAP)
    assert place.lower == AT
