"""The right to work on a hub: a lock of the OS on its folder, or of the server on its database."""

import os
import socket
from pathlib import Path

from shopweave.runtime.folder import FolderLock
from shopweave.store.base import Store
from shopweave.store.postgres import PostgresStore


class Right:
    """The right to work on one hub, not yet taken; it ends with the process, however that ends."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self._lock = FolderLock(folder)

    def take_folder(self) -> None:
        """Take the folder of a hub on a file; raises `FolderBusy`."""
        if not self.url:
            self._lock.take(invites=True)

    def take_server(self, store: Store, *, shared: bool) -> bool:
        """Take a hub on a server, raising `StoreBusy`; says whether nobody else works on it."""
        return store.hold(shared=shared) if isinstance(store, PostgresStore) else True

    async def is_kept(self, store: Store) -> bool:
        """Say whether the right is still ours; a lock of the OS cannot be taken away."""
        return await store.is_held() if isinstance(store, PostgresStore) else True

    def release(self) -> None:
        """Give the folder back; the server's lock goes with its connection."""
        self._lock.release()


def this_place() -> str:
    """Say for people where this process is."""
    return f"{socket.gethostname()[:80]}, process {os.getpid()}"
