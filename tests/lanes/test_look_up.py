"""The answer to a look-up that comes when its change has moved on."""

from pathlib import Path

from msgspec import structs
from sqlalchemy import select

from shopweave.hub.context import Hub
from shopweave.lanes.compose import Composed
from shopweave.lanes.settle import settle_look_up
from shopweave.model.change import ChangeState, Op, Write
from shopweave.store import connections, lanes, outbox
from shopweave.store.base import Tx
from shopweave.store.outbox import Change
from shopweave.store.tables import change
from tests.worlds import World, play

CREATED = select(change.c.id).where(change.c.op == "create", change.c.kind == "product").order_by(change.c.id)
ASKED = {"attempts": 1, "look_ups": 0}


def looked_up(tx: Tx, hub: Hub, key: int, state: ChangeState, **now: int) -> Change:
    """Tell a look-up's miss to a change that stands like this by now; gives how it stands then."""
    outbox.set_state(tx, [key], state, **{**ASKED, **now})
    asked = structs.replace(outbox.changes(tx, [key])[0], state=ChangeState.IN_DOUBT, **ASKED)
    composed = Composed(
        write=Write(number=0, op=Op.CREATE, kind=asked.kind, form=asked.form), changes=(asked,)
    )
    lease = lanes.take_lease(tx, asked.connection, "somebody", 40.0)
    assert lease is not None
    port = hub.house.ports[asked.connection]
    settle_look_up(tx, lease, port, connections.all_flows(tx), composed, None)
    lanes.release_lease(tx, lease)
    return outbox.changes(tx, [key])[0]


def test_a_late_answer_changes_nothing_of_a_change_that_moved_on(tmp_path: Path) -> None:
    world = World(tmp_path, 4, simple=True)

    async def story(hub: Hub) -> list[tuple[ChangeState, int]]:
        await world.run(hub)
        key = int(await hub.store.read(lambda tx: tx.scalar(CREATED)))

        def tell(tx: Tx) -> list[Change]:
            return [
                looked_up(tx, hub, key, ChangeState.INTENT, attempts=2),
                looked_up(tx, hub, key, ChangeState.DONE),
                looked_up(tx, hub, key, ChangeState.IN_DOUBT, attempts=2),
                looked_up(tx, hub, key, ChangeState.IN_DOUBT, look_ups=1),
                looked_up(tx, hub, key, ChangeState.IN_DOUBT),
            ]

        return [(one.state, one.look_ups) for one in await hub.store.write(tell)]

    assert play(world, story) == [
        (ChangeState.INTENT, 0),
        (ChangeState.DONE, 0),
        (ChangeState.IN_DOUBT, 0),
        (ChangeState.IN_DOUBT, 1),
        (ChangeState.IN_DOUBT, 1),
    ]
