"""Work that a process begins at once, beside the engine that does the same a moment later."""

import asyncio
from functools import partial

import pytest

from shopweave.hub.context import Hub
from shopweave.lanes.prompt import Prompt
from tests.trade.orders import line, order
from tests.trade.world import StallWorld, play, stalls

__all__ = ["stalls"]


def test_nothing_begins_before_it_is_open_and_one_at_a_time_after() -> None:
    async def story() -> tuple[int, int]:
        prompt, begun, open_ = Prompt(), [], asyncio.Event()

        async def work() -> None:
            begun.append(1)
            await open_.wait()

        prompt.begin(7, work)
        await asyncio.sleep(0)
        before = len(begun)
        prompt.open()
        for _ in range(3):
            prompt.begin(7, work)
            await asyncio.sleep(0)
        open_.set()
        async with prompt.alone(7):
            return before, len(begun)

    assert asyncio.run(story()) == (0, 1)


def test_what_is_asked_for_while_work_ends_is_done_once_more() -> None:
    async def story() -> list[int]:
        prompt, seen = Prompt(), list[int]()

        async def work(asked: int) -> None:
            seen.append(asked)

        prompt.open()
        async with prompt.alone(7):
            for asked in (1, 2, 3):
                prompt.begin(7, partial(work, asked))
            await asyncio.sleep(0)
            assert seen == []
        for _ in range(20):
            await asyncio.sleep(0)
        return seen

    assert asyncio.run(story()) == [3]


def test_what_fails_is_noted_and_what_is_under_way_can_be_cut_off(caplog: pytest.LogCaptureFixture) -> None:
    async def fails() -> None:
        raise RuntimeError

    async def story() -> bool:
        prompt = Prompt()
        prompt.open()
        prompt.begin(1, fails)
        await asyncio.sleep(0.01)
        prompt.begin(1, lambda: asyncio.sleep(60))
        await asyncio.sleep(0)
        assert prompt.is_busy(1)
        await prompt.stop()
        return prompt.is_busy(1)

    assert not asyncio.run(story())
    assert "work begun at once failed" in caplog.text


def test_an_order_goes_over_once_whoever_begins_the_turn(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        hub.lanes.prompt.open()
        for number in range(1, 6):
            stalls.market.sell(order(str(number), line(f"{number}1", "sku-1")))
            await stalls.run(hub)
        assert [one.reference for _, one in stalls.till.taken] == [f"market:{n}:till:1" for n in range(1, 6)]

    play(stalls, story)


def test_a_turn_begins_without_the_engine_which_finds_nothing_left(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        hub.lanes.prompt.open()
        begin, gate = hub.lanes.advance, asyncio.Event()

        async def late(state: object) -> object:
            await gate.wait()
            return await begin(state)  # type: ignore[arg-type]

        hub.engine.register("lane.wake", late)  # type: ignore[arg-type]
        stalls.market.sell(order("7", line("71", "sku-1")))
        running = asyncio.create_task(stalls.run(hub))
        for _ in range(400):
            if stalls.till.taken:
                break
            await asyncio.sleep(0.05)
        assert len(stalls.till.taken) == 1
        gate.set()
        await running
        assert (len(stalls.till.taken), stalls.till.takes) == (1, 1)

    play(stalls, story)
