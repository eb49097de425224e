"""Stock and runs of every kind, by page and by interface."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shopweave.hub import acts, runs
from shopweave.hub.context import Hub
from shopweave.model.movement import Stage
from shopweave.store import numbers
from shopweave.store.base import Tx
from shopweave.store.tables import movement
from tests.web.market import Markets, serving_market


@pytest.fixture
def market(tmp_path: Path) -> Iterator[Markets]:
    with serving_market(tmp_path) as site:
        yield site


def test_first_levels_wait_and_go_when_an_operator_says_so(market: Markets) -> None:
    with market.client("viewer") as client:
        text = client.get("/stock").text
        assert "3 levels wait for you" in text
        assert "Needs the operator role" in text
        assert "Let 3 first levels of shop-stock go?" not in client.get("/stock?ask=shop-stock").text
        carried = {"csrf": market.field(client.get("/me").text, "csrf"), "name": "shop-stock"}
        assert client.post("/stock", data=carried).status_code == 403
    with market.client("operator") as client:
        asked = client.get("/stock?ask=shop-stock").text
        assert "Let 3 first levels of shop-stock go?" in asked
        carried = {name: market.field(asked, name) for name in ("csrf", "once")} | {"name": "shop-stock"}
        done = client.post("/stock", data=carried)
        assert (done.status_code, done.headers["location"]) == (303, "/stock?released=3")
        assert client.post("/stock", data=carried).headers["location"] == "/stock?released=3"
        market.do(lambda hub: market.world.market.settled())
        text = client.get(done.headers["location"]).text
        assert "3 levels were let go" in text
        assert "Every channel shows what it should" in text
        assert [market.world.market.shop[sku] for sku in ("S1", "S2", "S3")] == [5, 5, 5]
        assert client.get("/api/stock/waiting").json() == {"waiting": {}, "held": []}
    assert "let the first levels go" in [one.what for one in market.do(acts.acts)]


def begun(market: Markets) -> None:
    """Let the first levels go, then hold one, sell another."""

    async def story(hub: Hub) -> None:
        from shopweave.hub import stock

        await stock.release_first(hub, "test")
        await market.world.market.settled()
        market.world.market.till["S1"] = 5_000
        await market.world.market.run()
        market.world.market.shop.sell("S2", 2)
        await market.world.market.drain(market.world.market.at("shop"))
        await market.world.market.settled()

    market.do(story)


def test_the_list_shows_masters_sales_and_channels_and_finds_items(market: Markets) -> None:
    begun(market)
    with market.client("viewer") as client:
        found = client.get("/api/stock").json()
        assert found["counts"][""] == 3
        lines = {one["sku"]: one for one in found["lines"]}
        assert lines["s1"]["on_hand"] == {"till": "5"}
        assert lines["s1"]["held"] == {"till": "5000"}
        [cell] = lines["s2"]["cells"]
        assert (cell["channel"], cell["expected"], cell["wanted"], float(cell["moved"])) == (
            "shop",
            "3",
            "3",
            -2,
        )
        for query, skus in (
            ({"text": "S2"}, ["s2"]),
            ({"show": "held"}, ["s1"]),
            ({"text": "x"}, []),
            ({"show": "refused"}, []),
        ):
            assert [one["sku"] for one in client.get("/api/stock", params=query).json()["lines"]] == skus
        first = client.get("/api/stock", params={"limit": 1}).json()
        rest = client.get("/api/stock", params={"after": first["more"]}).json()
        assert (len(rest["lines"]), rest["more"]) == (2, None)
        assert client.get("/api/stock", params={"show": "odd"}).json()["code"] == "STK-408"
        text = client.get("/stock").text
        assert "1 level waits for you" in text
        assert "−2 sold, not booked" in text
        assert "Nothing fits" in client.get("/stock", params={"text": "nothing"}).text


def test_held_levels_are_believed_as_they_are_chosen(market: Markets) -> None:
    begun(market)
    with market.client("operator") as client:
        text = client.get("/stock").text
        assert "1 level of till is not believed" in text
        assert "it rose too far at once" in text
        carried = {name: market.field(text, name) for name in ("csrf", "once")}
        done = client.post("/stock", data={**carried, "name": "till", "sku": "s1"})
        assert done.headers["location"] == "/stock?released=1"
        market.do(lambda hub: market.world.market.settled())
        assert market.world.market.shop["S1"] == 5_000
        client.headers["x-csrf-token"] = carried["csrf"]
        assert client.post("/api/stock/release", json={"name": "till"}).json() == {"levels": 0}
        assert client.post("/api/stock/release", json={"name": "shop"}).json()["code"] == "CFG-123"
    assert "believed held levels" in [one.what for one in market.do(acts.acts)]


def test_every_unit_is_shown_on_a_page(market: Markets) -> None:
    begun(market)
    with market.client("operator") as client:
        text = client.get("/stock/explain", params={"sku": "S2"}).text
        assert "Where every unit of S2 is" in text
        assert "5 on hand" in text
        assert 'href="/orders/shop:1"' in text or 'href="/orders/shop%3A1"' in text
        assert "not booked yet" in text
        assert "Settle…" in text
        assert client.get("/api/stock/explain/S2").json()["channels"][0]["wanted"] == "3"
        assert "No item has the SKU" in client.get("/stock/explain", params={"sku": "NOBODY"}).text
        assert client.get("/api/stock/explain/NOBODY").status_code == 404
        assert "Where is every unit?" in client.get("/stock/explain").text


def test_a_level_that_may_hold_what_is_in_doubt_is_told(market: Markets) -> None:
    begun(market)

    async def doubted(hub: Hub) -> None:
        at = market.world.market.at("till")
        await hub.store.write(lambda tx: in_doubt(tx, at))
        market.world.market.till["S2"] = 3
        await market.world.market.run()

    market.do(doubted)
    with market.client("viewer") as client:
        text = client.get("/stock/explain", params={"sku": "S2"}).text
        assert "It showed 3 later; nobody knows whether what is in doubt is in it." in text
        story = client.get("/api/stock/explain/S2").json()
        assert (story["masters"][0]["on_hand"], story["masters"][0]["unclear"]) == ("5", "3")
        assert story["channels"][0]["wanted"] == "1"


def in_doubt(tx: Tx, master: int) -> None:
    """Begin to book all that is open, and lose the answer."""
    began = numbers.draw(tx, master)
    tx.run(movement.update().values(stage=Stage.IN_DOUBT.value, began=began))


def test_runs_of_every_kind_are_listed_and_shown_with_what_they_count(market: Markets) -> None:
    number = market.do(runs.newest_run)
    with market.client("operator") as client:
        listed = client.get("/api/runs").json()
        assert [(one["number"], one["flow"], one["kind"]) for one in listed] == [
            (number, "shop-stock", "stock")
        ]
        assert client.get("/api/runs", params={"kind": "orders"}).json() == []
        shown = client.get(f"/runs/{number}").text
        assert "shop-stock: " in shown
        assert "First levels held" in shown
        assert "first levels, they wait for you" in shown
        assert "Undo…" not in shown
        told = client.get(f"/api/runs/{number}").json()
        assert (told["run"]["held"], told["left"]) == (3, {"first": 3})
        page = client.get("/runs").text
        assert 'href="/runs?kind=stock"' in page
        assert "Run shop-orders" in page
        assert "Plan shop-stock" not in page
