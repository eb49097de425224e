"""What a person decides about an order: send it again, say that it arrived, or what became of its goods."""

from functools import partial

from msgspec import Struct

from shopweave.hub.context import Hub
from shopweave.hub.orders import find
from shopweave.lanes.bookings import end_booking
from shopweave.lanes.order_findings import unsure_cause
from shopweave.lanes.unsure import bind_booking, next_number
from shopweave.lanes.ways import Way
from shopweave.model.errors import Configuration
from shopweave.model.handover import HandOverKind, HandOverState, reference
from shopweave.model.movement import Stage, Witness
from shopweave.store import (
    audits,
    copies,
    findings,
    handovers,
    levels,
    movements,
    numbers,
    order_lines,
    shelves,
)
from shopweave.store.base import Tx
from shopweave.store.handovers import HandOverRow, NewHandOver
from shopweave.store.movements import Entry
from shopweave.store.orders import OrderRow

BOOKED, VOID, RETRY = "booked", "void", "retry"
_FLYING = (HandOverState.WAITING, HandOverState.INTENT)
_TO_TARGETS = (HandOverKind.ORDER, HandOverKind.UPDATE)


class Decided(Struct, frozen=True, kw_only=True):
    """What was decided: how many hand-overs or movements it concerned, or the warning that stopped it."""

    order: str
    count: int
    warning: str = ""


class Choice(Struct, frozen=True, kw_only=True):
    """One target of an order: how its newest hand-over stands, and what handing it over again would mean."""

    target: str
    state: str
    remote_id: str
    warning: str
    is_on_its_way: bool


async def choices(hub: Hub, name: str) -> tuple[Choice, ...]:
    """Say for each target of an order what a person can decide."""
    return await hub.store.read(partial(_choices, hub, name))


async def resend(
    hub: Hub, name: str, who: str, *, target: str = "", confirmed: bool = False, agreed: str = ""
) -> Decided:
    """Hand an order over again; where the target has it or may have it, only when that is confirmed.

    `agreed` confirms one warning; another one is given back all the same.
    """
    return await hub.store.write_safe(partial(_resend, hub, name, who, target, agreed, confirmed=confirmed))


async def arrived(hub: Hub, name: str, who: str, *, target: str = "", remote_id: str = "") -> Decided:
    """Say that an order in doubt is there."""
    return await hub.store.write_safe(partial(_arrived, hub, name, who, target, remote_id))


async def release(hub: Hub, name: str, what: str, who: str) -> Decided:
    """Settle the open movements of an order: booked elsewhere, void, or hand them over once more."""
    if what not in (BOOKED, VOID, RETRY):
        text = f"Goods cannot be settled as '{what}'."
        raise Configuration(text, code="ORD-409", remedy=f"There are: {BOOKED}, {VOID}, {RETRY}.")
    return await hub.store.write_safe(partial(_release, hub, name, what, who))


def _choices(hub: Hub, name: str, tx: Tx) -> tuple[Choice, ...]:
    row = find(tx, hub, name)
    if not any(way.source == row.connection for way in hub.ways):
        return ()
    return tuple(_choice(way, one, row) for way, one in _newest(tx, hub, row, "").values())


def _choice(way: Way, one: HandOverRow | None, row: OrderRow) -> Choice:
    return Choice(
        target=way.target_name,
        state="" if one is None else one.state.value,
        remote_id="" if one is None else one.remote_id,
        warning="" if one is None else _warning(way, one, row),
        is_on_its_way=one is not None and one.state in _FLYING,
    )


def _newest(tx: Tx, hub: Hub, row: OrderRow, target: str) -> dict[int, tuple[Way, HandOverRow | None]]:
    """Give the ways of an order with the newest hand-over on each."""
    found: dict[int, tuple[Way, HandOverRow | None]] = {
        way.flow: (way, None)
        for way in hub.ways
        if way.source == row.connection and target in ("", way.target_name)
    }
    if not found:
        names = ", ".join(way.target_name for way in hub.ways if way.source == row.connection)
        text = f"No flow hands this order over{f' to {target}' if target else ''}."
        raise Configuration(text, code="ORD-406", remedy=f"There are: {names}." if names else "Add a flow.")
    for one in handovers.of_orders(tx, [row.id]):
        if one.kind in _TO_TARGETS and one.flow in found:
            found[one.flow] = (found[one.flow][0], one)
    return found


def _resend(hub: Hub, name: str, who: str, target: str, agreed: str, tx: Tx, *, confirmed: bool) -> Decided:
    row = find(tx, hub, name)
    ways = _newest(tx, hub, row, target)
    warning = " ".join(
        text for way, one in ways.values() if one is not None and (text := _warning(way, one, row))
    )
    if warning and not confirmed and warning != agreed:
        return Decided(order=row.remote_id, count=0, warning=warning)
    sent = [way for way, one in ways.values() if one is None or one.state not in _FLYING]
    for way in sent:
        _send_again(tx, way, ways[way.flow][1], row)
        hub.lanes.wake(tx, way.target)
    if sent:
        _note(tx, who, f"handed order {row.number or row.remote_id} over again")
    return Decided(order=row.remote_id, count=len(sent))


def _warning(way: Way, one: HandOverRow, row: OrderRow) -> str:
    if one.state is HandOverState.DONE:
        return f"{way.target_name} has order {row.number} as {one.remote_id}; this makes a second one there."
    if one.state is HandOverState.IN_DOUBT:
        return f"{way.target_name} may have order {row.number} already; look there first."
    return ""


