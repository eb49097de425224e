"""Linking by people: an item is a record, is it no more, or two are not the same. Each act is audited."""

from decimal import Decimal
from functools import partial

from msgspec import Struct, json

from shopweave.flows.tying import Ties
from shopweave.hub.context import Hub
from shopweave.hub.link_refusals import Ends, check_link, check_unlink, find_ends, find_item
from shopweave.model.errors import Configuration
from shopweave.store import aparts, audits, link_history, links, records
from shopweave.store.base import Tx

ONE = Decimal(1)
LONGEST = 320


class Linked(Struct, frozen=True, kw_only=True):
    """What an act came to; `changed` is False where it was so already, `links` counts links made or ended."""

    sku: str
    item: int
    connection: str
    remote_id: str
    factor: Decimal
    changed: bool
    links: int = 0


async def link(
    hub: Hub, sku: str, connection: str, remote_id: str, who: str, factor: Decimal = ONE
) -> Linked:
    """Link an item to a record that has `factor` of its units; `sku` may also be `item:NUMBER`.

    What waited for the link is looked at again at once.
    """
    done = await hub.store.write_safe(partial(_link, hub, (sku, connection, remote_id), factor, who))
    if done.changed:
        await hub.reader.after_link(hub.port(connection).row.id)
    return done


def _link(hub: Hub, named: tuple[str, str, str], factor: Decimal, who: str, tx: Tx) -> Linked:
    ends = find_ends(tx, hub, *named)
    there = link_history.living(tx, ends.item, ends.at)
    if there is not None and (there.record, there.factor) == (ends.record.id, factor):
        return _told(ends, factor, changed=False)
    check_link(tx, hub, ends, there, factor)
    ties = _ties(hub)
    if there is not None:
        ties.recount(tx, ends.at, ends.item, there, factor)
    else:
        ties.tie(tx, ends.at, ends.item, ends.record.id, factor)
    _note(tx, who, "linked", ends, factor=f"{factor:f}")
    return _told(ends, factor, changed=True, count=1)


async def unlink(hub: Hub, sku: str, connection: str, who: str) -> Linked:
    """End an item's link at a connection; nothing is written there any more, and nothing made anew.

    The variations of a family go with it. The pairs are linked again by a person only.
    """
    return await hub.store.write_safe(partial(_unlink, hub, sku, connection, who))


def _unlink(hub: Hub, sku: str, connection: str, who: str, tx: Tx) -> Linked:
    at = hub.port(connection).row.id
    item = find_item(tx, hub, sku, at)
    there = check_unlink(tx, hub, item, at, sku)
    record = records.snapshots(tx, [there.record])[there.record]
    ends = Ends(sku=sku, item=item, own=None, at=at, connection=connection, record=record)
    count = _end(tx, hub, ends, aparts.UNLINKED, who)
    _note(tx, who, "unlinked", ends, links=count)
    return _told(ends, there.factor, changed=True, count=count)


def _end(tx: Tx, hub: Hub, ends: Ends, why: str, who: str) -> int:
    """End a link with those of its variations, and remember that these pairs are not the same."""
    below = [one.item for one in links.ties(tx, links.children(tx, [ends.item])) if one.connection == ends.at]
    pairs = _ties(hub).untie(tx, ends.at, [ends.item, *below])
    aparts.set_apart(tx, pairs, why, who[:LONGEST])
    return len(pairs)


async def not_same(hub: Hub, sku: str, connection: str, remote_id: str, who: str) -> Linked:
    """Say that an item is not a record: they are never linked by themselves, and no person is asked again.

    If they were linked the link ends; the flow then makes a record of the item's own where it makes new ones.
    """
    done = await hub.store.write_safe(partial(_not_same, hub, sku, connection, remote_id, who))
    if done.links:
        await hub.reader.after_link(hub.port(connection).row.id)
    return done


def _not_same(hub: Hub, sku: str, connection: str, remote_id: str, who: str, tx: Tx) -> Linked:
    ends = find_ends(tx, hub, sku, connection, remote_id)
    known = [one for one in aparts.of_items(tx, [ends.item]) if one.record == ends.record.id]
    there = link_history.living(tx, ends.item, ends.at)
    if any(one.why == aparts.NOT_SAME for one in known):
        return _told(ends, ONE, changed=False)
    count = 0
    if there is not None and there.record == ends.record.id:
        check_unlink(tx, hub, ends.item, ends.at, sku)
        count = _end(tx, hub, ends, aparts.NOT_SAME, who)
    else:
        aparts.set_apart(tx, [(ends.item, ends.record.id)], aparts.NOT_SAME, who[:LONGEST])
        _ties(hub).weigh_again(tx, ends.at, ends.item)
    _note(tx, who, "said they are not the same", ends)
    return _told(ends, ONE, changed=True, count=count)


def _ties(hub: Hub) -> Ties:
    return Ties(hub.house, hub.lanes, hub.runner.wake)


def _told(ends: Ends, factor: Decimal, *, changed: bool, count: int = 0) -> Linked:
    return Linked(
        sku=ends.sku,
        item=ends.item,
        connection=ends.connection,
        remote_id=ends.record.remote_id,
        factor=factor,
        changed=changed,
        links=count,
    )


def _note(tx: Tx, who: str, what: str, ends: Ends, **detail: str | int) -> None:
    named = {"sku": ends.sku, "connection": ends.connection, "record": ends.record.remote_id}
    audits.note(tx, who, what, json.encode({**named, **detail}).decode())


def as_factor(text: str) -> Decimal:
    """Read how many units a record has, as a person writes it."""
    try:
        found = Decimal(text.strip().replace(",", "."))
    except ArithmeticError as error:
        raise Configuration(
            f"'{text}' is no number of units.", code="LINK-412", remedy="Such as 6, or 0.5."
        ) from error
    return found if found == ONE else found.normalize()
