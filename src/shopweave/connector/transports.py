"""Seams to the outside: HTTP and SQL, one call each."""

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
