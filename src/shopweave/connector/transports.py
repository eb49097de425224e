"""Seams to the outside: HTTP, SQL and files, one call each."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

from shopweave.model.http import HttpRequest, HttpResponse

T = TypeVar("T")
Row = Mapping[str, Any]


class HttpStream(Protocol):
    """A long answer, read in pieces."""

    status: int
    headers: Mapping[str, str]

    async def read(self, size: int = 65_536) -> bytes:
        """Read the next piece; empty at the end."""
        ...


class HttpTransport(Protocol):
    """Send one request, once.

    Raises `NotSent` when surely nothing arrived, `NoAnswer` when something may have, `Fenced` when
    `request.not_after` has passed. Never retries, never follows redirects, never sleeps.
    """

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send and read the whole answer."""
        ...

    def stream(self, request: HttpRequest) -> AbstractAsyncContextManager[HttpStream]:
        """Send and read the answer in pieces."""
        ...


class SqlTx(Protocol):
    """An open transaction of a foreign database; named parameters are written `:name`."""

    dialect: str

    def rows(self, statement: str, parameters: Mapping[str, Any] | None = None) -> Sequence[Row]:
        """Run a query and give all its rows; decimals come as `Decimal`, texts as `str`."""
        ...

    def run(self, statement: str, parameters: Mapping[str, Any] | None = None) -> int:
        """Run a statement and give the number of rows it touched."""
        ...


class SqlTransport(Protocol):
    """Run one function in one transaction of a foreign database.

    `work` is synchronous, pure but for its SQL, and never run twice. Raises `NotSent` when the
    transaction surely left nothing, `NoAnswer` when the commit's fate is unknown, `Configuration`
    for wrong credentials or missing rights.
    """

    async def transact(self, work: Callable[[SqlTx], T], *, read_only: bool, timeout: float) -> T:
        """Run `work` and commit."""
        ...


class FileTransport(Protocol):
    """Work on files of this machine; raises `Configuration` where a folder is missing or closed to us."""

    async def put(self, path: str, content: bytes) -> None:
        """Write a file whole or not at all, over one of that name; it lasts when this returns.

        Raises `NotSent` when no file of that name is new, `NoAnswer` when it may be.
        """
        ...

    async def exists(self, path: str) -> bool:
        """Say whether there is a file of that name."""
        ...

    async def read(self, path: str) -> bytes | None:
        """Give a file's content, None where there is no such file; raises `BrokenData` for one above 1 MB."""
        ...

    async def usable(self, folder: str) -> None:
        """Raise unless files can be put into this folder; changes nothing."""
        ...
