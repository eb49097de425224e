"""What of the outbox could be sent now: the heads of the queue, and what goes with each of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Boolean, ColumnElement, Select, bindparam, exists, func, or_, select, text

from shopweave.model.change import Urgency
from shopweave.model.record import Kind
from shopweave.store.base import Tx
from shopweave.store.outbox import FLYING, WAITING
from shopweave.store.tables import Moment, change


class Head(Struct, frozen=True, kw_only=True):
    """The oldest of one urgency that could be sent now; one that `gives_way` comes after its equals."""

    id: int
    urgency: Urgency
    since: datetime
    gives_way: bool = False


class ReadyHead(Head, frozen=True, kw_only=True):
    """The oldest ready change of one urgency and kind."""

    kind: Kind


_busy = change.alias("busy")
_NOT_BUSY = or_(
    change.c.item.is_(None),
    ~exists().where(
        _busy.c.item == change.c.item, _busy.c.connection == change.c.connection, _busy.c.state.in_(FLYING)
    ),
)


def _slots() -> str:
    return ", ".join(f"('{kind.value}', {int(urgency)})" for kind in Kind for urgency in Urgency)


_READY = (
    (change.c.connection == bindparam("at"))
    & (change.c.state == WAITING)
    & change.c.blocked.is_(False)
    & or_(change.c.not_before.is_(None), change.c.not_before <= bindparam("now"))
    & _NOT_BUSY
)


# A seek for each kind and urgency: counting through all that waits would cost more the more waits.
_HEADS = (
    text(f"""
WITH slot (kind, urgency) AS (VALUES {_slots()})
SELECT change.id, change.kind, change.urgency, change.created FROM slot JOIN change ON change.id = (
  SELECT one.id FROM change AS one
  WHERE one.connection = :at AND one.state = :waiting AND one.blocked = :no
    AND one.kind = slot.kind AND one.urgency = slot.urgency
    AND (one.not_before IS NULL OR one.not_before <= :now)
    AND (one.item IS NULL OR NOT EXISTS (
      SELECT 1 FROM change AS busy WHERE busy.item = one.item AND busy.connection = one.connection
        AND busy.state IN (:intent, :in_doubt)))
  ORDER BY one.id LIMIT 1)
ORDER BY change.id
""")  # noqa: S608 - of our own words
    .bindparams(
        bindparam("now", type_=Moment()),
        bindparam("waiting", WAITING),
        bindparam("no", value=False, type_=Boolean()),
        bindparam("intent", FLYING[0]),
        bindparam("in_doubt", FLYING[1]),
    )
    .columns(change.c.id, change.c.kind, change.c.urgency, change.c.created)
)
_AT_MOST = (
    select(change.c.id)
    .where(
        change.c.connection == bindparam("at"),
        change.c.state == WAITING,
        change.c.blocked.is_(False),
        change.c.kind == bindparam("of"),
    )
    .limit(bindparam("limit"))
)
_COUNT = select(func.count()).select_from(_AT_MOST.subquery())


def _fellows(*which: ColumnElement[bool]) -> Select[Any]:
    return (
        select(change.c.id, change.c.item)
        .where(_READY, change.c.kind == bindparam("of"), *which)
        .order_by(change.c.urgency, change.c.id)
        .limit(bindparam("limit"))
    )


_FELLOWS = _fellows()
_SIBLINGS = _fellows(change.c.parent_item == bindparam("family"))
NEXT = select(func.min(func.coalesce(change.c.not_before, change.c.created))).where(
    change.c.connection == bindparam("at"),
    change.c.state == WAITING,
    change.c.blocked.is_(False),
    _NOT_BUSY,
)


def heads(tx: Tx, connection: int) -> list[ReadyHead]:
    """Give the oldest ready change of each urgency and kind."""
    rows = tx.rows(_HEADS, {"at": connection, "now": tx.now})
    return [
        ReadyHead(id=row.id, kind=Kind(row.kind), urgency=Urgency(row.urgency), since=row.created)
        for row in rows
    ]


def fellows(
    tx: Tx, connection: int, kind: Kind, family: int | None, limit: int
) -> Sequence[tuple[int, int | None]]:
    """Give (change, item) of what is ready and fits into one request, the most urgent first."""
    parameters: dict[str, Any] = {"at": connection, "now": tx.now, "of": kind.value, "limit": limit}
    if family is None:
        return [(row.id, row.item) for row in tx.rows(_FELLOWS, parameters)]
    return [(row.id, row.item) for row in tx.rows(_SIBLINGS, {**parameters, "family": family})]


def fills(tx: Tx, connection: int, kind: Kind, limit: int) -> bool:
    """Say whether about so many changes of a kind are ready; those that rest for a while count too."""
    parameters = {"at": connection, "of": kind.value, "limit": limit}
    return int(tx.scalar(_COUNT, parameters)) >= limit
