"""Intake: a page of orders with all that follows from it, in one transaction."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from shopweave.connector.orders import BrokenOrder, OrderPage, RemoteOrder, Sells
from shopweave.core.forgetting import forgotten
from shopweave.core.handing import goods
from shopweave.core.ledger import Effect, StateTable, is_news
from shopweave.flows.lines import Read, meanings, read_lines, without_unlinked
from shopweave.flows.order_findings import broken_finding, parked_finding
from shopweave.flows.routing import warehouses
from shopweave.flows.selling import Selling
from shopweave.lanes.port import Port
from shopweave.lanes.reviews import review
from shopweave.lanes.ways import Way
from shopweave.model.movement import Stage
from shopweave.model.order import Order
from shopweave.store import findings, movements, numbers, order_lines, orders, shelves
from shopweave.store.base import Tx
from shopweave.store.movements import Entry, Ledger
from shopweave.store.order_lines import Meaning
from shopweave.store.orders import Arrived, OrderRow

FEED = "orders"
NEVER = "never"
# Channels write times in whole seconds and by their own clocks; what the hub books is in no earlier level.
SKEW = timedelta(minutes=2)


class Seller(Struct, frozen=True, kw_only=True):
    """A connection that sells; `sales` is how that reaches `master`, who keeps the stock of its goods.

    Where the master `has_places` its orders leave from one of `warehouses`, or from any where it names none.
    """

    port: Port
    sells: Sells
    ways: tuple[Way, ...]
    sales: str = ""
    master: int | None = None
    has_places: bool = False
    warehouses: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Give the connection's name."""
        return self.port.row.name


class Stored(Struct, frozen=True, kw_only=True):
    """What storing a page did: orders read, new or changed, left aside, and unreadable."""

    read: int = 0
    changed: int = 0
    parked: int = 0
    broken: int = 0

    def plus(self, other: "Stored") -> "Stored":
        """Add up two pages."""
        names = self.__struct_fields__
        return Stored(**{name: getattr(self, name) + getattr(other, name) for name in names})


Wake = Callable[[Tx, int], None]


class Intake:
    """Stores orders; `wake` wakes lanes."""

    def __init__(self, wake: Wake, stock: Selling) -> None:
        self.wake, self._stock = wake, stock

    def store_page(self, tx: Tx, seller: Seller, page: OrderPage) -> Stored:
        """Store what a page brought; what came before changes nothing."""
        found = {one.order.revision.order: _named(one, seller.name) for one in _by_change(page.orders)}
        known = orders.by_remote_ids(tx, seller.port.row.id, [*found, *(one.order for one in page.broken)])
        found = {key: _kept(one, known.get(key)) for key, one in found.items()}
        current = orders.current(tx, [row.id for row in known.values()])
        news = [one for key, one in found.items() if _is_news(known.get(key), current, one.order)]
        fresh = {one.order.revision.order for one in news}
        orders.note_seen(tx, [known[key].id for key in found if key not in fresh])
        broken = [one for one in page.broken if _is_new_fault(tx, known.get(one.order), one)]
        stored = orders.store(
            tx, seller.port.row.id, known, [*(_arrived(one, seller) for one in news), *_broken(broken)]
        )
        if broken:
            findings.report(tx, broken_finding(seller.name, broken), adds=True)
        parked = self.apply(
            tx,
            seller,
            {stored[one.order.revision.order]: one.order for one in news},
            before={row.id: current[row.id] for row in known.values() if row.id in current},
            ahead=timedelta() if page.at is None else page.at - tx.now,
        )
        read = len(page.orders) + len(page.broken)
        return Stored(read=read, changed=len(news), parked=parked, broken=len(page.broken))

    def apply(
        self,
        tx: Tx,
        seller: Seller,
        found: Mapping[int, Order],
        *,
        before: Mapping[int, Order],
        ahead: timedelta,
    ) -> int:
        """Store lines, movements and hand-overs that follow from orders; gives how many have parked lines.

        The channel's clock, by which its orders are dated, is `ahead` of ours.
        """
        if not found:
            return 0
        lines = self._read_lines(tx, seller, found)
        order_lines.store_lines(tx, list(found), [row for one in lines.values() for row in one.rows])
        began = None if seller.master is None else numbers.ledger_start(tx, seller.master)
        since = None if began is None else began + ahead
        booked = [key for key, order in found.items() if _is_booked(seller, order, since)]
        movements.add_all(tx, ((_ledger(seller, key), lines[key].differences.movements) for key in booked))
        if since is not None:
            sold = _sold(seller, found, before, lines, since)
            self._stock.sell(tx, seller.port.row.id, sold)
        moved = {int(one.item) for key in booked for one in lines[key].differences.movements}
        by_us = [seller.master] if moved and seller.master and seller.sales == movements.HUB else []
        for connection in {*by_us, *shelves.mark(tx, sorted(moved)), *review(tx, seller.ways, found)}:
            self.wake(tx, connection)
        return self._tell_parked(tx, seller, found, lines)

    def _read_lines(self, tx: Tx, seller: Seller, found: Mapping[int, Order]) -> dict[int, Read]:
        at = seller.port.row.id
        meant = meanings(tx, at, found.values())
        owners = order_lines.owners(
            tx, at, [line.line for order in found.values() for line in order.revision.lines]
        )
        for key, order in found.items():
            for line in order.revision.lines:
                owners.setdefault(line.line, set()).add(key)
        first = {line: min(keys) for line, keys in owners.items()}
        ledger: dict[int, list[Entry]] = {}
        for entry in movements.of_orders(tx, list(found)):
            ledger.setdefault(entry.order, []).append(entry)
        places = self._places(tx, seller, found, meant, ledger)
        asks = seller.master is not None or any(way.has_records for way in seller.ways)
        lines: dict[int, Read] = {}
        for key, order in found.items():
            known, place = ledger.get(key, []), places.get(key, "")
            read = read_lines(key, at, order, seller.sells.table, meant, known, first, place)
            lines[key] = read if asks else without_unlinked(read)
        return lines

    def _places(
        self,
        tx: Tx,
        seller: Seller,
        found: Mapping[int, Order],
        meant: Mapping[str, Meaning],
        ledger: Mapping[int, list[Entry]],
    ) -> dict[int, str]:
        if seller.master is None or not seller.has_places:
            return {}
        return warehouses(tx, seller.master, seller.warehouses, seller.sells.table, found, meant, ledger)

    def _tell_parked(
        self, tx: Tx, seller: Seller, found: Mapping[int, Order], lines: Mapping[int, Read]
    ) -> int:
        parked = {key: one.parked for key, one in lines.items() if one.parked}
        by_why: dict[str, list[str]] = {}
        for key, ones in parked.items():
            for one in ones:
                by_why.setdefault(one.why, []).append(_label(found[key], one.line))
        for why, labels in sorted(by_why.items()):
            findings.report(tx, parked_finding(seller.name, why, labels), adds=True)
        return len(parked)

    def drained(self, tx: Tx, seller: Seller, began: int) -> None:
        """Note that a channel's orders are stored up to a request."""
        self._stock.drained(tx, seller.port.row.id, began)


