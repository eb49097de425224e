"""A transport that notes the exchanges of the request under way, for explain and the pages."""

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from contextvars import ContextVar

from shopweave.connector.transports import HttpStream, HttpTransport
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.store.requests import Exchange

_LARGEST = 262_144
_NOTED: ContextVar[list[Exchange] | None] = ContextVar("noted", default=None)


@contextmanager
def noting() -> Iterator[list[Exchange]]:
    """Collect the exchanges of the calls made inside."""
    noted: list[Exchange] = []
    token = _NOTED.set(noted)
    try:
        yield noted
    finally:
        _NOTED.reset(token)


class RecordingTransport:
    """Pass requests on and note them, without headers and without query."""

    def __init__(self, transport: HttpTransport) -> None:
        self._transport = transport

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send one request."""
        noted = _NOTED.get()
        if noted is None:
            return await self._transport.send(request)
        exchange = Exchange(method=request.method, url=request.url.partition("?")[0], body=_short(request))
        try:
            answer = await self._transport.send(request)
        except BaseException:
            noted.append(exchange)
            raise
        noted.append(
            Exchange(
                method=exchange.method,
                url=exchange.url,
                body=exchange.body,
                status=answer.status,
                answer=answer.body[:_LARGEST],
            )
        )
        return answer

    def stream(self, request: HttpRequest) -> AbstractAsyncContextManager[HttpStream]:
        """Stream one answer; streams are not noted."""
        return self._transport.stream(request)


def _short(request: HttpRequest) -> bytes:
    is_text = request.headers.get("content-type", request.headers.get("Content-Type", "")).startswith(
        "application/json"
    )
    return request.body[:_LARGEST] if is_text else f"<{len(request.body)} bytes>".encode()
