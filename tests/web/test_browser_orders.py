"""The pages of orders and stock in a real browser: readable by everybody, in both themes, on small screens."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.web.market import Markets, serving_market
from tests.web.stalls import Stalls, serving_stalls
from tests.web.test_browser import AXE, CHROMIUM, browser, opened, watched
from tests.web.test_stock import begun

__all__ = ["browser"]
PAGES = (
    "/orders",
    "/orders?state=in+doubt&text=sku-1",
    "/orders?text=nothing",
    "/orders?since=soon",
    "/orders/market:1",
    "/orders/market:3?ask=release",
    "/orders/market:4",
    "/orders/market:5?ask=resend&at=till",
    "/orders/market:6?ask=arrived&at=till",
    "/buyers",
)
pytestmark = [
    pytest.mark.long(40),
    pytest.mark.uncounted,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no /usr/bin/chromium"),
]


@pytest.fixture(scope="module")
def stalls_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stalls]:
    with (
        pytest.MonkeyPatch.context() as patch,
        serving_stalls(tmp_path_factory.mktemp("hub"), patch) as site,
    ):
        yield site


def fits(page: Page, width: int) -> None:
    """Hold a page to its width, and to what everybody needs."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    found = page.evaluate(AXE.read_text("utf-8") + ";axe.run()")
    serious = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    told = json.dumps([(one["id"], [node["html"] for node in one["nodes"]]) for one in serious])
    assert serious == [], f"{page.url}: {told}"


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (375, "dark")])
def test_pages_of_orders_are_for_everybody(
    browser: Browser, stalls_site: Stalls, width: int, theme: str
) -> None:
    context = opened(browser, stalls_site, width, theme)
    page, said = watched(context)
    for path in PAGES:
        page.goto(path)
        assert [one for one in said if "422" not in one and "yyyy-MM-dd" not in one] == [], path
        fits(page, width)
        said.clear()
    page.goto("/orders/market:5")
    page.get_by_role("button", name="Show who bought").click()
    page.wait_for_selector("text=aino@ostaja.example")
    fits(page, width)
    context.close()


@pytest.mark.parametrize("language", ["fi", "pl", "pt-BR"])
def test_pages_of_orders_fit_in_long_languages(browser: Browser, stalls_site: Stalls, language: str) -> None:
    context = opened(browser, stalls_site, 320, "light", language)
    page, _ = watched(context)
    for path in PAGES:
        page.goto(path)
        for width in (320, 768, 1024):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
    context.close()


def test_an_order_is_found_and_settled_with_the_keyboard_alone(browser: Browser, stalls_site: Stalls) -> None:
    context = opened(browser, stalls_site, 1280, "light")
    page, said = watched(context)
    page.goto("/")
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.wait_for_url("**/orders")
    page.get_by_role("searchbox", name="Number or SKU").focus()
    page.keyboard.type("#3")
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders?*text=%233*")
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/market%3A3")
    page.get_by_role("link", name="Settle what is not booked…").press("Enter")
    page.get_by_role("button", name="They never moved").press("Enter")
    page.wait_for_selector("td:has-text('never moved')")
    assert page.url.endswith("/orders/market%3A3")
    assert said == []
    context.close()


def test_pages_of_stock_are_for_everybody(browser: Browser, tmp_path: Path) -> None:
    with serving_market(tmp_path) as site:
        paths = ["/stock?ask=shop-stock", "/runs/1"]
        _held_to(browser, site, paths)
        begun(site)
        _held_to(browser, site, ["/stock", "/stock?text=x", "/stock/explain?sku=S2", "/runs?kind=stock"])


def _held_to(browser: Browser, site: Markets, paths: list[str]) -> None:
    for width, theme in ((1280, "light"), (375, "dark")):
        context = opened(browser, site, width, theme)
        page, said = watched(context)
        for path in paths:
            page.goto(path)
            assert said == [], path
            fits(page, width)
            said.clear()
        context.close()
