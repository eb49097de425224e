"""A worker that stands still in the middle of its work, and wakes when another has taken over."""

import os
import re
import signal
import subprocess
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.simulators.till.truth import number, truth
from shopweave.simulators.woocommerce.truth import products
from tests.cli.test_cli import EXE, call
from tests.cli.test_working import worker
from tests.servers import serving
from tests.services import postgres_url
from tests.worlds import World

pytestmark = pytest.mark.long(110)

OWNER = (
    "SELECT worker.place, lane.epoch FROM lane JOIN engine_worker AS worker ON worker.name = lane.owner"
    " JOIN connection ON connection.id = lane.connection WHERE connection.name = 'shop'"
)


class Watched:
    """The shop of a world over HTTP, and when it was written to."""

    def __init__(self, world: World) -> None:
        self._world, self._lock = world, threading.Lock()
        self.writes: list[float] = []

    def shop(self, request: HttpRequest) -> HttpResponse:
        with self._lock:
            if request.method != "GET":
                self.writes.append(time.monotonic())
            return self._world.shop.handle(request)

    def icecat(self, request: HttpRequest) -> HttpResponse:
        with self._lock:
            return self._world.icecat.handle(request)


def owner(url: str) -> tuple[int, int]:
    """Wait until somebody owns the shop's lane; gives the process and the epoch."""
    with psycopg.connect(url, autocommit=True) as db:
        until = time.monotonic() + 60
        while (row := db.execute(OWNER).fetchone()) is None:
            assert time.monotonic() < until
            time.sleep(0.002)
    found = re.search(r"process (\d+)", row[0])
    assert found is not None
    return int(found[1]), int(row[1])


def next_owner(url: str, epoch: int) -> float:
    """Wait until the lane has a later epoch; gives when."""
    statement = (
        "SELECT lane.epoch FROM lane JOIN connection ON connection.id = connection WHERE name = 'shop'"
    )
    with psycopg.connect(url, autocommit=True) as db:
        until = time.monotonic() + 90
        while (row := db.execute(statement).fetchone()) is None or row[0] <= epoch:
            assert time.monotonic() < until
            time.sleep(0.05)
    return time.monotonic()


@pytest.mark.pain("OCA/queue#122")
@pytest.mark.postgres
@pytest.mark.parametrize("sign", [signal.SIGSTOP, signal.SIGKILL])
def test_a_lane_is_taken_over_within_45_s_and_a_sleeper_sends_nothing(
    tmp_path: Path, sign: signal.Signals
) -> None:
    world = World(tmp_path, 8, simple=True)
    watched = Watched(world)
    with ExitStack() as stack:
        url = stack.enter_context(postgres_url())
        shop = stack.enter_context(serving(watched.shop))
        world.shop.answer_at(shop)
        icecat = stack.enter_context(serving(watched.icecat))
        world.icecat.url = icecat
        (tmp_path / "simulators" / "shop-password").chmod(0o600)
        text = world.settings.replace("http://127.0.0.1:9001", shop).replace("http://127.0.0.1:9002", icecat)
        text = text.replace("[hub]\n", f'[hub]\ndatabase = "{url}"\n', 1)
        (tmp_path / "shopweave.toml").write_text(text)
        done = call("run", "--approve", "--json", "--dir", str(tmp_path), cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        workers = [stack.enter_context(worker(tmp_path)) for _ in range(2)]
        world.sql("UPDATE phppos_items SET unit_price = unit_price + 1, last_modified = datetime('now')")
        command = [*EXE, "run", "till-to-shop", "--approve", "--dir", str(tmp_path)]
        handing = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        process, epoch = owner(url)
        os.kill(process, sign)
        stopped = time.monotonic()
        assert next_owner(url, epoch) - stopped <= 45
        assert handing.wait(60) == 0
        written = len(watched.writes)
        if sign is signal.SIGSTOP:
            os.kill(process, signal.SIGCONT)
            time.sleep(8)
            assert all(one.poll() is None for one in workers)
        assert len(watched.writes) == written
    till = {one.sku: one.price for one in truth(world.till) if one.status == "active"}
    shown = {one.sku: number(one.regular_price) for one in products(world.shop) if one.sku in till}
    assert shown == till
