"""Whether this database is an older copy of itself, and what is unsure since it was put back."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam, delete, insert, select

from shopweave.store.base import Tx
from shopweave.store.tables import setting

COPIED = "hub.copied"
_NAME, _PULSE, _LIVES = "hub.name", "hub.pulse", "orders.lives"
_READ = select(setting.c.value, setting.c.at).where(setting.c.name == bindparam("of"))
_DROP = delete(setting).where(setting.c.name == bindparam("of"))
_ADD = insert(setting)


class Pulse(Struct, frozen=True, kw_only=True):
    """How far a database has come: its name, and a count that only ever grows."""

    name: str
    count: int


class Unsure(Struct, frozen=True, kw_only=True):
    """An older copy was put back: who knows what became of orders made `before`; `lives` counts how often."""

    before: datetime
    lives: int


def pulse(tx: Tx) -> Pulse:
    """Give how far the database has come; without a name it never said so."""
    return Pulse(name=_value(tx, _NAME), count=int(_value(tx, _PULSE) or 0))


def beat(tx: Tx, fresh: str) -> Pulse:
    """Count on; a database without a name gets the `fresh` one."""
    known = pulse(tx)
    if not known.name:
        _set(tx, _NAME, fresh)
    _set(tx, _PULSE, str(known.count + 1))
    return Pulse(name=known.name or fresh, count=known.count + 1)


def is_behind(tx: Tx, beside: Pulse | None) -> bool:
    """Say whether what was noted beside the database is further than the database itself."""
    known = pulse(tx)
    return beside is not None and beside.name == known.name and beside.count > known.count


def take_copied(tx: Tx) -> bool:
    """Say whether this database was put back from a backup, and forget it."""
    return bool(tx.run(_DROP, {"of": COPIED}))


def note_unsure(tx: Tx) -> None:
    """Note that nobody knows what became of orders up to now."""
    known = unsure(tx)
    _set(tx, _LIVES, str(1 if known is None else known.lives + 1))


def unsure(tx: Tx) -> Unsure | None:
    """Say what is unsure; None where no older copy was ever put back."""
    row = tx.one(_READ, {"of": _LIVES})
    return None if row is None else Unsure(before=row.at, lives=int(row.value))


def _value(tx: Tx, name: str) -> str:
    row = tx.one(_READ, {"of": name})
    return "" if row is None else str(row.value)


def _set(tx: Tx, name: str, value: str) -> None:
    tx.run(_DROP, {"of": name})
    tx.run(_ADD, {"name": name, "value": value, "at": tx.now, "who": "hub"})
