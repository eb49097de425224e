"""Explain: for any value on any channel, where it comes from and what was sent and answered."""

from datetime import datetime
from typing import Any

from msgspec import Struct, to_builtins

from shopweave.core.rules import Rule, givers
from shopweave.hub.context import Hub
from shopweave.hub.undo import Pin, pin_of
from shopweave.model.atoms import Atoms
from shopweave.model.errors import Configuration
from shopweave.store import agreements, asked, explains, links, outbox, plans, records, requests
from shopweave.store.base import Tx


class Side(Struct, frozen=True, kw_only=True):
    """What one connection shows of one atom."""

    connection: str
    remote_id: str
    value: Any


class Sent(Struct, frozen=True, kw_only=True):
    """One change of the atom: what it was, what it became, how it fared."""

    at: datetime
    flow: str
    before: Any
    after: Any
    state: str
    why: str
    request: str


class AtomStory(Struct, frozen=True, kw_only=True):
    """One atom at one target: who may give it, what each side says, what was sent."""

    target: str
    atom: str
    rules: tuple[str, ...]
    sides: tuple[Side, ...]
    sent: tuple[Sent, ...]
    pin: Pin | None = None


class Explanation(Struct, frozen=True, kw_only=True):
    """Everything known about one SKU."""

    sku: str
    item: int
    stories: tuple[AtomStory, ...]
    asked: tuple[str, ...]


async def explain(hub: Hub, sku: str, atom: str | None = None) -> Explanation:
    """Tell the story of a SKU's atoms, or of one of them."""
    found = await hub.store.read(lambda tx: _explain(tx, hub, sku, atom))
    if found is None:
        text = f"There is no item with the SKU '{sku}'."
        raise Configuration(text, code="HUB-404", remedy="Look for it in the till.")
    return found


def _explain(tx: Tx, hub: Hub, sku: str, atom: str | None) -> Explanation | None:
    item = explains.item_of_sku(tx, sku)
    if item is None:
        return None
    ties = links.ties(tx, [item])
    known = records.snapshots(tx, [tie.record for tie in ties])
    by_connection = {tie.connection: known[tie.record] for tie in ties if tie.record in known}
    changes = outbox.changes(tx, explains.changes_of_item(tx, item))
    targets = dict.fromkeys(flow.row.target for flow in hub.house.flows.values())
    stories = [
        _story(tx, hub, target, (item, sku), key, by_connection, changes)
        for target in targets
        for key in _atoms(hub, target)
        if atom in (None, key)
    ]
    said = [(hub.house.ports[key].row.name, asked.asked_about(tx, key, item)) for key in hub.house.ports]
    return Explanation(
        sku=sku,
        item=item,
        stories=tuple(stories),
        asked=tuple(f"{name}: {one.outcome} {one.what}".strip() for name, one in said if one is not None),
    )


def _atoms(hub: Hub, target: int) -> list[str]:
    return list(dict.fromkeys(rule.atom for rule in hub.house.rules(target)))


def _story(
    tx: Tx,
    hub: Hub,
    target: int,
    item: tuple[int, str],
    atom: str,
    sides: dict[int, records.Snapshot],
    changes: list[outbox.Change],
) -> AtomStory:
    rules = [_rule(rule) for rule in givers(hub.house.rules(target), atom)]
    shown = [
        Side(connection=hub.house.ports[key].row.name, remote_id=one.remote_id, value=_value(one.atoms, atom))
        for key, one in sides.items()
        if atom in one.atoms
    ]
    sent = [
        _sent(tx, hub, change, atom)
        for change in changes
        if atom in change.after and change.connection == target
    ]
    return AtomStory(
        target=hub.house.ports[target].row.name,
        atom=atom,
        rules=tuple(rules),
        sides=tuple(shown),
        sent=tuple(sent),
        pin=_pin(tx, hub, target, item, atom),
    )


def _pin(tx: Tx, hub: Hub, target: int, item: tuple[int, str], atom: str) -> Pin | None:
    key, sku = item
    for flow in hub.house.group(target):
        parking = agreements.parkings(tx, flow.row.id, [key]).get((key, atom))
        if parking is not None and parking.why == "pin":
            return pin_of(flow.row.name, sku, parking)
    return None


def _rule(rule: Rule) -> str:
    limit = ", only where there is none" if rule.if_empty else ""
    return f"{rule.flow} {'owns' if rule.owns else 'fills'} it{limit}"


def _sent(tx: Tx, hub: Hub, change: outbox.Change, atom: str) -> Sent:
    rows = requests.requests(tx, [change.request]) if change.request else []
    text = f"{rows[0].method} {rows[0].url} → {rows[0].status or rows[0].error}" if rows else ""
    flow = hub.house.flows.get(change.flow or 0)
    return Sent(
        at=change.sent or change.created,
        flow=flow.row.name if flow else "",
        before=_value(change.before, atom),
        after=_value(change.after, atom),
        state=change.state.value,
        why=change.held_why or change.what or _undoes(tx, change),
        request=text,
    )


def _undoes(tx: Tx, change: outbox.Change) -> str:
    row = plans.plan_row(tx, change.plan) if change.plan and change.sort == outbox.UNDO else None
    return f"undoes run {row.undoes}" if row is not None else ""


def _value(atoms: Atoms, atom: str) -> Any:
    return to_builtins(atoms.get(atom))
