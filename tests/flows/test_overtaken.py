"""Steps that are repeated, and lives that go on after another has taken their work: the newer word stands."""

from sqlalchemy import select, update

from shopweave.connector.roles import Page
from shopweave.flows.plan import Slice, decide, store_slice
from shopweave.flows.pull import store_page
from shopweave.hub import runs, writing
from shopweave.hub.context import Hub
from shopweave.store import marks, plans, positions
from shopweave.store.base import Tx
from shopweave.store.positions import PositionRow
from shopweave.store.tables import change, link, run
from tests.worlds import World, play

FLOW = "till-to-shop"
CLOCK = "clock:till-to-shop:2026-03-02T06:02:00Z:run"
RAISED = "UPDATE phppos_items SET unit_price = unit_price * 1.1, last_modified = datetime('now')"


def waiting(tx: Tx) -> set[int]:
    return {row.id for row in tx.rows(select(change.c.id).where(change.c.state == "waiting"))}


async def weighed(hub: Hub) -> Slice:
    """Mark all items and weigh them, as a life does that then stands still."""
    flow = hub.flow(FLOW)

    def mark(tx: Tx) -> None:
        marks.mark_items(tx, flow.row.target, [row.item for row in tx.rows(select(link.c.item))])

    await hub.store.write(mark)
    late = await hub.store.read(lambda tx: decide(tx, hub.house, flow, 0))
    assert late.seen
    return late


async def stored(hub: Hub, late: Slice, state: str = "making") -> bool:
    """Store what was weighed before into a new plan."""
    flow = hub.flow(FLOW)

    def store(tx: Tx) -> bool:
        number = plans.add_run(tx, flow.row.id, "", "test", "event")
        plan = plans.add_plan(tx, flow.row.id, number, "test")
        plans.set_plan(tx, plan, state)
        return store_slice(tx, flow, plan, number, late)

    return await hub.store.write(store)


def test_a_start_that_is_repeated_is_one_run(world: World) -> None:
    async def story(hub: Hub) -> list[int]:
        flow = hub.flow(FLOW)
        begun = [
            await hub.store.write(lambda tx: hub.runner.start(tx, flow, "clock", "clock", CLOCK))
            for _ in range(2)
        ]
        rows = await hub.store.read(lambda tx: tx.rows(select(run.c.id).where(run.c.engine == CLOCK)))
        return [*begun, *(row.id for row in rows)]

    begun = play(world, story)
    assert len(begun) == 3
    assert len(set(begun)) == 1


def test_a_late_decision_does_not_take_back_a_newer_one(world: World) -> None:
    async def story(hub: Hub) -> tuple[bool, set[int], set[int]]:
        await writing.stop(hub, "Anna")
        late = await weighed(hub)
        world.sql(RAISED)
        await runs.finished(hub, await runs.start(hub, FLOW, "test"))
        before = await hub.store.read(waiting)
        return await stored(hub, late), before, await hub.store.read(waiting)

    was_stored, before, after = play(world, story)
    assert not was_stored
    assert before
    assert after == before


def test_what_is_sent_while_it_is_weighed_is_not_planned_a_second_time(world: World) -> None:
    def send(tx: Tx) -> None:
        tx.run(update(change).where(change.c.state == "waiting").values(state="intent"))

    async def story(hub: Hub) -> tuple[bool, bool, set[int]]:
        await writing.stop(hub, "Anna")
        world.sql(RAISED)
        await runs.finished(hub, await runs.start(hub, FLOW, "test"))
        late = await weighed(hub)
        assert late.unsent
        await hub.store.write(send)
        was_stored = await stored(hub, late)
        flow = hub.flow(FLOW)
        again = await hub.store.read(lambda tx: decide(tx, hub.house, flow, 0))
        left = await hub.store.read(lambda tx: marks.open_marks(tx, flow.row.id, 0, 100))
        return was_stored, await stored(hub, again), set(left) - set(again.seen)

    first, second, left = play(world, story)
    assert (first, second) == (False, True)
    assert left


def test_only_a_plan_that_is_being_made_takes_decisions(world: World) -> None:
    async def story(hub: Hub) -> list[tuple[bool, bool]]:
        late, found = await weighed(hub), []
        for state in ("approved", "held", "making"):
            was_stored = await stored(hub, late, state)
            left = await hub.store.read(lambda tx: marks.count_marks(tx, hub.flow(FLOW).row.id))
            found.append((was_stored, left == 0))
        return found

    assert play(world, story) == [(False, False), (False, False), (True, True)]


def test_a_late_page_is_left_where_another_reader_has_moved_the_position(world: World) -> None:
    async def story(hub: Hub) -> tuple[int | None, int | None, str]:
        flow = hub.flow(FLOW)
        port = hub.house.ports[flow.row.source]
        feed = port.capabilities.feeds[0]

        def store(tx: Tx, row: PositionRow, place: str) -> int | None:
            page = Page(records=(), position=place, done=True)
            return store_page(tx, port, feed, row, page, (), tx.now)

        seen = await hub.store.read(lambda tx: positions.read_position(tx, port.row.id, feed.name))
        first = await hub.store.write(lambda tx: store(tx, seen, "{}"))
        second = await hub.store.write(lambda tx: store(tx, seen, "late"))
        last = await hub.store.read(lambda tx: positions.read_position(tx, port.row.id, feed.name))
        return first, second, last.position

    assert play(world, story) == (0, None, "{}")
