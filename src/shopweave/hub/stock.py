"""Stock: what waits for a person, and where every unit of an item is."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from msgspec import Struct, json
from msgspec.structs import replace

from shopweave.flows.absorb import tell_held
from shopweave.flows.elsewhere import Change, is_waiting, note_shown
from shopweave.flows.house import StockFlow
from shopweave.hub.context import Hub
from shopweave.lanes.channels import FIRST, Decision, decide
from shopweave.lanes.port import Port
from shopweave.model.errors import Configuration
from shopweave.model.movement import Stage
from shopweave.model.values import Level
from shopweave.store import audits, connections, findings, levels, movements, order_lines, orders, shelves
from shopweave.store.base import Tx
from shopweave.store.levels import LevelRow
from shopweave.store.movements import Entry
from shopweave.store.orders import OrderRow

LAST = 10
SETTLED = (Stage.ABSORBED, Stage.VOID)
WHY = {
    "": "nothing to write",
    "uncounted": "the master does not count it, or not in the channel's warehouses",
    "unread": "not raised before all sides were read since the last start",
    "first": "the first levels of the flow wait for you: shopweave stock release",
    "doubt": "a write or a sale is in doubt: its level is read first",
    "refused": "the channel refused it",
    "gone": "the channel does not show it",
}


class HeldLevel(Struct, frozen=True, kw_only=True):
    """A level of a master that is not believed without a person."""

    master: str
    name: str
    why: str
    kept: str
    read: str


class StockList(Struct, frozen=True, kw_only=True):
    """What waits: by flow the levels that were not written, by reason, and levels that are held."""

    waiting: Mapping[str, Mapping[str, int]]
    held: tuple[HeldLevel, ...]


class Moved(Struct, frozen=True, kw_only=True):
    """A movement that the level on hand is not known to contain; one that it shows counts `until` then."""

    reference: str
    order: str
    quantity: Decimal
    stage: str
    since: datetime
    counts: bool
    until: datetime | None = None
    warehouse: str = ""


class Master(Struct, frozen=True, kw_only=True):
    """What is on hand, and where it lies; `request` is the number of the request that showed it.

    `unclear` is what a later request showed, which may or may not contain what is in doubt.
    `settled` are the last movements that are in it already, or void.
    """

    name: str
    on_hand: str
    read_at: datetime | None
    request: int
    factor: Decimal
    held: str
    read: str
    moved: tuple[Moved, ...]
    places: tuple[tuple[str, str], ...] = ()
    settled: tuple[Moved, ...] = ()
    unclear: str = ""


class Shown(Struct, frozen=True, kw_only=True):
    """What a channel should show and what it is expected to show, in its own units."""

    channel: str
    flow: str
    on_hand: str
    moved: Decimal
    buffer: Decimal
    factor: Decimal
    step: Decimal
    wanted: str
    expected: str
    read_at: datetime | None
    written: str
    written_at: datetime | None
    drifted: int
    why: str
    warehouses: tuple[str, ...] = ()


class StockStory(Struct, frozen=True, kw_only=True):
    """Where every unit of one SKU is."""

    sku: str
    masters: tuple[Master, ...]
    channels: tuple[Shown, ...]


async def waiting(hub: Hub) -> StockList:
    """Say what waits for a person or for a reading."""
    return await hub.store.read(partial(_waiting, hub))


def _waiting(hub: Hub, tx: Tx) -> StockList:
    held = [
        HeldLevel(
            master=hub.house.ports[key].row.name,
            name=row.label or row.remote_id,
            why=row.held,
            kept=_text(row.on_hand.level) if row.on_hand else "unknown",
            read=_text(row.read),
        )
        for key in dict.fromkeys(flow.row.source for flow in hub.house.stock.values())
        for row in levels.held_levels(tx, key)
    ]
    found = {one.row.name: shelves.held_back(tx, one.row.target) for one in hub.house.stock.values()}
    return StockList(waiting={name: one for name, one in found.items() if one}, held=tuple(held))


async def release(hub: Hub, name: str, who: str, skus: tuple[str, ...] = ()) -> int:
    """Let a flow's first levels go, or believe the held levels of a master; gives how many."""
    flow = next((one for one in hub.house.stock.values() if one.row.name == name), None)
    if flow is not None:
        return await hub.store.write(lambda tx: _release_flow(tx, hub, flow, who))
    master = hub.port(name).row.id
    if not hub.house.is_master(master):
        flows = ", ".join(one.row.name for one in hub.house.stock.values())
        raise Configuration(f"{name} is no master of stock.", code="CFG-123", remedy=f"Flows: {flows}.")
    return await hub.store.write(lambda tx: _believe(tx, hub, master, who, skus))


