"""Doors that go wrong on purpose."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from enum import StrEnum
from typing import TypeVar

from shopweave.connector.transports import FileTransport, HttpStream, HttpTransport, SqlTransport, SqlTx
from shopweave.model.errors import Fenced, NoAnswer, NotSent
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.seams import Clock

T = TypeVar("T")
_READS = ("GET", "HEAD")
_PAGE = b"<!DOCTYPE html><html><body><h1>One moment, please</h1></body></html>"


class Fault(StrEnum):
    """What can happen to a request."""

    NOT_SENT = "cannot be sent"
    TIME_OUT = "is not answered in time"
    LIMITED = "is answered 429"
    SERVER_ERROR = "is answered 500 with a web page"
    BAD_GATEWAY = "is answered 502 with a web page"
    WEB_PAGE = "is answered 200 with a web page"
    CUT = "is answered with JSON that breaks off"


SQL_FAULTS = (Fault.NOT_SENT, Fault.TIME_OUT)
_ANSWERS = {
    Fault.LIMITED: (429, {"content-type": "application/json", "retry-after": "7"}, b'{"code":"slow_down"}'),
    Fault.SERVER_ERROR: (500, {"content-type": "text/html"}, _PAGE),
    Fault.BAD_GATEWAY: (502, {"content-type": "text/html"}, _PAGE),
    Fault.WEB_PAGE: (200, {"content-type": "text/html; charset=UTF-8"}, _PAGE),
}


class FaultyHttp:
    """Pass requests on, keep the deadline of each as a real transport does, and go wrong as told.

    A request whose fault comes after it arrived has its effect all the same: nobody can tell from outside.
    """

    def __init__(self, door: HttpTransport, clock: Clock, fault: Fault | None, *, writes_only: bool) -> None:
        self._door, self._clock, self._fault, self._writes_only = door, clock, fault, writes_only
        self.met = 0

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send, or go wrong."""
        if request.not_after is not None and self._clock.monotonic() > request.not_after:
            raise Fenced
        if self._fault is None or (self._writes_only and request.method in _READS):
            return await self._door.send(request)
        self.met += 1
        return await self._wrong(request, self._fault)

    async def _wrong(self, request: HttpRequest, fault: Fault) -> HttpResponse:
        if fault is Fault.NOT_SENT:
            raise NotSent
        if fault is Fault.CUT:
            whole = await self._door.send(request)
            return HttpResponse(status=200, headers=whole.headers, body=whole.body[: len(whole.body) // 2])
        if fault is Fault.TIME_OUT:
            await self._door.send(request)
            raise NoAnswer
        status, headers, body = _ANSWERS[fault]
        return HttpResponse(status=status, headers=headers, body=body)

    def stream(self, request: HttpRequest) -> AbstractAsyncContextManager[HttpStream]:
        """Stream, or go wrong."""
        return self._stream(request)

    @asynccontextmanager
    async def _stream(self, request: HttpRequest) -> AsyncIterator[HttpStream]:
        if self._fault in (Fault.NOT_SENT, Fault.TIME_OUT) and not self._writes_only:
            self.met += 1
            raise NotSent if self._fault is Fault.NOT_SENT else NoAnswer
        async with self._door.stream(request) as answer:
            yield answer


class FaultySql:
    """Pass transactions on, and go wrong as told."""

    def __init__(self, door: SqlTransport, fault: Fault | None, *, writes_only: bool) -> None:
        self._door, self._fault, self._writes_only = door, fault, writes_only
        self.met = 0

    async def transact(self, work: Callable[[SqlTx], T], *, read_only: bool, timeout: float) -> T:
        """Transact, or go wrong."""
        if self._fault is None or (self._writes_only and read_only):
            return await self._door.transact(work, read_only=read_only, timeout=timeout)
        self.met += 1
        if self._fault is Fault.NOT_SENT:
            raise NotSent
        await self._door.transact(work, read_only=read_only, timeout=timeout)
        raise NoAnswer


class FaultyFiles:
    """Put files, and go wrong as told."""

    def __init__(self, door: FileTransport | None, fault: Fault | None) -> None:
        self._door, self._fault = door, fault
        self.met = 0

    async def put(self, path: str, content: bytes) -> None:
        """Put a file, or go wrong."""
        if self._fault is None:
            return await self._files().put(path, content)
        self.met += 1
        if self._fault is Fault.NOT_SENT:
            raise NotSent
        await self._files().put(path, content)
        raise NoAnswer

    async def exists(self, path: str) -> bool:
        """Look for a file."""
        return await self._files().exists(path)

    async def read(self, path: str) -> bytes | None:
        """Read a file."""
        return await self._files().read(path)

    async def usable(self, folder: str) -> None:
        """Look at a folder, or go wrong."""
        if self._fault is not None:
            self.met += 1
            raise NotSent
        await self._files().usable(folder)

    def _files(self) -> FileTransport:
        if self._door is None:
            raise LookupError("the ground has no files")
        return self._door
