"""A hub's folder, and the lock that lets one process work on it."""

import fcntl
import os
from pathlib import Path

from shopweave.model.errors import HubError

LOCK = "hub.lock"
INVITATION = " takes work in"


class FolderBusy(HubError):
    """Another process works on this folder."""

    CODE = "STORE-004"


class FolderWorking(FolderBusy):
    """Another process works on this folder, and on what is handed in there."""


class FolderLock:
    """An OS lock on a folder; it ends with the process, however that ends."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / LOCK
        self._file = -1

    def take(self, *, invites: bool = False) -> None:
        """Take the lock; raises `FolderBusy`, or `FolderWorking` if the process that has it invites."""
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner, _, invites_us = os.read(self._file, 40).decode().partition(" ")
            os.close(self._file)
            self._file = -1
            kind = FolderWorking if invites_us else FolderBusy
            raise kind(
                f"Process {owner or '?'} works on {self._path.parent}.",
                remedy="Wait until it has ended, or stop it.",
            ) from error
        os.ftruncate(self._file, 0)
        os.write(self._file, f"{os.getpid()}{INVITATION if invites else ''}".encode())

    def release(self) -> None:
        """Give the lock back."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
