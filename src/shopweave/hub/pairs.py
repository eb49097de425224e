"""What is linked to nothing, with what it may be beside it; and all links that an item ever had."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial

from msgspec import Struct

from shopweave.core.pairing import Fit, Traits, equal_fields, is_alike, why_waits
from shopweave.hub.context import Hub
from shopweave.hub.link_refusals import find_item, sources_of
from shopweave.model.atoms import Atoms, base
from shopweave.model.errors import Configuration
from shopweave.model.values import Identity, Price
from shopweave.store import aparts, link_history, matches, records
from shopweave.store.base import Tx
from shopweave.store.link_history import Past
from shopweave.store.matches import Match, Rival
from shopweave.store.records import Snapshot

PAGE = 50
LINK_SHOWS = (matches.DOUBTFUL, matches.UNLINKED)


class Side(Struct, frozen=True, kw_only=True):
    """A record as its connection showed it last."""

    connection: str
    remote_id: str
    kind: str
    form: str
    sku: str
    gtin: str
    name: str
    price: str


class Candidate(Struct, frozen=True, kw_only=True):
    """An item that a record may be, as it is where items come from; `equal` are fields that say the same.

    `taken` is the id of the record there that it is linked to; `apart` once a person said it is not this one.
    """

    item: int
    side: Side
    equal: tuple[str, ...]
    can_link: bool
    taken: str = ""
    apart: bool = False


class Waiting(Struct, frozen=True, kw_only=True):
    """A record that is linked to nothing, why, and what it may be."""

    record: Side
    why: str
    candidates: tuple[Candidate, ...]


class WaitingPage(Struct, frozen=True, kw_only=True):
    """A page of what is linked to nothing at a connection, counted; `more` is the key of the next page."""

    connection: str
    lines: tuple[Waiting, ...]
    counts: Mapping[str, int]
    more: int | None


class LinkView(Struct, frozen=True, kw_only=True):
    """One link that an item has or had; `factor` of its units are in one of the record's."""

    record: Side
    factor: Decimal
    how: str
    since: datetime
    until: datetime | None


class Apart(Struct, frozen=True, kw_only=True):
    """A record that an item is not, as a person said; `why` is *not same* or *unlinked*."""

    record: Side
    why: str
    who: str
    since: datetime


class ItemLinks(Struct, frozen=True, kw_only=True):
    """All links of an item, the newest last, and what it is not."""

    sku: str
    item: int
    links: tuple[LinkView, ...]
    apart: tuple[Apart, ...]


def linkable(hub: Hub) -> list[str]:
    """Name the connections whose products may be linked to items: those that flows lead to or sell."""
    targets = [flow.row.target for flow in hub.house.flows.values()]
    targets += [flow.row.target for flow in hub.house.stock.values()]
    targets += [end for flow in hub.house.orders.values() for end in (flow.row.source, flow.row.target)]
    return [hub.house.ports[key].row.name for key in dict.fromkeys(targets)]


async def list_waiting(
    hub: Hub, connection: str, show: str = "", after: int = 0, limit: int = PAGE
) -> WaitingPage:
    """Give what is linked to nothing at a connection, beyond record `after`."""
    if show and show not in LINK_SHOWS:
        names = ", ".join(LINK_SHOWS)
        raise Configuration(f"There is no state '{show}'.", code="LINK-418", remedy=f"There are: {names}.")
    return await hub.store.read(partial(_waiting, hub, connection, show, after, limit))


def _waiting(hub: Hub, connection: str, show: str, after: int, limit: int, tx: Tx) -> WaitingPage:
    at = hub.port(connection).row.id
    sources = sources_of(hub, at)
    found = matches.waiting(tx, at, sources, show, after, limit + 1)
    page = found[:limit]
    return WaitingPage(
        connection=connection,
        lines=lines(tx, hub, at, page),
        counts=matches.count_waiting(tx, at, sources),
        more=page[-1] if len(found) > limit else None,
    )


def lines(tx: Tx, hub: Hub, at: int, ids: Sequence[int]) -> tuple[Waiting, ...]:
    """Set records that are linked to nothing beside what they may be."""
    fitting = matches.matches(tx, ids, sources_of(hub, at))
    shown = records.snapshots(tx, [*ids, *(one.own for one in fitting)])
    apart = {(one.item, one.record) for one in aparts.of_records(tx, ids)}
    by_record: dict[int, list[Match]] = {}
    for one in fitting:
        by_record.setdefault(one.record, []).append(one)
    beside = _rivals(tx, at, [shown[key] for key in ids], fitting)
    return tuple(
        _line(hub, shown, shown[key], by_record.get(key, []), apart, rivals=key in beside)
        for key in ids
        if key in shown
    )


