"""The outbox: changes waiting to be sent, under way, and what became of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Row, and_, bindparam, delete, exists, func, insert, literal, or_, select, update

from shopweave.model.atoms import Atoms
from shopweave.model.change import ChangeState, Op, Urgency
from shopweave.model.record import Form, Kind
from shopweave.store.base import Tx
from shopweave.store.hiding import hidden_values
from shopweave.store.records import pack, unpack
from shopweave.store.statements import chunks, many
from shopweave.store.tables import change, need

UNDO = "undo"
WAITING, HELD = ChangeState.WAITING.value, ChangeState.HELD.value
FLYING = (ChangeState.INTENT.value, ChangeState.IN_DOUBT.value)


class Unsettled(Struct, frozen=True):
    """A change of an item that has not ended; `is_flying` when it may have been sent."""

    item: int
    change: int
    is_flying: bool


class NewChange(Struct, frozen=True, kw_only=True):
    """A change to be put into the outbox; `needs` are references that must exist before it can go."""

    flow: int
    connection: int
    kind: Kind
    form: Form
    op: Op
    item: int | None = None
    source: int | None = None
    target: int | None = None
    parent_item: int | None = None
    reference: str | None = None
    label: str = ""
    urgency: Urgency = Urgency.REST
    sort: str = "other"
    before: Atoms
    after: Atoms
    source_prints: bytes = b""
    needs: tuple[str, ...] = ()


class Change(Struct, frozen=True, kw_only=True):
    """A change as it stands in the outbox."""

    id: int
    flow: int | None
    plan: int | None
    run: int | None
    connection: int
    kind: Kind
    form: Form
    op: Op
    item: int | None
    source: int | None
    target: int | None
    parent_item: int | None
    reference: str | None
    label: str
    urgency: Urgency
    state: ChangeState
    sort: str
    held_why: str
    approved: bool
    before: Atoms
    after: Atoms
    source_prints: bytes
    created: datetime
    attempts: int
    look_ups: int
    epoch: int | None
    lease_ends: datetime | None
    sent: datetime | None
    settled: datetime | None
    not_before: datetime | None
    request: int | None
    code: str
    what: str
    remedy: str


def item_reference(item: int) -> str:
    """Name an item whose record must exist at the target first."""
    return f"item:{item}"


_ADD = insert(change).returning(change.c.id, sort_by_parameter_order=True)
_ADD_NEED = insert(need)
_ALL = select(change)
_BY_ID = _ALL.where(change.c.id.in_(many("ids"))).order_by(change.c.id)
_SUPERSEDE = delete(change).where(
    change.c.flow == bindparam("of"),
    change.c.item.in_(many("ids")),
    change.c.state.in_([WAITING, HELD]),
    change.c.sort != UNDO,
)
_OPEN_NEEDS = delete(need).where(
    need.c.change.in_(
        select(change.c.id).where(
            change.c.flow == bindparam("of"),
            change.c.item.in_(many("ids")),
            change.c.state.in_([WAITING, HELD]),
            change.c.sort != UNDO,
        )
    )
)
_UNSETTLED = (
    select(change.c.item, change.c.id, change.c.state)
    .where(
        change.c.connection == bindparam("at"),
        change.c.item.in_(many("ids")),
        or_(
            change.c.state.in_(FLYING),
            and_(change.c.flow == bindparam("of"), change.c.state.in_([WAITING, HELD])),
        ),
    )
    .order_by(change.c.id)
)
_WAITING_REFERENCES = select(change.c.reference).where(
    change.c.connection == bindparam("at"),
    change.c.reference.in_(many("names")),
    change.c.state.in_([WAITING, HELD, *FLYING]),
)
_OPEN_CREATES = (
    select(change.c.item)
    .where(
        change.c.connection == bindparam("at"),
        change.c.item.in_(many("ids")),
        change.c.op == Op.CREATE.value,
        change.c.state.in_([WAITING, HELD, *FLYING]),
    )
    .distinct()
)
_UNSENT = (
    select(change.c.id)
    .where(
        change.c.connection == bindparam("at"),
        change.c.item.in_(many("ids")),
        change.c.state.in_([WAITING, HELD]),
    )
    .order_by(change.c.id)
)
_FLYING_TO = (
    select(change.c.id)
    .where(
        change.c.connection == bindparam("at"),
        change.c.state.in_(FLYING),
        or_(change.c.target == bindparam("record"), change.c.item == bindparam("of")),
    )
    .limit(1)
)
_INTENTS = select(func.count()).select_from(change).where(change.c.state == ChangeState.INTENT.value)
_STATE = update(change).where(change.c.id.in_(many("ids")))
_TARGET = update(change).where(change.c.id == bindparam("key")).values(target=bindparam("record"))
_MET = (
    delete(need)
    .where(need.c.connection == bindparam("at"), need.c.reference.in_(many("names")))
    .returning(need.c.change)
)
_UNBLOCK = (
    update(change)
    .where(
        change.c.id.in_(many("ids")),
        change.c.blocked.is_(True),
        ~exists().where(need.c.change == change.c.id),
    )
    .values(blocked=False)
)
_maker = change.alias("maker")
_HOPELESS = delete(need).where(
    need.c.change.in_(many("ids")),
    ~exists().where(
        _maker.c.connection == bindparam("at"),
        _maker.c.op == Op.CREATE.value,
        _maker.c.state.in_([WAITING, HELD, *FLYING]),
        or_(
            _maker.c.reference == need.c.reference, need.c.reference == literal("item:").concat(_maker.c.item)
        ),
    ),
)
_NEEDING = (
    select(need.c.change)
    .where(need.c.connection == bindparam("at"), need.c.reference == bindparam("called"))
    .order_by(need.c.change)
)
_IN_DOUBT = (
    select(change)
    .where(
        change.c.connection == bindparam("at"),
        change.c.state == ChangeState.IN_DOUBT.value,
        change.c.not_before <= bindparam("now"),
    )
    .order_by(change.c.id)
    .limit(1)
)
_ORPHANS = (
    select(change.c.id, change.c.sent, change.c.lease_ends)
    .where(
        change.c.connection == bindparam("at"),
        change.c.state == ChangeState.INTENT.value,
        change.c.epoch < bindparam("before"),
    )
    .order_by(change.c.id)
)
NEXT_LOOK = select(func.min(func.coalesce(change.c.not_before, change.c.created))).where(
    change.c.connection == bindparam("at"),
    change.c.state.in_(FLYING),
    or_(change.c.state == ChangeState.IN_DOUBT.value, change.c.epoch < bindparam("before")),
)
LEFT = (
    select(func.count())
    .select_from(change)
    .where(change.c.connection == bindparam("at"), change.c.state.in_([WAITING, *FLYING]))
)
_SETTLED_MEDIA = _ALL.where(
    change.c.connection == bindparam("at"), change.c.reference == bindparam("called")
).order_by(change.c.id.desc())


def add_changes(
    tx: Tx, plan: int | None, run: int | None, state: ChangeState, changes: Sequence[NewChange]
) -> list[int]:
    """Put changes into the outbox and give their numbers, in order."""
    ids: list[int] = []
    for piece in chunks(list(changes)):
        ids += [row.id for row in tx.rows(_ADD, [_values(one, plan, run, state, tx.now) for one in piece])]
    needs = [
        {"change": key, "connection": one.connection, "reference": name}
        for key, one in zip(ids, changes, strict=True)
        for name in dict.fromkeys(one.needs)
    ]
    if needs:
        tx.run(_ADD_NEED, needs)
    return ids


def _values(
    one: NewChange, plan: int | None, run: int | None, state: ChangeState, now: datetime
) -> dict[str, Any]:
    return {
        "flow": one.flow,
        "plan": plan,
        "run": run,
        "connection": one.connection,
        "kind": one.kind.value,
        "form": one.form.value,
        "op": one.op.value,
        "item": one.item,
        "source": one.source,
        "target": one.target,
        "parent_item": one.parent_item,
        "reference": one.reference,
        "label": one.label[:200],
        "urgency": int(one.urgency),
        "state": state.value,
        "sort": one.sort,
        "before": pack(one.before),
        "after": pack(one.after),
        "source_prints": one.source_prints,
        "blocked": bool(one.needs),
        "created": now,
    }


def read_change(row: Row[Any]) -> Change:
    """Read a row of the outbox."""
    values = {name: getattr(row, name) for name in Change.__struct_fields__}
    return Change(
        **{
            **values,
            "kind": Kind(row.kind),
            "form": Form(row.form),
            "op": Op(row.op),
            "urgency": Urgency(row.urgency),
            "state": ChangeState(row.state),
            "before": unpack(row.before),
            "after": unpack(row.after),
            "source_prints": row.source_prints or b"",
        }
    )


def changes(tx: Tx, ids: Sequence[int]) -> list[Change]:
    """Give changes by number."""
    return [read_change(row) for piece in chunks(list(ids)) for row in tx.rows(_BY_ID, {"ids": list(piece)})]


def supersede(tx: Tx, flow: int, items: Sequence[int]) -> None:
    """Take back what a flow meant to send for items and has not sent; what undoes a run stays."""
    for piece in chunks(list(items)):
        tx.run(_OPEN_NEEDS, {"of": flow, "ids": list(piece)})
        tx.run(_SUPERSEDE, {"of": flow, "ids": list(piece)})


def unsettled(tx: Tx, flow: int, connection: int, items: Sequence[int]) -> tuple[Unsettled, ...]:
    """Give what a flow has not sent yet of items, and what is under way or in doubt of any flow's."""
    at = {"of": flow, "at": connection}
    rows = (row for piece in chunks(list(items)) for row in tx.rows(_UNSETTLED, {**at, "ids": list(piece)}))
    return tuple(Unsettled(row.item, row.id, row.state in FLYING) for row in rows)


