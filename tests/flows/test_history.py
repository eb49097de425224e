"""What happened over time, the same on both databases."""

from datetime import timedelta

from shopweave.hub import history, plans, runs, writing
from shopweave.hub.context import Hub
from shopweave.store import forgetting
from tests.worlds import World, play

RENAMED = "UPDATE phppos_items SET name = name || ' x', last_modified = datetime('now')"


def test_what_waits_is_sampled_and_what_is_sent_is_counted(world: World) -> None:
    async def story(hub: Hub) -> None:
        first = await history.history(hub, "day")
        assert set(first.lines[0].waiting) == {None}
        sent = sum(first.lines[0].writes)
        assert sent >= 8
        await writing.stop(hub, "Anna")
        world.sql(RENAMED)
        await runs.finished(hub, await runs.start(hub, "till-to-shop", "test"))
        for plan in await plans.held(hub):
            await plans.approve(hub, plan.id, None, "test")
        assert not await runs.settled(hub)
        waiting = (await writing.status(hub)).waiting["shop"]
        await hub.upkeep.advance({})
        await hub.upkeep.advance({})
        then = (await history.history(hub, "week")).lines[0]
        assert set(then.waiting) == {None, waiting}
        await writing.go_on(hub, "Anna")
        assert await runs.settled(hub)
        last = (await history.history(hub, "day")).lines[0]
        assert sum(last.writes) == sent + waiting
        pace = (await history.paces(hub))["shop"]
        assert pace.writes == sum(last.writes)
        assert await hub.store.write(lambda tx: forgetting.forget_forms(tx, timedelta(0))) == 0

    play(world, story)
