"""What both sides were last known to agree on, one row per flow and pair of records."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam, delete, func, insert, select, text, update

from shopweave.store.base import Tx
from shopweave.store.statements import chunks, many
from shopweave.store.tables import Moment, agreed, parked


class Agreement(Struct, frozen=True, kw_only=True):
    """Prints of both sides in the order of the flow's slice."""

    source: int
    target: int
    source_prints: bytes
    target_prints: bytes
    unconfirmed: bool = False


class Parking(Struct, frozen=True, kw_only=True):
    """An atom set aside until its source moves from `source_print`, or until a time.

    `why`: refused · unresolved · drift (`tries` writes put it right) · conflict · pin. A `decision` of a
    person (source or target) holds until either side moves again. The `WHOLE` item is set aside where it is
    `doubtful` which record it is.
    """

    item: int
    atom: str
    why: str
    source_print: bytes
    target_print: bytes
    tries: int = 0
    until: datetime | None = None
    code: str = ""
    decision: str = ""
    who: str = ""


WHOLE, DOUBTFUL = "*", "doubtful"
_READ = select(
    agreed.c.flow,
    agreed.c.source,
    agreed.c.target,
    agreed.c.source_prints,
    agreed.c.target_prints,
    agreed.c.unconfirmed,
)
_OF_TARGETS = _READ.where(agreed.c.flow == bindparam("of"), agreed.c.target.in_(many("ids"))).order_by(
    agreed.c.target
)
_UNCONFIRMED = _READ.where(agreed.c.target.in_(many("ids")), agreed.c.unconfirmed.is_(True)).order_by(
    agreed.c.flow, agreed.c.target
)
_STORE = text("""
INSERT INTO agreed (flow, source, target, source_prints, target_prints, unconfirmed)
VALUES (:flow, :source, :target, :source_prints, :target_prints, :unconfirmed)
ON CONFLICT (flow, source, target) DO UPDATE SET source_prints = excluded.source_prints,
  target_prints = excluded.target_prints, unconfirmed = excluded.unconfirmed
""")
_CONFIRM = (
    update(agreed)
    .where(
        agreed.c.flow == bindparam("of"),
        agreed.c.source == bindparam("from"),
        agreed.c.target == bindparam("to"),
    )
    .values(target_prints=bindparam("now"), unconfirmed=False)
)
_PARKED = (
    select(parked)
    .where(parked.c.flow == bindparam("of"), parked.c.item.in_(many("ids")))
    .order_by(parked.c.item)
)
_PARKED_ALL = select(parked).where(parked.c.why == bindparam("why")).order_by(parked.c.flow, parked.c.item)
_UNDECIDED = (
    select(func.count())
    .select_from(parked)
    .where(parked.c.why == "conflict", parked.c.decision == "", parked.c.flow.in_(many("flows")))
)
_PARK = insert(parked)
_UNPARK = delete(parked).where(
    parked.c.flow == bindparam("of"), parked.c.item == bindparam("one"), parked.c.atom == bindparam("key")
)
_FORGET = delete(parked).where(parked.c.flow.in_(many("flows")), parked.c.item.in_(many("ids")))
_DECIDE = (
    update(parked)
    .where(
        parked.c.flow == bindparam("of"),
        parked.c.item == bindparam("one"),
        parked.c.atom == bindparam("key"),
        parked.c.why == "conflict",
    )
    .values(decision=bindparam("chosen"), who=bindparam("person"))
)
_DUE = text("SELECT DISTINCT flow, item FROM parked WHERE until <= :now ORDER BY flow, item").bindparams(
    bindparam("now", type_=Moment())
)


def agreements(tx: Tx, flow: int, targets: Sequence[int]) -> dict[tuple[int, int], Agreement]:
    """Give a flow's agreements for target records, by (source, target)."""
    rows = (
        row
        for piece in chunks(list(targets))
        for row in tx.rows(_OF_TARGETS, {"of": flow, "ids": list(piece)})
    )
    return {
        (row.source, row.target): Agreement(
            source=row.source,
            target=row.target,
            source_prints=row.source_prints,
            target_prints=row.target_prints,
            unconfirmed=row.unconfirmed,
        )
        for row in rows
    }


