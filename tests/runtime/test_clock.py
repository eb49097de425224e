"""The machine's own time, chance and identity."""

import asyncio
from datetime import UTC, timedelta

import pytest

from shopweave.runtime.clock import SystemClock, SystemIds, system_random


def test_now_is_aware_utc() -> None:
    assert SystemClock().now().tzinfo is UTC
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_monotonic_is_the_time_of_the_running_loop() -> None:
    async def look() -> tuple[float, float]:
        return SystemClock().monotonic(), asyncio.get_running_loop().time()

    ours, loops = asyncio.run(look())
    assert loops - ours < 1


def test_monotonic_works_without_a_loop_and_never_goes_back() -> None:
    clock = SystemClock()
    assert clock.monotonic() <= clock.monotonic()


def test_sleep_takes_its_time() -> None:
    async def nap() -> float:
        clock = SystemClock()
        begun = clock.monotonic()
        await clock.sleep(0.02)
        return clock.monotonic() - begun

    assert asyncio.run(nap()) == pytest.approx(0.02, abs=0.5)
    assert asyncio.run(nap()) >= 0.019


def test_ids_are_32_hexadecimal_digits_and_differ() -> None:
    drawn = {SystemIds().new() for _ in range(100)}
    assert len(drawn) == 100
    assert all(len(one) == 32 and int(one, 16) >= 0 for one in drawn)


def test_chance_stays_in_its_bounds() -> None:
    chance = system_random()
    assert 0 <= chance.random() < 1
    assert 3 <= chance.randint(3, 5) <= 5
