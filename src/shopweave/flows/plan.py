"""Plan: from marks to changes in the outbox; what the guard holds waits for a person."""

from collections.abc import Sequence
from functools import partial

from msgspec import Struct, structs

from shopweave.core import guard
from shopweave.flows.house import Flow, House
from shopweave.flows.judging import finish, is_being_made, judge
from shopweave.flows.prepare import Batch, Shelf
from shopweave.flows.weigh import Case, Weighed, for_creation, weigh
from shopweave.lanes.compose import names_of
from shopweave.lanes.lanes import Lanes
from shopweave.model.change import ChangeState
from shopweave.model.finding import Finding, Severity
from shopweave.model.record import Form, Kind, reference
from shopweave.model.values import Node, Status
from shopweave.store import (
    agreements,
    aparts,
    findings,
    links,
    marks,
    media,
    outbox,
    plans,
    questions,
    records,
)
from shopweave.store.agreements import Agreement, Parking
from shopweave.store.base import Store, Tx
from shopweave.store.outbox import NewChange, Unsettled, item_reference
from shopweave.store.records import Snapshot

SLICE = 250
TRIES = 3
RELEASE = 1_000


class Slice(Struct, frozen=True, kw_only=True):
    """The decisions about one slice of marked items, and the generations of the marks they answer.

    `unsent` is what the flow had not sent of them when they were weighed.
    """

    seen: dict[int, int]
    last: int
    more: bool = False
    unsent: tuple[Unsettled, ...] = ()
    changes: tuple[NewChange, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    parks: tuple[Parking, ...] = ()
    unpinned: tuple[tuple[int, str], ...] = ()
    compared: int = 0
    equal: int = 0
    skipped: int = 0
    gone: tuple[str, ...] = ()


class Planner:
    """Turns marks into changes."""

    def __init__(self, store: Store, house: House, lanes: Lanes) -> None:
        self._store, self._house, self._lanes = store, house, lanes

    async def begin(self, flow: Flow, run: int, made_by: str) -> int:
        """Begin a plan; what an earlier life left half made is taken back and its items marked again."""
        return await self._store.write(lambda tx: _begin(tx, flow, run, made_by))

    async def step(self, flow: Flow, plan: int, run: int, after: int) -> Slice:
        """Weigh the next slice of marked items and store what was decided, unless it comes too late."""
        weigh_next = partial(decide, house=self._house, flow=flow, after=after)
        for _ in range(TRIES):
            decided = await self._store.read(weigh_next)
            work = partial(store_slice, flow=flow, plan=plan, run=run, decided=decided)
            if not decided.seen or await self._store.write(work):
                return decided
        return Slice(seen={}, last=after)

    async def close(self, flow: Flow, plan: int, *, asked_for: bool, equal: int) -> int:
        """Let the guard judge the whole plan, and send on what it lets go; gives how many stay held.

        A plan that is closed already, by a step that is repeated or by another life, stays as it is.
        """
        found = await self._store.write(lambda tx: judge(tx, flow, plan, asked_for=asked_for, equal=equal))
        if found is None:
            return await self._store.read(
                lambda tx: plans.plan_states(tx, plan).get(ChangeState.HELD.value, 0)
            )
        free = [sort.value for sort in guard.ALL if not guard.why_held(sort, found)]
        released = RELEASE if free else 0
        while released == RELEASE:
            released = await self._store.write(lambda tx: self._release(tx, flow, plan, free))
        return await self._store.write(lambda tx: finish(tx, flow, plan, found))

    def _release(self, tx: Tx, flow: Flow, plan: int, sorts: Sequence[str]) -> int:
        ids = plans.releasable(tx, plan, sorts, RELEASE)
        return release(tx, self._lanes, flow.row.target, ids)


def _begin(tx: Tx, flow: Flow, run: int, made_by: str) -> int:
    for old in plans.plans_being_made(tx, flow.row.id):
        again = [change.item for change in outbox.changes(tx, plans.held_changes(tx, old)) if change.item]
        plans.drop_plan(tx, old)
        marks.mark_items(tx, flow.row.target, again)
    return plans.add_plan(tx, flow.row.id, run, made_by)


def release(tx: Tx, lanes: Lanes, connection: int, ids: Sequence[int], *, approved: bool = False) -> int:
    """Let changes go, and with them what they need; wakes the lane."""
    needed = list(ids)
    references: list[int] = []
    while needed:
        needed = [one for one in plans.needed_references(tx, connection, needed) if one not in references]
        references += needed
    every = sorted({*ids, *references})
    if every:
        outbox.drop_hopeless_needs(tx, connection, every)
        outbox.set_state(tx, every, ChangeState.WAITING, approved=approved, held_why="")
        lanes.wake(tx, connection)
    return len(ids)


def store_slice(tx: Tx, flow: Flow, plan: int, run: int, decided: Slice) -> bool:
    """Store the decisions of a slice and clear the marks they answer, in one transaction.

    False, and nothing stored, when another life has closed the plan or dealt with a mark since the slice was
    weighed: its decision is the newer one; or when something of it was sent meanwhile, for that would be sent
    twice. What is left open is planned by the next run. What waited for a change that was taken back is
    compared anew: nobody else would make what it needs.
    """
    if not is_being_made(tx, plan) or not marks.are_open(tx, flow.row.id, decided.seen):
        return False
    if outbox.unsettled(tx, flow.row.id, flow.row.target, list(decided.seen)) != decided.unsent:
        return False
    outbox.supersede(tx, flow.row.id, list(decided.seen))
    outbox.add_changes(tx, plan, run, ChangeState.HELD, decided.changes)
    written = {change.item for change in decided.changes}
    questions.drop_questions(tx, flow.row.id, [item for item in decided.seen if item not in written])
    marks.mark_items(tx, flow.row.target, questions.stranded(tx, flow.row.target, list(decided.seen)))
    agreements.store_agreements(tx, flow.row.id, decided.agreements)
    agreements.unpark(tx, flow.row.id, decided.unpinned)
    agreements.park(tx, flow.row.id, decided.parks)
    for label in decided.gone:
        findings.report(tx, gone_finding(flow.row.name, label), adds=True)
    marks.clear_marks(tx, flow.row.id, decided.seen)
    return True


def gone_finding(flow: str, label: str) -> Finding:
    """Say that a record was removed at the target."""
    return Finding(
        code="LINK-030",
        cause=f"gone:{flow}",
        severity=Severity.NEEDS,
        what="Records were removed at the target though their source still has them.",
        why="The hub makes nothing again by itself.",
        can_do="Restore them there, or switch them off at the source.",
        flow=flow,
        about=(label,),
    )


def decide(tx: Tx, house: House, flow: Flow, after: int) -> Slice:
    """Weigh the next slice of marked items; reads only."""
    marked = marks.open_marks(tx, flow.row.id, after, SLICE)
    if not marked:
        return Slice(seen={}, last=after)
    last = max(marked)
    unsettled = outbox.unsettled(tx, flow.row.id, flow.row.target, list(marked))
    flying = {one.item for one in unsettled if one.is_flying}
    seen = {item: number for item, number in marked.items() if item not in flying}
    desk = _Desk(tx, house, flow, list(seen))
    unsent = tuple(one for one in unsettled if one.item in seen)
    return structs.replace(desk.decided(seen, last), more=len(marked) == SLICE, unsent=unsent)


class _Desk:
    """Everything that was read for one slice, and the changes it leads to."""

    def __init__(self, tx: Tx, house: House, flow: Flow, items: list[int]) -> None:
        self._tx, self._house, self._flow, self._items = tx, house, flow, items
        self._target = flow.row.target
        self._rules = house.rules(self._target)
        self._ties: dict[tuple[int, int], int] = {
            (tie.item, tie.connection): tie.record for tie in links.ties(tx, items)
        }
        self._records = records.snapshots(tx, sorted(set(self._ties.values())))
        there = {item: key for item in items if (key := self._ties.get((item, self._target)))}
        self._agreements = agreements.agreements(tx, flow.row.id, list(there.values()))
        self._parked = agreements.parkings(tx, flow.row.id, items)
        self._layouts = {key: port.row.layout for key, port in house.ports.items()}
        self._categories, self._shelf = self._read_shelf()
        self._families = self._target_families()
        lacking = [one for one in items if one not in there]
        self._taken_off = aparts.taken_off(tx, self._target, lacking)
        self._doubtful = self._read_doubtful(lacking)
        self._left: list[Parking] = []
        self._batch = Batch(
            flow, house.ports[self._target], house.ports[flow.row.source].row.name, self._shelf
        )

    def decided(self, seen: dict[int, int], last: int) -> Slice:
        """Weigh all items of the slice."""
        weighed: list[Weighed] = []
        gone: list[str] = []
        for item in self._items:
            case = self._case(item)
            if case is None:
                continue
            if case.target is None:
                self._create(case)
            elif case.target.gone:
                gone += [case.target.remote_id] if _is_wanted(case) else []
            else:
                found = weigh(case)
                weighed.append(found)
                if found.writes:
                    family = self._families.get(case.target.parent or "")
                    self._batch.update(case, case.target, found.writes, family)
        return Slice(
            seen=seen,
            last=last,
            changes=tuple(self._batch.changes),
            agreements=tuple(one.agreement for one in weighed if one.agreement),
            parks=(*(park for one in weighed for park in one.parks), *self._left),
            unpinned=tuple(pin for one in weighed for pin in one.unpinned),
            compared=len(weighed),
            equal=sum(not one.writes for one in weighed),
            skipped=sum(one.skipped for one in weighed),
            gone=tuple(gone),
        )

    def _case(self, item: int) -> Case | None:
        source = self._record(item, self._flow.row.source)
        if source is None:
            return None
        target = self._record(item, self._target)
        sources = {
            flow.row.name: found
            for flow in self._house.group(self._target)
            if (found := self._record(item, flow.row.source)) is not None
        }
        return Case(
            item=item,
            flow=self._flow,
            rules=self._rules,
            source=source,
            target=target,
            sources=sources,
            layouts=self._layouts,
            agreement=self._agreements.get((source.id, target.id)) if target else None,
            parked={atom: one for (key, atom), one in self._parked.items() if key == item},
            categories=self._categories,
            now=self._tx.now,
        )

    def _record(self, item: int, connection: int) -> Snapshot | None:
        key = self._ties.get((item, connection))
        return self._records.get(key) if key is not None else None

    @property
    def _creates(self) -> bool:
        return self._flow.settings.create and not self._flow.enriches

    def _read_doubtful(self, lacking: list[int]) -> set[int]:
        """Give the items that may be there already, under a link that only a person can make."""
        if not self._creates:
            return set()
        return links.may_be_there(self._tx, self._flow.items, self._target, lacking)

    def _create(self, case: Case) -> None:
        if (
            not self._creates
            or case.source.gone
            or case.source.form is Form.CATEGORY
            or case.item in self._taken_off
        ):
            return
        if case.source.atoms.get("status", Status.ACTIVE) != Status.ACTIVE:
            return
        parent = self._family(case) if case.source.form is Form.VARIATION else None
        if case.source.form is Form.VARIATION and (parent is None or not self._batch.will_have(parent)):
            return
        if case.item in self._doubtful:
            self._left.append(agreements.doubtful(case.item))
            return
        self._batch.create(case, for_creation(case), parent)

    def _family(self, case: Case) -> int | None:
        remote_id = case.source.parent or ""
        return links.items_by_remote(self._tx, case.source.connection, Kind.PRODUCT, [remote_id]).get(
            remote_id
        )

    def _read_shelf(self) -> tuple[dict[str, str], Shelf]:
        tx, source, target = self._tx, self._flow.row.source, self._target
        wanted = self._category_ids()
        found = self._with_upper(wanted)
        items = links.items_by_remote(tx, source, Kind.CATEGORY, list(found))
        families = links.items_by_remote(tx, source, Kind.PRODUCT, self._family_ids())
        every = [*items.values(), *families.values(), *self._items]
        there = links.remote_of_items(tx, target, every)
        # What was on its way for the items of this slice is taken back with it.
        coming = outbox.open_creates(tx, target, every) - set(self._items)
        names = self._names()
        exists = self._existing(names)
        on_their_way = outbox.references_on_their_way(tx, target, sorted(names - exists))
        return {key: there[item] for key, item in items.items() if item in there}, Shelf(
            categories=found,
            category_items=items,
            linked=frozenset(there),
            coming=frozenset({item_reference(item) for item in coming} | on_their_way),
            there=frozenset(exists),
            asked=frozenset(questions.asked_again(tx, self._flow.row.id, self._items)),
        )

    def _target_families(self) -> dict[str, int]:
        targets = [self._record(item, self._target) for item in self._items]
        names = [one.parent for one in targets if one and one.form is Form.VARIATION and one.parent]
        return links.items_by_remote(self._tx, self._target, Kind.PRODUCT, names)

    def _sources(self) -> list[Snapshot]:
        return [found for item in self._items if (found := self._record(item, self._flow.row.source))]

    def _family_ids(self) -> list[str]:
        return [one.parent for one in self._sources() if one.form is Form.VARIATION and one.parent]

    def _category_ids(self) -> list[str]:
        found: list[str] = []
        for one in self._sources():
            value = one.atoms.get("categories", ())
            found += [part for part in value if isinstance(part, str)] if isinstance(value, tuple) else []
            node = one.atoms.get("node")
            found += [node.parent] if isinstance(node, Node) and node.parent else []
        return list(dict.fromkeys(found))

    def _with_upper(self, ids: list[str]) -> dict[str, Snapshot]:
        found: dict[str, Snapshot] = {}
        while ids:
            fresh = records.by_remote_ids(self._tx, self._flow.row.source, Kind.CATEGORY, ids)
            found |= fresh
            nodes = [one.atoms.get("node") for one in fresh.values()]
            upper = [node.parent for node in nodes if isinstance(node, Node) and node.parent]
            ids = [key for key in dict.fromkeys(upper) if key not in found]
        return found

    def _names(self) -> set[str]:
        port = self._house.ports[self._target]
        name = self._house.ports[self._flow.row.source].row.name
        return {
            found
            for one in self._sources()
            for key, value in one.atoms.items()
            for found in names_of(key, value, name, port.capabilities.references)
        }

    def _existing(self, names: set[str]) -> set[str]:
        by_kind: dict[Kind, list[str]] = {}
        for name in sorted(names):
            by_kind.setdefault(Kind(name.partition(":")[0]), []).append(name)
        found = set(media.media_ids(self._tx, self._target, by_kind.pop(Kind.MEDIA, [])))
        for kind, asked in by_kind.items():
            plain = [name.partition(":")[2] for name in asked]
            found |= {
                reference(kind, one) for one in records.ids_by_name(self._tx, self._target, kind, plain)
            }
        return found


def _is_wanted(case: Case) -> bool:
    return not case.source.gone and case.source.atoms.get("status") == Status.ACTIVE
