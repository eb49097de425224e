"""From order lines to items: what each line means, why it is parked, what it moves."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from shopweave.core.ledger import Differences, Parked, Route, StateTable, differences
from shopweave.model.order import Order, OrderLine
from shopweave.store import aparts, order_lines
from shopweave.store.base import Tx
from shopweave.store.movements import Entry
from shopweave.store.order_lines import LineRow, Meaning

UNLINKED = "no item is linked to it"
SHARED = "its id belongs to a line of another order"
_LONGEST = 120


class Read(Struct, frozen=True, kw_only=True):
    """An order with its lines as rows, and what storing it appends to the ledger.

    `had` is what the ledger says that each line took before, in the line's units.
    """

    rows: tuple[LineRow, ...]
    differences: Differences
    had: Mapping[str, Decimal] = {}

    @property
    def parked(self) -> tuple[Parked, ...]:
        """Give what is set aside."""
        return self.differences.parked


def meanings(tx: Tx, connection: int, found: Iterable[Order]) -> dict[str, Meaning]:
    """Say which items the lines of orders mean, by line: by the record they name, else by SKU alone.

    What a person took apart is not the same, whatever its SKU.
    """
    lines = [line for order in found for line in order.revision.lines]
    known = order_lines.meanings(tx, connection, [line.remote_id for line in lines if line.remote_id])
    meant = {line.line: known[line.remote_id] for line in lines if line.remote_id in known}
    others = [line for line in lines if line.line not in meant and line.sku.strip()]
    items = order_lines.items_by_sku(tx, [_folded(line.sku) for line in others])
    named = [line.remote_id for line in others if line.remote_id and _folded(line.sku) in items]
    apart = aparts.not_meant(tx, connection, named)
    for line in others:
        item = items.get(_folded(line.sku))
        if item is not None and (line.remote_id, item) not in apart:
            meant[line.line] = Meaning(item=item, factor=Decimal(1))
    return meant


def _folded(sku: str) -> str:
    return sku.strip().casefold()


def read_lines(
    key: int,
    connection: int,
    order: Order,
    table: StateTable,
    meant: Mapping[str, Meaning],
    ledger: Sequence[Entry],
    owners: Mapping[str, int],
    warehouse: str = "",
) -> Read:
    """Say what an order's lines mean and move; a line whose id belongs to another order moves nothing.

    A line belongs to the first order that has it, which is its owner.
    """
    shared = {line.line for line in order.revision.lines if owners.get(line.line, key) != key}
    own = tuple(line for line in order.revision.lines if line.line not in shared)
    routes = {
        line.line: Route(item=str(one.item), warehouse=warehouse, factor=one.factor)
        for line in own
        if (one := meant.get(line.line)) is not None
    }
    found = differences(replace(order.revision, lines=own), table, routes, [one.movement for one in ledger])
    parked = (*found.parked, *(Parked(line=line, why=SHARED) for line in sorted(shared)))
    why = {one.line: one.why for one in parked}
    rows = {
        line.line: _row(key, connection, line, meant.get(line.line), why.get(line.line, ""))
        for line in order.revision.lines
    }
    return Read(
        rows=tuple(rows.values()),
        differences=Differences(movements=found.movements, parked=parked),
        had=_had(ledger),
    )


def _had(ledger: Sequence[Entry]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for entry in ledger:
        one = entry.movement
        found[one.line] = found.get(one.line, Decimal(0)) - one.quantity / one.factor
    return found


def _row(key: int, connection: int, line: OrderLine, meaning: Meaning | None, why: str) -> LineRow:
    return LineRow(
        order=key,
        line=line.line,
        connection=connection,
        sku=line.sku[:_LONGEST],
        name=line.name,
        remote_id=line.remote_id[:_LONGEST],
        quantity=line.quantity,
        item=None if meaning is None else meaning.item,
        factor=Decimal(1) if meaning is None else meaning.factor,
        parked=why,
    )


def without_unlinked(read: Read) -> Read:
    """Give lines where nobody asks which items they mean."""
    parked = tuple(one for one in read.parked if one.why != UNLINKED)
    rows = tuple(replace(one, parked="") if one.parked == UNLINKED else one for one in read.rows)
    return replace(read, rows=rows, differences=replace(read.differences, parked=parked))
