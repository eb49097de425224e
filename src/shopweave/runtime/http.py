"""Real HTTP over aiohttp: one request, once, and the truth about whether it left."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from socket import socket
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp
import msgspec
from yarl import URL

from shopweave import __version__
from shopweave.connector.transports import HttpStream
from shopweave.model.errors import Configuration, Fenced, HubError, NoAnswer, NotSent, Refused
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.seams import Clock
from shopweave.runtime.addresses import AddressInfo, AddressRefused, public_socket

CONNECT_SECONDS = 5.0
MAX_BYTES = 64 * 1024 * 1024
MAX_REDIRECTS = 5
_HEADER_BYTES = 65_536
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PRIVATE_HEADERS = frozenset({"authorization", "cookie", "x-api-key"})


class AiohttpTransport:
    """Send requests over one shared session, made on the running loop when first needed."""

    def __init__(
        self,
        clock: Clock,
        *,
        max_bytes: int = MAX_BYTES,
        socket_factory: Callable[[AddressInfo], socket] | None = None,
    ) -> None:
        self._clock = clock
        self._max_bytes = max_bytes
        self._socket_factory = socket_factory
        self._session: aiohttp.ClientSession | None = None

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send and read the whole answer."""
        async with self.stream(request) as answer:
            return await _whole(answer, request, self._max_bytes)

    @asynccontextmanager
    async def stream(self, request: HttpRequest) -> AsyncIterator[HttpStream]:
        """Send and read the answer in pieces."""
        response = await self._start(request)
        try:
            yield _Answer(response, request)
        finally:
            response.close()

    async def close(self) -> None:
        """Close the session and its connections; a later request opens a new one."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def fence(self, request: HttpRequest) -> None:
        """Refuse a request whose time is over."""
        if request.not_after is not None and self._clock.monotonic() > request.not_after:
            raise Fenced(where=place(request.url))

    async def _start(self, request: HttpRequest) -> aiohttp.ClientResponse:
        self.fence(request)
        flight = _Flight(request)
        try:
            return await self._open().request(
                request.method,
                URL(request.url, encoded=request.url.isascii()),
                headers=dict(request.headers),
                data=request.body or None,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=request.timeout, connect=CONNECT_SECONDS),
                trace_request_ctx=flight,
            )
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise failure(error, sent=flight.sent, where=place(request.url)) from _harmless(error)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = self._new_session()
        return self._session

    def _new_session(self) -> aiohttp.ClientSession:
        trace = aiohttp.TraceConfig()
        trace.on_request_headers_sent.append(self._before_first_byte)
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, socket_factory=self._socket_factory),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": f"Shopweave/{__version__}"},
            trace_configs=[trace],
            max_line_size=_HEADER_BYTES,
            max_field_size=_HEADER_BYTES,
        )
        # aiohttp 3.14 sends PUT, DELETE and GET again when a kept-alive connection drops.
        session._retry_connection = False  # noqa: SLF001
        return session

    async def _before_first_byte(
        self,
        _session: aiohttp.ClientSession,
        context: SimpleNamespace,
        _parameters: aiohttp.TraceRequestHeadersSentParams,
    ) -> None:
        flight: _Flight = context.trace_request_ctx
        self.fence(flight.request)
        flight.sent = True


class GuardedTransport:
    """Fetch from addresses that strangers wrote: public ones only, unless private ones are allowed.

    Follows up to five redirects of GET and HEAD; each hop is checked like the first.
    """

    def __init__(self, clock: Clock, *, allow_private: bool = False, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._transport = AiohttpTransport(clock, socket_factory=None if allow_private else public_socket)

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send and read the whole answer."""
        async with self.stream(request) as answer:
            return await _whole(answer, request, self._max_bytes)

    @asynccontextmanager
    async def stream(self, request: HttpRequest) -> AsyncIterator[HttpStream]:
        """Send and read the answer in pieces."""
        hop = request
        for _ in range(MAX_REDIRECTS + 1):
            async with self._transport.stream(hop) as answer:
                following = next_hop(hop, answer.status, answer.headers)
                if following is None:
                    yield answer
                    return
            hop = following
        raise Refused("The address redirects too often.", code="NET-111", where=place(request.url))

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()


class _Flight:
    """What the trace knows of one request."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.sent = False


class _Answer:
    """An aiohttp answer as `HttpStream`."""

    def __init__(self, response: aiohttp.ClientResponse, request: HttpRequest) -> None:
        self._response = response
        self._request = request
        self.status = response.status
        self.headers: Mapping[str, str] = _headers(response)

    async def read(self, size: int = 65_536) -> bytes:
        """Read the next piece; empty at the end."""
        try:
            return await self._response.content.read(size)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise failure(error, sent=True, where=place(self._request.url)) from _harmless(error)


def _headers(response: aiohttp.ClientResponse) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in response.headers.items():
        key = name.lower()
        found[key] = f"{found[key]}, {value}" if key in found else value
    return found


async def _whole(answer: HttpStream, request: HttpRequest, max_bytes: int) -> HttpResponse:
    pieces: list[bytes] = []
    size = 0
    while piece := await answer.read():
        size += len(piece)
        if size > max_bytes:
            raise NoAnswer(
                f"The answer is larger than {max_bytes // 1_048_576} MB.",
                code="NET-108",
                where=place(request.url),
            )
        pieces.append(piece)
    return HttpResponse(status=answer.status, headers=answer.headers, body=b"".join(pieces))


def next_hop(request: HttpRequest, status: int, headers: Mapping[str, str]) -> HttpRequest | None:
    """Give the request a redirect asks for, None when the answer is final."""
    target = headers.get("location", "")
    if status not in _REDIRECTS or request.method not in ("GET", "HEAD") or not target:
        return None
    url = urljoin(request.url, target)
    if urlsplit(url).scheme not in ("http", "https"):
        raise Refused(
            "The address redirects to something that is not HTTP.", code="NET-112", where=place(url)
        )
    kept = dict(request.headers)
    if place(url) != place(request.url):
        kept = {name: value for name, value in kept.items() if name.lower() not in _PRIVATE_HEADERS}
    return msgspec.structs.replace(request, url=url, headers=kept)


def place(url: str) -> str:
    """Name the server of a URL without path, query and credentials, fit for messages."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname}{port}" if parts.hostname else ""


