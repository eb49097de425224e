"""A run that an older program began and was killed in goes on under this one, its database brought up.

The samples were left by the program of step 0001, killed when it had read the till and the shop and was
about to link; `-dbos` is that of the big engine.
"""

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from sqlalchemy import select

from shopweave.engine.port import RunQuery
from shopweave.hub import plans, runs
from shopweave.hub.context import Hub
from shopweave.hub.settings.templates import DEMO
from shopweave.runtime.clock import SystemClock
from shopweave.runtime.upgrading import bring_up
from shopweave.simulators.woocommerce import products
from shopweave.store.base import Tx
from shopweave.store.migrating import STEPS
from shopweave.store.postgres import make_postgres
from shopweave.store.sqlite import make_engine
from shopweave.store.tables import run
from tests.services import postgres_url
from tests.store.schema import copy_rows
from tests.worlds import World

ITEMS = 8


def load(sample: str, folder: Path) -> None:
    with closing(sqlite3.connect(folder / "hub.sqlite")) as db:
        db.executescript(Path(f"tests/samples/{sample}.sql").read_text("utf-8"))


def move_to_server(folder: Path, url: str) -> None:
    """Put a file's rows into a server's database of the same step."""
    first = Path(shutil.copytree(STEPS, folder / "first", ignore=shutil.ignore_patterns("__pycache__")))
    for later in sorted(first.glob("step_*.py"))[1:]:
        later.unlink()
    bring_up(folder, url, SystemClock(), held=True, steps=first)
    old, new = make_engine(folder / "hub.sqlite"), make_postgres(url)
    copy_rows(old, new)
    old.dispose()
    new.dispose()


@pytest.fixture(params=["file", "file-dbos", pytest.param("server", marks=pytest.mark.postgres)])
def left(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[World, bool]]:
    """Give what the older program left, and whether the big engine is to go on with it."""
    steady = request.param.endswith("dbos")
    load("hub-mid-run-at-0001-dbos" if steady else "hub-mid-run-at-0001", tmp_path)
    with ExitStack() as stack:
        settings = DEMO
        if request.param == "server":
            url = stack.enter_context(postgres_url(empty=True))
            move_to_server(tmp_path, url)
            settings = DEMO.replace("[hub]", f'[hub]\ndatabase = "{url}"')
        yield World(tmp_path, ITEMS, simple=True, settings=settings), steady


def states(tx: Tx) -> list[tuple[int, str, bool]]:
    return [(row.id, row.cause, row.ended is not None) for row in tx.rows(select(run).order_by(run.c.id))]


def test_a_run_an_older_program_was_killed_in_goes_on_and_ends(left: tuple[World, bool]) -> None:
    world, steady = left

    async def story(hub: Hub) -> None:
        async with asyncio.timeout(60):
            await runs.finished(hub, 1)
        (row,) = [one for one in await hub.store.read(lambda tx: tx.rows(select(run))) if one.id == 1]
        assert (row.state, row.error, row.cause) == ("done", "", "run")
        assert [one[:2] for one in await hub.store.read(states) if one[1] == "run"] == [(1, "run")]
        for plan in await plans.held(hub):
            assert plan.run == 1
            await plans.approve(hub, plan.id, None, "test")
        assert await runs.settled(hub)
        assert all(ended for _, _, ended in await hub.store.read(states))
        (found,) = await hub.engine.runs(RunQuery(ids=(row.engine,)))
        assert found.status == "done"

    async def whole() -> None:
        async with world.hub(steady=steady) as hub:
            await story(hub)

    asyncio.run(whole())
    assert len(products(world.shop)) == len({one.sku for one in products(world.shop)}) == ITEMS
    assert len(list(world.folder.glob("hub.sqlite.step-0001-*"))) == ("database" not in world.settings)
