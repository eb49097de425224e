"""Questions the outbox raises: what a person must be asked again, and what waits for nobody.

An approved change that is taken back because its target moved leaves a question: what is planned for its item
next is held, until a person decides or nothing is left to write.
"""

from collections.abc import Sequence

from sqlalchemy import bindparam, exists, literal, or_, select, update

from shopweave.model.change import ChangeState, Op
from shopweave.store.base import Tx
from shopweave.store.outbox import FLYING, HELD, WAITING, item_reference, set_state
from shopweave.store.statements import chunks, many
from shopweave.store.tables import change, need

_maker = change.alias("maker")
_QUESTION = "PLAN-002"
_ASKED = (
    change.c.flow == bindparam("of"),
    change.c.item.in_(many("ids")),
    change.c.state == ChangeState.DROPPED.value,
    change.c.code == _QUESTION,
)
_later = change.alias("later")
_QUESTIONS = (
    select(change.c.item)
    .where(
        *_ASKED,
        ~exists().where(
            _later.c.item == change.c.item,
            _later.c.flow == change.c.flow,
            _later.c.id > change.c.id,
            or_(_later.c.approved, _later.c.state == ChangeState.REJECTED.value),
        ),
    )
    .distinct()
    .order_by(change.c.item)
)
_DROP_QUESTIONS = update(change).where(*_ASKED).values(code="")
_STRANDED = (
    select(change.c.item)
    .join(need, need.c.change == change.c.id)
    .where(
        need.c.connection == bindparam("at"),
        need.c.reference.in_(many("names")),
        change.c.state.in_([WAITING, HELD]),
        change.c.item.is_not(None),
        ~exists().where(
            _maker.c.connection == bindparam("at"),
            _maker.c.op == Op.CREATE.value,
            _maker.c.state.in_([WAITING, HELD, *FLYING]),
            need.c.reference == literal("item:").concat(_maker.c.item),
        ),
    )
    .distinct()
    .order_by(change.c.item)
)


def stranded(tx: Tx, connection: int, items: Sequence[int]) -> list[int]:
    """Give the items of changes that wait for a record of one of these, which no change will make."""
    names = [item_reference(item) for item in items]
    return [
        row.item
        for piece in chunks(names)
        for row in tx.rows(_STRANDED, {"at": connection, "names": list(piece)})
    ]


def ask_again(tx: Tx, ids: Sequence[int], what: str) -> None:
    """Take approved changes back: what is planned for their items next is a question to a person."""
    set_state(tx, ids, ChangeState.DROPPED, settled=tx.now, code=_QUESTION, what=what)


def asked_again(tx: Tx, flow: int, items: Sequence[int]) -> list[int]:
    """Give those items whose approved change was taken back, and nobody has decided about them since."""
    pieces = chunks(list(items))
    return [row.item for piece in pieces for row in tx.rows(_QUESTIONS, {"of": flow, "ids": list(piece)})]


def drop_questions(tx: Tx, flow: int, items: Sequence[int]) -> None:
    """Note that there is nothing left to ask about these items."""
    for piece in chunks(list(items)):
        tx.run(_DROP_QUESTIONS, {"of": flow, "ids": list(piece)})
