"""Plans of a flow that a person renamed or took out of the settings while they waited."""

import asyncio
from pathlib import Path

import pytest

from shopweave.hub import plans, runs
from shopweave.hub.context import Hub
from shopweave.hub.overview import held_plans
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


def test_a_plan_that_a_newer_one_takes_over_is_counted_anew_and_then_over(tmp_path: Path) -> None:
    world = World(tmp_path, 12, simple=True)

    async def counted(hub: Hub) -> dict[int, int]:
        found = [one for one in await runs.open_findings(hub) if one.code == "PLAN-001"]
        held = await held_plans(hub)
        assert [one.count for one in found] == [one.held for one in held]
        return {one.number: one.held for one in held}

    async def story(hub: Hub) -> None:
        old = await _plan(hub)
        [(_, every)] = (await counted(hub)).items()
        world.sql("UPDATE phppos_items SET name = 'New', last_modified = datetime('now') WHERE item_id < 4")
        new = max(await _again(hub))
        assert await counted(hub) == {old: every - 3, new: 3}
        world.sql("UPDATE phppos_items SET name = 'Newer', last_modified = datetime('now')")
        last = max(await _again(hub))
        left = await counted(hub)
        assert new not in left
        assert last in left

    async def _again(hub: Hub) -> list[int]:
        await runs.finished(hub, await runs.start(hub, FLOW, "test"))
        assert await runs.settled(hub)
        return [row.id for row in await plans.held(hub)]

    play(world, story)
