"""Weigh one item: what a flow has to write, agree or ask about. Pure."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from shopweave.core.compare import Policy, Sides, Verdict, verdict
from shopweave.core.prints import ABSENT, GONE, UNCONFIRMED, is_empty, one, pick, replaced
from shopweave.core.rules import Given, Rule, given
from shopweave.flows.house import Flow
from shopweave.model.atoms import Atoms, AtomValue, base
from shopweave.model.values import Node, Status
from shopweave.store.agreements import Agreement, Parking
from shopweave.store.records import Snapshot

DRIFTS = 2


class Case(Struct, frozen=True, kw_only=True):
    """Everything that matters about one item of one flow.

    `sources` are the item's records at the sources of all flows of the target, by flow name. `layouts`
    are the orders of prints by connection. `categories` maps the source's category ids to the target's.
    """

    item: int
    flow: Flow
    rules: tuple[Rule, ...]
    source: Snapshot
    target: Snapshot | None
    sources: Mapping[str, Snapshot]
    layouts: Mapping[int, tuple[str, ...]]
    agreement: Agreement | None
    parked: Mapping[str, Parking]
    categories: Mapping[str, str]
    now: datetime


class Weighed(Struct, frozen=True, kw_only=True):
    """What one item needs: atoms to write, the agreement to store, atoms to set aside, pins that end."""

    writes: Mapping[str, AtomValue] = {}
    agreement: Agreement | None = None
    parks: tuple[Parking, ...] = ()
    unpinned: tuple[tuple[int, str], ...] = ()
    conflicts: tuple[str, ...] = ()
    skipped: int = 0


def weigh(case: Case) -> Weighed:
    """Compare both sides of a linked item, atom by atom."""
    target = case.target
    if target is None:
        return Weighed()
    scale = _Scale(case, target)
    for atom in case.flow.row.slice:
        if atom in target.atoms:
            scale.put(atom)
    return scale.result()


def wanted_for(case: Case, atom: str) -> Given:
    """Compose what the target should hold of one atom, from all its flows."""
    values = {
        name: spoken(snapshot, atom)
        for name, snapshot in case.sources.items()
        if atom in snapshot.atoms and (not snapshot.gone or base(atom) == "status")
    }
    return given(case.rules, atom, values)


def spoken(snapshot: Snapshot, atom: str) -> AtomValue:
    """Give what a source says of an atom; what is gone there is deleted."""
    return Status.DELETED if base(atom) == "status" and snapshot.gone else snapshot.atoms[atom]


def for_creation(case: Case) -> dict[str, AtomValue]:
    """Give all atoms with a value that a new record of this flow begins with."""
    found: dict[str, AtomValue] = {}
    for atom in case.flow.row.slice:
        whole = wanted_for(case, atom)
        if case.flow.row.name in whole.flows and not is_empty(whole.value):
            found[atom] = whole.value
    return found


def source_prints(case: Case) -> bytes:
    """Cut the source's prints to the flow's slice."""
    return pick(case.source.prints, case.layouts[case.source.connection], case.flow.row.slice)


class _Scale:
    def __init__(self, case: Case, target: Snapshot) -> None:
        self._case, self._target = case, target
        self._slice = case.flow.row.slice
        blank = ABSENT * len(self._slice)
        self._source_agreed = case.agreement.source_prints if case.agreement else blank
        self._target_agreed = case.agreement.target_prints if case.agreement else blank
        self._writes: dict[str, AtomValue] = {}
        self._here: dict[str, bytes] = {}
        self._there: dict[str, bytes] = {}
        self._parks: list[Parking] = []
        self._unpinned: list[tuple[int, str]] = []
        self._conflicts: list[str] = []
        self._skipped = 0

    def put(self, atom: str) -> None:
        """Weigh one atom."""
        case = self._case
        rule = next(rule for rule in case.rules if (rule.flow, rule.atom) == (case.flow.row.name, atom))
        whole = wanted_for(case, atom)
        if case.flow.row.name not in whole.flows:
            self._leave_to_others(atom)
            return
        sides = self._sides(atom, whole)
        if self._is_set_aside(atom, sides):
            self._skipped += 1
            return
        self._decide(atom, sides, rule)

    def _sides(self, atom: str, whole: Given) -> Sides:
        case, target = self._case, self._target
        source = one(case.source.prints, case.layouts[case.source.connection], atom)
        return Sides(
            wanted=self._there_named(atom, whole.value),
            shown=target.atoms[atom],
            source=GONE if case.source.gone else source,
            target=one(target.prints, case.layouts[target.connection], atom),
            source_agreed=one(self._source_agreed, self._slice, atom),
            target_agreed=one(self._target_agreed, self._slice, atom),
        )

    def _there_named(self, atom: str, value: AtomValue) -> AtomValue:
        """Name categories as the target does, for the comparison."""
        known = self._case.categories
        if isinstance(value, Node):
            return Node(name=value.name, parent=known.get(value.parent, "?") if value.parent else None)
        if base(atom) != "categories" or not isinstance(value, tuple):
            return value
        return tuple(sorted(known.get(part, f"?{part}") for part in value if isinstance(part, str)))

    def _leave_to_others(self, atom: str) -> None:
        if one(self._source_agreed, self._slice, atom) != ABSENT:
            self._here[atom] = self._there[atom] = ABSENT

    def _is_set_aside(self, atom: str, sides: Sides) -> bool:
        parking = self._case.parked.get(atom)
        if parking is None:
            return False
        if parking.source_print != sides.source:
            self._unpinned += [(self._case.item, atom)] if parking.why == "pin" else []
            return False
        if parking.why == "unresolved" and not _has_unknown(sides.wanted):
            return False
        if parking.why in ("drift", "conflict"):
            return parking.why == "conflict" and not parking.decision and parking.target_print == sides.target
        return parking.until is None or parking.until > self._case.now

    def _decide(self, atom: str, sides: Sides, rule: Rule) -> None:
        drift, conflict = self._policies(atom, sides)
        found = verdict(atom, sides, if_empty=rule.if_empty, drift=drift, conflict=conflict)
        if found is Verdict.REWRITE and not self._may_rewrite(atom, sides):
            self._skipped += 1
        elif found in (Verdict.WRITE, Verdict.REWRITE):
            self._writes[atom] = self._raw(atom, sides)
        elif found is Verdict.AGREE:
            self._here[atom], self._there[atom] = sides.source, sides.target
        elif found is Verdict.CONFLICT:
            self._conflicts.append(atom)
            self._parks.append(self._parking(atom, sides, "conflict"))

    def _raw(self, atom: str, sides: Sides) -> AtomValue:
        """Changes carry the source's own names of categories; the lane translates them when it sends."""
        return wanted_for(self._case, atom).value if base(atom) in ("categories", "node") else sides.wanted

    def _policies(self, atom: str, sides: Sides) -> tuple[Policy, Policy]:
        settings = self._case.flow.settings
        parking = self._case.parked.get(atom)
        if parking is not None and parking.decision and parking.why == "conflict":
            same = (parking.source_print, parking.target_print) == (sides.source, sides.target)
            if same:
                return Policy(parking.decision), Policy(parking.decision)
        drift = {"overwrite": Policy.SOURCE, "keep": Policy.TARGET}.get(settings.drift, Policy.ASK)
        return drift, Policy(settings.conflict)

    def _may_rewrite(self, atom: str, sides: Sides) -> bool:
        """Write an unprovoked move back twice, never a third time; the lane counts what was written."""
        parking = self._case.parked.get(atom)
        is_same = parking is not None and parking.why == "drift" and parking.source_print == sides.source
        tries = parking.tries if parking is not None and is_same else 0
        if tries >= DRIFTS:
            return False
        self._parks.append(self._parking(atom, sides, "drift", tries))
        return True

    def _parking(self, atom: str, sides: Sides, why: str, tries: int = 0) -> Parking:
        return Parking(
            item=self._case.item,
            atom=atom,
            why=why,
            source_print=sides.source,
            target_print=sides.target,
            tries=tries,
        )

    def result(self) -> Weighed:
        """Sum up."""
        agreement = None
        if self._here:
            target_prints = replaced(self._target_agreed, self._slice, self._there)
            agreement = Agreement(
                source=self._case.source.id,
                target=self._target.id,
                source_prints=replaced(self._source_agreed, self._slice, self._here),
                target_prints=target_prints,
                unconfirmed=has_unconfirmed(target_prints),
            )
        return Weighed(
            writes=self._writes,
            agreement=agreement,
            parks=tuple(self._parks),
            unpinned=tuple(self._unpinned),
            conflicts=tuple(self._conflicts),
            skipped=self._skipped,
        )


def _has_unknown(value: AtomValue) -> bool:
    """Say whether a category is named that the target does not have."""
    return isinstance(value, tuple) and any(isinstance(one, str) and one.startswith("?") for one in value)


def has_unconfirmed(prints: bytes) -> bool:
    """Say whether any atom waits for a read to confirm it."""
    size = len(ABSENT)
    return any(prints[place : place + size] == UNCONFIRMED for place in range(0, len(prints), size))


def before_of(target: Snapshot, writes: Mapping[str, AtomValue]) -> Atoms:
    """Give what the target shows of the atoms that are to be written."""
    return target.atoms.only(tuple(writes))
