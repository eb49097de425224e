"""A hub's folder, and the lock that lets one process work on it."""

import fcntl
import os
from pathlib import Path

from shopweave.model.errors import HubError

LOCK = "hub.lock"


class FolderBusy(HubError):
    """Another process works on this folder."""

    CODE = "STORE-004"


class FolderLock:
    """An OS lock on a folder; it ends with the process, however that ends."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / LOCK
        self._file = -1

    def take(self) -> None:
        """Take the lock; raises `FolderBusy` naming the process that has it."""
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.read(self._file, 20).decode() or "?"
            os.close(self._file)
            self._file = -1
            raise FolderBusy(
                f"Process {owner} works on {self._path.parent}.",
                remedy="Wait until it has ended, or stop it.",
            ) from error
        os.ftruncate(self._file, 0)
        os.write(self._file, str(os.getpid()).encode())

    def release(self) -> None:
        """Give the lock back."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
