"""What a run did with each product, gathered from what the store noted."""

from datetime import datetime

from msgspec import Struct

from shopweave.hub.context import Hub
from shopweave.hub.icecat.settings import FLOW, SHOP, TILL
from shopweave.model.change import ChangeState
from shopweave.model.gtin import shortest
from shopweave.model.record import Kind
from shopweave.model.values import Identity, Measures, Status
from shopweave.store import asked, explains, links, outbox, records
from shopweave.store.base import Tx
from shopweave.store.outbox import Change


class Told(Struct, frozen=True, kw_only=True):
    """One product: what Icecat said of it, and what was sent."""

    sku: str
    gtin: str
    name: str
    outcome: str
    number: int | None
    sent: bool
    refused: bool
    image_set: bool
    image_failed: bool
    has_image: bool
    weight_set: bool
    has_weight: bool


def told_of(tx: Tx, hub: Hub, since: datetime, only: int | None, *, removal: bool = False) -> list[Told]:
    """Gather the products of the till that are in the shop, or one of them; sent means sent since `since`."""
    till, shop, flow = hub.port(TILL).row.id, hub.port(SHOP).row.id, hub.flow(FLOW)
    items = [only] if only is not None else list(links.linked_items(tx, till))
    ties = {(tie.item, tie.connection): tie.record for tie in links.ties(tx, items)}
    known = records.snapshots(tx, list(ties.values()))
    found = []
    for item in items:
        source, target = (known.get(ties.get((item, key), 0)) for key in (till, shop))
        if source is None or target is None or not _is_sold(source):
            continue
        changes = [
            one for one in outbox.changes(tx, explains.changes_of_item(tx, item)) if _is_new(one, since)
        ]
        if removal and not changes:
            continue
        found.append(_told(source, target, asked.asked_about(tx, flow.row.source, item), changes))
    return found


def _is_sold(source: records.Snapshot) -> bool:
    return source.kind is not Kind.CATEGORY and source.atoms.get("status") == Status.ACTIVE


def _is_new(change: Change, since: datetime) -> bool:
    return change.settled is not None and change.settled >= since


def _told(
    source: records.Snapshot, target: records.Snapshot, answer: asked.Asked | None, changes: list[Change]
) -> Told:
    done = [one for one in changes if one.state is ChangeState.DONE]
    written = {key for one in done for key in one.after}
    identity, measures = source.atoms.get("identity"), target.atoms.get("measures")
    known = identity if isinstance(identity, Identity) else Identity()
    return Told(
        sku=known.sku or source.remote_id,
        gtin=shortest(known.gtin) if known.gtin else "",
        name=str(target.atoms.get("name") or source.atoms.get("name") or ""),
        outcome=answer.outcome if answer is not None else "BAD_IDENTIFIER",
        number=answer.number if answer is not None else None,
        sent=bool(done),
        refused=any(one.state is ChangeState.REFUSED for one in changes),
        image_set="main_image" in written and target.atoms.get("main_image") is not None,
        image_failed="main_image" in written and target.atoms.get("main_image") is None,
        has_image=target.atoms.get("main_image") is not None,
        weight_set="measures" in written,
        has_weight=isinstance(measures, Measures) and measures.weight is not None,
    )
