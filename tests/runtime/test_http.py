"""One request, once, and the truth about whether it left."""

import asyncio
import gzip
import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from shopweave.model.errors import Configuration, Fenced, HubError, NoAnswer, NotSent, Refused
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.runtime.clock import SystemClock
from shopweave.runtime.http import AiohttpTransport, GuardedTransport, next_hop, place

SECRET = "ck_hidden"
Behaviour = Callable[["Arrivals", asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Arrivals:
    """What a raw server got: the request lines with headers, in order."""

    def __init__(self) -> None:
        self.heads: list[str] = []
        self.port = 0

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def head(self, reader: asyncio.StreamReader) -> str:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heads.append(head)
        for line in head.splitlines():
            if line.lower().startswith("content-length:"):
                await reader.readexactly(int(line.split(":")[1]))
        return head


def serve(
    behave: Behaviour,
    ask: Callable[[Arrivals], Awaitable[None]],
    *,
    tls: ssl.SSLContext | None = None,
) -> Arrivals:
    """Run a raw server while `ask` talks to it."""

    async def run() -> Arrivals:
        arrivals = Arrivals()

        open_writers: list[asyncio.StreamWriter] = []

        async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            open_writers.append(writer)
            with suppress(OSError, asyncio.IncompleteReadError):
                await behave(arrivals, reader, writer)
            writer.close()

        server = await asyncio.start_server(one, "127.0.0.1", 0, ssl=tls)
        arrivals.port = server.sockets[0].getsockname()[1]
        try:
            await ask(arrivals)
        finally:
            server.close()
            for writer in open_writers:
                writer.transport.abort()
                with suppress(OSError, asyncio.TimeoutError):
                    await asyncio.wait_for(writer.wait_closed(), 1)
        return arrivals

    return asyncio.run(run())


def answer(body: bytes = b"{}", status: str = "200 OK", headers: Mapping[str, str] | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def says(reply: bytes) -> Behaviour:
    async def behave(arrivals: Arrivals, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await arrivals.head(reader)
            writer.write(reply)
            await writer.drain()

    return behave


async def send(request: HttpRequest, **options: int) -> HttpResponse:
    transport = AiohttpTransport(SystemClock(), **options)  # type: ignore[arg-type]
    try:
        return await transport.send(request)
    finally:
        await transport.close()


def test_an_answer_comes_with_status_lower_case_headers_and_body() -> None:
    async def ask(arrivals: Arrivals) -> None:
        url = arrivals.url("/x?a=%20b%2Bc")
        response = await send(HttpRequest(method="POST", url=url, headers={"X-One": "1"}, body=b"{}"))
        assert (response.status, response.body) == (418, b'{"a":1}')
        assert response.headers["x-wp-total"] == "7"
        assert response.headers["link"] == "<a>, <b>"

    reply = answer(b'{"a":1}', "418 Teapot", {"X-WP-Total": "7", "Link": "<a>\r\nLink: <b>"})
    arrivals = serve(says(reply), ask)
    assert arrivals.heads[0].startswith("POST /x?a=%20b%2Bc HTTP/1.1")
    assert "X-One: 1" in arrivals.heads[0]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
def test_nothing_is_sent_twice_when_a_kept_alive_connection_drops(method: str) -> None:
    async def behave(arrivals: Arrivals, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await arrivals.head(reader)
        writer.write(answer())
        await arrivals.head(reader)

    async def ask(arrivals: Arrivals) -> None:
        transport = AiohttpTransport(SystemClock())
        request = HttpRequest(method=method, url=arrivals.url())
        await transport.send(request)
        with pytest.raises(NoAnswer) as caught:
            await transport.send(request)
        assert caught.value.code == "NET-109"
        await transport.close()

    assert len(serve(behave, ask).heads) == 2


def test_a_connection_is_kept_for_the_next_request() -> None:
    peers: list[object] = []

    async def behave(arrivals: Arrivals, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peers.append(writer.get_extra_info("peername"))
        await says(answer())(arrivals, reader, writer)

    async def ask(arrivals: Arrivals) -> None:
        transport = AiohttpTransport(SystemClock())
        for _ in range(3):
            await transport.send(HttpRequest(method="GET", url=arrivals.url()))
        await transport.close()

    assert len(serve(behave, ask).heads) == 3
    assert len(peers) == 1


def test_a_request_past_its_time_never_opens_a_connection() -> None:
    async def ask(arrivals: Arrivals) -> None:
        late = SystemClock().monotonic() - 1
        with pytest.raises(Fenced):
            await send(HttpRequest(method="PUT", url=arrivals.url(), not_after=late))

    assert serve(says(answer()), ask).heads == []


def test_a_request_whose_time_runs_out_while_connecting_sends_no_byte() -> None:
    class Slow(AiohttpTransport):
        asked = 0

        def fence(self, request: HttpRequest) -> None:
            self.asked += 1
            if self.asked == 2:
                super().fence(HttpRequest(method="GET", url=request.url, not_after=-1.0))

    async def ask(arrivals: Arrivals) -> None:
        transport = Slow(SystemClock())
        with pytest.raises(Fenced):
            await transport.send(HttpRequest(method="PUT", url=arrivals.url()))
        await transport.close()

    assert serve(says(answer()), ask).heads == []


def refused(request: HttpRequest, **options: int) -> HubError:
    with pytest.raises(HubError) as caught:
        asyncio.run(send(request, **options))
    return caught.value


def test_a_refused_connection_was_not_sent() -> None:
    error = refused(HttpRequest(method="POST", url=f"http://127.0.0.1:1/hook/{SECRET}?key={SECRET}"))
    assert isinstance(error, NotSent)
    assert (error.code, error.where) == ("NET-102", "http://127.0.0.1:1")
    assert error.remedy


def test_an_unknown_server_name_was_not_sent() -> None:
    error = refused(HttpRequest(method="POST", url=f"http://no-such-shop.invalid/?key={SECRET}"))
    assert isinstance(error, NotSent)
    assert error.code == "NET-101"
    assert error.remedy


@pytest.mark.parametrize("url", ["", "shop.example/x", "ftp://shop.example/", "http://", "http://a:b:c/"])
def test_what_is_no_address_is_a_matter_of_configuration(url: str) -> None:
    error = refused(HttpRequest(method="GET", url=url))
    assert isinstance(error, Configuration)
    assert error.code == "NET-106"


def test_a_server_that_never_answers_gives_no_answer() -> None:
    async def behave(arrivals: Arrivals, reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await arrivals.head(reader)
        await reader.read()

    async def ask(arrivals: Arrivals) -> None:
        with pytest.raises(NoAnswer) as caught:
            await send(HttpRequest(method="POST", url=arrivals.url(), body=b"{}", timeout=0.2))
        assert caught.value.code == "NET-107"

    serve(behave, ask)


@pytest.mark.parametrize(
    "sent", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", b"nonsense\r\n\r\n"]
)
def test_an_answer_that_breaks_off_is_no_answer(sent: bytes) -> None:
    async def behave(arrivals: Arrivals, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await arrivals.head(reader)
        writer.write(sent)

    async def ask(arrivals: Arrivals) -> None:
        with pytest.raises(NoAnswer) as caught:
            await send(HttpRequest(method="GET", url=arrivals.url(f"/?consumer_secret={SECRET}")))
        assert caught.value.code == "NET-109"
        assert SECRET not in str(caught.value)

    serve(behave, ask)


def test_an_answer_that_is_too_large_is_cut_after_unpacking() -> None:
    reply = answer(gzip.compress(b"0" * 3_000_000), headers={"Content-Encoding": "gzip"})

    async def ask(arrivals: Arrivals) -> None:
        with pytest.raises(NoAnswer) as caught:
            await send(HttpRequest(method="GET", url=arrivals.url()), max_bytes=1_048_576)
        assert caught.value.code == "NET-108"

    serve(says(reply), ask)


def test_redirects_are_given_back_and_cookies_forgotten() -> None:
    reply = answer(b"", "301 Moved", {"Location": "/elsewhere", "Set-Cookie": "a=b; Path=/"})

    async def ask(arrivals: Arrivals) -> None:
        transport = AiohttpTransport(SystemClock())
        for _ in range(2):
            response = await transport.send(HttpRequest(method="GET", url=arrivals.url()))
            assert (response.status, response.headers["location"]) == (301, "/elsewhere")
        await transport.close()

    arrivals = serve(says(reply), ask)
    assert len(arrivals.heads) == 2
    assert "cookie" not in arrivals.heads[1].lower()


def test_a_stream_is_read_in_pieces_and_left_early_without_harm() -> None:
    async def ask(arrivals: Arrivals) -> None:
        transport = AiohttpTransport(SystemClock())
        request = HttpRequest(method="GET", url=arrivals.url())
        async with transport.stream(request) as stream:
            assert stream.status == 200
            assert await stream.read(10) == b"x" * 10
        async with transport.stream(request) as stream:
            size = 0
            while piece := await stream.read():
                size += len(piece)
            assert size == 500_000
        await transport.close()

    serve(says(answer(b"x" * 500_000)), ask)


def test_a_certificate_nobody_vouches_for_was_not_sent(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "shop.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")

    async def ask(arrivals: Arrivals) -> None:
        with pytest.raises(NotSent) as caught:
            await send(HttpRequest(method="POST", url=f"https://127.0.0.1:{arrivals.port}/"))
        assert caught.value.code == "NET-116"
        assert "nobody this machine trusts" in caught.value.what

    assert serve(says(answer()), ask, tls=tls).heads == []


def test_plain_http_where_tls_is_expected_was_not_sent() -> None:
    async def behave(_arrivals: Arrivals, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async def ask(arrivals: Arrivals) -> None:
        with pytest.raises(NotSent) as caught:
            await send(HttpRequest(method="GET", url=f"https://127.0.0.1:{arrivals.port}/"))
        assert caught.value.code in ("NET-102", "NET-104")

    serve(behave, ask)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1"])
def test_the_guarded_transport_refuses_private_addresses_however_they_are_written(host: str) -> None:
    async def ask(arrivals: Arrivals) -> None:
        transport = GuardedTransport(SystemClock())
        with pytest.raises(Configuration) as caught:
            await transport.send(HttpRequest(method="GET", url=f"http://{host}:{arrivals.port}/"))
        await transport.close()
        assert caught.value.code in ("NET-110", "NET-106")

    assert serve(says(answer()), ask).heads == []


def test_the_guarded_transport_follows_redirects_where_private_addresses_are_allowed() -> None:
    async def behave(arrivals: Arrivals, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await arrivals.head(reader)
        step = int(head.split()[1].removeprefix("/"))
        end = answer(b"picture")
        writer.write(end if step == 5 else answer(b"", "302 Found", {"Location": f"/{step + 1}"}))
        await behave(arrivals, reader, writer)

    async def ask(arrivals: Arrivals) -> None:
        transport = GuardedTransport(SystemClock(), allow_private=True)
        response = await transport.send(HttpRequest(method="GET", url=arrivals.url("/0")))
        assert response.body == b"picture"
        with pytest.raises(Refused) as caught:
            await transport.send(HttpRequest(method="GET", url=arrivals.url("/-1")))
        assert caught.value.code == "NET-111"
        await transport.close()

    serve(behave, ask)


def test_a_redirect_to_another_server_takes_no_credentials_along() -> None:
    request = HttpRequest(
        method="GET", url="https://shop.example/a", headers={"Authorization": SECRET, "Accept": "*/*"}
    )
    near = next_hop(request, 302, {"location": "/b"})
    far = next_hop(request, 302, {"location": "https://cdn.example/b"})
    assert near is not None
    assert far is not None
    assert (near.url, near.headers) == ("https://shop.example/b", request.headers)
    assert far.headers == {"Accept": "*/*"}


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://x.example/", "data:text/plain,x"])
def test_a_redirect_away_from_http_is_refused(target: str) -> None:
    with pytest.raises(Refused):
        next_hop(HttpRequest(method="GET", url="https://shop.example/a"), 302, {"location": target})


def test_a_place_names_neither_path_nor_query_nor_credentials() -> None:
    assert (
        place(f"https://user:{SECRET}@shop.example:8443/{SECRET}?k={SECRET}") == "https://shop.example:8443"
    )
