"""Lists that show what was: the delay between commit and visibility."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

Row = dict[str, Any]


class Lag:
    """Remembers what rows were before, as long as lists still show it."""

    def __init__(self, seconds: float, now: Callable[[], datetime]) -> None:
        self._span, self._now = timedelta(seconds=seconds), now
        self._past: dict[tuple[str, int], list[tuple[datetime, Row | None]]] = {}

    def note(self, table: str, key: int, before: Row | None) -> None:
        """Remember what a row was until now; None when there was none."""
        if self._span:
            self._past.setdefault((table, key), []).append((self._now(), before))

    def seen(self, table: str, rows: dict[int, Row]) -> dict[int, Row]:
        """Give the rows as they were a while ago."""
        if not self._past:
            return rows
        moment = self._now() - self._span
        found = dict(rows)
        for (name, key), versions in list(self._past.items()):
            versions[:] = [one for one in versions if one[0] > moment]
            if not versions:
                del self._past[name, key]
            elif name == table:
                before = versions[0][1]
                if before is None:
                    found.pop(key, None)
                else:
                    found[key] = before
        return found
