"""Undo from the command line, on the demo's systems over real HTTP."""

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from shopweave.cli.planning import list_runs, run_flows
from shopweave.cli.plans import list_plans
from shopweave.cli.telling import explain_sku
from shopweave.cli.undoing import list_pins, undo_run, unpin_atom
from shopweave.demo.world import World
from shopweave.model.errors import Configuration
from shopweave.runtime.clock import SystemClock, SystemIds
from shopweave.simulators.woocommerce import products

FLOW = "till-to-shop"


def play(folder: Path, story: Callable[[World], Awaitable[None]]) -> None:
    async def whole() -> None:
        world = World(folder, SystemClock(), SystemIds())
        try:
            await world.start(8, simple=True, real_pace=False)
            await run_flows(folder, [], "run", approve=True, as_json=True)
            await story(world)
        finally:
            await world.stop()

    asyncio.run(whole())


def prices(world: World) -> dict[str, str]:
    return {one.sku: one.regular_price for one in products(world.shop)}


def test_undo_shows_asks_sends_and_tells(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def told() -> Any:
        return json.loads(capsys.readouterr().out.splitlines()[-1])

    async def story(world: World) -> None:
        before = prices(world)
        with sqlite3.connect(world.till_path) as db:
            db.execute(
                "UPDATE phppos_items SET unit_price = unit_price * 1.1, last_modified = datetime('now')"
            )
        assert await run_flows(tmp_path, [FLOW], "run", approve=True, as_json=True) == 0
        capsys.readouterr()
        await list_runs(tmp_path, 20, as_json=True)
        run = max(one["run"] for one in told()["runs"] if one["flow"] == FLOW and one["changed"])
        await list_runs(tmp_path, 20, as_json=False)
        assert f"Run {run}, run by command line" in capsys.readouterr().out
        assert await undo_run(tmp_path, run, also_moved=False, yes=False, as_json=True) == 3
        planned = told()
        assert planned["sent"] == {}
        assert prices(world) != before
        assert await run_flows(tmp_path, [], "run", approve=True, as_json=True) == 0
        assert prices(world) != before
        assert await list_plans(tmp_path, as_json=False) == 0
        assert f"undoes run {run}" in capsys.readouterr().out
        assert await undo_run(tmp_path, run, also_moved=False, yes=True, as_json=False) == 0
        assert f"Set back: {planned['records']} records; 0 could not be." in capsys.readouterr().out
        assert prices(world) == before
        assert await run_flows(tmp_path, [], "run", approve=True, as_json=True) == 0
        assert prices(world) == before
        await _pinned(tmp_path, world, before, capsys)

    play(tmp_path, story)


async def _pinned(
    folder: Path, world: World, before: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert await list_pins(folder, as_json=True) == 0
    pins = json.loads(capsys.readouterr().out)["pins"]
    assert {one["sku"] for one in pins} == set(before)
    sku = pins[0]["sku"]
    await explain_sku(folder, sku, "regular_price", as_json=False)
    assert "was undone by command line" in capsys.readouterr().out
    assert await unpin_atom(folder, FLOW, sku, "regular_price", as_json=False) == 0
    assert {one for one, price in prices(world).items() if price != before[one]} == {sku}
    assert await list_pins(folder, as_json=False) == 0
    assert f"{FLOW} {sku} " not in capsys.readouterr().out


def test_undo_says_what_it_leaves_and_refuses_unknown_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def story(world: World) -> None:
        assert products(world.shop)
        with pytest.raises(Configuration, match="UNDO-001"):
            await undo_run(tmp_path, 999, also_moved=False, yes=True, as_json=True)
        capsys.readouterr()
        assert await undo_run(tmp_path, 1, also_moved=False, yes=False, as_json=False) == 3
        out = capsys.readouterr().out
        assert "categories, brands and pictures that were made stay" in out
        assert "Nothing was sent. Plan" in out
        await list_pins(tmp_path, as_json=False)
        assert "Nothing is pinned." in capsys.readouterr().out

    play(tmp_path, story)
