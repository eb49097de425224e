"""Numbers that become visible out of order are not lost, and gaps are not asked for for ever."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopweave.connectors.phppos.idfeed import LONGEST, MOST_MISSING, Numbers, advance

from .shop import NOON


def test_a_gap_is_asked_for_until_it_is_older_than_any_transaction() -> None:
    first = advance(Numbers(last=5), [6, 9], NOON)
    assert (first.last, first.asked) == (9, (7, 8))
    later = advance(first, [8], NOON + LONGEST - timedelta(seconds=1))
    assert later.asked == (7,)
    assert advance(later, [], NOON + LONGEST).asked == ()


def test_a_leap_of_the_numbers_is_not_asked_for_one_by_one() -> None:
    found = advance(Numbers(last=5), [10**9], NOON)
    assert len(found.missing) == MOST_MISSING
    assert found.asked[-1] == 10**9 - 1


@pytest.mark.pain("openlinker-project/openlinker:docs/lessons.md")
@given(st.permutations(range(1, 30)), st.data())
def test_every_row_is_found_once_whatever_the_order_of_commits(order: list[int], data: st.DataObject) -> None:
    visible: set[int] = set()
    numbers, found = Numbers(), list[int]()
    while order:
        size = data.draw(st.integers(1, len(order)))
        visible.update(order[:size])
        order = order[size:]
        rows = sorted(one for one in visible if one > numbers.last or one in numbers.asked)
        found += rows
        numbers = advance(numbers, rows, NOON)
    assert sorted(found) == list(range(1, 30))
