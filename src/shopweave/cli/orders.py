"""The commands about orders: list, show, resend, arrived, release, erase."""

from pathlib import Path

from msgspec import to_builtins

from shopweave.cli.console import is_wanted, print_json, tell
from shopweave.cli.opening import opened, opened_in_turn
from shopweave.cli.planning import WHO
from shopweave.cli.running import DONE, HELD, PARTLY
from shopweave.hub import deciding, erasing, orders, runs
from shopweave.hub.deciding import Decided
from shopweave.hub.orders import OrderStory, OrderView

AFTER = {
    deciding.BOOKED: "differences count as booked once the level is read again",
    deciding.VOID: "differences are void",
    deciding.RETRY: "bookings are sent again",
}


async def list_orders(folder: Path, last: int, *, as_json: bool) -> int:
    """List orders."""
    async with opened(folder, works=False) as hub:
        found = await orders.list_orders(hub, limit=last)
    if as_json:
        print_json({"orders": to_builtins(found)})
        return DONE
    for one in found:
        tell(_line(one))
    if not found:
        tell("No order was read yet.")
    return DONE


def _line(one: OrderView) -> str:
    targets = ", ".join(f"{name}: {state}" for name, state in one.targets.items()) or "goes nowhere"
    total = f" {one.total} {one.currency}" if one.total is not None else ""
    parked = f"; {one.parked} lines set aside" if one.parked else ""
    problem = f"; {one.problem}" if one.problem else ""
    return f"{one.channel}:{one.order} {one.number} {one.status}{total}; {targets}{parked}{problem}"


async def show_order(folder: Path, name: str, *, as_json: bool) -> int:
    """Tell the story of an order."""
    async with opened(folder, works=False) as hub:
        found = await orders.story(hub, name)
    if as_json:
        print_json(to_builtins(found))
    else:
        _tell_story(found)
    return DONE


def _tell_story(found: OrderStory) -> None:
    tell(_line(found.order))
    for one in found.revisions:
        tell(f"    read {one.read:%Y-%m-%d %H:%M:%S}: {one.status} {one.problem}".rstrip())
    for line in found.lines:
        aside = f" (set aside: {line.parked})" if line.parked else ""
        tell(f"    line {line.line}: {line.quantity} × {line.sku or line.name}{aside}")
    for move in found.movements:
        by = f" by {move.who}" if move.who else ""
        tell(
            f"    {move.moved:%Y-%m-%d %H:%M:%S} {move.reference}: {move.quantity} {move.sku},"
            f" {move.stage}{by}, way: {move.way}"
        )
    for sent in found.hand_overs:
        at = sent.settled or sent.sent or sent.created
        named = f" as {sent.remote_id}" if sent.remote_id else ""
        named += f", tracking {sent.tracking}" if sent.tracking else ""
        why = f": {sent.why}" if sent.why else ""
        tell(f"    {at:%Y-%m-%d %H:%M:%S} {sent.kind} {sent.n} to {sent.target}: {sent.state}{named}{why}")
        if sent.request:
            tell(f"        {sent.request}")


async def resend_order(folder: Path, name: str, target: str, *, yes: bool, as_json: bool) -> int:
    """Hand an order over again, asking first where it may be doubled."""
    async with opened_in_turn(folder) as hub:
        done = await deciding.resend(hub, name, WHO, target=target, confirmed=yes)
        if done.warning and is_wanted("Send it all the same?", as_json=as_json, warning=done.warning):
            done = await deciding.resend(hub, name, WHO, target=target, confirmed=True)
        await hub.start()
        calm = await runs.settled(hub)
    return _told(done, "handed over again", calm=calm, as_json=as_json)


async def order_arrived(folder: Path, name: str, target: str, remote_id: str, *, as_json: bool) -> int:
    """Say that an order is there."""
    async with opened_in_turn(folder) as hub:
        done = await deciding.arrived(hub, name, WHO, target=target, remote_id=remote_id)
    return _told(done, "noted as arrived", calm=True, as_json=as_json)


async def release_order(folder: Path, name: str, way: str, *, as_json: bool) -> int:
    """Settle the open movements of an order, and send what follows from it."""
    async with opened_in_turn(folder) as hub:
        done = await deciding.release(hub, name, way, WHO)
        await hub.start()
        calm = await runs.settled(hub)
    return _told(done, AFTER[way], calm=calm, as_json=as_json)


def _told(done: Decided, what: str, *, calm: bool, as_json: bool) -> int:
    if as_json:
        print_json(to_builtins(done))
    elif done.warning:
        tell(f"{done.warning} Nothing was sent; --yes sends it.")
    else:
        tell(f"Order {done.order}: {done.count} {what}.")
    if done.warning:
        return HELD
    return DONE if calm else PARTLY


async def erase_buyer(folder: Path, email: str, *, yes: bool, as_json: bool) -> int:
    """Forget a buyer."""
    if not yes and not is_wanted("Forget this buyer in all orders, for good?", as_json=as_json):
        if as_json:
            print_json({"erased": 0})
        else:
            tell("Nothing was erased; --yes does it.")
        return HELD
    async with opened_in_turn(folder) as hub:
        count = await erasing.erase(hub, email, WHO)
    if as_json:
        print_json({"erased": count})
    else:
        tell(f"Erased who bought from {count} orders.")
    return DONE
