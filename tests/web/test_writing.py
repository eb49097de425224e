"""Stopping all writing and letting it go on, by page and by interface."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shopweave.hub import plans, writing
from shopweave.hub.runs import settled
from shopweave.simulators.woocommerce import products
from tests.web.site import Site, serving

FLOW = "till-to-shop"


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Site]:
    """A hub whose first plan is approved while writing is stopped: its changes wait."""
    with serving(tmp_path) as site:
        site.do(lambda hub: site.world.run(hub, FLOW, approve=False))
        site.plan = site.do(plans.held)[0].id
        yield site


def test_a_stopped_hub_says_so_on_every_page_and_sends_nothing(held: Site) -> None:
    with held.client("operator") as client:
        asked = client.get("/writing", params={"ask": "/"})
        assert "Stop all writing?" in asked.text
        fields = {"csrf": held.csrf(client), "at": "/"}
        answer = client.post("/writing", data={**fields, "do": "stop"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/writing")
        client.post(f"/plans/{held.plan}/approve", data={**fields, "what": "all"})
        assert not held.do(settled)
        assert not products(held.world.shop)
        for path in ("/", "/plans", f"/plans/{held.plan}", "/runs", "/findings", "/conflicts", "/writing"):
            text = client.get(path).text
            assert "All writing is stopped." in text, path
            assert "by olli@shop.example" in text, path
        with client.stream("GET", "/live") as answer:
            message = next(part for part in answer.iter_text() if "#band" in part)
        assert "All writing is stopped." in message.partition("#band")[2]
        stands = client.get("/api/writing").json()
        assert stands["stopped"]
        assert stands["waiting"]["shop"] >= 12
        assert f"{stands['waiting']['shop']} changes wait in their order" in client.get("/").text
        assert client.post("/writing", data={**fields, "do": "stop"}).status_code == 303
        assert "Write again?" in client.get("/writing", params={"ask": "/"}).text
        client.post("/writing", data={**fields, "do": "go-on"})
        assert held.do(settled)
        assert len(products(held.world.shop)) == 12
        assert "All writing is stopped." not in client.get("/").text


def test_one_connection_is_stopped_and_goes_on_by_the_interface(held: Site) -> None:
    with held.client("operator") as client:
        client.headers["x-csrf-token"] = held.csrf(client)
        stands = client.post("/api/writing/stop", json={"connection": "shop"}).json()
        assert (stands["stopped"], stands["at"]["shop"]["who"]) == (False, "olli@shop.example")
        client.post(f"/api/plans/{held.plan}/approve")
        assert not held.do(settled)
        assert not products(held.world.shop)
        text = client.get("/writing").text
        assert "Writing to shop is stopped." in text
        assert [one["state"] for one in client.get("/api/connections").json() if one["written"]] == ["paused"]
        asked = client.get("/writing", params={"ask": "shop"}).text
        assert "Write to shop again?" in asked
        client.post("/api/writing/stop")
        assert client.post("/api/writing/go-on", json={"connection": "shop"}).json()["at"] == {}
        assert not held.do(settled)
        assert client.post("/api/writing/go-on").json()["stopped"] is False
        assert held.do(settled)
        assert len(products(held.world.shop)) == 12
        assert client.post("/api/writing/stop", json={"connection": "nobody"}).status_code == 404
        assert client.get("/writing", params={"ask": "nobody"}).status_code == 404


def test_a_viewer_sees_why_stopping_is_not_offered(held: Site) -> None:
    held.do(lambda hub: writing.stop(hub, "Anna", "shop"))
    with held.client("viewer") as client:
        text = client.get("/writing", params={"ask": "shop"}).text
        assert "Needs the operator role" in text
        assert "<button" not in text.partition("<main")[2].partition("</main>")[0]
        answer = client.post("/writing", data={"csrf": held.csrf(client), "at": "/", "do": "stop"})
        assert answer.status_code == 403
        assert not client.get("/api/writing").json()["stopped"]
