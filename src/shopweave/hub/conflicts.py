"""Conflicts: atoms that moved on both sides, where a flow asks a person."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from msgspec import Struct, json, to_builtins

from shopweave.hub.context import Hub
from shopweave.model.atoms import Atoms
from shopweave.model.errors import Configuration
from shopweave.store import agreements, audits, explains, links, marks, records
from shopweave.store.agreements import Parking
from shopweave.store.base import Tx
from shopweave.store.statements import chunks

SIDES = ("source", "target")
SLICE = 500


class Conflict(Struct, frozen=True, kw_only=True):
    """One atom both sides changed; the flow leaves it until somebody decides."""

    flow: str
    item: int
    sku: str
    atom: str
    source: Any
    target: Any


async def conflicts(hub: Hub) -> list[Conflict]:
    """Give what waits for a decision."""
    return await hub.store.read(lambda tx: _conflicts(tx, hub))


def _conflicts(tx: Tx, hub: Hub) -> list[Conflict]:
    found = [
        one
        for one in agreements.parked_for(tx, "conflict")
        if not one[1].decision and one[0] in hub.house.flows
    ]
    return [conflict for flow, parking in found if (conflict := _told(tx, hub, flow, parking)) is not None]


def _told(tx: Tx, hub: Hub, flow_id: int, parking: Parking) -> Conflict | None:
    flow = hub.house.flows[flow_id]
    ties = {tie.connection: tie.record for tie in links.ties(tx, [parking.item])}
    known = records.snapshots(tx, list(ties.values()))
    source, target = (known.get(ties.get(key, 0)) for key in (flow.row.source, flow.row.target))
    if source is None or target is None:
        return None
    values = [_value(side.atoms, parking.atom) for side in (source, target)]
    sku = _value(source.atoms, "identity") or {}
    name = str(sku.get("sku") or source.remote_id)
    return Conflict(
        flow=flow.row.name,
        item=parking.item,
        sku=name,
        atom=parking.atom,
        source=values[0],
        target=values[1],
    )


def _value(atoms: Atoms, atom: str) -> Any:
    return to_builtins(atoms.get(atom))


async def decide(hub: Hub, flow: str, sku: str, atom: str, side: str, who: str) -> None:
    """Say which side is right; it holds until either side moves again."""
    item = await hub.store.read(lambda tx: explains.item_of_sku(tx, sku))
    if not await decide_items(hub, flow, (item,) if item else (), atom, side, who):
        text = f"'{atom}' of SKU '{sku}' is not in conflict in {flow}."
        raise Configuration(text, code="CONF-002", remedy="'shopweave conflicts' lists what is.")


async def decide_items(
    hub: Hub, flow: str, items: Sequence[int] | None, atom: str, side: str, who: str
) -> int:
    """Say which side is right about a field of some items, or of all that wait; gives how many there were."""
    if side not in SIDES:
        raise Configuration(f"'{side}' is no side.", code="CONF-001", remedy="Say source or target.")
    chosen = hub.flow(flow)
    if items is None:
        items = [one.item for one in await conflicts(hub) if (one.flow, one.atom) == (flow, atom)]
    decided = 0
    for piece in chunks(items, SLICE):
        decided += await hub.store.write(partial(_decide, hub, chosen.row.id, list(piece), atom, (side, who)))
    return decided


def _decide(hub: Hub, flow: int, items: list[int], atom: str, answer: tuple[str, str], tx: Tx) -> int:
    done = [item for item in items if agreements.decide(tx, flow, item, atom, *answer)]
    if done:
        marks.mark_items(tx, hub.house.flows[flow].row.target, done)
        hub.runner.wake(tx, (flow,))
        detail = json.encode({"flow": hub.house.flows[flow].row.name, "items": len(done)}).decode()
        audits.note(tx, answer[1], f"decided {atom} for the {answer[0]}", detail)
    return len(done)
