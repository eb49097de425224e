"""Cases about orders that are handed over: once whatever happens, looked up, refused, told of changes."""

from collections.abc import Awaitable, Callable
from typing import Any

from msgspec.structs import replace

from shopweave.connector.contract.case import Breach, Case, need
from shopweave.connector.contract.failing import caught
from shopweave.connector.contract.faults import Fault
from shopweave.connector.contract.ground import Ground
from shopweave.connector.orders import HandOver, LookUp, Taken, Takes, TakesOrders
from shopweave.model.change import WriteRefused
from shopweave.model.errors import Fenced, NoAnswer, NotSent

_LOOKED_UP = (LookUp.REFERENCE, LookUp.SCAN)


def _order(ground: Ground) -> HandOver:
    if ground.samples.order is None:
        raise LookupError("there is no sample order")
    return ground.samples.order


def _takes(ground: Ground) -> Takes:
    found = ground.capabilities.takes
    need(found is not None, "orders can be handed over, but the capabilities do not say how")
    if found is None:
        raise LookupError
    return found


def _count(ground: Ground) -> int:
    if ground.taken is None:
        raise LookupError("nobody can count the orders of the far side")
    return ground.taken()


async def _take(connection: Any, order: HandOver) -> Taken:
    answer = await connection.take(order, not_after=None)
    if isinstance(answer, WriteRefused):
        raise Breach(f"a good order was refused: {answer.what}")
    found: Taken = answer
    need(found.remote_id, "an order was taken under no id")
    return found


def _same(one: Taken | None, other: Taken) -> None:
    need(one is not None, "an order that is there is not found")
    need(one is not None and one.remote_id == other.remote_id, "another order is found")


async def _twice(ground: Ground) -> None:
    connection, order, takes = ground.connect(), _order(ground), _takes(ground)
    if takes.look_up in _LOOKED_UP:
        need(await connection.find_order(order) is None, "an order is found that was never handed over")
    first = await _take(connection, order)
    need(_count(ground) == 1, "an order was handed over but is not there")
    if takes.look_up is LookUp.NONE:
        return
    _same(await _take(ground.connect(), order), first)
    need(_count(ground) == 1, "the same order twice is two orders")
    other = await _take(connection, replace(order, reference=f"{order.reference}x"))
    need(_count(ground) == 2, "two orders with references of their own are one")
    need(other.remote_id != first.remote_id, "two orders have one id")


async def _levels(ground: Ground) -> None:
    connection, order = ground.connect(), _order(ground)
    if not _takes(ground).levels:
        return
    first = await _take(connection, order)
    need({one.remote_id for one in order.lines} == set(first.levels), "a level after the order is missing")
    found = await connection.find_order(order)
    need(found is not None and found.levels == first.levels, "the look-up says other levels")


async def _lost(ground: Ground) -> None:
    """An order whose answer was lost is there all the same, and must never be made twice."""
    order, takes = _order(ground), _takes(ground)
    cut, met = ground.faulty(Fault.TIME_OUT, writes_only=True)
    error = await caught(cut.take(order, not_after=None))
    need(met() == 1, f"an order was sent {met()} times")
    need(isinstance(error, NoAnswer), "an order whose answer was lost is not in doubt")
    connection = ground.connect()
    if takes.look_up in _LOOKED_UP:
        _same(await connection.find_order(order), await _take(connection, order))
    elif takes.look_up is LookUp.KEY:
        await _take(connection, order)
    need(_count(ground) == 1, "an order whose answer was lost was made twice")


async def _unsent(ground: Ground) -> None:
    order = _order(ground)
    cut, _ = ground.faulty(Fault.NOT_SENT, writes_only=True)
    error = await caught(cut.take(order, not_after=None))
    need(isinstance(error, NotSent), "an order that never left is in doubt")
    need(await ground.connect().find_order(order) is None, "an order that never left is found")
    need(_count(ground) == 0, "an order that never left is there")


async def _fenced(ground: Ground) -> None:
    late = ground.doors.clock.monotonic() - 1.0
    error = await caught(ground.connect().take(_order(ground), not_after=late))
    need(isinstance(error, Fenced), "an order leaves although its time is over")
    need(_count(ground) == 0, "an order that came too late is there")


async def _refused(ground: Ground) -> None:
    connection = ground.connect()
    for name, bad in ground.samples.bad_orders.items():
        answer = await connection.take(bad, not_after=None)
        need(isinstance(answer, WriteRefused), f"an order with {name} was taken")
        need(answer.code and answer.what, f"nobody says why an order with {name} is refused")
        need(_count(ground) == 0, f"an order with {name} was refused and is there all the same")
    await _take(connection, _order(ground))


async def _changed(ground: Ground) -> None:
    """A change is told under a reference of its own; telling it twice is telling it once."""
    later = ground.samples.later_order
    connection, takes = ground.connect(), _takes(ground)
    if later is None or not takes.updates:
        raise LookupError("there is no later order")
    first = await _take(connection, _order(ground))
    told = await _take(connection, replace(later, remote_id=first.remote_id))
    if takes.look_up is LookUp.NONE:
        return
    before = _count(ground)
    again = await _take(connection, replace(later, remote_id=first.remote_id))
    need((again.remote_id, again.levels) == (told.remote_id, told.levels), "a change twice is two changes")
    need(_count(ground) == before, "a change twice made an order")
    if takes.look_up in _LOOKED_UP:
        found = await connection.find_order(replace(later, remote_id=first.remote_id))
        _same(found, told)


_TAKES = (TakesOrders,)


def _case(name: str, run: Callable[[Ground], Awaitable[None]], *samples: str) -> Case:
    return Case(name=name, run=run, roles=_TAKES, samples=("order", *samples))


CASES = (
    _case("the same order twice is one", _twice),
    _case("the levels after an order are told", _levels),
    _case("an order whose answer was lost is one", _lost),
    _case("an order that never left is not there", _unsent),
    _case("an order never leaves too late", _fenced),
    _case("a bad order is refused, and the next one goes", _refused, "bad_orders"),
    _case("a change of an order told twice is one", _changed, "later_order"),
)
