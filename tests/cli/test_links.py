"""Links from the command line, on the demo's systems over real HTTP."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from shopweave.cli.linking import link_by_hand, list_links, set_apart, show_links, unlink_by_hand
from shopweave.cli.planning import run_flows
from shopweave.demo.world import World
from shopweave.model.errors import Configuration
from shopweave.simulators.woocommerce import products
from tests.cli.test_undo import FLOW, play


def names(world: World) -> dict[str, str]:
    return {one.sku: one.name for one in products(world.shop)}


def rename(world: World, name: str) -> None:
    with sqlite3.connect(world.till_path) as db:
        change = "UPDATE phppos_items SET name = ?, last_modified = datetime('now') WHERE item_id = 1"
        db.execute(change, (name,))


def test_a_link_is_ended_shown_and_made_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def told() -> Any:
        return json.loads(capsys.readouterr().out.splitlines()[-1])

    async def story(world: World) -> None:
        key = str(next(one.id for one in products(world.shop) if one.sku == "1"))
        assert await unlink_by_hand(tmp_path, "1", "shop", yes=False, as_json=True) == 3
        assert told() == {"changed": False}
        assert await unlink_by_hand(tmp_path, "1", "shop", yes=True, as_json=True) == 0
        assert told()["links"] == 1
        rename(world, "New name")
        assert await run_flows(tmp_path, [FLOW], "run", approve=True, as_json=True) == 0
        assert names(world)["1"] != "New name"
        capsys.readouterr()
        assert await list_links(tmp_path, "", "", as_json=False) == 0
        shown = capsys.readouterr().out
        assert "shop: 0 fit an item and wait, 1 are linked to nothing" in shown
        assert f"shop {key} (SKU 1," in shown
        assert "a person said it is not its item" in shown
        assert await link_by_hand(tmp_path, "1", "shop", key, "1", as_json=False) == 0
        assert capsys.readouterr().out.splitlines()[-1] == f"1 is shop {key}."
        assert names(world)["1"] == "New name"
        await link_by_hand(tmp_path, "1", "shop", key, "1", as_json=False)
        assert capsys.readouterr().out.splitlines()[-1] == "It is linked so already."
        assert await show_links(tmp_path, "1", as_json=True) == 0
        ends = [one["until"] for one in told()["links"] if one["record"]["connection"] == "shop"]
        assert [until is None for until in ends] == [False, True]
        with pytest.raises(Configuration, match="LINK-412"):
            await link_by_hand(tmp_path, "1", "shop", key, "many", as_json=True)

    play(tmp_path, story)


def test_what_is_not_the_same_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def story(world: World) -> None:
        key = str(world.shop.products.create({"name": "Spoon", "sku": "SPOON", "status": "publish"})["id"])
        assert await run_flows(tmp_path, [FLOW], "run", approve=True, as_json=True) == 0
        assert await set_apart(tmp_path, "1", "shop", key, yes=False, as_json=False) == 3
        assert await set_apart(tmp_path, "1", "shop", key, yes=True, as_json=False) == 0
        assert f"1 is not shop {key}." in capsys.readouterr().out
        assert await show_links(tmp_path, "1", as_json=False) == 0
        assert f"not shop {key} (SKU SPOON, Spoon): not same" in capsys.readouterr().out

    play(tmp_path, story)
