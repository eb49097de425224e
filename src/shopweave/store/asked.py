"""What content providers were asked, what they said, and when to ask again."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import and_, bindparam, delete, func, insert, or_, select

from shopweave.model.record import Form, Kind
from shopweave.store.base import Tx
from shopweave.store.records import Snapshot, snapshot
from shopweave.store.tables import asked, link, record


class Asked(Struct, frozen=True, kw_only=True):
    """An answer to remember; `question` tells whether the item is still the one that was asked about."""

    item: int
    question: str
    outcome: str
    number: int | None = None
    what: str = ""
    remedy: str = ""
    next_try: datetime | None = None
    record: int | None = None


_DUE = (
    select(link.c.item, asked.c.question, asked.c.record.label("known"), asked.c.next_try, asked.c.at, record)
    .join_from(link, record, record.c.id == link.c.record)
    .outerjoin(asked, and_(asked.c.connection == bindparam("provider"), asked.c.item == link.c.item))
    .where(
        link.c.connection == bindparam("items"),
        link.c.until.is_(None),
        link.c.item > bindparam("after"),
        record.c.gone.is_(False),
        record.c.kind.in_([Kind.PRODUCT.value, Kind.VARIATION.value]),
    )
    .order_by(link.c.item)
    .limit(bindparam("limit"))
)
_SURE = (
    select(func.count().label("every"), func.count(asked.c.item).label("sure"))
    .select_from(link)
    .join(record, record.c.id == link.c.record)
    .outerjoin(
        asked,
        and_(
            asked.c.connection == bindparam("provider"),
            asked.c.item == link.c.item,
            or_(asked.c.next_try.is_(None), asked.c.next_try > bindparam("now")),
        ),
    )
    .where(
        link.c.connection == bindparam("items"),
        link.c.until.is_(None),
        record.c.gone.is_(False),
        record.c.kind.in_([Kind.PRODUCT.value, Kind.VARIATION.value]),
    )
)
_FORGET = delete(asked).where(asked.c.connection == bindparam("at"), asked.c.item == bindparam("one"))
_ADD = insert(asked)
_COUNTS = (
    select(asked.c.outcome, func.count().label("number"))
    .where(asked.c.connection == bindparam("at"), asked.c.outcome != "OK")
    .group_by(asked.c.outcome)
    .order_by(asked.c.outcome)
)
_OF_OUTCOME = (
    select(asked.c.item, asked.c.question, asked.c.what, asked.c.remedy)
    .where(asked.c.connection == bindparam("at"), asked.c.outcome == bindparam("which"))
    .order_by(asked.c.item)
    .limit(50)
)
_ONE = select(asked).where(asked.c.connection == bindparam("at"), asked.c.item == bindparam("one"))


class Askable(Struct, frozen=True, kw_only=True):
    """An item of another connection, as it stands, and what was asked about it before."""

    item: int
    form: Form
    source: Snapshot
    question: str | None
    next_try: datetime | None
    known: int | None


def askable(tx: Tx, provider: int, items: int, after: int, limit: int) -> list[Askable]:
    """Give items that a provider can be asked about, in order, with what is known."""
    rows = tx.rows(_DUE, {"provider": provider, "items": items, "after": after, "limit": limit})
    return [
        Askable(
            item=row.item,
            form=Form(row.form),
            source=snapshot(row),
            question=row.question,
            next_try=row.next_try,
            known=row.known,
        )
        for row in rows
    ]


def count_sure(tx: Tx, provider: int, items: int) -> tuple[int, int]:
    """Count the items of a connection, and those a provider need not be asked about at present."""
    row = tx.one(_SURE, {"provider": provider, "items": items, "now": tx.now})
    return (int(row.every), int(row.sure)) if row else (0, 0)


def store_asked(tx: Tx, provider: int, rows: Sequence[Asked]) -> None:
    """Remember answers, in place of earlier ones."""
    if not rows:
        return
    tx.run(_FORGET, [{"at": provider, "one": row.item} for row in rows])
    tx.run(
        _ADD,
        [
            {
                "connection": provider,
                "at": tx.now,
                **{name: getattr(row, name) for name in row.__struct_fields__},
            }
            for row in rows
        ],
    )


def outcome_counts(tx: Tx, provider: int) -> dict[str, int]:
    """Count what a provider has nothing to say about, by outcome."""
    return {row.outcome: row.number for row in tx.rows(_COUNTS, {"at": provider})}


def examples(tx: Tx, provider: int, outcome: str) -> list[tuple[str, str, str]]:
    """Give (question, what, remedy) of some items with one outcome."""
    rows = tx.rows(_OF_OUTCOME, {"at": provider, "which": outcome})
    return [(row.question, row.what, row.remedy) for row in rows]


def asked_about(tx: Tx, provider: int, item: int) -> Asked | None:
    """Give what a provider last said about an item."""
    row = tx.one(_ONE, {"at": provider, "one": item})
    return None if row is None else Asked(**{name: getattr(row, name) for name in Asked.__struct_fields__})
