"""Link: find which records are the same item; what is doubtful goes to a person."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from msgspec import Struct

from shopweave.flows.house import Flow, House, StockFlow
from shopweave.lanes.lanes import Lanes
from shopweave.model.finding import Finding, Severity
from shopweave.model.record import Kind
from shopweave.store import agreements, findings, links, marks, outbox
from shopweave.store.base import Store, Tx
from shopweave.store.connections import home
from shopweave.store.links import Candidate, Lone
from shopweave.store.outbox import item_reference

SLICE = 1_000
KINDS = (Kind.CATEGORY, Kind.PRODUCT, Kind.VARIATION)
SOLD = (Kind.PRODUCT, Kind.VARIATION)
SHOWN = 50


class Matched(Struct, frozen=True, kw_only=True):
    """What matching decided: pairs to link as (item, record), pairs with other forms, and doubtful ones."""

    pairs: tuple[tuple[int, int], ...] = ()
    other_form: tuple[Candidate, ...] = ()
    doubtful: tuple[Candidate, ...] = ()


def match(candidates: Sequence[Candidate]) -> Matched:
    """Link a pair when neither side fits anything else and both are of one form."""
    of_record: dict[int, int] = {}
    of_item: dict[int, int] = {}
    for one in candidates:
        of_record[one.record] = of_record.get(one.record, 0) + 1
        of_item[one.item] = of_item.get(one.item, 0) + 1
    single = [one for one in candidates if of_record[one.record] == of_item[one.item] == 1]
    return Matched(
        pairs=tuple((one.item, one.record) for one in single if one.record_form is one.item_form),
        other_form=tuple(one for one in single if one.record_form is not one.item_form),
        doubtful=tuple(one for one in candidates if one not in single),
    )


async def link(store: Store, house: House, lanes: Lanes, flow: Flow | StockFlow) -> int:
    """Make items of new source records and find their records at the target; gives the links made."""
    made = 0
    made += await _new_items(store, house, flow.items)
    made += await _categories(store, lanes, flow)
    await store.write(lambda tx: links.end_lost_links(tx, flow.items, flow.row.target))
    by_sku, told_sku = await _by(store, lanes, flow, "sku")
    by_gtin, told_gtin = await _by(store, lanes, flow, "gtin")
    await store.write(lambda tx: _end_linking(tx, house, flow, {"sku": told_sku, "gtin": told_gtin}))
    return made + by_sku + by_gtin


def has_new(tx: Tx, source: int, after: int = 0) -> bool:
    """Say whether a source has records behind `after` that are no item yet."""
    return bool(links.unlinked(tx, source, KINDS, after, 1))


async def _new_items(store: Store, house: House, source: int) -> int:
    after = made = 0
    while True:
        if not await store.read(partial(has_new, source=source, after=after)):
            return made
        after, fresh = await store.write(partial(_make, source, after))
        made += fresh


def _make(source: int, after: int, tx: Tx) -> tuple[int, int]:
    """Make items of the next slice; gives its last record and how many. Another run may have been here."""
    found = links.unlinked(tx, source, KINDS, after, SLICE)
    items = links.make_items(tx, home(tx), source, found)
    marks.mark_records(tx, [one.id for one in found])
    return (found[-1].id if found else after), len(items)


async def _by(store: Store, lanes: Lanes, flow: Flow | StockFlow, key: str) -> tuple[int, Matched]:
    source, target = flow.items, flow.row.target
    matched = match(await store.read(lambda tx: links.candidates(tx, source, target, key)))
    for start in range(0, len(matched.pairs), SLICE):
        piece = matched.pairs[start : start + SLICE]
        await store.write(partial(_link, lanes, target, piece, key))
    return len(matched.pairs), matched


def _link(lanes: Lanes, target: int, pairs: Sequence[tuple[int, int]], how: str, tx: Tx) -> None:
    made = links.add_links(tx, target, pairs, how)
    if outbox.meet(tx, target, [item_reference(item) for item, _ in made]):
        lanes.wake(tx, target)
    marks.mark_items(tx, target, [item for item, _ in made])


def _end_linking(tx: Tx, house: House, flow: Flow | StockFlow, by: Mapping[str, Matched]) -> None:
    _tell(tx, house, flow, by)
    if isinstance(flow, Flow):
        _weigh_clear(tx, flow, by.values())


def _tell(tx: Tx, house: House, flow: Flow | StockFlow, by: Mapping[str, Matched]) -> None:
    """Tell of pairs that a person must see to; what is told no more is over."""
    name = house.ports[flow.row.target].row.name
    told = [
        link_finding(f"link:{name}:{key}:{why}", name, key, why, found)
        for key, matched in by.items()
        for why, found in (("forms", matched.other_form), ("doubtful", matched.doubtful))
        if found
    ]
    lone = links.lone_records(tx, flow.row.target, SOLD, SHOWN)
    if lone.count:
        told.append(lone_finding(house, flow.row.target, name, lone))
    findings.settle(tx, f"link:{name}:", besides=[one.cause for one in told])
    for one in told:
        findings.report(tx, one)


def _weigh_clear(tx: Tx, flow: Flow, found: Iterable[Matched]) -> None:
    """Have items planned that were left alone in doubt and are in doubt no more."""
    doubtful = {pair.item for one in found for pair in (*one.other_form, *one.doubtful)}
    left = (one.item for key, one in agreements.parked_for(tx, agreements.DOUBTFUL) if key == flow.row.id)
    clear = [item for item in left if item not in doubtful]
    agreements.unpark(tx, flow.row.id, [(item, agreements.WHOLE) for item in clear])
    marks.mark_items(tx, flow.row.target, clear)


async def _categories(store: Store, lanes: Lanes, flow: Flow | StockFlow) -> int:
    """Link categories by their path: of one name, and their parents linked to each other."""
    total = 0
    while True:
        made = await store.write(lambda tx: _one_level(tx, lanes, flow.items, flow.row.target))
        total += made
        if not made:
            return total


def _one_level(tx: Tx, lanes: Lanes, source: int, target: int) -> int:
    found = links.category_candidates(tx, source, target)
    here = links.items_by_remote(tx, source, Kind.CATEGORY, [parent for _, _, parent in found if parent])
    there = links.items_by_remote(tx, target, Kind.CATEGORY, [parent for _, parent, _ in found if parent])
    fitting = [
        one
        for one, record_parent, item_parent in found
        if (there.get(record_parent) if record_parent else None)
        == (here.get(item_parent) if item_parent else None)
        and (record_parent is None) == (item_parent is None)
    ]
    pairs = _first_of_each(fitting)
    _link(lanes, target, pairs, "path", tx)
    return len(pairs)


def _first_of_each(candidates: Sequence[Candidate]) -> list[tuple[int, int]]:
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for one in candidates:
        if one.item not in pairs and one.record not in taken:
            pairs[one.item] = one.record
            taken.add(one.record)
    return list(pairs.items())


def lone_finding(house: House, target: int, name: str, lone: Lone) -> Finding:
    """Say what a channel shows that is nothing of a source: where stock is kept in step, it may oversell."""
    oversells = any(flow.row.target == target for flow in house.stock.values())
    return Finding(
        code="LINK-022",
        cause=f"link:{name}:lone",
        severity=Severity.NEEDS if oversells else Severity.NOTE,
        what=f"{lone.count} products of {name} are linked to nothing of a source.",
        why="The hub keeps neither their prices nor their stock in step.",
        can_do="Choose their items on the page of links, give them their SKU, or take them out of sale.",
        connection=name,
        count=lone.count,
        about=lone.labels,
    )


def link_finding(cause: str, name: str, key: str, why: str, found: Sequence[Candidate]) -> Finding:
    """Say which records of a target need a person to link them."""
    labels = tuple(dict.fromkeys(one.label or f"item {one.item}" for one in found))
    if why == "forms":
        what = (
            f"{len(labels)} products share the {key.upper()} of one at {name}; only one side has variations."
        )
        can_do = "Make both sides simple, or give both the same variations."
    else:
        what = f"{len(labels)} products fit more than one record of {name} by {key.upper()}."
        can_do = "Say on the page of links which are the same."
    return Finding(
        code="LINK-020" if why == "forms" else "LINK-021",
        cause=cause,
        severity=Severity.NEEDS,
        what=what,
        why="They are left alone until they fit exactly one record of the same form.",
        can_do=can_do,
        connection=name,
        count=len(labels),
        about=labels[:SHOWN],
    )