def _send_again(tx: Tx, way: Way, one: HandOverRow | None, row: OrderRow) -> None:
    if one is not None and one.state is not HandOverState.DONE:
        handovers.set_state(tx, [one.id], HandOverState.WAITING, not_before=None, look_ups=0)
        _settle_doubt(tx, way, row)
        return
    n = next_number(copies.unsure(tx), one)
    new = NewHandOver(
        connection=way.target,
        flow=way.flow,
        order=row.id,
        kind=HandOverKind.ORDER,
        n=n,
        reference=reference(way.channel, row.remote_id, way.target_name, n),
    )
    handovers.add(tx, [new])


def _settle_doubt(tx: Tx, way: Way, row: OrderRow) -> None:
    findings.settle(tx, f"order:{way.target_name}:doubt:{way.channel}:{row.number}")
    if not handovers.asks_person(tx, way.target):
        findings.settle(tx, unsure_cause(way))


def _arrived(hub: Hub, name: str, who: str, target: str, remote_id: str, tx: Tx) -> Decided:
    row = find(tx, hub, name)
    count = 0
    for way, one in _newest(tx, hub, row, target).values():
        if one is None or one.state is not HandOverState.IN_DOUBT:
            continue
        if one.is_untold:
            bind_booking(tx, way, one)
        handovers.set_state(
            tx, [one.id], HandOverState.DONE, settled=tx.now, remote_id=remote_id or one.remote_id
        )
        end_booking(tx, hub.house.ports[way.target], one.id, {}, hub.selling.absorb)
        _settle_doubt(tx, way, row)
        count += 1
    if count:
        _note(tx, who, f"said that order {row.number or row.remote_id} arrived")
    return Decided(order=row.remote_id, count=count)


def _release(hub: Hub, name: str, what: str, who: str, tx: Tx) -> Decided:
    row = find(tx, hub, name)
    found = [one for one in movements.of_orders(tx, [row.id]) if one.stage is Stage.OPEN]
    if what == RETRY:
        return _retry(tx, hub, row, who)
    if what == VOID:
        movements.set_stage(tx, [one.id for one in found], Stage.VOID, who=who)
    else:
        _booked(tx, hub, found, who)
    for connection in shelves.mark(tx, [int(one.movement.item) for one in found]):
        hub.lanes.wake(tx, connection)
    if found:
        _note(tx, who, f"settled the goods of order {row.number or row.remote_id} as {what}")
    return Decided(order=row.remote_id, count=len(found))


def _booked(tx: Tx, hub: Hub, found: list[Entry], who: str) -> None:
    """Take movements as booked by somebody: a reading that begins after this contains them.

    A log that names its bookings will never name this one: there it is in the level from now on.
    """
    for master in sorted({one.master for one in found}):
        own = [one for one in found if one.master == master]
        port = hub.house.ports.get(master)
        keeps = port.capabilities.keeps if port is not None else None
        named = keeps is not None and keeps.witness is Witness.LOG_POSITION
        number = numbers.draw(tx, master)
        stage = Stage.ABSORBED if named else Stage.ACKNOWLEDGED
        movements.set_stage(tx, [one.id for one in own], stage, began=number, ended=number, who=who)
        there = order_lines.there(tx, master, [int(one.movement.item) for one in own])
        levels.read_again(tx, [one.record for one in there.values()])


def _retry(tx: Tx, hub: Hub, row: OrderRow, who: str) -> Decided:
    """Hand over what is not booked: the order itself, or its later change where the target takes one."""
    waiting = [one for one in movements.of_orders(tx, [row.id]) if one.stage is Stage.OPEN]
    if waiting and all(one.way == movements.ELSEWHERE for one in waiting):
        channel = waiting[0].movement.connection
        text = f"Another program books what {channel} sells; there is nothing for the hub to send."
        remedy = "Have it booked where stock is kept, then: shopweave orders release NUMBER booked."
        raise Configuration(text, code="ORD-408", remedy=remedy)
    count = _book_again(tx, hub, row)
    for way, one in _newest(tx, hub, row, "").values():
        if not way.books or (one is not None and one.state in (*_FLYING, HandOverState.IN_DOUBT)):
            continue
        takes = hub.house.ports[way.target].capabilities.takes
        if one is not None and one.state is HandOverState.DONE:
            if takes is None or not takes.updates:
                text = f"{way.target_name} has order {row.number} and takes no later changes."
                remedy = "Book the difference there by hand, then: shopweave orders release NUMBER booked."
                raise Configuration(text, code="ORD-407", remedy=remedy)
            _update(tx, way, one, row)
        else:
            _send_again(tx, way, one, row)
        hub.lanes.wake(tx, way.target)
        count += 1
    if count:
        _note(tx, who, f"had the goods of order {row.number or row.remote_id} booked again")
    return Decided(order=row.remote_id, count=count)


def _book_again(tx: Tx, hub: Hub, row: OrderRow) -> int:
    """Let the hub book once more what a master refused to."""
    found = [one for one in movements.of_orders(tx, [row.id]) if one.way == movements.REFUSED]
    waiting = [one for one in found if one.stage is Stage.OPEN]
    movements.set_stage(tx, [one.id for one in waiting], Stage.OPEN, way=movements.HUB)
    for master in sorted({one.master for one in waiting}):
        hub.lanes.wake(tx, master)
    return len(waiting)


def _update(tx: Tx, way: Way, one: HandOverRow, row: OrderRow) -> None:
    n = next_number(copies.unsure(tx), one)
    new = NewHandOver(
        connection=way.target,
        flow=way.flow,
        order=row.id,
        kind=HandOverKind.UPDATE,
        n=n,
        reference=reference(way.channel, row.remote_id, way.target_name, n),
        remote_id=one.remote_id,
    )
    handovers.add(tx, [new])


def _note(tx: Tx, who: str, what: str) -> None:
    audits.note(tx, who, what, "{}")
