"""Steps of runs: a side that cannot be reached is asked again in the same run, a few times."""

import asyncio
from datetime import UTC, datetime

import pytest

from shopweave.flows.stepping import once_more, without_failures
from shopweave.model.errors import Configuration, HubError, Limited, NoAnswer, NotSent, Refused


class Clock:
    """Notes how long it was asked to wait."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def test_a_step_is_tried_twice_more_each_time_later() -> None:
    clock, state = Clock(), {"step": "read"}
    for error in (NotSent(), NoAnswer()):
        again = asyncio.run(once_more(clock, state, error))
        assert again is not None
        state = dict(again)  # type: ignore[arg-type]
    assert clock.slept == [5.0, 10.0]
    assert asyncio.run(once_more(clock, state, NotSent())) is None
    assert without_failures(state) == {"step": "read", "failures": 0}


def test_who_says_when_to_come_again_is_believed_up_to_a_limit() -> None:
    clock = Clock()
    for wait in (1.0, 12.0, 3_600.0):
        asyncio.run(once_more(clock, {}, Limited(wait=wait)))
    assert clock.slept == [5.0, 12.0, 20.0]


@pytest.mark.parametrize("error", [Configuration(), Refused()])
def test_what_no_waiting_mends_is_not_tried_again(error: HubError) -> None:
    clock = Clock()
    assert asyncio.run(once_more(clock, {}, error)) is None
    assert clock.slept == []
