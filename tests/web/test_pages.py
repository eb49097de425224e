"""Pages, live part, HTTP interface and measures over real HTTP."""

import json
from collections.abc import Iterator

import httpx
import pytest

from shopweave.hub.runs import settled
from shopweave.simulators.woocommerce.truth import products
from tests.web.site import PAGES, PASSWORD, Site
from tests.worlds import PASSWORD as SHOP_PASSWORD


@pytest.fixture(scope="module")
def admin(site: Site) -> Iterator[httpx.Client]:
    """Sign in once: who signs in very often is refused."""
    with site.client("admin") as found:
        yield found


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_a_document_with_one_title_and_a_strict_policy(
    site: Site, admin: httpx.Client, path: str
) -> None:
    answer = admin.get(path.replace("PLAN", str(site.plan)))
    assert answer.status_code == 200, answer.text
    assert answer.text.count("<h1") == 1
    assert " style=" not in answer.text
    assert "<script>" not in answer.text
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert SHOP_PASSWORD not in answer.text


def test_today_says_what_waits(site: Site) -> None:
    with site.client("viewer") as client:
        text = client.get("/").text
    assert "need you" in text or "needs you" in text
    assert "A plan waits for your yes" in text
    assert f'href="/plans/{site.plan}"' in text
    for name in ("till", "icecat", "shop", "till-to-shop"):
        assert name in text


def test_the_live_part_begins_with_the_whole_state(site: Site) -> None:
    with site.client("viewer") as client, client.stream("GET", "/live") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        first = ""
        for line in answer.iter_lines():
            if not line:
                break
            assert line.startswith("data: ")
            first += line
    assert 'hx-target="#today"' in first
    assert 'hx-target="#live"' in first
    assert "A plan waits for your yes" in first


def test_what_is_missing_is_said_in_peoples_words(site: Site) -> None:
    with site.client("viewer") as client:
        for path, text in (
            ("/plans/999", "There is no plan 999."),
            ("/runs/999", "There is no run 999."),
            ("/nothing", "There is no such page."),
        ):
            answer = client.get(path)
            assert answer.status_code == 404
            assert text in answer.text
            assert "Traceback" not in answer.text
        assert "No item has the SKU" in client.get("/explain", params={"sku": "NOBODY-1"}).text
        assert client.get(f"/plans/{site.plan}", params={"after": "x"}).status_code == 400


