"""Steps of the tables: they agree with the program, keep the rows, and are done wholly or not at all."""

import asyncio
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Column, Engine, Index, Integer, MetaData, event, inspect, text

from shopweave.engine.tables import metadata as engine_tables
from shopweave.hub import plans
from shopweave.hub.settings import read
from shopweave.model.errors import Configuration
from shopweave.runtime.clock import SystemClock
from shopweave.runtime.folder import FolderLock
from shopweave.runtime.upgrading import Upgrade, bring_up, waiting
from shopweave.store.migrating import STEPS, OlderWorks, StepFailed, known_steps
from shopweave.store.postgres import PostgresStore, make_postgres
from shopweave.store.sqlite import make_engine
from shopweave.store.tables import metadata
from tests.services import postgres_url
from tests.store.schema import copy_rows, count_rows, differences, write_step
from tests.worlds import World

pytestmark = pytest.mark.long(30)

CLOCK = SystemClock()
BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
COLUMN = 'op.execute("ALTER TABLE run ADD COLUMN shade VARCHAR(9)")'


class Place:
    """Where a hub's database is: a file in a folder, or a database of a server."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.engine = make_postgres(url) if url else make_engine(folder / "hub.sqlite")

    def bring_up(self, steps: Path = STEPS, *, held: bool = True) -> Upgrade | None:
        return bring_up(self.folder, self.url, CLOCK, held=held, steps=steps)

    def columns(self, table: str) -> set[str]:
        return {one["name"] for one in inspect(self.engine).get_columns(table)}

    def run(self, statement: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(statement))

    def copies(self) -> list[Path]:
        return list(self.folder.glob("hub.sqlite.step-*"))


Make = Callable[[], Place]


@pytest.fixture(params=BOTH)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Give a maker of fresh places."""
    with ExitStack() as stack:

        def place() -> Place:
            folder = tmp_path / f"hub-{len(list(tmp_path.iterdir()))}"
            folder.mkdir()
            url = stack.enter_context(postgres_url(empty=True)) if request.param == "postgres" else ""
            made = Place(folder, url)
            stack.callback(made.engine.dispose)
            return made

        yield place


@pytest.fixture
def hub(make: Make) -> Place:
    """Give a hub at the last step, with a row."""
    place = make()
    place.bring_up()
    place.run("INSERT INTO workspace (name) VALUES ('precious')")
    return place


@pytest.fixture
def steps(tmp_path: Path) -> Path:
    """Give a copy of the steps that a test can add to."""
    return Path(shutil.copytree(STEPS, tmp_path / "steps", ignore=shutil.ignore_patterns("__pycache__")))


def last() -> str:
    return known_steps()[-1].number


def test_the_steps_make_what_the_program_works_with(make: Make) -> None:
    assert differences(make().engine, make().engine) == []


@pytest.mark.parametrize("what", ["column", "index", "partial", "table"])
def test_what_is_added_without_a_step_is_found(make: Make, what: str) -> None:
    changed = MetaData()
    for one in (*metadata.tables.values(), *engine_tables.tables.values()):
        one.to_metadata(changed)
    if what == "column":
        changed.tables["run"].append_column(Column("shade", Integer))
    elif what == "index":
        Index("run_step", changed.tables["run"].c.step)
    elif what == "partial":
        living = next(one for one in changed.tables["link"].indexes if one.name == "link_living_item")
        changed.tables["link"].indexes.remove(living)
        Index(living.name, *living.columns, unique=True)
    else:
        changed.remove(changed.tables["notice"])
    found = differences(make().engine, make().engine, [changed])
    assert [one.partition(":")[0] for one in found] == [
        {"partial": "link", "table": "notice"}.get(what, "run")
    ]


def test_the_steps_follow_each_other_and_each_says_what_it_does() -> None:
    files = sorted(STEPS.glob("step_*.py"))
    for number, (path, step) in enumerate(zip(files, known_steps(), strict=True), 1):
        assert step.number == f"{number:04}"
        assert step.what.endswith(".")
        assert re.search(rf'^revision = "{number:04}"$', path.read_text(), re.MULTILINE), path
        before = f'"{number - 1:04}"' if number > 1 else "None"
        assert f"\ndown_revision = {before}\n" in path.read_text(), path


def test_a_database_is_made_once_and_then_left_alone(make: Make) -> None:
    place = make()
    made = place.bring_up()
    assert made == Upgrade(before="", steps=known_steps())
    assert place.bring_up() is None
    assert waiting(place.folder, place.url).waiting == ()


