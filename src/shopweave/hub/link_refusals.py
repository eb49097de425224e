"""What a person may link and unlink, and why not: each refusal names the place and the remedy."""

from decimal import Decimal

from msgspec import Struct

from shopweave.hub.context import Hub
from shopweave.model.errors import Configuration
from shopweave.store import explains, link_history, matches, movements, outbox, records
from shopweave.store.base import Tx
from shopweave.store.link_history import Living
from shopweave.store.records import Snapshot

NUMBERED = "item:"
DIGITS = 12


class Ends(Struct, frozen=True, kw_only=True):
    """Both ends of a link: an item with its record where it comes from, and a record of a connection."""

    sku: str
    item: int
    own: Snapshot | None
    at: int
    connection: str
    record: Snapshot


def sources_of(hub: Hub, at: int) -> list[int]:
    """Give the connections whose items may be linked at one: those of its flows, else all."""
    items = [(flow.items, flow.row.target) for flow in hub.house.flows.values()]
    pairs = [*items, *((flow.items, flow.row.target) for flow in hub.house.stock.values())]
    own = [source for source, target in pairs if target == at]
    return list(dict.fromkeys(own or [source for source, _ in pairs]))


def find_item(tx: Tx, hub: Hub, sku: str, at: int) -> int:
    """Give the item of a SKU, or of `item:NUMBER`."""
    sources, number = sources_of(hub, at), sku.removeprefix(NUMBERED)
    if sku.startswith(NUMBERED) and number.isdecimal() and len(number) <= DIGITS:
        found = list(matches.own_records(tx, [int(number)], sources))
    else:
        found = list(dict.fromkeys(item for item, _ in matches.items_of_sku(tx, sku, sources)))
    if not found:
        raise Configuration(
            f"No item has the SKU '{sku}'.",
            code="LINK-404",
            remedy="Run the flows first, or look at the SKU.",
        )
    if len(found) > 1:
        names = ", ".join(f"{NUMBERED}{one}" for one in found)
        raise Configuration(
            f"Several items have the SKU '{sku}'.", code="LINK-405", remedy=f"Say which: {names}."
        )
    return found[0]


def find_ends(tx: Tx, hub: Hub, sku: str, connection: str, remote_id: str) -> Ends:
    """Give item and record; raises `Configuration` for what is not known."""
    at = hub.port(connection).row.id
    item = find_item(tx, hub, sku, at)
    key = matches.record_of_id(tx, at, remote_id.strip())
    if key is None:
        raise unknown_record(connection, remote_id)
    own = matches.own_records(tx, [item], sources_of(hub, at))
    shown = records.snapshots(tx, [key, *own.values()])
    return Ends(
        sku=sku, item=item, own=shown.get(own.get(item, 0)), at=at, connection=connection, record=shown[key]
    )


def unknown_record(connection: str, remote_id: str) -> Configuration:
    """Say that a connection has no such product."""
    return Configuration(
        f"No product of {connection} has the id '{remote_id}'.",
        code="LINK-406",
        remedy="Run the flow first, so that it is read, or look at the id there.",
    )


def check_link(tx: Tx, hub: Hub, ends: Ends, there: Living | None, factor: Decimal) -> None:
    """Refuse a link that would be wrong; `there` is the one that the item has now."""
    where = f"{ends.connection} {ends.record.remote_id}"
    if not factor.is_finite() or factor <= 0:
        raise Configuration(
            f"'{factor}' is no number of units.", code="LINK-412", remedy="Such as 6, or 0.5."
        )
    if ends.record.gone:
        raise Configuration(
            f"{where} is gone.", code="LINK-407", remedy="Restore it there, or choose another."
        )
    _check_free(tx, ends, where, there)
    _check_alike(ends, where)
    if outbox.is_flying(tx, ends.at, ends.item, ends.record.id):
        raise Configuration(
            f"A request about '{ends.sku}' is under way at {ends.connection}.",
            code="LINK-413",
            remedy="Wait until it is answered, then link.",
        )


def _check_free(tx: Tx, ends: Ends, where: str, there: Living | None) -> None:
    owner = link_history.owner(tx, ends.record.id)
    if owner is not None and owner != ends.item:
        name = explains.skus_of_items(tx, [owner]).get(owner) or f"{NUMBERED}{owner}"
        raise Configuration(
            f"{where} is linked to '{name}'.",
            code="LINK-408",
            remedy="End that link first.",
        )
    if there is not None and there.record != ends.record.id:
        other = records.snapshots(tx, [there.record])[there.record].remote_id
        raise Configuration(
            f"'{ends.sku}' is linked to {ends.connection} {other} already.",
            code="LINK-409",
            remedy="End that link first.",
        )


def _check_alike(ends: Ends, where: str) -> None:
    own, record = ends.own, ends.record
    if own is None:
        return
    if own.kind is not record.kind:
        raise Configuration(
            f"{where} is a {record.kind.value}, and '{ends.sku}' a {own.kind.value}.",
            code="LINK-410",
            remedy="Link products to products and variations to variations.",
        )
    if own.form is not record.form:
        raise Configuration(
            f"Only one of {where} and '{ends.sku}' has variations.",
            code="LINK-411",
            remedy="Make both sides simple, or give both the same variations.",
        )


def check_unlink(tx: Tx, hub: Hub, item: int, at: int, sku: str) -> Living:
    """Refuse to end a link that does not exist, or without which goods would be lost; gives the link."""
    name, there = hub.house.ports[at].row.name, link_history.living(tx, item, at)
    if there is None:
        raise Configuration(f"'{sku}' is not linked at {name}.", code="LINK-414", remedy="Look at its links.")
    if there.how == "source":
        raise Configuration(
            f"'{sku}' comes from {name}.",
            code="LINK-415",
            remedy="End its link where it is shown, or take it out of sale at its source.",
        )
    if hub.house.is_master(at) and movements.of_items(tx, at, [item]):
        raise Configuration(
            f"{name} has not booked all that was sold of '{sku}'.",
            code="LINK-416",
            remedy="Settle the goods of these orders first.",
        )
    return there
