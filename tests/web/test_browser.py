"""The pages in a real browser: they look, they live, and everybody can use them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from shopweave.hub import looking, plans, runs
from shopweave.hub.people import LANGUAGES
from tests.web.conftest import FLOW
from tests.web.site import PAGES, PASSWORD, PEOPLE, Served, Site, serving

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).with_name("vendor") / "axe.min.js"
pytestmark = [
    pytest.mark.long(80),
    pytest.mark.uncounted,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no /usr/bin/chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield found
        found.close()


def opened(
    browser: Browser, site: Served[Any], width: int, theme: str, language: str = "en"
) -> BrowserContext:
    """Open a window and sign in by the form, with the keyboard alone; complaints fail the test."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if theme == "dark" else "light",
        base_url=site.url,
        locale=language,
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_scrolls_sideways_in_any_language(browser: Browser, site: Site, language: str) -> None:
    context = opened(browser, site, 320, "light", language)
    page, _ = watched(context)
    for path in (*PAGES, "/writing?ask=/", "/people/1?ask=remove"):
        page.goto(path.replace("PLAN", str(site.plan)))
        assert page.get_attribute("html", "lang") == language
        for width in (320, 768, 1024, 1920):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
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


def test_keys_move_choose_lead_and_are_told(browser: Browser, site: Site) -> None:
    site.do(lambda hub: runs.start(hub, FLOW, "test", "plan"))
    site.do(runs.settled)
    context = opened(browser, site, 1280, "light")
    page, said = watched(context)
    page.goto(f"/plans/{site.plan}")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    assert page.locator("#keys").inner_text().startswith("Keys")
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/runs")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    first = page.locator("main tbody tr").first
    assert first.locator("th a").evaluate("one => one === document.activeElement")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/runs/\d+$"))
    page.fill("#q", "")
    page.locator("#q").press("g")
    page.locator("#q").press("t")
    assert page.input_value("#q") == "gt"
    assert said == []
    context.close()


def test_a_row_is_chosen_by_key_and_a_leads_to_the_button(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path, items=6) as site:
        site.do(lambda hub: site.world.run(hub, FLOW, approve=False))
        number = site.do(plans.held)[0].id
        context = opened(browser, site, 1280, "light")
        page, said = watched(context)
        page.goto(f"/plans/{number}")
        for key in ("j", "x", "j", "j", "Shift+X"):
            page.keyboard.press(key)
        assert page.locator("main tbody input:checked").count() == 3
        page.keyboard.press("a")
        page.keyboard.press("Enter")
        page.wait_for_load_state()
        page.wait_for_selector(
            "main .st:has-text('approved'), main .st:has-text('done'), main .st:has-text('waiting')"
        )
        states = site.do(lambda hub: looking.plan_page(hub, number)).states
        assert states["held"] == sum(states.values()) - 3
        assert said == []
        context.close()


def test_charts_are_drawn_without_breaking_the_policy(browser: Browser, site: Site) -> None:
    context = opened(browser, site, 1280, "dark")
    page, said = watched(context)
    page.goto("/queue")
    page.wait_for_selector("figure.drawn canvas")
    assert page.locator("figure.drawn canvas").count() == 3
    assert page.locator("figure table tbody tr").count() == 3 * 144
    page.emulate_media(color_scheme="light")
    page.wait_for_timeout(300)
    assert page.locator("figure canvas").count() == 3
    assert said == []
    context.close()
