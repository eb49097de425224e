"""A write-through journal, so that a killed simulator loses nothing."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

Content = dict[str, Any] | bytes


class Journal:
    """Rows by kind and key on a SQLite file."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL").close()
        self._db.execute("PRAGMA synchronous=OFF").close()
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS row"
            " (kind TEXT, key TEXT, raw INTEGER, body BLOB, PRIMARY KEY (kind, key))"
        ).close()

    def load(self) -> Iterator[tuple[str, str, Content]]:
        """Give all rows."""
        for kind, key, raw, body in self._db.execute(
            "SELECT kind, key, raw, body FROM row ORDER BY kind, key"
        ):
            yield kind, key, bytes(body) if raw else msgspec.json.decode(body)

    def save(self, changed: Sequence[tuple[str, str, Content]], removed: Sequence[tuple[str, str]]) -> None:
        """Write and remove rows in one transaction."""
        values = [
            (
                kind,
                key,
                isinstance(body, bytes),
                body if isinstance(body, bytes) else msgspec.json.encode(body),
            )
            for kind, key, body in changed
        ]
        self._db.execute("BEGIN")
        self._db.executemany("INSERT OR REPLACE INTO row VALUES (?, ?, ?, ?)", values)
        self._db.executemany("DELETE FROM row WHERE kind = ? AND key = ?", removed)
        self._db.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._db.close()