def _by_change(found: Iterable[RemoteOrder]) -> list[RemoteOrder]:
    """Put orders in the order of their changes, so that the newest of one order comes last."""
    return sorted(found, key=lambda one: one.order.revision.changed)


def _named(one: RemoteOrder, connection: str) -> RemoteOrder:
    revision = replace(one.order.revision, connection=connection)
    return replace(one, order=replace(one.order, revision=revision))


def _kept(one: RemoteOrder, row: OrderRow | None) -> RemoteOrder:
    """Leave out what a buyer asked to forget, however often the channel shows it again."""
    is_erased = row is not None and row.erased is not None
    return replace(one, order=forgotten(one.order), raw=b"") if is_erased else one


def _is_news(row: OrderRow | None, current: Mapping[int, Order], order: Order) -> bool:
    stored = None if row is None else current.get(row.id)
    if stored is None:
        return True
    return is_news(stored.revision, order.revision) or (order != stored and order.revision == stored.revision)


def _is_new_fault(tx: Tx, row: OrderRow | None, one: BrokenOrder) -> bool:
    return row is None or (row.erased is None and not orders.is_stored_raw(tx, row.id, row.newest, one.raw))


def _arrived(one: RemoteOrder, seller: Seller) -> Arrived:
    revision = one.order.revision
    final = revision.status in seller.sells.final
    return Arrived(remote_id=revision.order, raw=one.raw, order=one.order, final=final)


def _broken(found: Iterable[BrokenOrder]) -> list[Arrived]:
    latest = {one.order: one for one in found}
    return [
        Arrived(remote_id=one.order, raw=one.raw, code=one.code[:24], what=one.what)
        for one in latest.values()
    ]


def _is_booked(seller: Seller, order: Order, since: datetime | None) -> bool:
    """Say whether an order's lines move stock: not if it is older than the ledger, or made by the hub."""
    is_other = seller.master is not None and seller.master != seller.port.row.id
    is_young = since is not None and order.created >= since - SKEW
    return is_other and is_young and not order.mark


def _ledger(seller: Seller, key: int) -> Ledger:
    return Ledger(
        connection=seller.port.row.id,
        order=key,
        master=seller.master or 0,
        way=seller.sales,
        stage=Stage.VOID if seller.sales == NEVER else Stage.OPEN,
    )


def _sold(
    seller: Seller,
    found: Mapping[int, Order],
    before: Mapping[int, Order],
    lines: Mapping[int, Read],
    since: datetime,
) -> dict[int, Decimal]:
    """Add up what a channel took off its own level by itself since its orders were last stored."""
    sold: dict[int, Decimal] = {}
    for key, order in found.items():
        if order.created < since.replace(microsecond=0):
            continue
        items = {row.line: row.item for row in lines[key].rows if row.item is not None}
        was = _taken(before.get(key), seller.sells.table, lines[key].had)
        now = was if _keeps(order, seller.sells.table) else goods(order, seller.sells.table)
        for line in sorted({*was, *now} & set(items)):
            item = items[line]
            sold[item] = sold.get(item, Decimal(0)) + now.get(line, Decimal(0)) - was.get(line, Decimal(0))
    return {item: quantity for item, quantity in sold.items() if quantity}


def _taken(order: Order | None, table: StateTable, had: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
    if order is None:
        return {}
    return had if _keeps(order, table) else goods(order, table)


def _keeps(order: Order, table: StateTable) -> bool:
    return table.effect(order.revision.status) is Effect.KEEPS


def _label(order: Order, line: str) -> str:
    named = next((one.sku or one.name for one in order.revision.lines if one.line == line), "")
    return f"{order.number}: {named}" if named else order.number
