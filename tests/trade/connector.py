"""A small connector that sells and takes orders, as settings name it: `type = "stall"`.

What a stall has outlives the hub, as a remote system does: `STALLS` holds it by name.
"""

from typing import Any

from msgspec import json

from shopweave.connector.capabilities import Capabilities, Feed, Method
from shopweave.connector.declaration import Connector, Doors
from shopweave.connector.orders import (
    BrokenOrder,
    HandedOver,
    HandOver,
    Keeps,
    LookUp,
    OrderNews,
    OrderPage,
    Progress,
    RemoteOrder,
    Sells,
    Taken,
    Takes,
)
from shopweave.connector.settings import Option, OptionKind, Settings
from shopweave.core.ledger import StateTable
from shopweave.model.change import WriteRefused
from shopweave.model.errors import NotSent
from shopweave.model.movement import Witness
from shopweave.model.order import Order
from shopweave.model.record import Kind, RemoteRecord
from shopweave.model.values import Level

TABLE = StateTable(
    takes=frozenset({"processing", "completed", "refunded"}),
    gives_back=frozenset({"pending", "cancelled"}),
)
SELLS = Sells(
    table=TABLE,
    statuses=("pending", "processing", "completed", "cancelled", "refunded"),
    final=("cancelled", "refunded"),
)


FOLLOWS = 2


class Stall:
    """One stall: orders it sold in the order of their changes, orders it took.

    `before` is raised once before an order is taken, `after` once after it. `shipped` are the tracking
    numbers that can be asked for, by reference, unless `is_shut`; `asked` are the references asked about.
    """

    def __init__(self) -> None:
        self.sold: list[Order | BrokenOrder] = []
        self.taken: list[tuple[str, HandOver]] = []
        self.told: list[OrderNews] = []
        self.before: Exception | None = None
        self.after: Exception | None = None
        self.levels: dict[str, Level] = {}
        self.shipped: dict[str, str] = {}
        self.asked: list[str] = []
        self.is_shut = False
        self.looks = 0
        self.takes = 0
        self.page_size = 2

    def sell(self, order: Order | BrokenOrder) -> None:
        """Show a new order, or a change of one."""
        self.sold.append(order)

    def newest(self, key: str) -> Order | BrokenOrder | None:
        found = [one for one in self.sold if _key(one) == key]
        return found[-1] if found else None


STALLS: dict[str, Stall] = {}


def _key(order: Order | BrokenOrder) -> str:
    return order.order if isinstance(order, BrokenOrder) else order.revision.order


class StallConnection:
    """A stall as the hub reaches it."""

    def __init__(self, stall: Stall, *, takes: LookUp) -> None:
        self._stall, self._takes = stall, takes

    async def by_ids(self, kind: Kind, ids: tuple[str, ...]) -> tuple[RemoteRecord, ...]:
        """Show nothing: what lies on a stall is not counted."""
        return ()

    async def orders(self, position: str, *, overlap: float) -> OrderPage:
        first = int(position or 0)
        found = self._stall.sold[first : first + self._stall.page_size]
        last = first + len(found)
        return _page(found, str(last), done=last >= len(self._stall.sold))

    async def orders_by_ids(self, ids: tuple[str, ...]) -> OrderPage:
        found = [one for key in ids if (one := self._stall.newest(key)) is not None]
        return _page(found, "", done=True)

    async def take(self, order: HandOver, *, not_after: float | None) -> Taken | WriteRefused:
        stall = self._stall
        stall.takes += 1
        before, stall.before = stall.before, None
        after, stall.after = stall.after, None
        if before is not None:
            raise before
        if order.order.revision.totals.total.currency != "EUR":
            return WriteRefused(number=0, code="STALL-1", what="This stall counts in EUR only.")
        if order.remote_id:
            key = order.remote_id
        elif self._takes is LookUp.KEY and (known := self._by_reference(order)):
            key = known
        else:
            key = f"S{len(stall.taken) + 1}"
        stall.taken.append((key, order))
        if after is not None:
            raise after
        return Taken(remote_id=key, levels=stall.levels)

    async def find_order(self, order: HandOver) -> Taken | None:
        self._stall.looks += 1
        key = self._by_reference(order)
        return Taken(remote_id=key, levels=self._stall.levels) if key else None

    def _by_reference(self, order: HandOver) -> str:
        return next((key for key, one in self._stall.taken if one.reference == order.reference), "")

    async def progress(self, orders: tuple[HandedOver, ...]) -> tuple[Progress, ...]:
        stall = self._stall
        if stall.is_shut:
            raise NotSent("nobody is there")
        stall.asked += [one.reference for one in orders]
        return tuple(
            Progress(reference=one.reference, tracking=stall.shipped[one.reference])
            for one in orders
            if one.reference in stall.shipped
        )

    async def tell(self, news: OrderNews, *, not_after: float | None) -> WriteRefused | None:
        self._stall.told.append(news)
        return None


def _page(found: list[Order | BrokenOrder], position: str, *, done: bool) -> OrderPage:
    orders = tuple(RemoteOrder(order=one, raw=json.encode(one)) for one in found if isinstance(one, Order))
    broken = tuple(one for one in found if isinstance(one, BrokenOrder))
    return OrderPage(orders=orders, broken=broken, position=position, done=done)


def capabilities(settings: Settings) -> Capabilities:
    takes = Takes(
        look_up=LookUp(str(settings["look_up"])),
        books=bool(settings["books"]),
        updates=bool(settings["updates"]),
        follows=FOLLOWS if settings["follows"] else 0,
    )
    return Capabilities(
        atoms=("identity",),
        feeds=(Feed(name="goods", kinds=(Kind.PRODUCT,), method=Method.SWEEP),) if settings["lists"] else (),
        sells=SELLS if settings["sells"] else None,
        takes=takes if settings["takes"] else None,
        keeps=Keeps(witness=Witness.LEVEL) if settings["keeps"] else None,
        longest_run=float(str(settings["longest_run"])),
    )


def make(settings: Settings, doors: Doors) -> Any:
    stall = STALLS.setdefault(str(settings["stall"]), Stall())
    return StallConnection(stall, takes=LookUp(str(settings["look_up"])))


def _switch(name: str, *, default: bool) -> Option:
    return Option(name=name, title=name, description=name, kind=OptionKind.SWITCH, default=default)


STALL = Connector(
    name="stall",
    title="Market stall",
    description="Sells and takes orders, in tests.",
    options=(
        _switch("sells", default=True),
        _switch("follows", default=True),
        _switch("takes", default=True),
        _switch("books", default=True),
        _switch("updates", default=False),
        _switch("lists", default=True),
        _switch("keeps", default=True),
        Option(name="look_up", title="look-up", description="look-up", default="by reference"),
        Option(name="stall", title="stall", description="stall", default="stall"),
        Option(
            name="longest_run", title="run", description="run", kind=OptionKind.NUMBER, default=0.0, minimum=0
        ),
    ),
    capabilities=capabilities,
    make=make,
)
