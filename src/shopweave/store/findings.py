"""Findings: one row per cause, with a count."""

from collections.abc import Sequence
from typing import Any

from msgspec import json
from sqlalchemy import Integer, bindparam, func, insert, select, update

from shopweave.model.finding import Finding, Severity
from shopweave.store.base import Tx
from shopweave.store.connections import HOME_ID, home
from shopweave.store.hiding import hidden
from shopweave.store.statements import many
from shopweave.store.tables import finding

ABOUT = 50
LONGEST = 400
_KEY = (finding.c.workspace == bindparam("home")) & (finding.c.cause == bindparam("of"))
_ROW = select(finding, finding.c.count.label("number"))
_READ = _ROW.where(_KEY)
_ADD = insert(finding)
_SET = update(finding).where(_KEY)
_OPEN = _ROW.where(finding.c.workspace == bindparam("home"), finding.c.settled.is_(None)).order_by(
    finding.c.since, finding.c.id
)
_IS_OPEN = select(finding.c.id).where(
    finding.c.workspace == HOME_ID, finding.c.cause == bindparam("of"), finding.c.settled.is_(None)
)
_SETTLE = update(finding).where(
    finding.c.workspace == HOME_ID,
    func.substr(finding.c.cause, 1, bindparam("length", type_=Integer)) == bindparam("of"),
    finding.c.cause.not_in(many("besides")),
    finding.c.settled.is_(None),
)
_FIELDS = ("code", "connection", "flow", "what", "why", "doing", "can_do")


def report(tx: Tx, found: Finding, *, adds: bool = False) -> None:
    """Store a finding; with `adds` its count and names join those of the same open cause."""
    at = home(tx)
    old = tx.one(_READ, {"home": at, "of": found.cause})
    about, count = list(found.about), found.count
    if old is not None and old.settled is None and adds:
        known = json.decode(old.about, type=list[str])
        fresh = [name for name in about if name not in known]
        count = int(old.number) + (len(fresh) if found.about else found.count)
        about = known + fresh
    values: dict[str, Any] = {name: hidden(getattr(found, name)) for name in _FIELDS}
    values |= {"severity": found.severity.value, "count": count, "about": json.encode(about[:ABOUT]).decode()}
    if old is None:
        tx.run(_ADD, {"workspace": at, "cause": found.cause, "since": tx.now, "last": tx.now, **values})
        return
    again = {"since": tx.now, "told": None} if old.settled is not None else {}
    tx.run(_SET, {"home": at, "of": found.cause, "last": tx.now, "settled": None, **again, **values})


def settle(tx: Tx, cause: str, besides: Sequence[str] = ()) -> int:
    """Note that a cause is over; one that ends with a colon is the beginning of many, `besides` some."""
    length = len(cause) if cause.endswith(":") else LONGEST
    values = {"of": cause, "length": length, "besides": list(besides), "settled": tx.now}
    return tx.run(_SETTLE, values)


def is_open(tx: Tx, cause: str) -> bool:
    """Say whether a cause is known and not over."""
    return tx.one(_IS_OPEN, {"of": cause}) is not None


def open_findings(tx: Tx) -> Sequence[Finding]:
    """Give what is open, the oldest first."""
    return tuple(
        Finding(
            cause=row.cause,
            severity=Severity(row.severity),
            count=int(row.number),
            about=json.decode(row.about, type=tuple[str, ...]),
            **{name: getattr(row, name) for name in _FIELDS},
        )
        for row in tx.rows(_OPEN, {"home": home(tx)})
    )
