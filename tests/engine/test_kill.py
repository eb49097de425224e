"""Real processes, really killed: no step is lost, and at most the one under way is taken twice."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shopweave.engine.beats import present
from shopweave.engine.local import LocalEngine
from shopweave.engine.port import RunQuery, RunRequest
from shopweave.runtime.clock import SystemClock
from tests.engine.stage import Ground
from tests.services import postgres_url

pytestmark = pytest.mark.long(40)

DEAD = 4.0


@contextmanager
def working(ground: Ground, owner: str) -> Iterator[subprocess.Popen[str]]:
    """Run a worker until it is killed here or by the test."""
    command = [sys.executable, "-m", "tests.engine.killed", str(ground.folder), ground.url, owner, str(DEAD)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        assert running.stdout.readline() == "works\n"
        yield running
    finally:
        running.send_signal(signal.SIGCONT)
        running.kill()
        running.communicate()


def steps(ground: Ground) -> list[tuple[int, str]]:
    path = ground.folder / "steps"
    lines = path.read_text().splitlines() if path.exists() else []
    return [(int(line.split()[1]), line.split()[2]) for line in lines]


def wait_for(ground: Ground, number: int, seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not any(one >= number for one, _ in steps(ground)):
        assert time.monotonic() < until, steps(ground)[-3:]
        time.sleep(0.02)


def hand_in(ground: Ground, until: int) -> None:
    """Queue a run from this process, which never imports a working engine."""

    async def whole() -> None:
        store = ground.store()
        engine = LocalEngine(store, SystemClock(), "here")
        run = RunRequest(id="a", name="count", queue="lanes", state={"name": "a", "until": until})
        await store.write(lambda tx: engine.enqueue(tx, run))
        await store.close()

    asyncio.run(whole())


def status(ground: Ground) -> str:
    async def whole() -> str:
        store = ground.store()
        found = await LocalEngine(store, SystemClock(), "here").runs(RunQuery(ids=("a",)))
        await store.close()
        return found[0].status

    return asyncio.run(whole())


def test_a_killed_process_loses_no_step_and_repeats_one_at_most(tmp_path: Path) -> None:
    ground = Ground("dbos", tmp_path, "")
    hand_in(ground, until=60)
    for number in (15, 30, 45):
        with working(ground, "hub") as running:
            wait_for(ground, number)
            running.send_signal(signal.SIGKILL)
    with working(ground, "hub"):
        wait_for(ground, 60)
        time.sleep(1.5)
        assert status(ground) == "done"
    numbers = [number for number, _ in steps(ground)]
    assert sorted(set(numbers)) == list(range(1, 61))
    assert len(numbers) <= 63


@pytest.mark.postgres
def test_a_killed_worker_is_taken_over_by_another(tmp_path: Path) -> None:
    with postgres_url() as url:
        ground = Ground("dbos-postgres", tmp_path, url)
        with working(ground, "one") as one:
            hand_in(ground, until=100)
            wait_for(ground, 5)
            with working(ground, "two"):
                one.send_signal(signal.SIGKILL)
                died = time.monotonic()
                wait_for(ground, 100, 40)
                assert time.monotonic() - died < DEAD + 3 + 3 + 100 * 0.15
                assert asyncio.run(_places(ground)) == ("two",)
    found = steps(ground)
    assert sorted({number for number, _ in found}) == list(range(1, 101))
    assert len(found) <= 101
    assert {owner for _, owner in found} == {"one", "two"}


@pytest.mark.postgres
def test_a_worker_that_slept_too_long_ends_no_run_of_its_heir(tmp_path: Path) -> None:
    with postgres_url() as url:
        ground = Ground("dbos-postgres", tmp_path, url)
        with working(ground, "one") as one:
            hand_in(ground, until=100)
            wait_for(ground, 5)
            one.send_signal(signal.SIGSTOP)
            with working(ground, "two"):
                wait_for(ground, 20, 40)
                one.send_signal(signal.SIGCONT)
                wait_for(ground, 100, 40)
                time.sleep(DEAD)
                assert set(asyncio.run(_places(ground))) == {"one", "two"}
    found = steps(ground)
    assert sorted({number for number, _ in found}) == list(range(1, 101))
    assert len(found) <= 101
    assert found[-1][1] == "two"


async def _places(ground: Ground) -> tuple[str, ...]:
    store = ground.store()
    try:
        return await store.read(present)
    finally:
        await store.close()
