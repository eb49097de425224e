"""Reading ahead: two pages at once, in their order, and none missed when the list moves meanwhile."""

import asyncio
import random
from datetime import timedelta

import pytest

from shopweave.connector import paging
from shopweave.connector.orders import OrderPage
from shopweave.flows.ahead import reading_ahead
from shopweave.model.errors import Unavailable

SIZE = 5


class Shop:
    """A list of ids in pages; what is in `found` was read by the hub."""

    def __init__(self, count: int) -> None:
        self.ids = list(range(1, count + 1))
        self.found: list[int] = []
        self.asked = self.inside = self.most = 0
        self.leaves: random.Random | None = None
        self.fails = False
        self.guesses = True

    async def page(self, position: str) -> OrderPage:
        self.asked, self.inside = self.asked + 1, self.inside + 1
        self.most = max(self.most, self.inside)
        await asyncio.sleep(0.001 if self.leaves is None else self.leaves.random() / 500)
        place = paging.begin(paging.read_place(position), sweep=False)
        early = paging.first_offset(place)
        ids, total = self.ids[early : early + SIZE], len(self.ids)
        if self.leaves is not None and self.leaves.random() < 0.3 and len(self.ids) > SIZE:
            self.ids.remove(self.leaves.choice(self.ids))
        await asyncio.sleep(0.001)
        self.inside -= 1
        if self.fails and place.offset > SIZE:
            raise Unavailable("Nobody is there.", code="T-1")
        if not paging.follows(place, ids):
            return OrderPage(position=paging.write_place(paging.step_back(place, SIZE)))
        after = paging.after_page(place, ids, SIZE, None, timedelta())
        guess = paging.guessed(after, SIZE, total)
        return OrderPage(
            orders=tuple(ids),  # type: ignore[arg-type]
            position=paging.write_place(after),
            done=after.done,
            guess="" if guess is None else paging.write_place(guess),
            begins=str(ids[0]) if ids else "",
            ends=str(ids[-1]) if ids else "",
        )

    async def read(self) -> None:
        async with reading_ahead(self.page) as ahead:
            page = await self.page("")
            while True:
                self.found.extend(page.orders)  # type: ignore[arg-type]
                if page.done:
                    return
                ahead.begin(page, guess=self.guesses)
                await asyncio.sleep(0)
                page = await ahead.take(page)


def test_two_pages_are_read_at_once_and_none_for_nothing() -> None:
    shop = Shop(41)
    asyncio.run(shop.read())
    assert list(dict.fromkeys(shop.found)) == shop.ids
    assert (shop.most, shop.asked) == (2, 11)


def test_nothing_is_guessed_where_there_is_no_time_for_it() -> None:
    shop = Shop(41)
    shop.guesses = False
    asyncio.run(shop.read())
    assert list(dict.fromkeys(shop.found)) == shop.ids
    assert (shop.most, shop.asked) == (1, 11)


@pytest.mark.parametrize("seed", range(40))
def test_no_row_is_missed_when_others_leave_meanwhile(seed: int) -> None:
    shop = Shop(60)
    shop.leaves = random.Random(seed)
    asyncio.run(shop.read())
    assert set(shop.ids) <= set(shop.found)


def test_a_page_that_cannot_be_read_is_told_and_nothing_is_left_under_way() -> None:
    shop = Shop(60)
    shop.fails = True

    async def story() -> int:
        with pytest.raises(Unavailable):
            await shop.read()
        return len(asyncio.all_tasks())

    assert asyncio.run(story()) == 1
    assert max(shop.found) <= 2 * SIZE