def store_agreements(tx: Tx, flow: int, rows: Sequence[Agreement]) -> None:
    """Write agreements."""
    if rows:
        tx.run(
            _STORE,
            [
                {
                    "flow": flow,
                    "source": row.source,
                    "target": row.target,
                    "source_prints": row.source_prints,
                    "target_prints": row.target_prints,
                    "unconfirmed": row.unconfirmed,
                }
                for row in rows
            ],
        )


def unconfirmed(tx: Tx, targets: Sequence[int]) -> list[tuple[int, Agreement]]:
    """Give (flow, agreement) of target records whose last write a read must still confirm."""
    rows = (row for piece in chunks(list(targets)) for row in tx.rows(_UNCONFIRMED, {"ids": list(piece)}))
    return [
        (
            row.flow,
            Agreement(
                source=row.source,
                target=row.target,
                source_prints=row.source_prints,
                target_prints=row.target_prints,
                unconfirmed=True,
            ),
        )
        for row in rows
    ]


def confirm(tx: Tx, flow: int, agreement: Agreement, target_prints: bytes) -> None:
    """Take what the target shows as what was agreed."""
    tx.run(_CONFIRM, {"of": flow, "from": agreement.source, "to": agreement.target, "now": target_prints})


def parkings(tx: Tx, flow: int, items: Sequence[int]) -> dict[tuple[int, str], Parking]:
    """Give the atoms set aside for items in a flow."""
    rows = (
        row for piece in chunks(list(items)) for row in tx.rows(_PARKED, {"of": flow, "ids": list(piece)})
    )
    return {(row.item, row.atom): _parking(row) for row in rows}


def parked_for(tx: Tx, why: str) -> list[tuple[int, Parking]]:
    """Give (flow, parking) of everything set aside for one reason."""
    return [(row.flow, _parking(row)) for row in tx.rows(_PARKED_ALL, {"why": why})]


def doubtful(item: int) -> Parking:
    """Set a whole item aside."""
    return Parking(item=item, atom=WHOLE, why=DOUBTFUL, source_print=b"", target_print=b"")


def undecided(tx: Tx, flows: Sequence[int]) -> int:
    """Count the conflicts of some flows that wait for a person."""
    return int(tx.scalar(_UNDECIDED, {"flows": list(flows)}) or 0)


def _parking(row: object) -> Parking:
    return Parking(**{name: getattr(row, name) for name in Parking.__struct_fields__})


def park(tx: Tx, flow: int, rows: Sequence[Parking]) -> None:
    """Set atoms aside, in place of what was noted of them before."""
    if not rows:
        return
    unpark(tx, flow, [(row.item, row.atom) for row in rows])
    tx.run(
        _PARK,
        [{"flow": flow, **{name: getattr(row, name) for name in row.__struct_fields__}} for row in rows],
    )


def unpark(tx: Tx, flow: int, atoms: Sequence[tuple[int, str]]) -> None:
    """Forget that atoms were set aside."""
    if atoms:
        tx.run(_UNPARK, [{"of": flow, "one": item, "key": atom} for item, atom in atoms])


def forget_parkings(tx: Tx, flows: Sequence[int], items: Sequence[int]) -> None:
    """Forget all that flows set aside for items."""
    for piece in chunks(list(items)):
        tx.run(_FORGET, {"flows": list(flows), "ids": list(piece)})


def decide(tx: Tx, flow: int, item: int, atom: str, chosen: str, who: str) -> int:
    """Store a person's answer to a conflict."""
    return tx.run(_DECIDE, {"of": flow, "one": item, "key": atom, "chosen": chosen, "person": who})


def due_parkings(tx: Tx) -> list[tuple[int, int]]:
    """Give (flow, item) of atoms whose time to try again has come."""
    return [(row.flow, row.item) for row in tx.rows(_DUE, {"now": tx.now})]
