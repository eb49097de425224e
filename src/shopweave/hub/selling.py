"""Channels that sell and ways of their orders, put together from the settings."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from shopweave.connector.orders import HearsNews
from shopweave.engine.cron import next_time
from shopweave.flows.house import House, OrderFlow
from shopweave.flows.intake import Seller
from shopweave.lanes.ways import Way
from shopweave.model.settings import HubSettings, OrderFlowSettings

_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def ways(house: House) -> tuple[Way, ...]:
    """Give the ways of orders, in the order of the settings."""
    found = [_way(house, flow) for flow in house.orders.values()]
    return tuple(way for way in found if way is not None)


def _way(house: House, flow: OrderFlow) -> Way | None:
    source, target = house.ports[flow.row.source], house.ports[flow.row.target]
    sells, takes, settings = source.capabilities.sells, target.capabilities.takes, flow.settings
    if sells is None or takes is None:
        return None
    return Way(
        flow=flow.row.id,
        name=flow.row.name,
        source=source.row.id,
        channel=source.row.name,
        target=target.row.id,
        target_name=target.row.name,
        statuses=settings.statuses,
        table=sells.table,
        final=sells.final,
        look_up=takes.look_up,
        longest_run=target.capabilities.longest_run,
        updates=takes.updates and settings.later_changes == "update",
        has_records=bool(target.capabilities.feeds),
        books=takes.books,
        tell=settings.tell if isinstance(source.connector, HearsNews) else (),
        done_status=settings.done_status,
    )


def sellers(house: House, settings: HubSettings, on: tuple[Way, ...]) -> dict[int, Seller]:
    """Give the channels whose orders are read: those of flows of orders, and all that show a master's stock.

    An absolute level is right only if what was sold before is known, whoever books it.
    """
    sales = {one.name: one.sales for one in settings.connections}
    numbers = {port.row.name: key for key, port in house.ports.items()}
    masters = {numbers[one.target]: numbers[one.source] for one in settings.stock_flows}
    places = {numbers[one.target]: one.warehouses for one in settings.stock_flows}
    found: dict[int, Seller] = {}
    for key in dict.fromkeys((*(way.source for way in on), *masters)):
        port = house.ports[key]
        if port.capabilities.sells is not None:
            own = tuple(way for way in on if way.source == key)
            found[key] = Seller(
                port=port,
                sells=port.capabilities.sells,
                ways=own,
                sales=sales.get(port.row.name, ""),
                master=masters.get(key),
                has_places=_has_places(house, masters.get(key)),
                warehouses=places.get(key, ()),
            )
    return found


def _has_places(house: House, master: int | None) -> bool:
    keeps = None if master is None else house.ports[master].capabilities.keeps
    return keeps is not None and keeps.places


def overlaps(house: House) -> Mapping[int, float]:
    """Give how far each channel's windows reach back: as far as the most careful of its flows wants."""
    found: dict[int, float] = {}
    for flow in house.orders.values():
        found[flow.row.source] = max(found.get(flow.row.source, 0.0), float(flow.settings.overlap))
    return found


def interval(flows: tuple[OrderFlowSettings, ...]) -> timedelta:
    """Give the longest time between two looks for orders."""
    return max((_between(one) for one in flows), default=timedelta())


def _between(one: OrderFlowSettings) -> timedelta:
    first = next_time(one.schedule, one.zone, _SOME_DAY)
    return next_time(one.schedule, one.zone, first) - first
