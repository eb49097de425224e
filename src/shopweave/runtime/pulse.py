"""How far a hub's database has come, noted in a file beside it: an older copy does not know of it."""

import contextlib
from pathlib import Path

from shopweave.store.copies import Pulse

FILE = "hub.pulse"


class PulseFile:
    """The note in a hub's folder. One that is missing or broken says nothing; it only ever warns."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def read(self) -> Pulse | None:
        """Give what was noted last."""
        try:
            name, _, count = self._path.read_text("utf-8").strip().partition(" ")
        except (OSError, UnicodeDecodeError):
            return None
        return Pulse(name=name, count=int(count)) if count.isdecimal() else None

    def note(self, pulse: Pulse) -> None:
        """Note how far the database has come, once that is on its disk."""
        beside = self._path.with_name(f"{FILE}.part")
        with contextlib.suppress(OSError):
            beside.write_text(f"{pulse.name} {pulse.count}\n", "utf-8")
            beside.replace(self._path)
