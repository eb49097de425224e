"""Files for receivers, in threads: written beside, made to last, then renamed."""

import asyncio
import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from shopweave.model.errors import BrokenData, Configuration, HubError, NoAnswer, NotSent

T = TypeVar("T")
LONGEST = 1_000_000
_CLOSED = (errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.EPERM, errno.EROFS)


class Files:
    """Files of this machine."""

    async def put(self, path: str, content: bytes) -> None:
        """Write a file whole or not at all."""
        await asyncio.to_thread(_put, Path(path), content)

    async def exists(self, path: str) -> bool:
        """Say whether there is a file of that name."""
        return await asyncio.to_thread(_told, Path(path).parent, lambda: _exists(Path(path)))

    async def read(self, path: str) -> bytes | None:
        """Give a file's content, None where there is none."""
        return await asyncio.to_thread(_told, Path(path).parent, lambda: _read(Path(path)))

    async def usable(self, folder: str) -> None:
        """Raise unless files can be put into this folder."""
        await asyncio.to_thread(_told, Path(folder), lambda: _usable(Path(folder)))


def _put(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.part")
    _told(path.parent, lambda: _write(beside, content))
    _told(path.parent, lambda: beside.replace(path))
    try:
        _sync_folder(path.parent)
    except OSError as error:
        # The file has its name, but a power cut may yet take it away.
        raise NoAnswer("The folder could not be made to last.", code="FIL-103") from error


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _exists(path: Path) -> bool:
    if not path.parent.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "no folder")
    return path.is_file()


def _read(path: Path) -> bytes | None:
    if not _exists(path):
        return None
    with path.open("rb") as file:
        content = file.read(LONGEST + 1)
    if len(content) > LONGEST:
        raise BrokenData(f"The file {path.name} is longer than a megabyte.", code="FIL-104")
    return content


def _usable(folder: Path) -> None:
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "no folder")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, "closed")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _told(folder: Path, work: Callable[[], T]) -> T:
    try:
        return work()
    except OSError as error:
        raise meaning_of(error, folder) from error


def meaning_of(error: OSError, folder: Path) -> HubError:
    """Say what an error of the file system means; nothing has its name yet."""
    if error.errno in _CLOSED:
        return Configuration(
            "The folder is not there, or files cannot be put into it.",
            code="FIL-101",
            where=str(folder),
            remedy="Make the folder, and let the user of this program write into it.",
        )
    text = os.strerror(error.errno) if error.errno else "unknown error"
    return NotSent(f"The file could not be written: {text}.", code="FIL-102", where=str(folder))
