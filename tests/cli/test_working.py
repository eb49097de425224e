"""Processes that work by the clock, and commands that hand work in to them: real ones, stopped and killed."""

import json
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.cli.test_cli import EXE, call, last
from tests.services import postgres_url

pytestmark = pytest.mark.long(60)

Running = subprocess.Popen[str]


@contextmanager
def running(folder: Path, *arguments: str, said: str) -> Iterator[Running]:
    """Run a command until it says something, and end it in the end."""
    command = [*EXE, *arguments, "--dir", str(folder)]
    found = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert found.stdout is not None
        line = found.stdout.readline()
        assert said in line, (line, found.communicate(timeout=20))
        yield found
    finally:
        if found.poll() is None:
            found.send_signal(signal.SIGCONT)
            found.kill()
        found.communicate()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Serve the systems of a small demo whose hub is in step."""
    folder = tmp_path_factory.mktemp("work")
    done = call("demo", "--once", "--items", "8", "--simple", "--json", "--dir", str(folder), cwd=folder)
    assert done.returncode == 0, done.stderr
    with running(folder, "simulate", "--json", said="{"):
        yield folder


@pytest.fixture
def hub(world: Path, tmp_path: Path) -> Path:
    """Give a hub of its own that works with those systems; at night, lest the clock take a test's change."""
    text = (world / "shopweave.toml").read_text()
    assert "every 1 minutes" in text
    (tmp_path / "shopweave.toml").write_text(re.sub(r"every \d minutes", "daily at 04:44", text))
    shutil.copy(world / "hub.sqlite", tmp_path / "hub.sqlite")
    shutil.copytree(world / "simulators", tmp_path / "simulators")
    (tmp_path / "till.sqlite").symlink_to(world / "till.sqlite")
    return tmp_path


def raise_prices(world: Path) -> None:
    with sqlite3.connect(world / "till.sqlite") as till:
        till.execute("UPDATE phppos_items SET unit_price = unit_price + 1, last_modified = datetime('now')")
    till.close()


def work(hub: Path) -> Any:
    return running(hub, "work", said="Working by the clock")


def run(hub: Path) -> tuple[int, Any, str]:
    done = call("run", "till-to-shop", "--approve", "--json", "--dir", str(hub), cwd=hub)
    assert done.stdout, done.stderr
    return done.returncode, last(done), done.stderr


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_work_ends_cleanly_when_it_is_told_to(hub: Path, sign: signal.Signals) -> None:
    with work(hub) as working:
        working.send_signal(sign)
        out, err = working.communicate(timeout=20)
    assert (working.returncode, err) == (0, "")
    assert "Stopping" in out


def test_a_command_hands_its_work_in_to_the_process_that_works(hub: Path, world: Path) -> None:
    with work(hub) as working:
        raise_prices(world)
        code, report, err = run(hub)
        assert f"Process {working.pid} works on" in err
        assert (code, report["converged"]) == (0, True), report
        assert report["runs"][0]["changed"] > 0
        assert call("approve", "77", "--dir", str(hub), cwd=hub).returncode == 2
    code, again, err = run(hub)
    assert (code, again["runs"][0]["changed"], err) == (0, 0, "")


def test_a_command_works_itself_when_the_process_it_handed_in_to_dies(hub: Path, world: Path) -> None:
    with work(hub) as working:
        working.send_signal(signal.SIGSTOP)
        raise_prices(world)
        command = [*EXE, "run", "till-to-shop", "--approve", "--json", "--dir", str(hub)]
        handing = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(3)
        assert handing.poll() is None
        working.kill()
        out, err = handing.communicate(timeout=60)
    assert handing.returncode == 0, err
    assert json.loads(out.splitlines()[-1])["runs"][0]["changed"] > 0


@pytest.mark.pain("OCA/queue#122")
def test_work_that_was_killed_goes_on_with_the_next_start(hub: Path, world: Path) -> None:
    raise_prices(world)
    with work(hub) as working:
        handing = subprocess.Popen(
            [*EXE, "run", "--approve", "--json", "--dir", str(hub)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        assert handing.stderr is not None
        assert b"handed in" in handing.stderr.readline()
        working.kill()
        handing.kill()
        handing.communicate()
    with work(hub):
        code, report, _ = run(hub)
    assert (code, report["converged"]) == (0, True)


def test_a_worker_wants_a_database_server(hub: Path) -> None:
    done = call("worker", "--dir", str(hub), cwd=hub)
    assert done.returncode == 2
    assert "CFG-130" in done.stderr


@pytest.mark.postgres
def test_several_workers_share_one_database(hub: Path, world: Path) -> None:
    with postgres_url() as url:
        settings = hub / "shopweave.toml"
        settings.write_text(settings.read_text().replace("[hub]\n", f'[hub]\ndatabase = "{url}"\n', 1))
        with worker(hub) as one, worker(hub) as two:
            code, report, err = run(hub)
            assert (code, report["converged"]) == (0, True), err
            assert "handed in" in err
            one.kill()
            raise_prices(world)
            code, report, _ = run(hub)
            assert (code, report["converged"]) == (0, True), report
            assert report["runs"][0]["changed"] > 0
            two.send_signal(signal.SIGTERM)
            assert two.wait(20) == 0
        assert run(hub)[0] == 0


def worker(hub: Path) -> Any:
    return running(hub, "worker", said="Working by the clock")


_HOLDERS = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 7306 AND database = \
(SELECT oid FROM pg_database WHERE datname = current_database())"


def holders(url: str) -> set[int]:
    """Give the sessions in which workers say that they work."""
    with psycopg.connect(url) as server:
        return {row[0] for row in server.execute(_HOLDERS)}


@pytest.mark.postgres
def test_a_worker_whose_session_the_server_ended_stops_and_another_takes_over(hub: Path, world: Path) -> None:
    with postgres_url() as url:
        settings = hub / "shopweave.toml"
        settings.write_text(settings.read_text().replace("[hub]\n", f'[hub]\ndatabase = "{url}"\n', 1))
        with worker(hub) as one:
            [session] = holders(url)
            with worker(hub) as two:
                with psycopg.connect(url) as server:
                    server.execute("SELECT pg_terminate_backend(%s)", (session,))
                _, err = one.communicate(timeout=30)
                assert one.returncode == 1
                assert "STORE-025" in err
                assert len(holders(url)) == 1
                raise_prices(world)
                code, report, _ = run(hub)
                assert (code, report["converged"]) == (0, True), report
                assert two.poll() is None
                shown = call("findings", "--json", "--dir", str(hub), cwd=hub)
                assert "STORE-025" in {found["code"] for found in last(shown)["findings"]}
        with worker(hub):
            shown = call("findings", "--json", "--dir", str(hub), cwd=hub)
            assert "STORE-025" not in {found["code"] for found in last(shown)["findings"]}
