"""Tracking numbers of orders that targets have: what is to be asked, and what was said."""

from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct
from sqlalchemy import and_, bindparam, func, or_, select, update

from shopweave.model.handover import HandOverKind, HandOverState
from shopweave.store.base import Tx
from shopweave.store.statements import many
from shopweave.store.tables import Moment, customer_order, handover

# A number that is known may still be corrected; an order without one may be on its way unseen.
AGAIN, KNOWN, LONGEST = timedelta(minutes=5), timedelta(days=1), timedelta(days=30)
LENGTH = 200


class FollowedRow(Struct, frozen=True, kw_only=True):
    """A hand-over whose order a target has."""

    id: int
    order: int
    flow: int
    reference: str
    remote_id: str
    tracking: str


_NAMES = FollowedRow.__struct_fields__
_IS_ORDER = handover.c.kind == HandOverKind.ORDER.value
_OF = handover.c.flow == bindparam("of")
_DUE = (
    select(*(handover.c[name] for name in _NAMES))
    .join_from(handover, customer_order, customer_order.c.id == handover.c.order)
    .where(
        _OF,
        _IS_ORDER,
        customer_order.c.erased.is_(None),
        handover.c.state == HandOverState.DONE.value,
        handover.c.settled > bindparam("after", type_=Moment()),
        or_(
            handover.c.asked.is_(None),
            and_(handover.c.tracking == "", handover.c.asked < bindparam("again", type_=Moment())),
            handover.c.asked < bindparam("known", type_=Moment()),
        ),
    )
    .order_by(handover.c.id)
    .limit(bindparam("limit"))
)
_ASKED = update(handover).where(handover.c.id.in_(many("ids"))).values(asked=bindparam("now"))
_FORGET = update(handover).where(handover.c.order.in_(many("ids"))).values(tracking="")
_LEARN = update(handover).where(handover.c.id == bindparam("key")).values(tracking=bindparam("said"))
_NUMBER = (
    select(handover.c.tracking)
    .where(handover.c.order == bindparam("order"), _OF, _IS_ORDER, handover.c.tracking != "")
    .order_by(handover.c.n.desc())
    .limit(1)
)
_NEWS = select(func.max(handover.c.n)).where(
    handover.c.order == bindparam("order"), _OF, handover.c.kind == HandOverKind.NEWS.value
)
_TOLD = select(handover.c.id).where(
    handover.c.order == bindparam("order"),
    _OF,
    handover.c.kind == HandOverKind.NEWS.value,
    handover.c.state == HandOverState.DONE.value,
    handover.c.reference == bindparam("named"),
)
_UNSENT = select(handover.c.id).where(
    handover.c.order == bindparam("order"),
    _OF,
    handover.c.kind == HandOverKind.NEWS.value,
    handover.c.state == HandOverState.WAITING.value,
)


def due(tx: Tx, flow: int, limit: int) -> list[FollowedRow]:
    """Give hand-overs of a flow whose target is to be asked now.

    Neither those that were asked about minutes ago nor those of buyers who are forgotten.
    """
    times = {"after": tx.now - LONGEST, "again": tx.now - AGAIN, "known": tx.now - KNOWN}
    rows = tx.rows(_DUE, {"of": flow, "limit": limit, **times})
    return [FollowedRow(**{name: getattr(row, name) for name in _NAMES}) for row in rows]


def note_asked(tx: Tx, ids: Sequence[int]) -> None:
    """Note that the target was asked about these."""
    tx.run(_ASKED, {"ids": list(ids), "now": tx.now})


def learn(tx: Tx, key: int, number: str) -> None:
    """Store the tracking number of a hand-over."""
    tx.run(_LEARN, {"key": key, "said": number})


def forget_numbers(tx: Tx, orders: Sequence[int]) -> None:
    """Forget the tracking numbers of orders."""
    tx.run(_FORGET, {"ids": list(orders)})


def of_order(tx: Tx, order: int, flow: int) -> str:
    """Give the tracking number of an order on its way to a target, empty where none is known."""
    return str(tx.scalar(_NUMBER, {"order": order, "of": flow}) or "")


def is_told(tx: Tx, order: int, flow: int, reference: str) -> bool:
    """Say whether the channel was told of a hand-over before."""
    return tx.one(_TOLD, {"order": order, "of": flow, "named": reference}) is not None


def next_news(tx: Tx, order: int, flow: int) -> int | None:
    """Give the number of the next news of an order; None while some wait that will carry all there is."""
    if tx.one(_UNSENT, {"order": order, "of": flow}) is not None:
        return None
    return int(tx.scalar(_NEWS, {"order": order, "of": flow}) or 0) + 1
