"""`shopweave orders …`: lists, stories, decisions."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from shopweave.cli.orders import erase_buyer, list_orders, release_order, resend_order, show_order
from shopweave.cli.running import DONE, HELD
from shopweave.hub.context import Hub
from shopweave.model.errors import Configuration
from tests.trade.installed import install
from tests.trade.orders import line, order
from tests.trade.world import StallWorld, play

EMAIL = "aino@ostaja.example"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of a hub that handed one order over and has one with unknown goods."""
    install(monkeypatch)
    world = StallWorld(tmp_path)
    (tmp_path / "shopweave.toml").write_text(world.settings())

    async def story(hub: Hub) -> None:
        world.market.sell(order("7", line("71", "sku-1", "2"), email=EMAIL))
        world.market.sell(order("8", line("81", "sku-9"), line("82", "sku-2"), email=EMAIL))
        await world.run(hub)

    play(world, story)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_orders_are_listed_with_their_hand_overs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asyncio.run(list_orders(folder, 20, as_json=True)) == DONE
    found = {one["order"]: (one["targets"], one["parked"]) for one in said(capsys)["orders"]}
    assert found == {"7": ({"till": "done"}, 0), "8": ({"till": "parked"}, 1)}
    assert asyncio.run(list_orders(folder, 20, as_json=False)) == DONE
    assert "market:7 #7 processing 10 EUR; till: done" in capsys.readouterr().out


def test_a_story_has_everything_but_the_buyer(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asyncio.run(show_order(folder, "7", as_json=True)) == DONE
    found = said(capsys)
    assert found["movements"][0]["reference"] == "market:71:1"
    assert found["hand_overs"][0]["reference"] == "market:7:till:1"
    assert asyncio.run(show_order(folder, "market:8", as_json=False)) == DONE
    text = capsys.readouterr().out
    assert "line 81: 1 × sku-9 (set aside: no item is linked to it)" in text
    assert not any(word in (text + json.dumps(found)).casefold() for word in ("aino", "kauppatori"))


def test_an_order_that_is_not_there_is_told(folder: Path) -> None:
    with pytest.raises(Configuration, match="no order '99'"):
        asyncio.run(show_order(folder, "99", as_json=False))


def test_a_second_one_needs_a_yes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asyncio.run(resend_order(folder, "7", "", yes=False, as_json=True)) == HELD
    assert "makes a second one there" in said(capsys)["warning"]
    assert asyncio.run(resend_order(folder, "7", "till", yes=True, as_json=True)) == DONE
    assert said(capsys)["count"] == 1


def test_open_goods_are_settled(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asyncio.run(release_order(folder, "8", "void", as_json=True)) == DONE
    assert said(capsys) == {"order": "8", "count": 1, "warning": ""}


def test_a_buyer_is_forgotten_only_when_that_is_sure(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asyncio.run(erase_buyer(folder, EMAIL, yes=False, as_json=True)) == HELD
    assert said(capsys) == {"erased": 0}
    assert asyncio.run(erase_buyer(folder, EMAIL, yes=True, as_json=True)) == DONE
    assert said(capsys) == {"erased": 2}
