"""Connections and flows as rows: names become numbers, layouts only grow."""

from typing import Any

from msgspec import Struct, json
from sqlalchemy import Integer, Row, bindparam, insert, select, update

from shopweave.store.base import Tx
from shopweave.store.tables import connection, flow, lane, workspace

HOME = "home"


class ConnectionRow(Struct, frozen=True, kw_only=True):
    """A connection as the store knows it; `layout` is the order of atoms in its records' prints."""

    id: int
    name: str
    type: str
    layout: tuple[str, ...]


class FlowRow(Struct, frozen=True, kw_only=True):
    """A flow as the store knows it; `slice` is the order of atoms in its agreed prints.

    `kind` is items, orders or stock; only flows of items have marks, plans and agreements.
    """

    id: int
    name: str
    source: int
    target: int
    slice: tuple[str, ...]
    begun: bool
    kind: str = "items"
    awake: bool = False
    wakes: int = 0


_WORKSPACE = select(workspace.c.id).where(workspace.c.name == bindparam("name"))
HOME_ID = select(workspace.c.id).where(workspace.c.name == HOME).scalar_subquery()
_CONNECTIONS = select(connection.c.id, connection.c.name, connection.c.type, connection.c.layout).order_by(
    connection.c.id
)
_CONNECTION = _CONNECTIONS.where(
    connection.c.workspace == bindparam("home"), connection.c.name == bindparam("called")
)
_ADD_CONNECTION = insert(connection)
_ADD_LANE = insert(lane)
_RELAY = update(connection).where(connection.c.id == bindparam("key"))
_FLOWS = select(
    flow.c.id,
    flow.c.name,
    flow.c.source,
    flow.c.target,
    flow.c.slice,
    flow.c.begun,
    flow.c.kind,
    flow.c.awake,
    flow.c.wakes,
).order_by(flow.c.id)
_FLOW = _FLOWS.where(flow.c.workspace == bindparam("home"), flow.c.name == bindparam("called"))
_ITEM_FLOWS = _FLOWS.where(flow.c.kind == "items")
_BEGUN = select(flow.c.begun).where(flow.c.id == bindparam("of"))
_NAMES = select(connection.c.id, connection.c.name)
_ADD_FLOW = insert(flow)
_CHANGE_FLOW = update(flow).where(flow.c.id == bindparam("key"))


_WAKE_FLOW = (
    update(flow)
    .where(flow.c.id == bindparam("key"))
    .values(awake=bindparam("awake"), wakes=flow.c.wakes + bindparam("more", type_=Integer))
)
_SLEEPING = update(flow).where(flow.c.awake.is_(True)).values(awake=False)


def home(tx: Tx) -> int:
    """Give the number of the only workspace of a single merchant, made when missing."""
    found = tx.one(_WORKSPACE, {"name": HOME})
    if found is None:
        tx.run(insert(workspace), {"name": HOME})
        found = tx.one(_WORKSPACE, {"name": HOME})
    assert found is not None  # noqa: S101 - inserted in this transaction
    return int(found.id)


def ensure_connection(tx: Tx, name: str, kind: str, mode: str, atoms: tuple[str, ...]) -> ConnectionRow:
    """Give the row of a connection, made or its layout widened when needed."""
    at = home(tx)
    row = tx.one(_CONNECTION, {"home": at, "called": name})
    if row is None:
        tx.run(
            _ADD_CONNECTION,
            {
                "workspace": at,
                "name": name,
                "type": kind,
                "mode": mode,
                "layout": json.encode(atoms).decode(),
                "created": tx.now,
            },
        )
        row = tx.one(_CONNECTION, {"home": at, "called": name})
        assert row is not None  # noqa: S101 - inserted in this transaction
        tx.run(_ADD_LANE, {"connection": row.id})
    known = json.decode(row.layout, type=tuple[str, ...])
    layout = known + tuple(atom for atom in atoms if atom not in known)
    if layout != known:
        tx.run(_RELAY, {"key": row.id, "layout": json.encode(layout).decode()})
    return ConnectionRow(id=row.id, name=name, type=kind, layout=layout)


def ensure_flow(
    tx: Tx, name: str, source: int, target: int, atoms: tuple[str, ...], *, kind: str = "items"
) -> FlowRow:
    """Give the row of a flow, made or changed to these settings when needed.

    A slice that changed keeps its old order and grows at the end, so that agreed prints stay readable.
    """
    at = home(tx)
    row = tx.one(_FLOW, {"home": at, "called": name})
    if row is None:
        wide = json.encode(atoms).decode()
        ends = {"source": source, "target": target}
        tx.run(_ADD_FLOW, {"workspace": at, "name": name, "kind": kind, "slice": wide, **ends})
        row = tx.one(_FLOW, {"home": at, "called": name})
        assert row is not None  # noqa: S101 - inserted in this transaction
    known = json.decode(row.slice, type=tuple[str, ...])
    wide_slice = known + tuple(atom for atom in atoms if atom not in known)
    if wide_slice != known or (row.source, row.target, row.kind) != (source, target, kind):
        values = {
            "key": row.id,
            "kind": kind,
            "slice": json.encode(wide_slice).decode(),
            "source": source,
            "target": target,
        }
        tx.run(_CHANGE_FLOW, values)
    return FlowRow(
        id=row.id,
        name=name,
        source=source,
        target=target,
        slice=wide_slice,
        begun=bool(row.begun),
        kind=kind,
    )


def all_flows(tx: Tx) -> dict[int, FlowRow]:
    """Give every flow by number."""
    return {row.id: _flow_row(row) for row in tx.rows(_FLOWS)}


def item_flows(tx: Tx) -> dict[int, FlowRow]:
    """Give the flows that make changes of records, by number."""
    return {row.id: _flow_row(row) for row in tx.rows(_ITEM_FLOWS)}


def _flow_row(row: Row[Any]) -> FlowRow:
    return FlowRow(
        id=row.id,
        name=row.name,
        source=row.source,
        target=row.target,
        slice=json.decode(row.slice, type=tuple[str, ...]),
        begun=row.begun,
        kind=row.kind,
        awake=row.awake,
        wakes=row.wakes,
    )


def is_begun(tx: Tx, flow: int) -> bool:
    """Say whether a person decided on a flow's first run."""
    return bool(tx.scalar(_BEGUN, {"of": flow}))


def names(tx: Tx) -> dict[int, str]:
    """Give the names of all connections, by number."""
    return {row.id: row.name for row in tx.rows(_NAMES)}


def all_connections(tx: Tx) -> dict[int, ConnectionRow]:
    """Give every connection by number."""
    return {
        row.id: ConnectionRow(
            id=row.id, name=row.name, type=row.type, layout=json.decode(row.layout, type=tuple[str, ...])
        )
        for row in tx.rows(_CONNECTIONS)
    }


def flow_begun(tx: Tx, key: int) -> None:
    """Note that a flow's first plan was decided; later runs are judged by their limits."""
    tx.run(_CHANGE_FLOW, {"key": key, "begun": True})


def flow_awake(tx: Tx, key: int, *, awake: bool) -> None:
    """Note whether a plan run of the flow is on its way; wake-ups are numbered."""
    tx.run(_WAKE_FLOW, {"key": key, "awake": awake, "more": int(awake)})


def flow_wakes(tx: Tx) -> dict[int, int]:
    """Give the numbers of the latest wake-ups of all flows."""
    return {key: row.wakes for key, row in all_flows(tx).items()}


def forget_flow_wakes(tx: Tx) -> None:
    """Forget wake-ups of an engine whose rows may be gone."""
    tx.run(_SLEEPING)
