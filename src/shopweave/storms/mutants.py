"""Planted bugs: each puts a wrong function in the place of one named function of the hub.

Nothing in the product knows of them. A storm that cannot find one of these proves nothing.
"""

import sys
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any

from msgspec import Struct, structs

from shopweave.model.movement import Stage, Witness
from shopweave.store import lanes, marks, positions
from shopweave.store.base import Tx
from shopweave.store.positions import PositionRow
from shopweave.storms.trade.scenario import TRADE

EVERY = 1_000_000
Function = Callable[..., Any]


class Mutant(Struct, frozen=True):
    """A bug: the function it replaces, as module and name, what is made of it, and seeds that found it.

    One `is_trade` concerns orders or stock and is looked for in storms of trade.
    """

    module: str
    name: str
    spoil: Callable[[Function], Function]
    seeds: tuple[int, ...] = ()
    is_trade: bool = False


def plant(mutant: Mutant) -> None:
    """Put a mutant in its place, everywhere the function is known by its name."""
    owner: Any = import_module(mutant.module)
    *path, last = mutant.name.split(".")
    for part in path:
        owner = getattr(owner, part)
    sound = getattr(owner, last)
    wrong = mutant.spoil(sound)
    setattr(owner, last, wrong)
    for module in list(sys.modules.values()):
        if not path and getattr(module, "__dict__", {}).get(last) is sound:
            setattr(module, last, wrong)


def _position_early(sound: Function) -> Function:
    """Move the position when a page is asked for, before it is stored."""

    @wraps(sound)
    async def wrong(self: Any, port: Any, feed: Any, row: Any) -> Any:
        page = await sound(self, port, feed, row)
        await self._store.write(lambda tx: _move(tx, port.row.id, feed.name, page, row))
        return page

    return wrong


def _move(tx: Tx, connection: int, feed: str, page: Any, row: PositionRow) -> None:
    swept = tx.now if row.sweeping and page.done else row.swept
    moved = structs.replace(row, position=page.position, done=page.done, swept=swept)
    positions.store_position(tx, connection, feed, moved)


def _page_shift(_: Function) -> Function:
    """Believe that a page joins the last one without looking."""
    return lambda _place, _ids: True


def _full_dropped(sound: Function) -> Function:
    """Commit intents and answers without waiting for the disk."""

    @wraps(sound)
    async def wrong(self: Any, work: Function) -> Any:
        return await self.write(work)

    return wrong


def _unchecked(_: Function) -> Function:
    """Give the lane's row whoever owns it."""
    return lambda tx, lease: lanes.read_lane(tx, lease.connection)


def _without_end(_: Function) -> Function:
    """Let a request start however late it is."""
    return lambda _deadline: float("inf")


def _lost_mark(sound: Function) -> Function:
    """Clear marks whatever has been marked since the item was weighed."""

    def wrong(tx: Tx, flow: int, seen: dict[int, int]) -> None:
        newest = marks.open_marks(tx, flow, 0, EVERY)
        sound(tx, flow, {item: newest.get(item, number) for item, number in seen.items()})

    return wrong


def _named_anew(sound: Function) -> Function:
    """Send a difference that is in doubt again as if it were another one."""

    def wrong(one: Any) -> Any:
        asked = sound(one)
        return structs.replace(asked, reference=f"{asked.reference} {one.entry.moved.isoformat()}")

    return wrong


def _counted_when_sent(sound: Function) -> Function:
    """Take what is under way, on either way to the master, for contained in whatever is read there."""

    def wrong(witness: Witness, booking: Any, read: Any) -> Any:
        if booking.stage not in (Stage.SENT, Stage.IN_DOUBT, Stage.ACKNOWLEDGED):
            return sound(witness, booking, read)
        done = structs.replace(booking, stage=Stage.ACKNOWLEDGED, began=-1, ended=-1)
        return sound(Witness.REQUEST_ORDER, done, read)

    return wrong


def _sold_by_nobody(_: Function) -> Function:
    """Expect a seller to show what it showed before it sold."""
    return lambda shelf, *_sale, **_more: shelf


def _delivery_id(sound: Function) -> Function:
    """Name what came in by the id of its delivery."""

    def wrong(callback: Any, *about: str) -> str:
        return str(callback.headers.get("x-wc-webhook-delivery-id") or sound(callback, *about))

    return wrong


def _falls_too(sound: Function) -> Function:
    """Let a level that falls wait for a person, as one does that rises too far."""

    def wrong(move: Any, limits: Any) -> bool:
        before, after = move.before.quantity, move.after.quantity
        return sound(move, limits) or (before is not None and after is not None and after < before)

    return wrong


def _given_back_twice(sound: Function) -> Function:
    """Give the goods of a cancelled order back twice."""

    def wrong(revision: Any, table: Any, *rest: Any) -> Any:
        found = sound(revision, table, *rest)
        if revision.status not in table.gives_back:
            return found
        again = tuple(structs.replace(one, n=one.n + 1) for one in found.movements)
        return structs.replace(found, movements=(*found.movements, *again))

    return wrong


def _looked_at_once(_: Function) -> Function:
    """Look for what is in doubt while it may still be under way."""
    return lambda request_ended, _lease_ends, _longest_run: request_ended


MUTANTS = {
    "position early": Mutant("shopweave.flows.pull", "Puller._read_page", _position_early, (1,)),
    "page shift": Mutant("shopweave.connector.paging", "follows", _page_shift, (61,)),
    "FULL dropped": Mutant("shopweave.store.inline", "InlineStore.write_safe", _full_dropped, (9,)),
    "epoch check dropped": Mutant("shopweave.lanes.choose", "check_epoch", _unchecked, (89,)),
    "no not_after": Mutant("shopweave.lanes.send", "not_after", _without_end, (3,)),
    "lost mark": Mutant("shopweave.store.marks", "clear_marks", _lost_mark, (339,)),
    "delta retried": Mutant(
        "shopweave.lanes.adjusting", "adjustment", _named_anew, (TRADE + 10,), is_trade=True
    ),
    "booked too early": Mutant(
        "shopweave.core.witness", "contains", _counted_when_sent, (TRADE + 46,), is_trade=True
    ),
    "own decrement ignored": Mutant(
        "shopweave.core.shelf", "sold", _sold_by_nobody, (TRADE + 8,), is_trade=True
    ),
    "dedupe by delivery id": Mutant(
        "shopweave.hub.callbacks", "identity", _delivery_id, (TRADE + 32,), is_trade=True
    ),
    "guard holds decreases": Mutant(
        "shopweave.core.stockguard", "is_big_raise", _falls_too, (TRADE + 2,), is_trade=True
    ),
    "cancel doubled": Mutant(
        "shopweave.core.ledger", "differences", _given_back_twice, (TRADE + 10,), is_trade=True
    ),
    "look-up too early": Mutant(
        "shopweave.core.retry", "first_look", _looked_at_once, (TRADE + 11,), is_trade=True
    ),
}
