"""Steps of runs: a side that cannot be reached is asked again in the same run, a few times."""

import asyncio
from datetime import UTC, datetime

import pytest

from shopweave.engine.port import Json
from shopweave.flows.stepping import STEP, once_more, take_steps, without_failures
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


class Ticking(Clock):
    """Each look at it finds it a third of a step later."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 0.0

    def monotonic(self) -> float:
        self.time += STEP / 3
        return self.time


async def counting(state: Json) -> Json:
    count = int(str(state["count"])) + 1
    return {"count": count, "step": "close" if count == 2 else "read", "done": count == 9}


@pytest.mark.parametrize(
    ("clock", "alone", "counts"),
    [(Clock(), (), 9), (Ticking(), (), 3), (Ticking(), ("close",), 2)],
    ids=["to the end", "for a second", "until one that is taken alone"],
)
def test_steps_are_taken_together(clock: Clock, alone: tuple[str, ...], counts: int) -> None:
    taken = take_steps(None, clock, {"count": 0}, counting, lambda _tx, _error: None, alone=alone)  # type: ignore[arg-type]
    assert asyncio.run(taken)["count"] == counts