async def first_held(hub: Hub) -> dict[str, int]:
    """Count the first levels that wait for a person, by flow."""
    found = await waiting(hub)
    return {name: counts[FIRST] for name, counts in found.waiting.items() if FIRST in counts}


async def release_first(hub: Hub, who: str) -> int:
    """Let the first levels of all flows go."""
    counts = [await release(hub, one.row.name, who) for one in hub.house.stock.values()]
    return sum(counts)


def _release_flow(tx: Tx, hub: Hub, flow: StockFlow, who: str) -> int:
    count = shelves.mark_held_back(tx, flow.row.target, [FIRST])
    if count or not connections.is_begun(tx, flow.row.id):
        connections.flow_begun(tx, flow.row.id)
        _note(tx, who, "let the first levels go", flow=flow.row.name, levels=count)
        findings.settle(tx, f"first-levels:{flow.row.name}")
    if count:
        hub.lanes.wake(tx, flow.row.target)
    return count


def _believe(tx: Tx, hub: Hub, master: int, who: str, skus: tuple[str, ...]) -> int:
    wanted = {sku.strip().casefold() for sku in skus}
    rows = [row for row in levels.held_levels(tx, master) if not wanted or row.label in wanted]
    believed = [
        replace(row, on_hand=replace(row.on_hand, level=row.read), held="", zeroed=None, unclear=None)
        for row in rows
        if row.on_hand is not None
    ]
    port = hub.house.ports[master]
    levels.store_levels(tx, master, _noted(tx, port, rows, believed), new=())
    tell_held(tx, port)
    if believed:
        _note(tx, who, "believed held levels", connection=port.row.name, levels=len(believed))
    for connection in shelves.mark(tx, [row.item for row in believed if row.item is not None]):
        hub.lanes.wake(tx, connection)
    return len(believed)


def _note(tx: Tx, who: str, what: str, **detail: str | int) -> None:
    audits.note(tx, who, what, json.encode(detail).decode())


def _noted(tx: Tx, port: Port, before: list[LevelRow], after: list[LevelRow]) -> list[LevelRow]:
    """Note what believed levels show of the sales that others book."""
    if port.capabilities.keeps is None:
        return after
    kept = {row.record: row.on_hand.level.quantity for row in before if row.on_hand is not None}
    changes = []
    for row in after:
        old, new = kept[row.record], row.read.quantity
        if row.on_hand is not None and old is not None and new is not None and new != old:
            changes.append(Change(row=row, reading=row.on_hand, by=new - old))
    items = [row.item for row in after if row.item is not None]
    waiting = [one for one in movements.of_items(tx, port.row.id, items) if is_waiting(one)]
    witness = port.capabilities.keeps.witness
    noted = {row.record: row for row in note_shown(tx, witness, changes, waiting)}
    return [noted.get(row.record, row) for row in after]


async def explain_stock(hub: Hub, sku: str) -> StockStory:
    """Tell where every unit of a SKU is."""
    found = await hub.store.read(partial(_explain, hub, sku))
    if found is None:
        raise Configuration(
            f"No item has the SKU '{sku}'.", code="CFG-121", remedy="Run the flows first, or look at the SKU."
        )
    return found


