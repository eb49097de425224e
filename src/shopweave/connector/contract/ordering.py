"""Cases about orders: windows, positions, orders by id, and what an order must say."""

from collections.abc import Awaitable, Callable, Iterator
from functools import partial

from shopweave.connector.contract.case import Case, need
from shopweave.connector.contract.failing import caught, read_branch
from shopweave.connector.contract.faults import SQL_FAULTS, Fault
from shopweave.connector.contract.ground import Ground
from shopweave.connector.orders import OrderPage, ReadsOrders, RemoteOrder
from shopweave.model.order import Order

OVERLAP = 120.0
_MOST = 200
_FEW = 3


class Window:
    """One window of orders as it is read, perhaps by several connections."""

    def __init__(self, position: str = "") -> None:
        self.position, self.done, self.pages = position, False, 0
        self.found: dict[str, RemoteOrder] = {}

    async def turn(self, connection: ReadsOrders) -> OrderPage:
        """Read one page."""
        page = await connection.orders(self.position, overlap=OVERLAP)
        self.position, self.done, self.pages = page.position, page.done, self.pages + 1
        self.found |= {one.order.revision.order: one for one in page.orders}
        need(self.pages < _MOST, "a window of orders never ends")
        need(page.position, "a page of orders has no position")
        return page

    async def rest(self, connection: ReadsOrders) -> "Window":
        """Read what is left."""
        while not self.done:
            await self.turn(connection)
        return self


async def begun(ground: Ground) -> str:
    """Let the first window begin and end; gives the position after it."""
    return (await Window().rest(ground.connect())).position


async def _fresh(ground: Ground) -> None:
    position = await begun(ground)
    made = set(ground.buyers.buy(ground.samples.enough_orders))
    window = await Window(position).rest(ground.connect())
    need(made <= set(window.found), "orders made after the first window are missing")
    need(window.pages > 1, "the sample orders do not fill more than one page")


async def _resuming(ground: Ground) -> None:
    window = Window(await begun(ground))
    made = set(ground.buyers.buy(ground.samples.enough_orders))
    while not window.done:
        await window.turn(ground.connect())
    need(made <= set(window.found), "orders do not go on from their position")


async def _same_position(ground: Ground) -> None:
    window = Window(await begun(ground))
    ground.buyers.buy(ground.samples.enough_orders)
    await window.turn(ground.connect())
    once = await ground.connect().orders(window.position, overlap=OVERLAP)
    twice = await ground.connect().orders(window.position, overlap=OVERLAP)
    need(once.orders == twice.orders, "orders go on although their position did not")


async def _leaving(ground: Ground) -> None:
    """An order that leaves while the window is read moves later ones up; none of them may be missed."""
    window = Window(await begun(ground))
    made = list(ground.buyers.buy(ground.samples.enough_orders))
    connection = ground.connect()
    await window.turn(connection)
    gone = next(one for one in made if one in window.found)
    if ground.buyers.lose(gone):
        await window.rest(connection)
        need(set(made) - {gone} <= set(window.found), "an order was lost while another left")


async def _entering(ground: Ground) -> None:
    window = Window(await begun(ground))
    made = set(ground.buyers.buy(ground.samples.enough_orders))
    connection = ground.connect()
    await window.turn(connection)
    late = set(ground.buyers.buy(_FEW))
    await window.rest(connection)
    after = await Window(window.position).rest(connection)
    need(made <= set(window.found), "orders that entered pushed others out")
    need(late <= set(window.found) | set(after.found), "orders that entered are never read")


async def _guessed(ground: Ground) -> None:
    """What is read at a guessed place is what is read there in order; one that is overtaken does not join."""
    window = Window(await begun(ground))
    made = list(ground.buyers.buy(ground.samples.enough_orders))
    connection = ground.connect()
    first = await window.turn(connection)
    if not first.guess:
        return
    ahead = await connection.orders(first.guess, overlap=OVERLAP)
    second = await window.turn(connection)
    third = await window.turn(connection)
    need(ahead.begins and ahead.begins == second.ends, "a guessed page does not join")
    need((ahead.orders, ahead.done) == (third.orders, third.done), "a guessed page is another one")
    if ground.buyers.lose(made[0]):
        moved = await connection.orders(first.guess, overlap=OVERLAP)
        need(moved.begins != second.ends, "a guessed page joins although rows before it left")


