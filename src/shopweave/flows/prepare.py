"""From weighed items to changes; what must exist first is put before what needs it. Pure."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from shopweave.core.guard import Sort, sort_of
from shopweave.core.prints import ABSENT
from shopweave.flows.house import Flow
from shopweave.flows.weigh import Case, before_of, source_prints
from shopweave.lanes.compose import names_of, picture_reference
from shopweave.lanes.port import Port
from shopweave.model.atoms import NO_ATOMS, Atoms, AtomValue, base
from shopweave.model.change import Op, Urgency
from shopweave.model.record import Form, Kind
from shopweave.model.values import Identity, Node, Picture, Price
from shopweave.store.outbox import NewChange, item_reference
from shopweave.store.records import Snapshot


class Shelf(Struct, frozen=True, kw_only=True):
    """What is there or on its way already.

    `categories` are the source's categories by remote id, `category_items` their items, `linked` the items
    that have a record at the target, `coming` the references that changes in the outbox will make,
    `there` references that exist, `asked` the items a person must be asked about again.
    """

    categories: Mapping[str, Snapshot] = {}
    category_items: Mapping[str, int] = {}
    linked: frozenset[int] = frozenset()
    coming: frozenset[str] = frozenset()
    there: frozenset[str] = frozenset()
    asked: frozenset[int] = frozenset()


class Batch:
    """The changes of one slice of a plan, in the order in which they must be stored."""

    def __init__(self, flow: Flow, port: Port, source_name: str, shelf: Shelf) -> None:
        self._flow, self._port, self._source, self._shelf = flow, port, source_name, shelf
        self._coming = set(shelf.coming)
        self.changes: list[NewChange] = []

    def update(
        self, case: Case, target: Snapshot, writes: Mapping[str, AtomValue], parent_item: int | None
    ) -> None:
        """Add a change of a linked record."""
        before, after = before_of(target, writes), Atoms(writes)
        again = Sort.ASK_AGAIN if case.item in self._shelf.asked else None
        self.changes.append(
            self._change(
                case,
                Op.UPDATE,
                after,
                before=before,
                target=target.id,
                kind=target.kind,
                form=target.form,
                parent_item=parent_item,
                needs=self._needs(case, writes),
                sort=again,
            )
        )

    def create(self, case: Case, atoms: Mapping[str, AtomValue], parent_item: int | None) -> None:
        """Add a change that makes a record; a variation waits for its family."""
        needs = self._needs(case, atoms)
        if parent_item is not None and parent_item not in self._shelf.linked:
            needs = (*needs, item_reference(parent_item))
        change = self._change(
            case,
            Op.CREATE,
            Atoms(atoms),
            kind=case.source.kind,
            form=case.source.form,
            parent_item=parent_item,
            needs=needs,
        )
        self.changes.append(change)
        self._coming.add(item_reference(case.item))

    def will_have(self, item: int) -> bool:
        """Say whether an item has a record at the target, or a change that makes one."""
        return item in self._shelf.linked or item_reference(item) in self._coming

    def _change(
        self,
        case: Case,
        op: Op,
        after: Atoms,
        *,
        kind: Kind,
        form: Form,
        before: Atoms = NO_ATOMS,
        target: int | None = None,
        parent_item: int | None = None,
        needs: tuple[str, ...] = (),
        sort: Sort | None = None,
    ) -> NewChange:
        sort = Sort.REFERENCE if form is Form.CATEGORY and op is Op.CREATE else sort
        return NewChange(
            flow=self._flow.row.id,
            connection=self._port.row.id,
            kind=kind,
            form=form,
            op=op,
            item=case.item,
            source=case.source.id,
            target=target,
            parent_item=parent_item,
            label=label_of(case.source),
            urgency=urgency_of(op, after),
            sort=(sort or sort_of(op, before, after, self._flow.settings.guard)).value,
            before=before,
            after=after,
            source_prints=source_prints(case),
            needs=needs,
        )

    def _needs(self, case: Case, atoms: Mapping[str, AtomValue]) -> tuple[str, ...]:
        needs: list[str] = []
        for key, value in atoms.items():
            if base(key) == "categories" and isinstance(value, tuple):
                needs += [name for part in value if isinstance(part, str) and (name := self._category(part))]
            elif isinstance(value, Node) and value.parent and (name := self._category(value.parent)):
                needs.append(name)
            else:
                needs += self._named(case, key, value)
        return tuple(dict.fromkeys(needs))

    def _category(self, remote_id: str) -> str | None:
        """See to it that a category will exist, its upper ones first; gives what to wait for."""
        item = self._shelf.category_items.get(remote_id)
        if item is None or item in self._shelf.linked:
            return None
        name = item_reference(item)
        snapshot = self._shelf.categories.get(remote_id)
        if name in self._coming:
            return name
        if snapshot is None or not self._writes(Kind.CATEGORY):
            return None
        self._coming.add(name)
        node = snapshot.atoms.get("node")
        upper = self._category(node.parent) if isinstance(node, Node) and node.parent else None
        self.changes.append(self._make_category(item, snapshot, (upper,) if upper else ()))
        return name

    def _make_category(self, item: int, snapshot: Snapshot, needs: tuple[str, ...]) -> NewChange:
        return NewChange(
            flow=self._flow.row.id,
            connection=self._port.row.id,
            kind=Kind.CATEGORY,
            form=Form.CATEGORY,
            op=Op.CREATE,
            item=item,
            source=snapshot.id,
            reference=item_reference(item),
            label=label_of(snapshot),
            sort=Sort.REFERENCE.value,
            before=NO_ATOMS,
            after=snapshot.atoms.only(("node",)),
            source_prints=ABSENT * len(self._flow.row.slice),
            needs=needs,
        )

    def _named(self, case: Case, key: str, value: AtomValue) -> list[str]:
        needed = []
        for name in names_of(key, value, self._source, self._port.capabilities.references):
            kind = Kind(name.partition(":")[0])
            if name in self._shelf.there or not self._writes(kind):
                continue
            needed.append(name)
            if name not in self._coming:
                self._coming.add(name)
                self.changes.append(self._make_named(case, kind, name, key, value))
        return needed

    def _make_named(self, case: Case, kind: Kind, name: str, key: str, value: AtomValue) -> NewChange:
        after = (
            Atoms({"main_image": self._picture(value, name)})
            if kind is Kind.MEDIA
            else _node(key, value, name)
        )
        return NewChange(
            flow=self._flow.row.id,
            connection=self._port.row.id,
            kind=kind,
            form=Form.MEDIA if kind is Kind.MEDIA else Form.TERM,
            op=Op.CREATE,
            source=case.source.id,
            reference=name,
            label=label_of(case.source),
            sort=Sort.REFERENCE.value,
            before=NO_ATOMS,
            after=after,
        )

    def _picture(self, value: AtomValue, name: str) -> Picture:
        pictures: Sequence[object] = value if isinstance(value, tuple) else (value,)
        return next(
            one
            for one in pictures
            if isinstance(one, Picture) and picture_reference(self._source, one) == name
        )

    def _writes(self, kind: Kind) -> bool:
        writable = self._port.writable(kind)
        return writable is not None and writable.creates


def _node(key: str, value: AtomValue, name: str) -> Atoms:
    """Name a brand or attribute as its atom writes it, not as it is folded for the search."""
    if isinstance(value, str):
        return Atoms({"node": Node(name=value)})
    names = [part.name for part in value if hasattr(part, "name")] if isinstance(value, tuple) else []
    folded = name.partition(":")[2]
    return Atoms(
        {"node": Node(name=next(one for one in names if " ".join(one.split()).casefold() == folded))}
    )


def label_of(snapshot: Snapshot) -> str:
    """Name a record for people: its SKU, else its name, else its id."""
    identity, node = snapshot.atoms.get("identity"), snapshot.atoms.get("node")
    if isinstance(identity, Identity) and identity.sku:
        return identity.sku
    return node.name if isinstance(node, Node) else snapshot.remote_id


def urgency_of(op: Op, after: Atoms) -> Urgency:
    """Say how much a change presses: prices of what is sold already go before content."""
    priced = any(isinstance(value, Price) or base(key) == "sale_price" for key, value in after.items())
    return Urgency.PRICE if op is Op.UPDATE and priced else Urgency.REST