def unsent(tx: Tx, connection: int, items: Sequence[int]) -> list[int]:
    """Give the changes of items that wait for a connection, held ones too."""
    pieces = chunks(list(items))
    return [row.id for piece in pieces for row in tx.rows(_UNSENT, {"at": connection, "ids": list(piece)})]


def is_flying(tx: Tx, connection: int, item: int, record: int) -> bool:
    """Say whether a request about an item or a record is under way or in doubt at a connection."""
    return tx.one(_FLYING_TO, {"at": connection, "of": item, "record": record}) is not None


def references_on_their_way(tx: Tx, connection: int, names: Sequence[str]) -> set[str]:
    """Give those references that a change in the outbox will make."""
    pieces = chunks(list(names))
    return {
        row.reference
        for piece in pieces
        for row in tx.rows(_WAITING_REFERENCES, {"at": connection, "names": list(piece)})
    }


def open_creates(tx: Tx, connection: int, items: Sequence[int]) -> set[int]:
    """Give those items whose record a change in the outbox will make."""
    pieces = chunks(list(items))
    return {
        row.item for piece in pieces for row in tx.rows(_OPEN_CREATES, {"at": connection, "ids": list(piece)})
    }


def meet(tx: Tx, connection: int, references: Sequence[str]) -> int:
    """Note that these are there now; gives how many waits that ended."""
    pieces = chunks(list(references))
    freed = [
        row.change for names in pieces for row in tx.rows(_MET, {"at": connection, "names": list(names)})
    ]
    for piece in chunks(freed):
        tx.run(_UNBLOCK, {"ids": list(piece)})
    return len(freed)