def test_an_older_database_is_copied_and_brought_up(hub: Place, steps: Path) -> None:
    write_step(steps, "9001", last(), COLUMN)
    write_step(steps, "9002", "9001", "op.execute(\"UPDATE workspace SET name = 'kept'\")")
    assert [one.number for one in waiting(hub.folder, hub.url, steps).waiting] == ["9001", "9002"]
    done = hub.bring_up(steps, held=False)
    assert done is not None
    assert [one.what for one in done.steps] == ["Step 9001 of a test.", "Step 9002 of a test."]
    assert "shade" in hub.columns("run")
    if hub.url:
        assert done.backup is None
        return
    assert done.backup is not None
    assert done.backup.name.startswith(f"hub.sqlite.step-{last()}-")
    with closing(sqlite3.connect(done.backup)) as copy:
        assert copy.execute("SELECT name FROM workspace").fetchall() == [("precious",)]
        assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [(last(),)]


@pytest.mark.parametrize(
    "failing", ["raise RuntimeError('half way')", 'op.execute("INSERT INTO nowhere VALUES (1)")']
)
def test_a_step_that_fails_leaves_everything_as_it_was(hub: Place, steps: Path, failing: str) -> None:
    write_step(steps, "9001", last(), COLUMN, "op.execute('DELETE FROM workspace')")
    write_step(steps, "9002", "9001", "op.execute('CREATE TABLE extra (a INTEGER)')", failing)
    with pytest.raises(StepFailed, match=r"Step 9002 of .* as it was.*STORE-022"):
        hub.bring_up(steps)
    assert "shade" not in hub.columns("run")
    assert count_rows(hub.engine)["workspace"] == 1
    assert not inspect(hub.engine).has_table("extra")
    assert not hub.copies()
    assert hub.bring_up() is None


def test_a_table_can_be_made_anew_on_sqlite_while_others_refer_to_it(tmp_path: Path, steps: Path) -> None:
    place = Place(tmp_path, "")
    place.bring_up()
    place.run("INSERT INTO workspace VALUES (1, 'home')")
    place.run("INSERT INTO audit (workspace, at, who, what) VALUES (1, '', 'me', 'did')")
    lines = (
        "with op.batch_alter_table('workspace', recreate='always') as table:",
        "    table.alter_column('name', nullable=True)",
    )
    write_step(steps, "9001", last(), *lines)
    assert place.bring_up(steps) is not None
    assert count_rows(place.engine) == {"workspace": 1, "audit": 1}
    write_step(steps, "9002", "9001", "op.execute('DELETE FROM workspace')")
    with pytest.raises(StepFailed, match="audit"):
        place.bring_up(steps)
    assert count_rows(place.engine) == {"workspace": 1, "audit": 1}
    place.engine.dispose()


def test_a_database_of_a_newer_program_is_refused(hub: Place) -> None:
    hub.run("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Configuration, match=r"at step 9999.*up to .*STORE-020") as found:
        hub.bring_up()
    assert found.value.where
    assert "newer" in found.value.remedy


def test_tables_without_a_number_are_refused(hub: Place) -> None:
    hub.run("DROP TABLE alembic_version")
    with pytest.raises(Configuration, match=r"STORE-021") as found:
        hub.bring_up()
    assert "Restore" in found.value.remedy


@pytest.mark.parametrize("new", [True, False])
def test_many_that_start_at_once_do_each_step_once(make: Make, steps: Path, new: bool) -> None:
    place = make()
    if not new:
        place.bring_up()
        write_step(steps, "9001", last(), COLUMN, "op.execute('CREATE TABLE once (a INTEGER)')")
    found: list[Upgrade | BaseException | None] = []
    begin = threading.Barrier(4)

    def start() -> None:
        begin.wait()
        try:
            found.append(place.bring_up(steps, held=False))
        except BaseException as error:  # noqa: BLE001 - shown by the test
            found.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(one).__name__ for one in found) == ["NoneType"] * 3 + ["Upgrade"], found
    assert len(place.copies()) == (0 if new or place.url else 1)


