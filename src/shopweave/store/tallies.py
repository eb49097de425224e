"""How many orders were read, handed over and booked."""

from msgspec import Struct
from sqlalchemy import bindparam, distinct, exists, func, select

from shopweave.model.handover import HandOverKind, HandOverState
from shopweave.model.movement import Stage
from shopweave.store.base import Tx
from shopweave.store.tables import customer_order, handover, movement


class Tally(Struct, frozen=True, kw_only=True):
    """Counts of orders: read from channels, taken by their targets, and with all their goods booked."""

    read: int = 0
    handed_over: int = 0
    booked: int = 0


_OURS = customer_order.c.id > bindparam("after")
_NEWEST = select(func.max(customer_order.c.id))
_READ = select(func.count()).where(_OURS, customer_order.c.mark == "")
_HANDED = (
    select(func.count(distinct(handover.c.order)))
    .join(customer_order, customer_order.c.id == handover.c.order)
    .where(
        _OURS,
        handover.c.kind == HandOverKind.ORDER.value,
        handover.c.state == HandOverState.DONE.value,
    )
)
_open = movement.alias("open")
_BOOKED = (
    select(func.count(distinct(movement.c.order)))
    .join(customer_order, customer_order.c.id == movement.c.order)
    .where(
        _OURS,
        ~exists().where(
            _open.c.order == movement.c.order,
            _open.c.stage.not_in([Stage.ACKNOWLEDGED.value, Stage.ABSORBED.value, Stage.VOID.value]),
        ),
    )
)


def newest_order(tx: Tx) -> int:
    """Give the number of the newest order, 0 if there is none."""
    return int(tx.scalar(_NEWEST) or 0)


def tally(tx: Tx, after: int) -> Tally:
    """Count the orders that came after one."""
    read, handed, booked = (int(tx.scalar(one, {"after": after}) or 0) for one in (_READ, _HANDED, _BOOKED))
    return Tally(read=read, handed_over=handed, booked=booked)
