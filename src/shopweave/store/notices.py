"""Which finding was told on which way out."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct, json
from sqlalchemy import bindparam, exists, insert, select, update

from shopweave.model.finding import Finding, Severity
from shopweave.store.base import Tx
from shopweave.store.connections import home
from shopweave.store.statements import many
from shopweave.store.tables import finding, notice

_TOLD = exists().where(
    notice.c.finding == finding.c.id, notice.c.way == bindparam("by"), notice.c.since == finding.c.since
)
_NEWS = (
    select(finding, finding.c.count.label("number"))
    .where(
        finding.c.workspace == bindparam("home"),
        finding.c.settled.is_(None),
        finding.c.severity.in_(many("severities")),
        ~_TOLD,
    )
    .order_by(finding.c.since, finding.c.id)
)
_ADD = insert(notice)
_MARK = update(finding).where(finding.c.id == bindparam("key"))
_OPEN = select(finding.c.since, finding.c.last).where(
    finding.c.workspace == bindparam("home"), finding.c.cause == bindparam("of"), finding.c.settled.is_(None)
)
_FIELDS = ("code", "connection", "flow", "what", "why", "doing", "can_do")


class News(Struct, frozen=True, kw_only=True):
    """An open finding that one way out has not told yet; `since` tells one life of it from the next."""

    id: int
    since: datetime
    finding: Finding


def news(tx: Tx, way: str, severities: Sequence[Severity]) -> list[News]:
    """Give what is open and not told on this way, the oldest first."""
    parameters = {"home": home(tx), "by": way, "severities": [one.value for one in severities]}
    return [
        News(
            id=row.id,
            since=row.since,
            finding=Finding(
                cause=row.cause,
                severity=Severity(row.severity),
                count=int(row.number),
                about=json.decode(row.about, type=tuple[str, ...]),
                **{name: getattr(row, name) for name in _FIELDS},
            ),
        )
        for row in tx.rows(_NEWS, parameters)
    ]


def mark_told(tx: Tx, way: str, told: Sequence[News]) -> None:
    """Note that these went out on this way."""
    at = home(tx)
    for one in told:
        tx.run(_ADD, {"workspace": at, "finding": one.id, "way": way, "since": one.since, "told": tx.now})
        tx.run(_MARK, {"key": one.id, "told": tx.now})


def trouble(tx: Tx, cause: str) -> tuple[datetime, datetime] | None:
    """Give since when a cause is open and when it was met last."""
    row = tx.one(_OPEN, {"home": home(tx), "of": cause})
    return None if row is None else (row.since, row.last)
