"""What the hub forgets after a time: changes that ended, and the requests that carried them."""

from datetime import timedelta

from sqlalchemy import bindparam, delete, exists, select

from shopweave.model.change import ChangeState
from shopweave.store.base import Tx
from shopweave.store.statements import many
from shopweave.store.tables import change, handover, need, request, setting

SLICE = 500
FORM = "form:"
_ENDED = tuple(
    state.value
    for state in (
        ChangeState.DONE,
        ChangeState.REFUSED,
        ChangeState.REJECTED,
        ChangeState.EXPIRED,
        ChangeState.DROPPED,
    )
)
# Rows are numbered in the order of their times: nothing older follows a row that is young.
_OLDEST = (
    select(change.c.id, change.c.state, change.c.created, change.c.settled)
    .where(change.c.id > bindparam("after"))
    .order_by(change.c.id)
    .limit(SLICE)
)
_NEEDS = delete(need).where(need.c.change.in_(many("ids")))
_CHANGES = delete(change).where(change.c.id.in_(many("ids")))
_REQUESTS = (
    select(request.c.id, request.c.at)
    .where(request.c.id > bindparam("after"))
    .order_by(request.c.id)
    .limit(SLICE)
)
_UNUSED = delete(request).where(
    request.c.id.in_(many("ids")),
    ~exists().where(change.c.request == request.c.id),
    ~exists().where(handover.c.request == request.c.id),
)
_FORMS = delete(setting).where(setting.c.name.like(f"{FORM}%"), setting.c.at < bindparam("before"))


def forget_changes(tx: Tx, age: timedelta, after: int) -> int:
    """Delete a slice of changes that ended more than `age` ago; gives where to go on, 0 at the end."""
    before = tx.now - age
    old = [row for row in tx.rows(_OLDEST, {"after": after}) if row.created < before]
    ended = [row.id for row in old if row.state in _ENDED and (row.settled or row.created) < before]
    if ended:
        tx.run(_NEEDS, {"ids": ended})
        tx.run(_CHANGES, {"ids": ended})
    return int(old[-1].id) if len(old) == SLICE else 0


def forget_requests(tx: Tx, age: timedelta, after: int) -> int:
    """Delete a slice of older requests that nothing names; gives where to go on, 0 at the end."""
    before = tx.now - age
    old = [row.id for row in tx.rows(_REQUESTS, {"after": after}) if row.at < before]
    if old:
        tx.run(_UNUSED, {"ids": old})
    return int(old[-1]) if len(old) == SLICE else 0


def forget_forms(tx: Tx, age: timedelta) -> int:
    """Delete the keys of forms that were sent more than `age` ago."""
    return tx.run(_FORMS, {"before": tx.now - age})
