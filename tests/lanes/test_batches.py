"""How much one request carries: what products name goes first, and then they go together."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import bindparam, select

from shopweave.hub.context import Hub
from shopweave.lanes.queue import AGEING, rank
from shopweave.model.change import Urgency
from shopweave.store import outbox
from shopweave.store.base import Tx
from shopweave.store.ready import Head
from shopweave.store.tables import change, need, request
from tests.worlds import World, play

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CARRIED = select(request.c["items"].label("carried")).where(request.c.what == bindparam("what"))


def head(key: int, *, waited: float = 0.0, gives_way: bool = False) -> Head:
    since = NOW - timedelta(seconds=waited)
    return Head(id=key, urgency=Urgency.REST, since=since, gives_way=gives_way)


def test_what_gives_way_goes_last_among_its_equals_until_waiting_has_raised_it() -> None:
    older, younger = head(1, waited=20, gives_way=True), head(2, waited=10)
    assert rank(younger, NOW) < rank(older, NOW)
    later = NOW + timedelta(seconds=AGEING - 15)
    assert rank(older, later) < rank(younger, later)


def requests_for(tx: Tx, what: str) -> tuple[int, int]:
    """Count the requests of one kind and the records they carried."""
    carried = [row.carried for row in tx.rows(CARRIED, {"what": f"write {what}"})]
    return len(carried), sum(carried)


def test_products_wait_for_the_pictures_of_all_and_go_in_few_requests(tmp_path: Path) -> None:
    world = World(tmp_path, 40, simple=True)

    async def story(hub: Hub) -> tuple[tuple[int, int], tuple[int, int]]:
        await world.run(hub)
        return await hub.store.read(lambda tx: (requests_for(tx, "media"), requests_for(tx, "product")))

    pictures, goods = play(world, story)
    assert pictures[0] == pictures[1] > 0
    assert goods[0] <= 8 < 30 < goods[1]


def test_a_change_is_blocked_until_the_last_thing_that_it_needs_is_there(tmp_path: Path) -> None:
    world = World(tmp_path, 4, simple=True)

    async def story(hub: Hub) -> list[bool]:
        await world.run(hub)
        return await hub.store.write(unblocked)

    assert play(world, story) == [True, True, False]


def unblocked(tx: Tx) -> list[bool]:
    """Say whether a change is blocked after none, one and both of two needs were met."""
    row = tx.rows(change.select().order_by(change.c.id))[0]
    tx.run(change.update().where(change.c.id == row.id), {"blocked": True})
    for name in ("media:one", "media:two"):
        tx.run(need.insert(), {"change": row.id, "connection": row.connection, "reference": name})
    seen = []
    for name in ("media:none", "media:one", "media:two"):
        outbox.meet(tx, row.connection, [name])
        seen.append(bool(tx.scalar(select(change.c.blocked).where(change.c.id == row.id))))
    return seen
