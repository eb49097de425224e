"""`shopweave notify test` as a user has it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from shopweave.model.http import HttpRequest, HttpResponse
from tests.mail import mail_server
from tests.servers import serving

EXE = [sys.executable, "-c", "from shopweave.cli import main; main()"]
PASSWORD, KEY = "mail pass/word+", "hook-key-2f9c"


def call(folder: Path, *words: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, "MAIL": PASSWORD, **env}
    return subprocess.run(
        [*EXE, "notify", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=given,
    )


def settings(folder: Path, port: int) -> None:
    (folder / "shopweave.toml").write_text(
        "[hub]\nallow_private_addresses = true\n"
        '[notify]\nwebhook = { env = "HOOK" }\n[notify.email]\nhost = "127.0.0.1"\nuser = "hub"\n'
        f'password = {{ env = "MAIL" }}\nport = {port}\nfrom = "hub@shop.example"\n'
        'to = ["me@shop.example"]\ntls = "none"\n'
    )


def test_a_test_message_goes_out_on_every_way(tmp_path: Path) -> None:
    got: list[HttpRequest] = []

    def receive(request: HttpRequest) -> HttpResponse:
        got.append(request)
        return HttpResponse(status=200)

    with serving(receive) as url, mail_server() as server:
        settings(tmp_path, server.port)
        done = call(tmp_path, "test", "--json", env={"HOOK": f"{url}/{KEY}"})
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout.splitlines()[-1])
        assert found == {
            "ways": [{"way": "e-mail", "sent": True}, {"way": "webhook", "sent": True}],
            "works": True,
        }
        assert len(server.mails) == len(got) == 1


def test_what_does_not_go_out_ends_with_2_and_a_remedy_and_no_secret(tmp_path: Path) -> None:
    with serving(lambda _: HttpResponse(status=404)) as url, mail_server(password="other") as server:
        settings(tmp_path, server.port)
        done = call(tmp_path, "test", "--json", env={"HOOK": f"{url}/{KEY}"})
    assert done.returncode == 2
    found = json.loads(done.stdout.splitlines()[-1])
    assert [one["code"] for one in found["ways"]] == ["MAIL-002", "HOOK-001"]
    assert all(one["remedy"] for one in found["ways"])
    assert "Traceback" not in done.stderr
    assert not any(secret in done.stdout + done.stderr for secret in (PASSWORD, KEY))


def test_nobody_to_tell_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "shopweave.toml").write_text("[hub]\n")
    done = call(tmp_path, "test", env={})
    assert (done.returncode, "CFG-130" in done.stderr) == (2, True)