async def _later(ground: Ground) -> None:
    position = await begun(ground)
    made = ground.buyers.buy(_FEW)
    first = await Window(position).rest(ground.connect())
    ground.buyers.change(made[0])
    then = await Window(first.position).rest(ground.connect())
    need(made[0] in then.found, "an order that changed is not in the next window")
    before, after = (one.found[made[0]].order.revision for one in (first, then))
    need(after != before, "an order that changed is shown as it was")
    need(after.changed >= before.changed, "the time of an order goes back")


async def _alike(ground: Ground) -> None:
    """What comes twice must be equal, or every overlap would look like a change."""
    position = await begun(ground)
    made = ground.buyers.buy(_FEW)
    once = (await Window(position).rest(ground.connect())).found
    twice = (await Window(position).rest(ground.connect())).found
    byid = await ground.connect().orders_by_ids((*made, "999999999"))
    found = {one.order.revision.order: one for one in byid.orders}
    need(set(found) == set(made), "orders by id are not those that were asked for")
    for key in made:
        need(once[key].order == twice[key].order, "an order read twice is not equal")
        need(once[key].order == found[key].order, "an order differs between its window and its read by id")


async def _saying(ground: Ground) -> None:
    sells = ground.capabilities.sells
    need(sells is not None, "it reads orders but does not say how it sells")
    position = await begun(ground)
    ground.buyers.buy(_FEW)
    for one in (await Window(position).rest(ground.connect())).found.values():
        need(one.raw, "an order is not kept as it was received")
        _order(one.order)


def _order(order: Order) -> None:
    lines = [one.line for one in order.revision.lines]
    need(len(lines) == len(set(lines)), "two lines of an order have one id")
    need(all(lines), "a line has no id")
    need(order.revision.changed.tzinfo and order.created.tzinfo, "a time of an order has no zone")
    need(order.number, "an order has no number")
    money = [one.total for one in order.revision.lines] + [one.total for one in order.charges]
    totals = order.revision.totals
    found = {one.currency for one in (*money, totals.total, totals.tax, totals.shipping, totals.discount)}
    need(len(found) == 1 and all(found), "an order is in more than one currency")


async def _tables(ground: Ground) -> None:
    sells = ground.capabilities.sells
    if sells is None:
        return
    table = sells.table
    both = table.takes & table.gives_back | table.keeps & (table.takes | table.gives_back)
    need(not both, f"statuses do two things to stock: {sorted(both)}")
    need(sells.statuses, "there is no status to choose from")
    known = table.takes | table.gives_back | table.keeps
    need(set(sells.statuses) <= known, "a status can be chosen whose effect on stock is not known")
    need(set(sells.final) <= known, "a final status is in no table")


async def _fault(fault: Fault, ground: Ground) -> None:
    position = await begun(ground)
    connection, met = ground.faulty(fault)
    error = await caught(connection.orders(position, overlap=OVERLAP))
    need(met() > 0, "orders are read another way than through the doors")
    branch = read_branch(fault)
    need(isinstance(error, branch), f"orders that cannot be read raise {type(error).__name__}")


def _case(name: str, run: Callable[[Ground], Awaitable[None]]) -> Case:
    return Case(name=name, run=run, roles=(ReadsOrders,), samples=("orders",), hands=True)


def _faults() -> Iterator[Case]:
    for fault in Fault:
        speaks = "" if fault in SQL_FAULTS else "http"
        run = partial(_fault, fault)
        name = f"a read of orders that {fault}"
        yield Case(name=name, run=run, roles=(ReadsOrders,), samples=("orders",), speaks=speaks)


CASES = (
    Case(name="statuses do one thing to stock", run=_tables, roles=(ReadsOrders,)),
    _case("orders made since the first window are read", _fresh),
    _case("a position of orders is enough to go on", _resuming),
    _case("a position of orders gives its page again", _same_position),
    _case("an order that leaves takes none with it", _leaving),
    _case("orders that enter push none out", _entering),
    _case("a page of orders read ahead joins, or says that it does not", _guessed),
    _case("a later change of an order is read", _later),
    _case("an order is the same however it is read", _alike),
    _case("an order has ids, times and one currency", _saying),
    *_faults(),
)