def test_nothing_is_changed_under_a_program_that_works(
    hub: Place, steps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shopweave.runtime.upgrading.PATIENCE", 0.3)
    write_step(steps, "9001", last(), COLUMN)
    lock, store = FolderLock(hub.folder), PostgresStore(hub.url, CLOCK) if hub.url else None
    if store is None:
        lock.take(invites=True)
    else:
        store.hold(shared=True)
    with pytest.raises(OlderWorks, match="STORE-023"):
        hub.bring_up(steps, held=False)
    assert not hub.copies()
    if store is None:
        lock.release()
    else:
        store.shut_down()
    assert hub.bring_up(steps, held=False) is not None


def test_a_process_that_is_killed_in_a_step_leaves_everything_as_it_was(hub: Place, steps: Path) -> None:
    write_step(
        steps, "9001", last(), COLUMN, "op.execute('DELETE FROM workspace')", "import os", "os._exit(9)"
    )
    script = (
        "import sys; from pathlib import Path; from shopweave.runtime.clock import SystemClock\n"
        "from shopweave.runtime.upgrading import bring_up\n"
        "bring_up(Path(sys.argv[1]), sys.argv[2], SystemClock(), held=False, steps=Path(sys.argv[3]))"
    )
    command = [sys.executable, "-c", script, str(hub.folder), hub.url, str(steps)]
    assert subprocess.run(command, check=False, timeout=60).returncode == 9
    assert "shade" not in hub.columns("run")
    assert count_rows(hub.engine)["workspace"] == 1
    assert hub.bring_up() is None
    assert subprocess.run(command, check=False, timeout=60).returncode == 9
    assert (
        [path.name for path in hub.folder.glob("hub.sqlite.*")] == []
        if hub.url
        else ["hub.sqlite.before-steps"]
    )
    write_step(steps, "9001", last(), COLUMN)
    assert hub.bring_up(steps, held=False) is not None
    assert "shade" in hub.columns("run")
    assert len(hub.copies()) == (not hub.url)
    assert not list(hub.folder.glob("*before-steps"))


def test_a_copy_is_kept_when_the_process_died_between_its_steps_and_its_name(
    tmp_path: Path, steps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    place = Place(tmp_path, "")
    place.bring_up()
    place.run("INSERT INTO workspace (name) VALUES ('precious')")
    write_step(steps, "9001", last(), "op.execute('DELETE FROM workspace')")
    with monkeypatch.context() as patch:
        patch.setattr("shopweave.runtime.upgrading._name", die)
        with pytest.raises(KeyboardInterrupt):
            place.bring_up(steps)
    write_step(steps, "9002", "9001", COLUMN)
    assert place.bring_up(steps) is not None
    place.engine.dispose()
    numbers = {path.name.split("-")[1]: path for path in place.copies()}
    assert sorted(numbers) == [last(), "9001"]
    with closing(sqlite3.connect(numbers[last()])) as copy:
        assert copy.execute("SELECT name FROM workspace").fetchall() == [("precious",)]


def test_opening_what_is_up_to_date_costs_one_query(hub: Place) -> None:
    asked: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert hub.bring_up() is None
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert [one for one in asked if "alembic" in one] == ["SELECT version_num FROM alembic_version"]
    assert all(
        one.startswith(
            ("BEGIN", "SELECT version_num", "select pg_catalog.version", "select current_schema", "show ")
        )
        for one in asked
    ), asked


def test_a_hub_of_the_first_step_is_brought_up_with_all_its_rows(make: Make, steps: Path) -> None:
    for later in sorted(steps.glob("step_*.py"))[1:]:
        later.unlink()
    place = make()
    old = Place(place.folder, "")
    if place.url:
        place.bring_up(steps)
    with closing(sqlite3.connect(old.folder / "hub.sqlite")) as db:
        db.executescript(Path("tests/samples/hub-at-0001.sql").read_text("utf-8"))
    if place.url:
        copy_rows(old.engine, place.engine)
    place.run(_TWICE)
    before = count_rows(place.engine)
    old.engine.dispose()
    assert len(before) > 15
    place.bring_up()
    place.run("UPDATE run SET engine = 'none' WHERE engine = '' OR ended IS NULL")
    with place.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM run WHERE engine = 'none'")) == 0
    after = count_rows(place.engine)
    assert {name: after[name] for name in before} == before
    assert asyncio.run(_decide(place)) == (3, [])
    place.run("INSERT INTO workspace (name) VALUES ('another')")


_TWICE = """INSERT INTO run (workspace, flow, engine, asked_by, cause, state, started)
SELECT workspace, flow, engine, asked_by, cause, 'running', started FROM run WHERE engine <> ''"""


async def _decide(place: Place) -> tuple[int, list[object]]:
    """Let the program of today work with what the old one left: reject its held plan."""
    world = World(place.folder, 3, simple=True)
    settings = read(world.settings, str(place.folder / "shopweave.toml"), {})
    async with world.hub(msgspec.structs.replace(settings, database=place.url), start=False) as hub:
        (plan,) = await plans.held(hub)
        rejected = await plans.reject(hub, plan.id, "test")
        return rejected, list(await plans.held(hub))
