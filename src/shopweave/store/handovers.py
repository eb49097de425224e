"""Hand-overs as rows: what waits for each target, is under way, and what became of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Row, bindparam, func, insert, or_, select, update

from shopweave.model.change import Urgency
from shopweave.model.handover import HandOverKind, HandOverState
from shopweave.store.base import Tx
from shopweave.store.hiding import hidden_values
from shopweave.store.ready import Head
from shopweave.store.statements import chunks, many
from shopweave.store.tables import handover

_ENDED = (HandOverState.DONE, HandOverState.WITHDRAWN)
WAITING = HandOverState.WAITING.value
FLYING = (HandOverState.INTENT.value, HandOverState.IN_DOUBT.value)


class NewHandOver(Struct, frozen=True, kw_only=True):
    """A hand-over to be stored; `connection` is whom it goes to."""

    connection: int
    flow: int
    order: int
    kind: HandOverKind
    n: int
    reference: str
    urgency: Urgency = Urgency.ORDER_OUT
    remote_id: str = ""
    not_before: datetime | None = None


class HandOverRow(Struct, frozen=True, kw_only=True):
    """A hand-over as it stands.

    `revision` is the one that was sent last, `remote_id` the order's id at the target, `began` the number of
    the last request.
    """

    id: int
    connection: int
    flow: int
    order: int
    kind: HandOverKind
    n: int
    reference: str
    state: HandOverState
    urgency: Urgency
    created: datetime
    not_before: datetime | None
    attempts: int
    look_ups: int
    epoch: int | None
    lease_ends: datetime | None
    sent: datetime | None
    settled: datetime | None
    began: int | None
    revision: int
    remote_id: str
    request: int | None
    code: str
    what: str
    remedy: str
    tracking: str

    @property
    def is_untold(self) -> bool:
        """Say whether this database knows of no request for it; an earlier life may have sent one."""
        return not self.attempts


_NAMES = HandOverRow.__struct_fields__
_ALL = select(*(handover.c[name] for name in _NAMES))
_BY_ID = _ALL.where(handover.c.id.in_(many("ids"))).order_by(handover.c.id)
_OF_ORDERS = _ALL.where(handover.c.order.in_(many("ids"))).order_by(handover.c.order, handover.c.id)
_UNSETTLED = _ALL.where(
    handover.c.kind == HandOverKind.ORDER.value, handover.c.state.in_(many("states"))
).order_by(handover.c.id)
_PARKED = _ALL.where(
    handover.c.flow == bindparam("of"), handover.c.state == HandOverState.PARKED.value
).order_by(handover.c.id)
_ADD = insert(handover).returning(handover.c.id, sort_by_parameter_order=True)
_SET = update(handover).where(handover.c.id.in_(many("ids")))
_HERE = handover.c.connection == bindparam("at")
_HEADS = (
    select(
        handover.c.urgency,
        func.min(handover.c.id).label("first"),
        func.min(handover.c.created).label("since"),
    )
    .where(
        _HERE,
        handover.c.state == WAITING,
        or_(handover.c.not_before.is_(None), handover.c.not_before <= bindparam("now")),
    )
    .group_by(handover.c.urgency)
    .order_by(handover.c.urgency)
)
_DOUBTFUL = handover.c.state == HandOverState.IN_DOUBT.value
_DUE = (
    _ALL.where(_HERE, _DOUBTFUL, handover.c.not_before <= bindparam("now")).order_by(handover.c.id).limit(1)
)
_ASKED = select(handover.c.id).where(_HERE, _DOUBTFUL, handover.c.not_before.is_(None)).limit(1)
_LEFT_BEHIND = (handover.c.state == HandOverState.INTENT.value) & (handover.c.epoch < bindparam("before"))
_ORPHANS = _ALL.where(_HERE, _LEFT_BEHIND).order_by(handover.c.id)
_SOON = func.coalesce(handover.c.not_before, handover.c.created)
NEXT_LOOK = select(func.min(_SOON)).where(
    _HERE, or_(_DOUBTFUL & handover.c.not_before.is_not(None), _LEFT_BEHIND)
)
NEXT_SEND = select(func.min(_SOON)).where(_HERE, handover.c.state == WAITING)
LEFT = (
    select(func.count())
    .select_from(handover)
    .where(
        _HERE,
        or_(
            handover.c.state.in_([WAITING, HandOverState.INTENT.value]),
            _DOUBTFUL & handover.c.not_before.is_not(None),
        ),
    )
)
_INTENTS = select(func.count()).select_from(handover).where(handover.c.state == HandOverState.INTENT.value)


def add(tx: Tx, rows: Sequence[NewHandOver], state: HandOverState = HandOverState.WAITING) -> list[int]:
    """Store hand-overs; gives their numbers."""
    if not rows:
        return []
    return [row.id for row in tx.rows(_ADD, [_values(one, state, tx.now) for one in rows])]


def _values(one: NewHandOver, state: HandOverState, now: datetime) -> dict[str, Any]:
    return {
        "connection": one.connection,
        "flow": one.flow,
        "order": one.order,
        "kind": one.kind.value,
        "n": one.n,
        "reference": one.reference,
        "state": state.value,
        "urgency": int(one.urgency),
        "created": now,
        "remote_id": one.remote_id,
        "not_before": one.not_before,
    }


def _row(row: Row[Any]) -> HandOverRow:
    values = {name: getattr(row, name) for name in _NAMES}
    typed = {
        "kind": HandOverKind(row.kind),
        "state": HandOverState(row.state),
        "urgency": Urgency(row.urgency),
    }
    return HandOverRow(**{**values, **typed})


def by_id(tx: Tx, key: int) -> HandOverRow | None:
    """Give a hand-over by number."""
    row = tx.one(_BY_ID, {"ids": [key]})
    return None if row is None else _row(row)


def of_orders(tx: Tx, orders: Sequence[int]) -> list[HandOverRow]:
    """Give all hand-overs of orders, the oldest first."""
    pieces = chunks(sorted(set(orders)))
    return [_row(row) for piece in pieces for row in tx.rows(_OF_ORDERS, {"ids": list(piece)})]


def unsettled(tx: Tx) -> list[HandOverRow]:
    """Give the orders that no target is known to have, and that somebody still wants to have there."""
    states = [one.value for one in HandOverState if one not in _ENDED]
    return [_row(row) for row in tx.rows(_UNSETTLED, {"states": states})]


def asks_person(tx: Tx, connection: int) -> bool:
    """Say whether there are hand-overs of which only a person can tell whether they arrived."""
    return tx.one(_ASKED, {"at": connection}) is not None


def parked(tx: Tx, flow: int) -> list[HandOverRow]:
    """Give the hand-overs of a flow that wait for a link."""
    return [_row(row) for row in tx.rows(_PARKED, {"of": flow})]


def set_state(tx: Tx, ids: Sequence[int], state: HandOverState, **values: Any) -> None:
    """Move hand-overs to a state, with what else is to be noted of them."""
    noted = hidden_values(values)
    for piece in chunks(list(ids)):
        tx.run(_SET, {"ids": list(piece), "state": state.value, **noted})


def heads(tx: Tx, connection: int) -> list[Head]:
    """Give the oldest hand-over of each urgency that could go now."""
    rows = tx.rows(_HEADS, {"at": connection, "now": tx.now})
    return [Head(id=row.first, urgency=Urgency(row.urgency), since=row.since) for row in rows]


def due_look_up(tx: Tx, connection: int) -> HandOverRow | None:
    """Give a hand-over in doubt whose time to be looked up has come."""
    row = tx.one(_DUE, {"at": connection, "now": tx.now})
    return None if row is None else _row(row)


def orphans(tx: Tx, connection: int, epoch: int) -> list[HandOverRow]:
    """Give those that earlier owners of the lane left under way."""
    return [_row(row) for row in tx.rows(_ORPHANS, {"at": connection, "before": epoch})]


def count_intents(tx: Tx) -> int:
    """Count those written ahead of requests whose end is not recorded."""
    return int(tx.scalar(_INTENTS) or 0)