def test_what_people_type_is_never_markup(site: Site) -> None:
    with site.client("viewer") as client:
        text = client.get("/explain", params={"sku": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_approving_what_is_chosen_then_rejecting_the_rest(site: Site) -> None:
    with site.client("operator") as client:
        fields = {"csrf": site.csrf(client)}
        before = client.get(f"/api/plans/{site.plan}").json()
        one = before["changes"][0]["change"]
        refused = client.post(f"/plans/{site.plan}/approve", data={**fields, "what": "chosen"})
        assert refused.status_code == 422
        assert "No change is chosen." in refused.text
        assert f'action="/plans/{site.plan}/approve"' in refused.text
        answer = client.post(
            f"/plans/{site.plan}/approve", data={**fields, "what": "chosen", "change": str(one)}
        )
        assert (answer.status_code, answer.headers["location"]) == (303, f"/plans/{site.plan}")
        after = client.get(f"/api/plans/{site.plan}").json()
        assert after["states"]["held"] == before["states"]["held"] - 1
        assert client.post(f"/plans/{site.plan}/approve", data={**fields, "what": "all"}).status_code == 303
        assert site.do(settled)
        done = client.get(f"/api/plans/{site.plan}").json()
        assert done["states"] == {"done": sum(before["states"].values())}
        assert done["plan"]["decided_by"] == "olli@shop.example"
        assert len(products(site.world.shop)) == 12
        assert client.post(f"/plans/{site.plan}/reject", data=fields).status_code == 303


def test_a_run_begun_on_a_page_leads_to_itself_and_explains_what_it_did(site: Site) -> None:
    with site.client("operator") as client:
        answer = client.post("/flows/till-to-shop/run", data={"csrf": site.csrf(client), "cause": "run"})
        assert answer.status_code == 303
        assert site.do(settled)
        shown = client.get(answer.headers["location"])
        assert "changed of" in shown.text
        assert "olli@shop.example" in shown.text
        sku = products(site.world.shop)[0].sku
        found = client.get(f"/api/explain/{sku}").json()
        assert {"till", "shop"} <= {side["connection"] for one in found["stories"] for side in one["sides"]}
        assert f"Where the values of {sku} come from" in client.get("/explain", params={"sku": sku}).text


def test_the_interface_says_errors_with_code_and_remedy(site: Site) -> None:
    with site.client("operator") as client:
        client.headers["x-csrf-token"] = site.csrf(client)
        answer = client.post("/api/runs", json={"flow": "nobody"})
        assert answer.json()["code"] == "CFG-120"
        assert "till-to-shop" in answer.json()["remedy"]
        wanted = {"flow": "till-to-shop", "sku": "X", "atom": "name", "side": "source"}
        answer = client.post("/api/conflicts/resolve", json=wanted)
        assert (answer.status_code, answer.json()["code"]) == (422, "CONF-002")
        assert client.post("/api/runs", json={"flow": "x", "other": 1}).status_code == 400
        assert client.get("/api/plans/77").status_code == 404
        assert client.get("/api/explain/NOBODY").json()["code"] == "HUB-404"
        assert client.get("/api/conflicts").json() == []
        form = {"csrf": client.headers["x-csrf-token"], "side": "both", "flow": "till-to-shop"}
        assert client.post("/conflicts", data=form).status_code == 422


def test_lists_of_the_interface_fit_the_overview(site: Site) -> None:
    with site.client("viewer") as client:
        seen = client.get("/api/overview").json()
        for name in ("connections", "flows", "plans", "findings"):
            assert client.get(f"/api/{name}").json() == seen[name], name
        newest = client.get("/api/runs", params={"limit": 1}).json()
        assert newest == seen["runs"][:1]
        older = client.get("/api/runs", params={"before": newest[0]["number"]}).json()
        assert newest[0] not in older
        assert client.get("/api/runs", params={"limit": 0}).status_code == 400
        assert client.get(f"/api/runs/{newest[0]['number']}").json()["run"] == newest[0]


def test_the_description_of_the_interface_names_every_operation(site: Site) -> None:
    with site.client("viewer") as client:
        found = client.get("/api/schema/openapi.json").json()
    assert found["openapi"].startswith("3.1")
    paths = {path for path in found["paths"] if path.startswith("/api/")}
    assert {"/api/plans/{number}/approve", "/api/conflicts/resolve", "/api/explain/{sku}"} <= paths
    assert not any(path.startswith("/plans") for path in found["paths"])


def test_measures_and_health_tell_those_who_are_signed_in(site: Site) -> None:
    with site.client("viewer") as client:
        text = client.get("/metrics").text
        health = client.get("/health").json()
    assert 'shopweave_outbox{connection="shop",state="waiting"} ' in text
    assert "shopweave_plans_held " in text
    assert {one["name"] for one in health["connections"]} == {"till", "icecat", "shop"}
    assert SHOP_PASSWORD not in text + json.dumps(health)


def test_files_come_with_the_policy_and_may_be_kept(site: Site) -> None:
    with httpx.Client(base_url=site.url, trust_env=False) as client:
        for name in ("shopweave.css", "shopweave.js", "icons.svg", "vendor/htmx.min.js"):
            answer = client.get(f"/static/{name}")
            assert answer.status_code == 200, name
            assert "cache-control" not in answer.headers
            assert "content-security-policy" in answer.headers
        assert client.get("/static/../app.py").status_code == 404
        assert PASSWORD not in client.get("/sign-in").text
