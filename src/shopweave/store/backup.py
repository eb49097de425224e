"""Backups of a hub on one SQLite file: copied while it works, marked when it is put back."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from shopweave.model.errors import Configuration
from shopweave.store.copies import COPIED

_COUNT = "SELECT count(*) FROM change WHERE state IN ('intent', 'in doubt')"
_UNMARK = f"DELETE FROM setting WHERE name = '{COPIED}'"  # noqa: S608 - a constant
_MARK = f"""INSERT INTO setting (name, value, at, who)
VALUES ('{COPIED}', 'true', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'hub')"""  # noqa: S608 - a constant
_DOUBT = """UPDATE change SET state = 'in doubt', not_before = ?, epoch = NULL
WHERE state IN ('intent', 'in doubt')"""


def back_up(database: Path, target: Path) -> int:
    """Copy a database, even one that is being written; gives the bytes of the copy.

    The key file is kept apart: who has both can read the secrets.
    """
    if not database.is_file():
        raise Configuration(
            f"There is no {database}.", code="BAK-001", remedy="Give the hub's folder by --dir."
        )
    if target.exists():
        raise Configuration(f"{target} is there already.", code="BAK-002", remedy="Name a new file.")
    part = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(part)) as copy:
            source.backup(copy)
        _check(part, database, "It is damaged; keep it, and put an earlier backup back.")
        with closing(sqlite3.connect(part)) as copy:
            _mark(copy)
        part.rename(target)
    except (OSError, sqlite3.Error) as error:
        remedy = "Make room and look who may write there."
        raise Configuration(f"{target} cannot be written: {error}.", code="BAK-007", remedy=remedy) from error
    finally:
        part.unlink(missing_ok=True)
    return target.stat().st_size


def restore(backup: Path, database: Path, now: datetime) -> int:
    """Put a backup in place of a database; gives how many changes are in doubt since.

    What was under way when the backup was made may have been answered since: it is looked up before
    anything is sent again. The former database stays beside it, under its time.
    """
    _check(backup, backup)
    stamp = now.strftime("%Y-%m-%d_%H-%M-%S")
    if database.exists():
        database.rename(database.with_name(f"{database.name}.before-{stamp}"))
    for leftover in (database.with_name(f"{database.name}-wal"), database.with_name(f"{database.name}-shm")):
        leftover.unlink(missing_ok=True)
    with closing(sqlite3.connect(backup)) as source, closing(sqlite3.connect(database)) as fresh:
        source.backup(fresh)
        count = int(fresh.execute(_COUNT).fetchone()[0])
        fresh.execute(_DOUBT, (now.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),))
        _mark(fresh)
        fresh.commit()
    return count


def _mark(copy: sqlite3.Connection) -> None:
    """Let a copy know that it is one, however it is put back: it does not know what was sent since."""
    copy.execute(_UNMARK)
    copy.execute(_MARK)
    copy.commit()


def _check(path: Path, named: Path, remedy: str = "Name a file that 'shopweave backup' wrote.") -> None:
    """Look whether a file is a whole database of a hub; `named` is how people know it."""
    if not path.is_file():
        raise Configuration(f"There is no {path}.", code="BAK-003", remedy=remedy)
    try:
        with closing(sqlite3.connect(path)) as db:
            whole = db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            db.execute(_COUNT)
    except sqlite3.DatabaseError:
        whole = False
    if not whole:
        raise Configuration(f"{named} is no whole database of a hub.", code="BAK-004", remedy=remedy)
