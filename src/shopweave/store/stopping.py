"""Whether the hub may write, everywhere and to one connection: durable states that its lanes read."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, Exists, String, bindparam, cast, delete, exists, insert, or_, select

from shopweave.store.base import Tx
from shopweave.store.tables import setting

NAME = "hub.stop_writing"
EVERYWHERE = 0

_READ = select(setting.c.name, setting.c.who, setting.c.at).where(
    or_(setting.c.name == NAME, setting.c.name.like(f"{NAME}:%"))
)
_STOP = insert(setting)
_GO_ON = delete(setting).where(setting.c.name == bindparam("called"))


class Stop(Struct, frozen=True, kw_only=True):
    """Who stopped writing, and when."""

    who: str
    since: datetime


def is_stopped(connection: ColumnElement[int]) -> Exists:
    """Make the condition that nothing may be written to a connection."""
    own = (NAME + ":") + cast(connection, String)
    return exists().where(setting.c.name.in_([NAME, own]))


def stops(tx: Tx) -> Mapping[int, Stop]:
    """Give who stopped writing, by connection; under 0 who stopped it everywhere."""
    return {_place(row.name): Stop(who=row.who, since=row.at) for row in tx.rows(_READ)}


def _place(name: str) -> int:
    return int(name.partition(":")[2] or EVERYWHERE)


def stop(tx: Tx, who: str, connection: int = EVERYWHERE) -> bool:
    """Stop writing; False when somebody did already."""
    if connection in stops(tx):
        return False
    tx.run(_STOP, {"name": _name(connection), "value": "true", "at": tx.now, "who": who})
    return True


def go_on(tx: Tx, connection: int = EVERYWHERE) -> bool:
    """Let the hub write again; False when it may already."""
    return bool(tx.run(_GO_ON, {"called": _name(connection)}))


def _name(connection: int) -> str:
    return f"{NAME}:{connection}" if connection else NAME
