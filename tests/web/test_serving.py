"""`shopweave serve` and `shopweave user` as real processes."""

import re
import signal
import socket
import subprocess
from pathlib import Path

import httpx
import pytest

from shopweave.model.errors import Configuration
from shopweave.web.serving import listen
from tests.cli.test_cli import EXE
from tests.web.site import PASSWORD
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
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as serving:
        assert serving.stdout is not None
        try:
            url = re.search(r"http://[\d.:]+\d", serving.stdout.readline())
            assert url is not None
            link = re.search(r"http\S+/first\?key=\w+", serving.stdout.readline())
            assert link is not None
            with httpx.Client(trust_env=False) as client:
                assert client.get(f"{url[0]}/health").json()["status"] == "alive"
                assert "Who looks after this hub?" in client.get(link[0]).text
            assert call(folder, "serve", "--port", "0").returncode == 4
            serving.send_signal(signal.SIGTERM)
            out, err = serving.communicate(timeout=30)
        finally:
            serving.kill()
    assert (serving.returncode, err) == (0, "")
    assert "Stopping" in out


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
