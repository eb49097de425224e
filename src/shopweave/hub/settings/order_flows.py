"""The sections `[flows.NAME]` with `kind = "orders"`: which orders go where, and what goes back."""

from typing import Any

from shopweave.connector.orders import Sells, Takes
from shopweave.core.ledger import Effect
from shopweave.hub.settings.flow_spec import KINDS
from shopweave.hub.settings.kinds import Able, check_ends, every, of_kind
from shopweave.hub.settings.reading import Reading
from shopweave.model.settings import OrderFlowSettings

TELL = ("status", "reference", "tracking")


def read_order_flows(reading: Reading, able: Able, zone: str) -> tuple[OrderFlowSettings, ...]:
    """Read all flows of orders, in the order of the file."""
    found: list[OrderFlowSettings] = []
    for name in of_kind(reading, "orders"):
        before = len(reading.problems)
        flow = _flow(reading, name, zone)
        if len(reading.problems) == before:
            _check_against_ends(reading, flow, able)
        found.append(flow)
    _one_way(reading, found)
    return tuple(found)


def _flow(reading: Reading, name: str, zone: str) -> OrderFlowSettings:
    path = ("flows", name)
    values: dict[str, Any] = {"source": "", "target": "", **reading.table(path, KINDS["orders"])}
    values.pop("kind", None)
    check_ends(reading, path, values, ("source", "target"))
    values["schedule"] = every(reading, path, int(values.pop("every", 15)))
    for word in values.get("tell", ()):
        if word not in TELL:
            text = f"nothing called '{word}' can be told."
            reading.wrong((*path, "tell"), text, value=word, allowed=TELL, name=word, word=word)
    if "status" in values.get("tell", ()) and not values.get("done_status"):
        text, remedy = "the source is to be told a status, but not which.", 'Add done_status = "…".'
        reading.wrong((*path, "tell"), text, remedy=remedy, word="status")
    return OrderFlowSettings(name=name, zone=zone, **values)


def _check_against_ends(reading: Reading, flow: OrderFlowSettings, able: Able) -> None:
    path = ("flows", flow.name)
    source, target = able.get(flow.source), able.get(flow.target)
    if source is not None and source.sells is None:
        reading.wrong((*path, "source"), f"{flow.source} has no orders to read.", value=flow.source)
    elif source is not None and source.sells is not None:
        _check_statuses(reading, flow, source.sells)
    if target is not None and target.takes is None:
        reading.wrong((*path, "target"), f"{flow.target} takes no orders over.", value=flow.target)
    if target is not None and target.takes and not target.takes.updates and flow.later_changes == "update":
        text = f"{flow.target} cannot be told of later changes."
        reading.wrong((*path, "later_changes"), text, value="update", remedy="Leave it at ignore.")
    if source is not None and source.sells is not None and target is not None and target.takes is not None:
        _check_untaken(reading, flow, source.sells, target.takes)
        if "tracking" in flow.tell and not target.takes.follows:
            text = f"{flow.target} cannot be asked for tracking numbers as it is set up."
            remedy = "Say in its settings where they are found, or leave tracking out."
            reading.wrong((*path, "tell"), text, value="tracking", remedy=remedy, word="tracking")


def _check_untaken(reading: Reading, flow: OrderFlowSettings, sells: Sells, takes: Takes) -> None:
    """Look at chosen statuses whose goods the channel has not taken, or has given back."""
    path = ("flows", flow.name, "statuses")
    for status in (one for one in flow.statuses if sells.table.effect(one) is Effect.GIVES_BACK):
        if status in sells.final:
            text = f"orders that are '{status}' are over: they go with their quantities at 0."
            reading.doubt(path, text)
        elif takes.books and flow.later_changes != "update":
            text = f"{flow.source} does not take stock at '{status}', but {flow.target} books it at once."
            remedy = 'Set later_changes = "update", so that such an order can end there, or leave it out.'
            reading.wrong(path, text, value=status, remedy=remedy, word=status)


def _check_statuses(reading: Reading, flow: OrderFlowSettings, sells: Sells) -> None:
    for key, given in (("statuses", flow.statuses), ("done_status", (flow.done_status,))):
        for status in given:
            if status and sells.statuses and status not in sells.statuses:
                text = f"{flow.source} has no status '{status}'."
                reading.wrong(
                    ("flows", flow.name, key),
                    text,
                    value=status,
                    allowed=sells.statuses,
                    name=status,
                    word=status,
                )


def _one_way(reading: Reading, flows: list[OrderFlowSettings]) -> None:
    """Refuse two flows between the same ends: each order goes to a target once."""
    ways: dict[tuple[str, str], str] = {}
    for flow in flows:
        first = ways.setdefault((flow.source, flow.target), flow.name)
        if first != flow.name:
            text = f"the flow '{first}' hands the orders of {flow.source} over to {flow.target} already."
            remedy = "Put the statuses of both into one of them."
            reading.wrong(("flows", flow.name, "target"), text, value=flow.target, remedy=remedy)
