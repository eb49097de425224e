"""A process that is killed while callbacks come in has stored every one that it answered."""

import json
import re
import signal
import subprocess
import threading
from pathlib import Path

import httpx
import pytest

from tests.cli.test_cli import EXE
from tests.connectors.woocommerce.test_callbacks import signed
from tests.services import postgres_url
from tests.web.test_serving import call
from tests.worlds import World


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_nothing_that_was_answered_is_lost_by_kill_9(tmp_path: Path, kind: str) -> None:
    if kind == "postgres":
        with postgres_url() as url:
            _killed(tmp_path, f'[hub]\ndatabase = "{url}"')
    else:
        _killed(tmp_path, "[hub]")


def _killed(folder: Path, hub: str) -> None:
    world = World(folder, 3, simple=True)
    (folder / "shopweave.toml").write_text(world.settings.replace("[hub]", hub, 1))
    (folder / "simulators" / "shop-password").chmod(0o600)
    shown = call(folder, "hooks", "--json")
    assert shown.returncode == 0, shown.stderr

    hook = json.loads(shown.stdout.splitlines()[-1])["hooks"][0]
    command = [*EXE, "serve", "--port", "0", "--dir", str(folder)]
    answered = _rained(command, hook)
    assert answered > 20
    counted = call(folder, "callbacks", "--json")
    found = json.loads(counted.stdout.splitlines()[-1])
    assert answered <= found["accepted"] <= answered + 8
    assert found["accepted"] == found["processed"] + found["waiting"]


def _rained(command: list[str], hook: dict[str, str]) -> int:
    """Send callbacks from 8 threads until the process is killed; gives how many were answered."""
    path = hook["url"].partition("/hooks/")[2]
    answered: list[int] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as serving:
        assert serving.stdout is not None
        url = re.search(r"http://[\d.:]+\d", serving.stdout.readline())
        assert url is not None

        def rain(first: int) -> None:
            with httpx.Client(trust_env=False, timeout=20) as client:
                for number in range(first, 1_000_000, 8):
                    one = signed("order.updated", {"id": number}, hook["secret"])
                    try:
                        reply = client.post(
                            f"{url[0]}/hooks/{path}", content=one.body, headers=dict(one.headers)
                        )
                    except httpx.HTTPError:
                        return
                    if reply.status_code == 200:
                        answered.append(number)
                    if len(answered) > 300:
                        serving.send_signal(signal.SIGKILL)

        threads = [threading.Thread(target=rain, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        serving.kill()
    return len(answered)