def _rivals(tx: Tx, at: int, rows: Sequence[Snapshot], fitting: Sequence[Match]) -> set[int]:
    """Give the records whose items fit other records too that are linked to nothing."""
    skus = sorted({sku for row in rows if (sku := traits_of(row).sku)})
    gtins = sorted({row.gtin for row in rows if row.gtin})
    known = matches.rivals(tx, at, skus, gtins) if fitting else []
    apart = {(one.item, one.record) for one in aparts.of_items(tx, [one.item for one in fitting])}
    by_id = {row.id: row for row in rows}
    return {
        one.record
        for one in fitting
        for other in known
        if other.record != one.record
        and (one.item, other.record) not in apart
        and _share(traits_of(by_id[one.record]), other)
    }


def _share(one: Traits, other: Rival) -> bool:
    return (bool(one.sku) and one.sku == other.sku) or (bool(one.gtin) and one.gtin == other.gtin)


def _line(
    hub: Hub,
    shown: Mapping[int, Snapshot],
    record: Snapshot,
    found: Sequence[Match],
    apart: set[tuple[int, int]],
    *,
    rivals: bool,
) -> Waiting:
    fits = {
        one: Fit(
            traits=traits_of(shown[one.own]),
            is_taken=bool(one.taken),
            is_apart=(one.item, record.id) in apart,
        )
        for one in found
    }
    own = traits_of(record)
    why = why_waits(own, list(fits.values()), has_rivals=rivals)
    return Waiting(
        record=side_of(hub, record),
        why=why.value,
        candidates=tuple(
            candidate(hub, own, one.item, shown[one.own], fit, one.taken) for one, fit in fits.items()
        ),
    )


def candidate(hub: Hub, own: Traits, item: int, row: Snapshot, fit: Fit, taken: str) -> Candidate:
    """Set an item beside what it may be."""
    return Candidate(
        item=item,
        side=side_of(hub, row),
        equal=equal_fields(own, fit.traits),
        can_link=not fit.is_taken and is_alike(own, fit.traits),
        taken=taken,
        apart=fit.is_apart,
    )


def side_of(hub: Hub, row: Snapshot) -> Side:
    """Show a record to a person."""
    port, one = hub.house.ports.get(row.connection), traits_of(row)
    return Side(
        connection=port.row.name if port is not None else str(row.connection),
        remote_id=row.remote_id,
        kind=row.kind.value,
        form=row.form.value,
        sku=_sku(row.atoms),
        gtin=row.gtin or "",
        name=one.name,
        price=one.price,
    )


def traits_of(row: Snapshot) -> Traits:
    """Give what a record is compared by."""
    return Traits(
        kind=row.kind,
        form=row.form,
        sku=_sku(row.atoms).strip().casefold(),
        gtin=row.gtin or "",
        name=next((str(value) for key, value in row.atoms.items() if base(key) == "name" and value), ""),
        price=next(
            (f"{value.amount:f}" for value in row.atoms.values() if isinstance(value, Price)),
            "",
        ),
    )


def _sku(atoms: Atoms) -> str:
    identity = atoms.get("identity")
    return identity.sku or "" if isinstance(identity, Identity) else ""


async def item_links(hub: Hub, sku: str) -> ItemLinks:
    """Give all links that an item has or had, and what people said that it is not."""
    return await hub.store.read(partial(_item_links, hub, sku))


def _item_links(hub: Hub, sku: str, tx: Tx) -> ItemLinks:
    item = find_item(tx, hub, sku, 0)
    past, apart = link_history.history(tx, item), aparts.of_items(tx, [item])
    shown = records.snapshots(tx, [*(one.record for one in past), *(one.record for one in apart)])
    return ItemLinks(
        sku=sku,
        item=item,
        links=tuple(_link(hub, shown, one) for one in past),
        apart=tuple(
            Apart(record=side_of(hub, shown[one.record]), why=one.why, who=one.who, since=one.since)
            for one in apart
        ),
    )


def _link(hub: Hub, shown: Mapping[int, Snapshot], one: Past) -> LinkView:
    return LinkView(
        record=side_of(hub, shown[one.record]),
        factor=one.factor,
        how=one.how,
        since=one.since,
        until=one.until,
    )
