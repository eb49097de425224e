"""Conflicts decided by page and by interface, with what comes of it at the shop."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shopweave.hub.runs import settled
from shopweave.hub.settings.templates import DEMO
from shopweave.simulators.woocommerce import products
from shopweave.simulators.woocommerce.truth import edit
from tests.web.site import Site, serving

FLOW = "till-to-shop"
ASKING = DEMO.replace('fill = ["measures"]\n', 'fill = ["measures"]\ndrift = "ask"\nconflict = "ask"\n')
RENAMED = (
    "UPDATE phppos_items SET name = 'Till ' || item_id, last_modified = datetime('now') WHERE item_id < 4"
)


def names(site: Site) -> list[str]:
    found = {one.sku: one.name for one in products(site.world.shop)}
    return [found[sku] for sku in ("1", "2", "3")]


@pytest.fixture
def torn(tmp_path: Path) -> Iterator[Site]:
    """A hub where three names moved on both sides."""
    with serving(tmp_path, settings=ASKING) as site:
        site.do(site.world.run)
        site.world.sql(RENAMED)
        for one in products(site.world.shop):
            if one.sku in ("1", "2", "3"):
                edit(site.world.shop, one.id, name=f"Shop {one.sku}")
        site.do(lambda hub: site.world.run(hub, FLOW))
        yield site


def test_each_answer_has_its_outcome_at_the_shop(torn: Site) -> None:
    with torn.client("operator") as client:
        today = client.get("/").text
        assert "3 conflicts wait for you" in today
        assert re.search(r"Conflicts<span class=\"n call\">3<", today)
        assert client.get("/api/overview").json()["conflicts"] == 3
        text = client.get("/conflicts").text
        assert "3 conflicts wait for you" in text
        assert "Till 1" in text
        assert "Shop 1" in text
        fields = {"csrf": torn.field(text, "csrf"), "flow": FLOW, "atom": "name"}
        items = {one["sku"]: one["item"] for one in client.get("/api/conflicts").json()}
        answer = client.post("/conflicts", data={**fields, "item": str(items["1"]), "side": "source"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/conflicts?decided=1")
        shown = client.get(answer.headers["location"]).text
        assert "1 conflict is decided" in shown
        assert "2 conflicts wait for you" in shown
        client.headers["x-csrf-token"] = fields["csrf"]
        wanted = {"flow": FLOW, "sku": "2", "atom": "name", "side": "target"}
        assert client.post("/api/conflicts/resolve", json=wanted).json() == {"conflicts": 1}
        assert torn.do(settled)
        torn.do(lambda hub: torn.world.run(hub, FLOW))
        assert names(torn) == ["Till 1", "Shop 2", "Shop 3"]
        assert [one["sku"] for one in client.get("/api/conflicts").json()] == ["3"]
        edit(
            torn.world.shop,
            next(one.id for one in products(torn.world.shop) if one.sku == "2"),
            name="Shop 2b",
        )
        torn.do(lambda hub: torn.world.run(hub, FLOW))
        assert names(torn)[1] == "Shop 2b"


def test_one_answer_decides_all_about_a_field(torn: Site) -> None:
    with torn.client("operator") as client:
        text = client.get("/conflicts").text
        assert "3 conflicts about name in till-to-shop" in text
        fields = {"csrf": torn.field(text, "csrf"), "flow": FLOW, "atom": "name", "item": "all"}
        answer = client.post("/conflicts", data={**fields, "side": "source"})
        assert answer.headers["location"] == "/conflicts?decided=3"
        assert torn.do(settled)
        torn.do(lambda hub: torn.world.run(hub, FLOW))
        assert names(torn) == ["Till 1", "Till 2", "Till 3"]
        assert "Nothing is in conflict" in client.get("/conflicts").text
        client.headers["x-csrf-token"] = fields["csrf"]
        wanted = {"flow": FLOW, "atom": "name", "side": "source"}
        assert client.post("/api/conflicts/resolve", json=wanted).json() == {"conflicts": 0}


def test_a_viewer_sees_conflicts_but_no_answer(torn: Site) -> None:
    with torn.client("viewer") as client:
        assert "Needs the operator role" in client.get("/conflicts").text
        assert client.post("/conflicts", data={"csrf": torn.csrf(client), "item": "all"}).status_code == 403
