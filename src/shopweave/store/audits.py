"""Who did what, for good."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam, insert, select

from shopweave.store.base import Tx
from shopweave.store.connections import HOME_ID, home
from shopweave.store.tables import audit

_ADD = insert(audit)
_LATEST = 2**31 - 1
_READ = (
    select(audit)
    .where(audit.c.workspace == HOME_ID, audit.c.id < bindparam("before"))
    .order_by(audit.c.id.desc())
    .limit(bindparam("limit"))
)


class Act(Struct, frozen=True, kw_only=True):
    """What somebody did; `detail` is JSON."""

    id: int
    at: datetime
    who: str
    what: str
    detail: str


def note(tx: Tx, who: str, what: str, detail: str) -> None:
    """Note an act of a person; no secret and no buyer's address stands in it."""
    tx.run(_ADD, {"workspace": home(tx), "at": tx.now, "who": who, "what": what, "detail": detail})


def acts(tx: Tx, limit: int, before: int | None = None) -> list[Act]:
    """Give acts, the newest first, older than `before`."""
    rows = tx.rows(_READ, {"limit": limit, "before": before or _LATEST})
    return [Act(**{name: getattr(row, name) for name in Act.__struct_fields__}) for row in rows]
