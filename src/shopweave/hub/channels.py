"""Channels from the settings: which connection shows whose levels, and who else holds or sells them."""

from collections.abc import Mapping
from decimal import Decimal

from shopweave.flows.house import StockFlow
from shopweave.lanes.channels import Channel
from shopweave.lanes.port import Port
from shopweave.model.settings import HubSettings, StockFlowSettings
from shopweave.store import connections, shelves
from shopweave.store.base import Tx


def build_stock_flows(
    tx: Tx, settings: HubSettings, ports: Mapping[int, Port], numbers: Mapping[str, int]
) -> dict[int, StockFlow]:
    """Give flows of stock their rows; what is no channel any more has no shelves."""
    shelves.keep_only(tx, [numbers[one.target] for one in settings.stock_flows])
    built = [_flow(tx, one, settings, ports, numbers) for one in settings.stock_flows]
    return {flow.row.id: flow for flow in built}


def _flow(
    tx: Tx,
    one: StockFlowSettings,
    settings: HubSettings,
    ports: Mapping[int, Port],
    numbers: Mapping[str, int],
) -> StockFlow:
    source, target = numbers[one.source], numbers[one.target]
    row = connections.ensure_flow(tx, one.name, source, target, (), kind="stock")
    sells = ports[target].capabilities.sells
    channel = Channel(
        flow=row.id,
        name=one.name,
        target=target,
        master=source,
        buffer=one.buffer,
        step=Decimal(1).scaleb(-one.decimals),
        sells=sells is not None,
        lowers=sells is not None and sells.lowers_itself,
        adjusts=False,
        drift_limit=one.drift_limit,
        warehouses=one.warehouses,
        group=tuple(numbers[name] for name in _group(settings, one.source)),
    )
    return StockFlow(row=row, settings=one, channel=channel)


def _group(settings: HubSettings, master: str) -> tuple[str, ...]:
    """Name all that hold or sell a master's goods: it, its channels, and whoever hands orders over to it."""
    shown = [one.target for one in settings.stock_flows if one.source == master]
    sold = [one.source for one in settings.order_flows if one.target == master]
    return tuple(dict.fromkeys((master, *shown, *sold)))
