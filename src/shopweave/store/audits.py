"""Who did what, for good."""

from sqlalchemy import insert

from shopweave.store.base import Tx
from shopweave.store.connections import home
from shopweave.store.tables import audit

_ADD = insert(audit)


def note(tx: Tx, who: str, what: str, detail: str) -> None:
    """Note an act of a person; no secret and no buyer's address stands in it."""
    tx.run(_ADD, {"workspace": home(tx), "at": tx.now, "who": who, "what": what, "detail": detail})
