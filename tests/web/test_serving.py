"""`shopweave serve` and `shopweave user` as real processes."""

import asyncio
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from shopweave.model.errors import Configuration
from shopweave.web.security import COOKIE
from shopweave.web.serving import listen
from tests.cli.test_cli import EXE
from tests.web.site import PASSWORD, serving
from tests.worlds import World


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    world = World(tmp_path, 3, simple=True)
    (tmp_path / "shopweave.toml").write_text(world.settings)
    (tmp_path / "simulators" / "shop-password").chmod(0o600)
    return tmp_path


def call(folder: Path, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [*EXE, *arguments, "--dir", str(folder)]
    return subprocess.run(command, input=typed, capture_output=True, text=True, timeout=60, check=False)


def test_serve_works_serves_and_ends_when_it_is_told_to(folder: Path) -> None:
    command = [*EXE, "serve", "--port", "0", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            url = re.search(r"http://[\d.:]+\d", process.stdout.readline())
            assert url is not None
            link = re.search(r"http\S+/first\?key=\w+", process.stdout.readline())
            assert link is not None
            with httpx.Client(trust_env=False) as client:
                assert client.get(f"{url[0]}/health").json()["status"] == "alive"
                assert "Who looks after this hub?" in client.get(link[0]).text
            assert call(folder, "serve", "--port", "0").returncode == 4
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=30)
        finally:
            process.kill()
    assert (process.returncode, err) == (0, "")
    assert "Stopping" in out


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_open_live_streams_end_with_the_server_and_nothing_is_said_of_them(
    folder: Path, sign: signal.Signals
) -> None:
    assert call(folder, "user", "add", "me@shop.example", typed=f"{PASSWORD}\n").returncode == 0
    command = [*EXE, "serve", "--port", "0", "--dir", str(folder)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process,
        ExitStack() as stack,
    ):
        assert process.stdout is not None
        try:
            url = re.search(r"http://[\d.:]+\d", process.stdout.readline())
            assert url is not None
            key = signed_in(url[0])
            streams = [stack.enter_context(deaf_stream(url[0], key)) for _ in range(3)]
            reading = stack.enter_context(deaf_stream(url[0], key))
            assert b"text/event-stream" in reading.recv(500)
            assert len(streams) == 3
            begun = time.monotonic()
            process.send_signal(sign)
            out, err = process.communicate(timeout=30)
            took = time.monotonic() - begun
        finally:
            process.kill()
    assert (process.returncode, err) == (0, "")
    assert "Stopping" in out
    assert took < 15
    logs = "".join(path.read_text() for path in (folder / "logs").glob("*.log"))
    assert "Traceback" not in logs
    assert "CancelledError" not in logs


def signed_in(url: str) -> str:
    with httpx.Client(trust_env=False, base_url=url) as client:
        done = client.post("/sign-in", data={"email": "me@shop.example", "password": PASSWORD})
        assert done.status_code == 303, done.text
        return f"{COOKIE}={client.cookies[COOKIE]}"


def test_a_stream_that_hangs_is_cut_off_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def hang(_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("shopweave.web.live.overview", hang)
    with ExitStack() as stack, serving(tmp_path, items=3) as site, site.client("viewer") as client:
        stack.enter_context(deaf_stream(site.url, f"{COOKIE}={client.cookies[COOKIE]}"))
        time.sleep(0.5)
    assert [record.getMessage() for record in caplog.records if record.name == "uvicorn.error"] == []


@contextmanager
def deaf_stream(url: str, cookie: str) -> Iterator[socket.socket]:
    """Open a stream and read nothing of it, as a page in the background of a laptop that sleeps."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.socket() as found:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        found.connect((host, int(port)))
        found.sendall(f"GET /live HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookie}\r\n\r\n".encode())
        yield found


def test_people_and_tokens_are_added_on_the_command_line(folder: Path) -> None:
    short = call(folder, "user", "add", "me@shop.example", typed="short\n")
    assert (short.returncode, "USER-003" in short.stderr) == (2, True)
    done = call(folder, "user", "add", "me@shop.example", "--role", "viewer", typed=f"{PASSWORD}\n")
    assert done.returncode == 0, done.stderr
    assert "me@shop.example may use the pages as viewer." in done.stdout
    assert PASSWORD.encode() not in (folder / "hub.sqlite").read_bytes()
    token = call(folder, "user", "token", "me@shop.example", "report")
    assert re.fullmatch(r"shw_\w{32}\n", token.stdout), token.stderr
    refused = call(folder, "user", "token", "me@shop.example", "report", "--role", "admin")
    assert (refused.returncode, "USER-004" in refused.stderr) == (2, True)


def test_a_taken_address_is_said_with_its_remedy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Configuration) as caught:
            listen("127.0.0.1", port)
        assert caught.value.code == "WEB-001"
        with listen("127.0.0.1", port, exact=False) as found:
            assert found.getsockname()[1] != port