_CONNECTING: tuple[tuple[type[Exception], str, str, str], ...] = (
    (
        aiohttp.ClientConnectorDNSError,
        "NET-101",
        "The name of the server cannot be found.",
        "Check the address for typing errors, and that this machine can look up names.",
    ),
    (
        aiohttp.ClientConnectorSSLError,
        "NET-104",
        "No encrypted connection came about.",
        "Check that the address and port speak HTTPS.",
    ),
    (
        aiohttp.ConnectionTimeoutError,
        "NET-105",
        f"The server did not accept a connection within {CONNECT_SECONDS:g} seconds.",
        "Check that it runs and that no firewall is between.",
    ),
    (
        aiohttp.ClientConnectorError,
        "NET-102",
        "The server cannot be reached",
        "Check that it runs, and the port.",
    ),
)


# Numbers of OpenSSL: X509_V_ERR_CERT_HAS_EXPIRED and its kin.
_CERTIFICATES: tuple[tuple[tuple[int, ...], str, str, str], ...] = (
    (
        (10,),
        "NET-114",
        "The server's certificate has expired.",
        "Renew it on the server; until then nothing is sent there.",
    ),
    (
        (62, 63, 64),
        "NET-115",
        "The server's certificate was issued for another name.",
        "Use the name it was issued for as the address, or get one for this name.",
    ),
    (
        (18, 19, 20, 21),
        "NET-116",
        "The server's certificate was signed by nobody this machine trusts.",
        "Get one from a public authority, or give the file of your own authority in SSL_CERT_FILE.",
    ),
)


def failure(error: Exception, *, sent: bool, where: str) -> HubError:
    """Say what a failed request means: not sent, no answer, or an address nobody can call."""
    if isinstance(getattr(error, "os_error", None), AddressRefused):
        return Configuration(
            "The address leads into a private network.",
            code="NET-110",
            where=where,
            remedy="Allow private addresses for this connection if that is meant.",
        )
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return _bad_certificate(error, where)
    for kind, code, what, remedy in _CONNECTING:
        if isinstance(error, kind):
            return NotSent(_with_reason(what, error), code=code, where=where, remedy=remedy)
    if sent:
        return _no_answer(error, where)
    if isinstance(error, (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError, ValueError)):
        return Configuration(
            "This is not an address that can be called.",
            code="NET-106",
            where=where,
            remedy="An address starts with https:// or http:// and names a server.",
        )
    return NotSent(f"The request could not be sent ({type(error).__name__}).", code="NET-113", where=where)


def _bad_certificate(error: aiohttp.ClientConnectorCertificateError, where: str) -> NotSent:
    """Tell the ways apart in which a certificate is bad: each has its own remedy."""
    number = getattr(error.certificate_error, "verify_code", 0)
    for numbers, code, what, remedy in _CERTIFICATES:
        if number in numbers:
            return NotSent(what, code=code, where=where, remedy=remedy)
    text = _with_reason("The server's certificate is not valid", error)
    remedy = "Renew the certificate, or use the name it was issued for."
    return NotSent(text, code="NET-103", where=where, remedy=remedy)


def _no_answer(error: Exception, where: str) -> NoAnswer:
    if isinstance(error, TimeoutError):
        return NoAnswer("The server took too long to answer.", code="NET-107", where=where)
    if isinstance(error, aiohttp.ClientPayloadError):
        return NoAnswer("The answer broke off.", code="NET-109", where=where)
    return NoAnswer(
        f"The connection broke before the answer was complete ({type(error).__name__}).",
        code="NET-109",
        where=where,
    )


def _with_reason(what: str, error: Exception) -> str:
    """Finish an open sentence with the system's own words, which never hold the URL."""
    if what.endswith("."):
        return what
    cause: Any = getattr(error, "certificate_error", None) or getattr(error, "os_error", None)
    words = getattr(cause, "verify_message", "") or getattr(cause, "strerror", "") or type(error).__name__
    return f"{what} ({words})."


def _harmless(error: Exception) -> BaseException | None:
    """Give the cause that may stand in a log: texts of aiohttp can hold the query string."""
    cause = getattr(error, "certificate_error", None) or getattr(error, "os_error", None)
    return cause if isinstance(cause, BaseException) else None
