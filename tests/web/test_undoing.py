"""Undo and pins by page and by interface: what a run wrote really goes back at the shop."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from shopweave.hub import looking, runs
from shopweave.simulators.woocommerce import products
from shopweave.simulators.woocommerce.truth import edit
from tests.web.site import Site, serving

FLOW = "till-to-shop"
RAISED = "UPDATE phppos_items SET unit_price = unit_price * 1.1, last_modified = datetime('now')"


def prices(site: Site) -> dict[str, str]:
    return {one.sku: one.regular_price for one in products(site.world.shop)}


@pytest.fixture
def raised(tmp_path: Path) -> Iterator[tuple[Site, dict[str, str], int]]:
    """A hub in step whose last run raised three prices; the prices before it, and its number."""
    with serving(tmp_path) as site:
        site.do(site.world.run)
        before = prices(site)
        site.world.sql(f"{RAISED} WHERE item_id IN (1, 2, 3)")
        site.do(lambda hub: site.world.run(hub, FLOW))
        number = site.do(runs.newest_run)
        while not site.do(partial(looking.run_page, number=number)).states.get("done"):
            number -= 1
        yield site, before, number


def test_a_run_is_put_back_from_its_page_and_unpinned_from_explain(
    raised: tuple[Site, dict[str, str], int],
) -> None:
    site, before, number = raised
    changed = {sku for sku, price in prices(site).items() if price != before[sku]}
    assert len(changed) == 3
    with site.client("operator") as client:
        shown = client.get(f"/runs/{number}").text
        assert "Undo…" in shown
        fields = {"csrf": site.field(shown, "csrf"), "once": site.field(shown, "once")}
        answer = client.post(f"/runs/{number}/undo", data=fields)
        assert answer.status_code == 303
        place = answer.headers["location"]
        plan = client.get(place).text
        assert f"Put back 3 records from run {number}?" in plan
        assert prices(site) != before
        assert f"Plan {place.rpartition('/')[2]} puts it back" in client.get(f"/runs/{number}").text
        again = {"csrf": fields["csrf"], "once": site.field(plan, "once"), "what": "all"}
        assert client.post(f"{place}/approve", data=again).status_code == 303
        assert site.do(runs.settled)
        assert prices(site) == before
        assert "3 values are pinned" in client.get("/pins").text
        sku = min(changed)
        told = client.get("/explain", params={"sku": sku}).text
        assert f"Pinned since run {number} was undone by olli@shop.example." in told
        pin = {"csrf": fields["csrf"], "flow": FLOW, "sku": sku, "atom": "regular_price", "back": "explain"}
        assert client.post("/pins", data=pin).headers["location"] == f"/explain?sku={sku}"
        assert site.do(runs.settled)
        assert {key for key, price in prices(site).items() if price != before[key]} == {sku}
        assert "2 values are pinned" in client.get("/pins").text


def test_what_moved_since_is_left_until_it_is_added(raised: tuple[Site, dict[str, str], int]) -> None:
    site, before, number = raised
    numbers = {one.sku: one.id for one in products(site.world.shop)}
    for sku in ("1", "2", "3"):
        edit(site.world.shop, numbers[sku], regular_price="77.00")
    site.do(lambda hub: site.world.run(hub, FLOW, cause="plan", approve=False))
    with site.client("operator") as client:
        client.headers["x-csrf-token"] = site.csrf(client)
        for plan in client.get("/api/plans").json():
            assert client.post(f"/api/plans/{plan['number']}/reject").status_code == 200
        made = client.post(f"/api/runs/{number}/undo").json()
        assert (made["plan"], made["left"]) == (0, {"changed there since": 3})
        answer = client.post(f"/runs/{number}/undo", data={"csrf": client.headers["x-csrf-token"]})
        assert answer.status_code == 200
        assert f"Nothing of run {number} can be put back" in answer.text
        assert "changed there since" in answer.text
        made = client.post(f"/api/runs/{number}/undo", json={"also_moved": True}).json()
        assert made["values"] == 3
        assert client.post(f"/api/plans/{made['plan']}/approve").json() == {"changes": 3}
        assert site.do(runs.settled)
        assert prices(site) == before
        pins = client.get("/api/pins").json()
        assert {one["sku"] for one in pins} == {"1", "2", "3"}
        wanted = {"flow": FLOW, "sku": "1", "atom": "regular_price"}
        assert client.post("/api/pins/unpin", json=wanted).status_code == 204
        assert client.post("/api/pins/unpin", json=wanted).json()["code"] == "UNDO-003"
        assert client.post("/api/runs/999/undo").status_code == 404


def test_a_viewer_sees_that_undo_is_for_operators(raised: tuple[Site, dict[str, str], int]) -> None:
    site, _, number = raised
    with site.client("viewer") as client:
        assert "Undo needs the operator role" in client.get(f"/runs/{number}").text
        fields = {"csrf": site.csrf(client) or site.field(client.get("/").text, "csrf")}
        assert client.post(f"/runs/{number}/undo", data=fields).status_code == 403
