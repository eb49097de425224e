"""Links by hand, by page and by interface."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shopweave.hub import acts, linking
from shopweave.hub.context import Hub
from shopweave.simulators.woocommerce import products
from tests.web.site import Site, serving
from tests.web.stalls import Stalls, serving_stalls


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a hub whose shop has a product of its own, and one that was unlinked."""
    with serving(tmp_path_factory.mktemp("hub"), items=6) as site:
        site.world.shop.products.create({"name": "Wooden spoon", "sku": "SPOON", "status": "publish"})
        site.do(lambda hub: _lay(site, hub))
        yield site


async def _lay(site: Site, hub: Hub) -> None:
    await site.world.run(hub)
    await linking.unlink(hub, "1", "shop", "test")


def key_of(site: Site, sku: str) -> str:
    return str(next(one.id for one in products(site.world.shop) if one.sku == sku))


def test_what_is_linked_to_nothing_stands_beside_what_it_may_be(shop: Site) -> None:
    with shop.client("viewer") as client:
        text = client.get("/links?connection=shop").text
        assert "2 products of shop are linked to nothing" in text
        assert "Wooden spoon" in text
        assert "not its item, as a person said" in text
        assert "Needs the operator role" in text
        assert "Choose item…" not in text
        assert "Nothing fits what is chosen above" in client.get("/links?connection=shop&show=doubtful").text
        found = client.get("/api/links", params={"connection": "shop"}).json()
        assert {one["record"]["sku"]: one["why"] for one in found["lines"]} == {
            "SPOON": "alone",
            "1": "apart",
        }
        assert found["counts"] == {"doubtful": 0, "unlinked": 2}
        assert client.get("/api/links", params={"connection": "shop", "show": "x"}).status_code == 422
        assert client.get("/api/links", params={"connection": "nowhere"}).status_code == 404
        carried = {"csrf": shop.csrf(client), "do": "same", "item": "1", "connection": "shop"}
        assert client.post("/links", data=carried).status_code == 403


def test_items_are_found_by_sku_code_and_name_page_by_page(shop: Site) -> None:
    with shop.client("viewer") as client:
        spoon = {"connection": "shop", "remote_id": key_of(shop, "SPOON")}

        def skus(text: str) -> list[str]:
            found = client.get("/api/links/choose/item", params={**spoon, "text": text}).json()
            return [one["partner"]["side"]["sku"] for one in found["choices"]]

        every = {one.sku: one for one in products(shop.world.shop)}
        assert skus("2") == ["2"]
        assert skus(every["3"].gtin) == ["3"]
        assert skus(every["4"].name[3:].upper()) == ["4"]
        assert skus("nothing of that name") == []
        assert skus("") == []
        wanted = {"connection": "shop", "sku": "1", "text": "spoon"}
        [one] = client.get("/api/links/choose/product", params=wanted).json()["choices"]
        assert (one["remote_id"], one["partner"]["can_link"]) == (spoon["remote_id"], True)


def test_an_operator_links_and_ends_a_link_once_however_often_it_is_sent(shop: Site) -> None:
    key = key_of(shop, "1")
    with shop.client("operator") as client:
        address = f"/links/choose?connection=shop&id={key}&q=1"
        asked = client.get(address).text
        assert "Units of the item in one at shop" in asked
        item = shop.field(asked, "item")
        carried = {name: shop.field(asked, name) for name in ("csrf", "once")}
        carried |= {"item": item, "connection": "shop", "remote_id": key, "do": "same", "factor": "6"}
        done = client.post("/links", data=carried)
        assert (done.status_code, done.headers["location"]) == (303, "/links?connection=shop&done=linked")
        assert client.post("/links", data=carried).headers["location"] == done.headers["location"]
        assert "Linked. What follows" in client.get(done.headers["location"]).text
        [living] = [
            one
            for one in client.get("/api/links/items/1").json()["links"]
            if not one["until"] and one["record"]["connection"] == "shop"
        ]
        assert (living["factor"], living["how"]) == ("6", "person")
        asked = client.get("/links?connection=shop&sku=1&ask=shop").text
        assert f"End the link of 1 to shop {key}?" in asked
        carried = {name: shop.field(asked, name) for name in ("csrf", "once")}
        carried |= {"item": item, "connection": "shop", "do": "unlink", "sku": "1"}
        done = client.post("/links", data=carried)
        assert done.headers["location"] == "/links?connection=shop&sku=1&done=unlinked"
        assert "The link has ended" in client.get(done.headers["location"]).text
    assert [one.what for one in shop.do(acts.acts)][:2] == ["unlinked", "linked"]


def test_a_refusal_stays_on_its_page_with_what_was_typed(shop: Site) -> None:
    key = key_of(shop, "2")
    with shop.client("operator") as client:
        form = {"csrf": shop.csrf(client), "connection": "shop", "remote_id": key, "do": "same"}
        done = client.post("/links", data={**form, "item": "1", "page": "choose", "id": key, "q": "1"})
        assert done.status_code == 422
        assert "is linked to" in done.text
        assert 'value="1"' in done.text
        done = client.post("/links", data={**form, "item": "1", "factor": "many"})
        assert (done.status_code, "is no number of units" in done.text) == (422, True)
        assert client.get("/links?connection=shop&sku=nothing").status_code == 422
        wrong = client.post(
            "/api/links", json={"sku": "1", "connection": "shop", "remote_id": key}, headers=_csrf(form)
        )
        assert (wrong.status_code, wrong.json()["code"]) == (422, "LINK-408")


def _csrf(form: dict[str, str]) -> dict[str, str]:
    return {"x-csrf-token": form["csrf"]}


def test_a_person_says_that_they_are_not_the_same(shop: Site) -> None:
    with shop.client("operator") as client:
        pair = {"sku": "3", "connection": "shop", "remote_id": key_of(shop, "SPOON")}
        headers = {"x-csrf-token": shop.csrf(client)}
        first = client.post("/api/links/apart", json=pair, headers=headers).json()
        again = client.post("/api/links/apart", json=pair, headers=headers).json()
        assert (first["changed"], again["changed"]) == (True, False)
        [apart] = client.get("/api/links/items/3").json()["apart"]
        assert (apart["why"], apart["who"]) == ("not same", "olli@shop.example")
        assert "Not the same:" in client.get("/links?connection=shop&sku=3").text


@pytest.fixture
def stalls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stalls]:
    with serving_stalls(tmp_path, monkeypatch) as site:
        yield site


def test_a_line_that_is_set_aside_leads_to_its_product(stalls: Stalls) -> None:
    with stalls.client("operator") as client:
        text = client.get("/orders/market:1").text
        assert "/links/choose?connection=market&amp;id=9&amp;q=sku-9&amp;order=market%3A1" in text
    with stalls.client("viewer") as client:
        assert "Choose product…" not in client.get("/orders/market:1").text
