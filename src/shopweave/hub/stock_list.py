"""The list of stock: for each item what its master has, what is sold, and what every channel shows."""

from decimal import Decimal
from functools import partial

from msgspec import Struct

from shopweave.hub.context import Hub
from shopweave.lanes.channels import Decision, base_level, decide
from shopweave.model.errors import Configuration
from shopweave.model.values import Level
from shopweave.store import connections, explains, levels, shelves, stock_search
from shopweave.store.base import Tx
from shopweave.store.levels import LevelRow
from shopweave.store.stock_search import SHOWS

PAGE = 50
STOCK_SHOWS = tuple(SHOWS)


class Cell(Struct, frozen=True, kw_only=True):
    """What one channel is expected to show and should show, in its own units; `why` it is left so."""

    flow: str
    channel: str
    remote_id: str
    expected: str
    wanted: str
    moved: Decimal
    buffer: Decimal
    why: str
    is_due: bool

    @property
    def differs(self) -> bool:
        """Say whether it shows something else than it should."""
        return self.expected != self.wanted


class StockLine(Struct, frozen=True, kw_only=True):
    """One item: on hand at each master in base units, what is sold and not booked there, and its channels."""

    item: int
    sku: str
    on_hand: dict[str, str]
    held: dict[str, str]
    cells: tuple[Cell, ...]


class StockPage(Struct, frozen=True, kw_only=True):
    """A page of stock, and how many items there are of each sort; `more` is the key of the next page."""

    lines: tuple[StockLine, ...]
    counts: dict[str, int]
    more: int | None


async def list_stock(
    hub: Hub, text: str = "", show: str = "", after: int = 0, limit: int = PAGE
) -> StockPage:
    """Give items that channels show: those whose SKU begins so, and of one sort."""
    if show and show not in SHOWS:
        names = ", ".join(SHOWS)
        raise Configuration(f"There is no state '{show}'.", code="STK-408", remedy=f"There are: {names}.")
    return await hub.store.read(partial(_list, hub, text.strip(), show, after, limit))


def _list(hub: Hub, text: str, show: str, after: int, limit: int, tx: Tx) -> StockPage:
    found = stock_search.find_items(tx, text, show, after, limit + 1)
    items = found[:limit]
    return StockPage(
        lines=_lines(tx, hub, items),
        counts=stock_search.count_items(tx, text),
        more=items[-1] if len(found) > limit else None,
    )


def _lines(tx: Tx, hub: Hub, items: list[int]) -> tuple[StockLine, ...]:
    skus = explains.skus_of_items(tx, items)
    masters = {key: levels.of_items(tx, key, items) for key in _masters(hub)}
    cells = _cells(tx, hub, items)
    return tuple(
        StockLine(
            item=item,
            sku=skus.get(item, ""),
            on_hand={
                _name(hub, key): level_text(base_level(rows.get(item))) for key, rows in masters.items()
            },
            held=_held(hub, masters, item),
            cells=tuple(cells.get(item, ())),
        )
        for item in items
    )


def _base(rows: dict[int, LevelRow], item: int) -> str:
    return level_text(base_level(rows.get(item)))


def _masters(hub: Hub) -> list[int]:
    return list(dict.fromkeys(flow.row.source for flow in hub.house.stock.values()))


def _held(hub: Hub, masters: dict[int, dict[int, LevelRow]], item: int) -> dict[str, str]:
    found = {key: rows[item] for key, rows in masters.items() if item in rows and rows[item].held}
    return {_name(hub, key): level_text(row.read) for key, row in found.items()}


def _name(hub: Hub, key: int) -> str:
    return hub.house.ports[key].row.name


def _cells(tx: Tx, hub: Hub, items: list[int]) -> dict[int, list[Cell]]:
    rows, begun = shelves.of_items(tx, items), connections.all_flows(tx)
    found: dict[int, list[Cell]] = {}
    for flow in hub.house.stock.values():
        own = [row for row in rows if row.connection == flow.row.target]
        for one in decide(tx, flow.channel, own, begun=begun[flow.row.id].begun):
            found.setdefault(one.row.item, []).append(_cell(flow.row.name, _name(hub, flow.row.target), one))
    return found


def _cell(flow: str, channel: str, one: Decision) -> Cell:
    return Cell(
        flow=flow,
        channel=channel,
        remote_id=one.row.remote_id,
        expected=level_text(one.row.shelf.expected),
        wanted=level_text(one.shown.level),
        moved=one.shown.moved,
        buffer=one.shown.buffer,
        why=one.why,
        is_due=one.is_due,
    )


def level_text(level: Level) -> str:
    """Write a level: its number, or why there is none."""
    return level.state if level.quantity is None else f"{level.quantity.normalize():f}"