def drop_hopeless_needs(tx: Tx, connection: int, ids: Sequence[int]) -> None:
    """Let changes no longer wait for what nothing in the outbox will make."""
    for piece in chunks(list(ids)):
        if tx.run(_HOPELESS, {"at": connection, "ids": list(piece)}):
            tx.run(_UNBLOCK, {"ids": list(piece)})


def needing(tx: Tx, connection: int, reference: str) -> list[int]:
    """Give the changes that wait for a reference."""
    return [row.change for row in tx.rows(_NEEDING, {"at": connection, "called": reference})]


def set_state(tx: Tx, ids: Sequence[int], state: ChangeState, **values: Any) -> int:
    """Move changes to a state, with what else is to be noted of them."""
    pieces, noted = chunks(list(ids)), hidden_values(values)
    return sum(tx.run(_STATE, {"ids": list(piece), "state": state.value, **noted}) for piece in pieces)


def set_targets(tx: Tx, targets: Sequence[tuple[int, int]]) -> None:
    """Note which record each change made, as (change, record)."""
    if targets:
        tx.run(_TARGET, [{"key": key, "record": record} for key, record in targets])


def due_look_up(tx: Tx, connection: int) -> Change | None:
    """Give a change in doubt whose time to be looked up has come."""
    row = tx.one(_IN_DOUBT, {"at": connection, "now": tx.now})
    return None if row is None else read_change(row)


def orphans(tx: Tx, connection: int, epoch: int) -> list[tuple[int, datetime, datetime]]:
    """Give (change, sent, end of lease) of intents that earlier owners of the lane left behind."""
    return [
        (row.id, row.sent, row.lease_ends) for row in tx.rows(_ORPHANS, {"at": connection, "before": epoch})
    ]


def left(tx: Tx, connection: int) -> int:
    """Count what is waiting or under way at a connection."""
    return int(tx.scalar(LEFT, {"at": connection}) or 0)


def count_intents(tx: Tx) -> int:
    """Count the changes written ahead of a request whose end is not recorded."""
    return int(tx.scalar(_INTENTS) or 0)