def _explain(hub: Hub, sku: str, tx: Tx) -> StockStory | None:
    folded = sku.strip().casefold()
    item = order_lines.items_by_sku(tx, [folded]).get(folded)
    if item is None:
        return None
    masters = dict.fromkeys(flow.row.source for flow in hub.house.stock.values())
    flows = connections.all_flows(tx)
    shown: list[Shown] = []
    for flow in hub.house.stock.values():
        rows = [row for row in shelves.of_items(tx, [item]) if row.connection == flow.row.target]
        decided = decide(tx, flow.channel, rows, begun=flows[flow.row.id].begun)
        shown += [_shown(hub, flow, one) for one in decided]
    return StockStory(
        sku=sku,
        masters=tuple(_master(tx, hub, key, item) for key in masters),
        channels=tuple(shown),
    )


def _master(tx: Tx, hub: Hub, key: int, item: int) -> Master:
    row = levels.of_items(tx, key, [item]).get(item) or LevelRow(record=0, remote_id="", item=item)
    entries = movements.of_items(tx, key, [item])
    settled = movements.settled(tx, key, item, LAST)
    names = orders.by_ids(tx, sorted({one.order for one in (*entries, *settled)}))
    return Master(
        name=hub.house.ports[key].row.name,
        on_hand=_text(row.on_hand.level) if row.on_hand else "unknown",
        read_at=row.at,
        request=row.on_hand.ended if row.on_hand else 0,
        factor=row.factor,
        held=row.held,
        read=_text(row.read) if row.held else "",
        moved=tuple(_moved(hub, one, _number(names[one.order])) for one in entries),
        settled=tuple(_moved(hub, one, _number(names[one.order])) for one in settled),
        places=tuple((place, _plain(held)) for place, held in row.on_hand.level.places)
        if row.on_hand
        else (),
        unclear=_text(row.unclear.level) if row.unclear else "",
    )


def _number(row: OrderRow) -> str:
    return row.number or row.remote_id


def _moved(hub: Hub, one: Entry, order: str) -> Moved:
    return Moved(
        reference=one.movement.reference,
        order=f"{one.movement.connection}:{order}",
        quantity=one.movement.quantity,
        stage=one.stage.value,
        since=one.moved,
        counts=one.stage not in SETTLED and (one.movement.quantity < 0 or one.stage is not Stage.IN_DOUBT),
        until=_until(hub, one),
        warehouse=one.movement.warehouse,
    )


def _until(hub: Hub, one: Entry) -> datetime | None:
    """Say when a sale that others book, and that a level has shown, counts as booked."""
    names = {flow.settings.target: flow.settings.settle for flow in hub.house.stock.values()}
    after = names.get(one.movement.connection)
    is_shown = one.way == movements.ELSEWHERE and one.stage is Stage.OPEN and one.ended is not None
    return one.moved + timedelta(minutes=after) if is_shown and after is not None else None


def _shown(hub: Hub, flow: StockFlow, one: Decision) -> Shown:
    row = one.row
    why = f"{WHY.get(one.why, one.why)} {row.what}".strip() if not one.is_due else "it is written next"
    return Shown(
        channel=hub.house.ports[flow.row.target].row.name,
        flow=flow.row.name,
        on_hand=_text(one.shown.on_hand),
        moved=one.shown.moved,
        buffer=one.shown.buffer,
        factor=row.factor,
        step=flow.channel.step,
        wanted=_text(one.shown.level),
        expected=_text(row.shelf.expected),
        read_at=row.read_at,
        written=_text(row.wanted) if row.wanted is not None else "never",
        written_at=row.written_at,
        drifted=row.drifted,
        why=why,
        warehouses=flow.channel.warehouses,
    )


def _text(level: Level) -> str:
    return level.state if level.quantity is None else _plain(level.quantity)


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"
