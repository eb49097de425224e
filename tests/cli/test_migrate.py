"""`shopweave migrate`: what waits, what was done, and databases that this program must not touch."""

import json
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from shopweave.store.migrating import known_steps
from tests.cli.test_cli import EXE, call, last

NUMBERS = [one.number for one in known_steps()]
SETTINGS = '[hub]\ntime_zone = "Europe/Helsinki"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shopweave.toml").write_text(SETTINGS)
    return tmp_path


def migrate(folder: Path, *options: str) -> tuple[int, str, str]:
    done = call("migrate", *options, "--dir", str(folder), cwd=folder)
    return done.returncode, done.stdout, done.stderr


def test_a_new_database_is_made_and_then_nothing_waits(folder: Path) -> None:
    code, out, _ = migrate(folder, "--plan")
    assert (code, out.splitlines()[0]) == (0, "0001  All tables of the first hubs.")
    assert not (folder / "hub.sqlite").exists()
    done = call("migrate", "--json", "--dir", str(folder), cwd=folder)
    said = last(done)
    assert [one["number"] for one in said["done"]] == [one["number"] for one in said["waiting"]] == NUMBERS
    assert (said["at"], said["backup"]) == ("", None)
    assert migrate(folder) == (0, f"The hub's database is at step {NUMBERS[-1]}; no step waits.\n", "")


def test_an_older_hub_is_brought_up_by_whatever_opens_it_and_says_so_once(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "hub.sqlite")) as db:
        db.executescript(Path("tests/samples/hub-at-0001.sql").read_text("utf-8"))
    code, out, _ = migrate(folder, "--plan")
    assert (code, [line[:4] for line in out.splitlines()]) == (0, NUMBERS[1:])
    first, second = (call("runs", "--dir", str(folder), cwd=folder) for _ in range(2))
    (copy,) = folder.glob("hub.sqlite.step-0001-*")
    told = f"The hub's database went from step 0001 to step {NUMBERS[-1]}. The copy from before is {copy}.\n"
    assert (first.returncode, first.stderr) == (0, told)
    assert (second.returncode, second.stdout, second.stderr) == (0, first.stdout, "")


def test_a_copy_from_before_can_be_put_back_and_is_brought_up_again(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "hub.sqlite")) as db:
        db.executescript(Path("tests/samples/hub-at-0001.sql").read_text("utf-8"))
    migrate(folder)
    (copy,) = folder.glob("hub.sqlite.step-0001-*")
    done = call("restore", str(copy), "--yes", "--dir", str(folder), cwd=folder)
    assert done.returncode == 0, done.stderr
    assert migrate(folder, "--plan")[1].startswith(NUMBERS[1])
    time.sleep(1)
    assert migrate(folder)[0] == 0
    assert f"is at step {NUMBERS[-1]}" in migrate(folder)[1]


def test_processes_that_start_at_once_bring_an_older_hub_up_once(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "hub.sqlite")) as db:
        db.executescript(Path("tests/samples/hub-at-0001.sql").read_text("utf-8"))
    command = [*EXE, "migrate", "--json", "--dir", str(folder)]
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    ended = [(*one.communicate(timeout=60), one.returncode) for one in started]
    assert [(err, code) for _, err, code in ended] == [("", 0)] * 3
    assert sorted(len(json.loads(out)["done"]) for out, _, _ in ended) == [0, 0, len(NUMBERS) - 1]
    assert len(list(folder.glob("hub.sqlite.step-0001-*"))) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "STORE-020"),
        ("DROP TABLE alembic_version", "STORE-021"),
    ],
)
@pytest.mark.parametrize("command", ["migrate", "runs"])
def test_what_this_program_must_not_touch_is_refused(
    folder: Path, change: str, code: str, command: str
) -> None:
    migrate(folder)
    with closing(sqlite3.connect(folder / "hub.sqlite")) as db, db:
        db.execute(change)
    done = call(command, "--dir", str(folder), cwd=folder)
    assert done.returncode == 2
    assert f"({code})" in done.stderr
    assert str(folder / "hub.sqlite") in done.stderr
