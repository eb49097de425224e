"""The pages of links in a real browser, with something on them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from shopweave.hub import linking
from shopweave.hub.context import Hub
from shopweave.hub.people import LANGUAGES
from shopweave.simulators.woocommerce import products
from shopweave.simulators.woocommerce.truth import trash
from tests.web.site import Site, serving
from tests.web.test_browser import AXE, CHROMIUM, opened, watched

pytestmark = [
    pytest.mark.long(80),
    pytest.mark.uncounted,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no /usr/bin/chromium"),
]
LONG = "A very long name of a product that somebody wrote by hand and that goes on and on, 1/2–3/4″"
SEVERAL = "/links?connection=shop&show=doubtful"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a hub with a product that fits two items, one that fits none, and one that was unlinked."""
    with serving(tmp_path_factory.mktemp("hub"), items=6) as found:
        found.do(lambda hub: _lay(found, hub))
        yield found


async def _lay(site: Site, hub: Hub) -> None:
    world, gtin = site.world, "6430000000016"
    await world.run(hub)
    every = {one.sku: one for one in products(world.shop)}
    for sku in ("1", "2"):
        trash(world.shop, every[sku].id)
        await linking.unlink(hub, sku, "shop", "test")
    world.sql("DELETE FROM phppos_additional_item_numbers WHERE item_id IN (1, 2)")
    world.sql("INSERT INTO phppos_additional_item_numbers (item_id, item_number) VALUES (2, ?)", gtin)
    number = "CASE item_id WHEN 1 THEN ? END, last_modified = datetime('now') WHERE item_id IN (1, 2)"
    world.sql(f"UPDATE phppos_items SET item_number = {number}", gtin)
    for name, sku, code in ((every["1"].name, "TWIN", gtin), (LONG, "SPOON", "")):
        body = {"name": name, "sku": sku, "status": "publish", "regular_price": every["1"].regular_price}
        world.shop.products.create({**body, **({"global_unique_id": code} if code else {})})
    await world.run(hub)


def addresses(site: Site) -> tuple[str, ...]:
    key = next(one.id for one in products(site.world.shop) if one.sku == "SPOON")
    return (
        SEVERAL,
        "/links?connection=shop&sku=3",
        "/links?connection=shop&sku=3&ask=shop",
        "/links?connection=shop&sku=NOBODY",
        f"/links/choose?connection=shop&id={key}&q=a",
        "/links/choose?connection=shop&sku=1&q=a",
        "/links/choose?connection=shop&sku=1&q=nothing+of+that+name",
    )


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (375, "dark")])
def test_pages_of_links_are_for_everybody(browser: Browser, site: Site, width: int, theme: str) -> None:
    context = opened(browser, site, width, theme)
    page, said = watched(context)
    for path in addresses(site):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert [one for one in said if "422" not in one] == [], path
        found = page.evaluate(AXE.read_text("utf-8") + ";axe.run()")
        told = json.dumps(
            [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]
        )
        assert found["violations"] == [], f"{path}: {told}"
        said.clear()
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_links_fit_in_every_language(browser: Browser, site: Site, language: str) -> None:
    context = opened(browser, site, 320, "light", language)
    page, _ = watched(context)
    for path in addresses(site):
        page.goto(path)
        for width in (320, 768, 1920):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
    context.close()


def test_a_pair_is_decided_with_the_keyboard_alone(browser: Browser, site: Site, tmp_path: Path) -> None:
    context = opened(browser, site, 1280, "light")
    page, said = watched(context)
    page.goto(SEVERAL)
    page.get_by_role("button", name="Same", exact=False).first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Linked. What follows from it")
    assert said == []
    context.close()
