"""The sections `[flows.NAME]` with `kind = "stock"`: which channel shows the levels of which master."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from shopweave.connector.capabilities import Capabilities
from shopweave.hub.settings.flow_spec import KINDS
from shopweave.hub.settings.kinds import Able, check_ends, every, of_kind
from shopweave.hub.settings.reading import Reading
from shopweave.model.settings import ConnectionSettings, OrderFlowSettings, StockFlowSettings

WAYS = ("hub", "hand-over", "elsewhere", "never")


def read_stock_flows(
    reading: Reading,
    able: Able,
    zone: str,
    connections: Sequence[ConnectionSettings],
    order_flows: Sequence[OrderFlowSettings],
) -> tuple[StockFlowSettings, ...]:
    """Read all flows of stock, in the order of the file."""
    sales = {one.name: one.sales for one in connections}
    found: list[StockFlowSettings] = []
    for name in of_kind(reading, "stock"):
        before = len(reading.problems)
        flow = _flow(reading, name, zone)
        if len(reading.problems) == before:
            _check_against_ends(reading, flow, able)
            _check_sales(reading, flow, sales.get(flow.target, ""), able, order_flows)
        found.append(flow)
    _one_master(reading, found)
    return tuple(found)


def _flow(reading: Reading, name: str, zone: str) -> StockFlowSettings:
    path = ("flows", name)
    values: dict[str, Any] = {"source": "", "target": "", **reading.table(path, KINDS["stock"])}
    values.pop("kind", None)
    check_ends(reading, path, values, ("source", "target"))
    between = int(values.pop("every", 15))
    values["schedule"] = every(reading, path, between)
    values["settle"] = int(values.get("settle") or 0) or 2 * between
    values["warehouses"] = tuple(str(one) for one in values.get("warehouses") or ())
    values["buffer"] = Decimal(str(values.get("buffer", 0)))
    return StockFlowSettings(name=name, zone=zone, **values)


def _check_against_ends(reading: Reading, flow: StockFlowSettings, able: Able) -> None:
    path = ("flows", flow.name)
    source, target = able.get(flow.source), able.get(flow.target)
    if source is not None and source.keeps is None:
        text, remedy = f"{flow.source} keeps no stock.", "Name the connection whose levels count."
        reading.wrong((*path, "source"), text, value=flow.source, remedy=remedy)
    elif source is not None and source.keeps is not None and flow.warehouses and not source.keeps.places:
        text = f"{flow.source} does not say in which warehouse its stock lies."
        remedy = "Leave warehouses out, or let the connection read several locations."
        reading.wrong((*path, "warehouses"), text, value=flow.warehouses[0], remedy=remedy)
    if target is not None and target.keeps is None:
        reading.wrong((*path, "target"), f"no levels can be written to {flow.target}.", value=flow.target)


def _check_sales(
    reading: Reading, flow: StockFlowSettings, way: str, able: Able, orders: Sequence[OrderFlowSettings]
) -> None:
    path = ("connections", flow.target, "sales")
    if not way:
        text = f"the flow '{flow.name}' shows stock there, but nobody said how its sales reach {flow.source}."
        reading.wrong(path, text, remedy=f'Add sales = "…" to [connections.{flow.target}].', allowed=WAYS)
        return
    master = able.get(flow.source)
    is_handed = any((one.source, one.target) == (flow.target, flow.source) for one in orders)
    if way == "hand-over" and not (is_handed and _books(master)):
        text = f"no flow of orders from {flow.target} books them at {flow.source}."
        remedy = f'Add one with source = "{flow.target}" and target = "{flow.source}", or say another way.'
        reading.wrong(path, text, value=way, remedy=remedy)
    if way == "hub" and master is not None and master.keeps is not None and not master.keeps.adjusts:
        text = f"the hub cannot book differences at {flow.source}."
        reading.wrong(path, text, value=way, allowed=("hand-over", "elsewhere", "never"))


def _books(master: Capabilities | None) -> bool:
    return master is None or (master.takes is not None and master.takes.books)


def _one_master(reading: Reading, flows: Sequence[StockFlowSettings]) -> None:
    """Refuse a channel that shows the levels of two masters."""
    first_of: dict[str, StockFlowSettings] = {}
    for flow in flows:
        first = first_of.setdefault(flow.target, flow)
        if first is not flow:
            text = f"{flow.target} shows the levels of {first.source} already (flow '{first.name}')."
            reading.wrong(
                ("flows", flow.name, "target"), text, value=flow.target, remedy="A channel has one master."
            )
