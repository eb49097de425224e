"""Whether the hub ended cleanly the last time: a mark made at its end and taken at its start."""

from sqlalchemy import delete, insert

from shopweave.store.base import Tx
from shopweave.store.tables import setting

NAME = "hub.ended_cleanly"
_ADD = insert(setting)
_TAKE = delete(setting).where(setting.c.name == NAME)


def note_end(tx: Tx) -> None:
    """Note that nothing was under way when the hub ended."""
    tx.run(_TAKE)
    tx.run(_ADD, {"name": NAME, "value": "true", "at": tx.now, "who": "hub"})


def take_end(tx: Tx) -> bool:
    """Say whether the hub ended cleanly, and forget it: a copy made from now on was not."""
    return bool(tx.run(_TAKE))
