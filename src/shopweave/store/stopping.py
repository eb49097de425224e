"""Whether the hub may write at all: one durable state for all its lanes."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam, delete, insert, select

from shopweave.store.base import Tx
from shopweave.store.tables import setting

NAME = "hub.stop_writing"

_READ = select(setting.c.who, setting.c.at).where(setting.c.name == NAME)
_STOP = insert(setting)
_GO_ON = delete(setting).where(setting.c.name == bindparam("called"))


class Stop(Struct, frozen=True, kw_only=True):
    """Who stopped all writing, and when."""

    who: str
    since: datetime


def stopped(tx: Tx) -> Stop | None:
    """Say who stopped all writing, None when the hub may write."""
    row = tx.one(_READ)
    return None if row is None else Stop(who=row.who, since=row.at)


def stop(tx: Tx, who: str) -> bool:
    """Stop all writing; False when somebody did already."""
    if stopped(tx) is not None:
        return False
    tx.run(_STOP, {"name": NAME, "value": "true", "at": tx.now, "who": who})
    return True


def go_on(tx: Tx) -> bool:
    """Let the hub write again; False when it may already."""
    return bool(tx.run(_GO_ON, {"called": NAME}))
