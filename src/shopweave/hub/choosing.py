"""Choosing by hand: an item for a record, or a record for an item, found by SKU, EAN or name."""

from collections.abc import Sequence
from functools import partial

from msgspec import Struct

from shopweave.core.pairing import Fit
from shopweave.hub.context import Hub
from shopweave.hub.link_refusals import find_item, sources_of, unknown_record
from shopweave.hub.pairs import Candidate, Side, candidate, side_of, traits_of
from shopweave.model.gtin import gtin14
from shopweave.store import aparts, link_history, links, matches, records
from shopweave.store.base import Tx
from shopweave.store.records import Snapshot

PAGE = 20
SLICE, MOST = 500, 10_000


class Found(Struct, frozen=True, kw_only=True):
    """What was found for one side; `more` is the key from which to search on, None at the end.

    `side` is what is to be linked: a record of `connection`, or an item as it is where it comes from. Each
    choice names the item and the record that choosing it would link.
    """

    connection: str
    side: Side
    item: int | None
    choices: tuple["Choice", ...]
    more: int | None


class Choice(Struct, frozen=True, kw_only=True):
    """One possible partner, and the link that choosing it makes."""

    partner: Candidate
    sku: str
    remote_id: str


async def find_items(hub: Hub, connection: str, remote_id: str, text: str, after: int = 0) -> Found:
    """Look for the item that a record of a connection is."""
    return await hub.store.read(partial(_items, hub, connection, remote_id, text.strip(), after))


def _items(hub: Hub, connection: str, remote_id: str, text: str, after: int, tx: Tx) -> Found:
    at = hub.port(connection).row.id
    key = matches.record_of_id(tx, at, remote_id)
    if key is None:
        raise unknown_record(connection, remote_id)
    record = records.snapshots(tx, [key])[key]
    rows, more = search(tx, sources_of(hub, at), text, after)
    items = {row.id: link_history.owner(tx, row.id) for row in rows}
    known = {row.id: item for row in rows if (item := items[row.id]) is not None}
    there = links.records_of_items(tx, at, list(known.values()))
    shown = records.snapshots(tx, list(there.values()))
    apart = {(one.item, one.record) for one in aparts.of_records(tx, [key])}
    choices = []
    for row in (row for row in rows if row.id in known):
        item = known[row.id]
        taken = shown[there[item]].remote_id if item in there else ""
        fit = Fit(traits=traits_of(row), is_taken=bool(taken), is_apart=(item, key) in apart)
        partner = candidate(hub, traits_of(record), item, row, fit, taken)
        choices.append(Choice(partner=partner, sku=f"item:{item}", remote_id=remote_id))
    return Found(
        connection=connection, side=side_of(hub, record), item=None, choices=tuple(choices), more=more
    )


async def find_records(hub: Hub, connection: str, sku: str, text: str, after: int = 0) -> Found:
    """Look for the record that an item is at a connection; those that are linked are left out."""
    return await hub.store.read(partial(_records, hub, connection, sku, text.strip(), after))


def _records(hub: Hub, connection: str, sku: str, text: str, after: int, tx: Tx) -> Found:
    at = hub.port(connection).row.id
    item = find_item(tx, hub, sku, at)
    own_key = matches.own_records(tx, [item], sources_of(hub, at))[item]
    own = records.snapshots(tx, [own_key])[own_key]
    rows, more = search(tx, [at], text, after)
    owners = {row.id: link_history.owner(tx, row.id) for row in rows}
    apart = {one.record for one in aparts.of_items(tx, [item])}
    choices = []
    for row in rows:
        owner = owners[row.id]
        fit = Fit(traits=traits_of(row), is_taken=owner is not None, is_apart=row.id in apart)
        taken = "" if owner is None else f"item:{owner}"
        partner = candidate(hub, traits_of(own), item, row, fit, taken)
        choices.append(Choice(partner=partner, sku=f"item:{item}", remote_id=row.remote_id))
    return Found(connection=connection, side=side_of(hub, own), item=item, choices=tuple(choices), more=more)


def search(tx: Tx, connections: Sequence[int], text: str, after: int) -> tuple[list[Snapshot], int | None]:
    """Give records whose SKU begins so, whose EAN it is, or whose name contains it; and where to go on.

    Keys are found by the database. Names stand in the stored records: so many are looked at in one go.
    """
    if not text:
        return [], None
    keys = matches.by_key(tx, connections, text.casefold(), gtin14(text) or "", after, PAGE + 1)
    if keys:
        shown = records.snapshots(tx, keys[:PAGE])
        return [shown[key] for key in keys[:PAGE]], keys[PAGE - 1] if len(keys) > PAGE else None
    return _by_name(tx, connections, text.casefold(), after)


def _by_name(
    tx: Tx, connections: Sequence[int], folded: str, after: int
) -> tuple[list[Snapshot], int | None]:
    found: list[Snapshot] = []
    seen = 0
    while seen < MOST:
        keys = matches.one_by_one(tx, connections, after, SLICE)
        for row in records.snapshots(tx, keys).values():
            after = row.id
            if folded in traits_of(row).name.casefold():
                found.append(row)
                if len(found) == PAGE:
                    return found, after
        seen += len(keys)
        if len(keys) < SLICE:
            return found, None
    return found, after
