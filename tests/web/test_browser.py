"""The pages in a real browser: they look, they live, and everybody can use them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from shopweave.hub import runs
from tests.web.conftest import FLOW
from tests.web.site import PASSWORD, PEOPLE, Site

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).with_name("vendor") / "axe.min.js"
PAGES = (
    "/",
    "/plans",
    "/plans/PLAN",
    "/runs",
    "/runs/1",
    "/explain",
    "/findings",
    "/conflicts",
    "/writing",
    "/pins",
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no /usr/bin/chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield found
        found.close()


def opened(browser: Browser, site: Site, width: int, theme: str) -> BrowserContext:
    """Open a window and sign in by the form, with the keyboard alone; complaints fail the test."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if theme == "dark" else "light",
        base_url=site.url,
    )
    page = context.new_page()
    page.goto("/sign-in")
    page.keyboard.press("Tab")
    page.keyboard.type(PEOPLE["admin"])
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}/")
    page.close()
    return context


def watched(context: BrowserContext) -> tuple[Page, list[str]]:
    """Give a new page, and what its console says."""
    page, said = context.new_page(), list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return page, said


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (375, "dark")])
def test_no_page_has_serious_violations_or_scrolls_sideways(
    browser: Browser, site: Site, width: int, theme: str
) -> None:
    context = opened(browser, site, width, theme)
    page, said = watched(context)
    sku = site.world.goods.products[0].code or "1"
    for path in (*PAGES, f"/explain?sku={sku}", "/explain?sku=NOBODY", "/plans/999"):
        page.goto(path.replace("PLAN", str(site.plan)))
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert [one for one in said if "404" not in one] == [], path
        found = page.evaluate(AXE.read_text("utf-8") + ";axe.run()")
        serious = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
        told = json.dumps([(one["id"], [node["html"] for node in one["nodes"]]) for one in serious])
        assert serious == [], f"{path}: {told}"
        said.clear()
    context.close()


def test_the_first_page_lives(browser: Browser, site: Site) -> None:
    context = opened(browser, site, 1280, "light")
    page, said = watched(context)
    page.goto("/")
    page.wait_for_selector("#live:has-text('Live')", timeout=30_000)
    page.fill("#q", "half typed")
    number = site.do(lambda hub: runs.start(hub, FLOW, "test", "plan"))
    page.wait_for_selector(f'#today a[href="/runs/{number}"]', timeout=40_000)
    assert page.input_value("#q") == "half typed"
    assert said == []
    context.close()


def test_a_plan_is_looked_at_and_approved(browser: Browser, site: Site) -> None:
    site.do(runs.settled)
    context = opened(browser, site, 1280, "light")
    page, said = watched(context)
    page.goto("/")
    page.get_by_role("link", name=re.compile("Look at plan")).first.click()
    assert re.match(r"Send [\d,]+ changes to shop\?", page.inner_text("h1"))
    page.get_by_role("button", name=re.compile("Approve all")).click()
    page.wait_for_selector("h1:has-text('approved')")
    assert "approved" in page.inner_text("h1")
    assert "anna@shop.example" in page.inner_text("main")
    assert said == []
    context.close()


def test_the_slash_leads_to_the_search(browser: Browser, site: Site) -> None:
    context = opened(browser, site, 1280, "light")
    page, _ = watched(context)
    page.goto("/plans")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("NOBODY")
    page.keyboard.press("Enter")
    page.wait_for_url("**/explain?sku=NOBODY")
    assert "No item has the SKU" in page.inner_text("main")
    context.close()
