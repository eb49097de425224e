"""A run that was claimed and never began: DBOS only logs what fails in between."""

import asyncio
from typing import Any

import dbos._queue
import pytest

from shopweave.engine import dbos as engine
from tests.engine.stage import Ground, Life, play

KINDS = pytest.mark.parametrize("ground", ["dbos", "dbos-postgres"], indirect=True)


@KINDS
def test_it_is_queued_again_and_begins(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    begin: Any = dbos._queue.__dict__["execute_dequeued_workflow"]
    failed: list[Any] = []

    def break_once(*words: Any) -> Any:
        if not failed:
            failed.append(words)
            raise ConnectionError("the database is gone")
        return begin(*words)

    monkeypatch.setattr(dbos._queue, "execute_dequeued_workflow", break_once)
    monkeypatch.setattr(engine, "BEAT", 0.1)
    monkeypatch.setattr(engine, "STRAY", 6)

    async def story(life: Life) -> None:
        await life.add("a", partition="p")
        await life.add("b", partition="p")
        await life.until("a", "done")
        await life.until("b", "done")

    play(ground, story)
    assert failed
    assert sorted(ground.done) == ["a1", "a2", "b1", "b2"]


@KINDS
def test_one_that_takes_long_is_left_alone(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BEAT", 0.1)

    async def story(life: Life) -> None:
        await life.add("h", name="hang")
        await life.when(lambda: bool(ground.done))
        monkeypatch.setattr(engine, "STRAY", 1)
        await asyncio.sleep(1.5)

    play(ground, story)
    assert ground.done == ["hanging"]
