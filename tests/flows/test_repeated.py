"""Steps that are done again after a crash begin nothing twice, and what they began ends."""

from sqlalchemy import select

from shopweave.engine.port import Json, RunQuery
from shopweave.flows.run import BEGIN, PLAN
from shopweave.hub import runs, undo
from shopweave.hub.context import Hub
from shopweave.hub.schedules import CLOCK, set_schedules
from shopweave.store import marks, undoing
from shopweave.store.base import Tx
from shopweave.store.tables import change, plan, run
from tests.worlds import World, play

FLOW = "till-to-shop"


def states(tx: Tx) -> list[tuple[str, str, bool]]:
    return [(row.engine, row.state, row.ended is not None) for row in tx.rows(select(run).order_by(run.c.id))]


def test_a_clock_that_strikes_again_after_a_crash_begins_one_run_that_ends(world: World) -> None:
    async def story(hub: Hub) -> None:
        await set_schedules(hub)
        before = len(await hub.store.read(states))
        state: Json = {"flow": FLOW, "at": "2026-05-01T00:00:00Z"}
        fire = hub.engine._steps[CLOCK]  # type: ignore[attr-defined]
        await fire(state)
        await fire(state)
        assert await runs.settled(hub)
        found = (await hub.store.read(states))[before:]
        assert [one for one in found if one[0].startswith("clock:")] == [
            (f"clock:{FLOW}:2026-05-01T00:00:00Z:run", "done", True)
        ]
        assert all(ended for _, _, ended in found)

    play(world, story)


def test_an_event_whose_first_step_is_done_again_is_one_run_that_ends(world: World) -> None:
    async def story() -> None:
        async with world.hub(start=False) as hub:
            flow = hub.flow(FLOW)
            item = await hub.store.read(
                lambda tx: tx.scalar(select(change.c.item).where(change.c.item.is_not(None)).limit(1))
            )
            await hub.store.write(lambda tx: marks.mark_items(tx, flow.row.target, [item]))
            name = f"{PLAN}:{flow.row.id}:900"
            state: Json = {
                "flow": FLOW,
                "run": 0,
                "name": name,
                "cause": "event",
                "by": "hub",
                "step": BEGIN,
                "place": 0,
            }
            lost = await hub.runner.advance(state)
            now = await hub.runner.advance(state)
            assert (now["run"], now["step"]) == (lost["run"], "weigh")
            while not now.get("done"):
                now = await hub.runner.advance(now)
            found = [one for one in await hub.store.read(states) if one[0] == name]
            assert found == [(name, "done", True)]
            # Done again when everything is planned already, it ends what it finds.
            assert (await hub.runner.advance(state))["done"]
            assert [one for one in await hub.store.read(states) if one[0] == name] == found

    import asyncio

    asyncio.run(story())


def test_an_undo_whose_command_died_leaves_no_run_without_an_end(world: World) -> None:
    async def story(hub: Hub) -> None:
        number = await runs.newest_run(hub)
        ran = next(one.run for one in await runs.latest(hub, 50) if one.did.flow == FLOW and one.did.changed)
        assert number
        flow = hub.flow(FLOW)
        await hub.store.write(lambda tx: undo._begin(tx, flow, ran, "me", "undo:of:the dead"))
        made = await undo.plan_undo(hub, ran, "me", also_moved=False)
        assert made.plan
        assert all(ended for _, _, ended in await hub.store.read(states))
        kinds = await hub.store.read(
            lambda tx: [row.state for row in tx.rows(select(plan).where(plan.c.kind == undoing.KIND))]
        )
        assert kinds == ["held"]
        assert not await hub.engine.runs(RunQuery(statuses=("waiting", "running")))

    play(world, story)
