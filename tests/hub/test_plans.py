"""Plans of a flow that a person renamed or took out of the settings while they waited."""

import asyncio
from pathlib import Path

import pytest

from shopweave.hub import plans, runs
from shopweave.hub.context import Hub
from shopweave.hub.settings import read
from shopweave.model.errors import Configuration
from tests.worlds import World, play

FLOW = "till-to-shop"


async def _plan(hub: Hub) -> int:
    await runs.finished(hub, await runs.start(hub, FLOW, "test", "plan"))
    return (await plans.held(hub))[0].id


def test_a_plan_whose_flow_is_gone_waits_unseen_and_can_be_rejected(tmp_path: Path) -> None:
    world = World(tmp_path, 4, simple=True)
    number = play(world, _plan)
    renamed = read(world.settings.replace(FLOW, "renamed"), str(tmp_path / "shopweave.toml"), {})

    async def without() -> int:
        async with world.hub(renamed, start=False) as hub:
            assert await plans.held(hub) == []
            with pytest.raises(Configuration, match="stands in the settings no more") as told:
                await plans.approve(hub, number, None, "test")
            assert told.value.code == "PLAN-012"
            return await plans.reject(hub, number, "test")

    async def _held(hub: Hub) -> list[int]:
        return [row.id for row in await plans.held(hub)]

    assert play(world, _held) == [number]
    assert asyncio.run(without()) > 0
    assert number not in play(world, _held)


def test_a_plan_that_never_was_is_told(tmp_path: Path) -> None:
    async def story(hub: Hub) -> None:
        for decide in (plans.approve(hub, 99, None, "test"), plans.reject(hub, 99, "test")):
            with pytest.raises(Configuration, match="PLAN-010"):
                await decide

    play(World(tmp_path, 1, simple=True), story)
