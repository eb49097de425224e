"""Orders the hub made are kept out of the shop's statistics, if that is set; the page is whole otherwise."""

from collections.abc import Iterator

import httpx
import pytest

from tests.wordpress.site import Site

pytestmark = [pytest.mark.wordpress, pytest.mark.seed("SIT-42", "SIT-43")]
SETTINGS = "/wc-shopweave/v1/settings"
LOUD = (
    "report(",
    "dataLayer",
    "pixel",
    "googletagmanager.com",
    "google-analytics.com",
    "gtm.js",
    "gtag('event'",
)
PLAIN = ("plain-head", "/cart.js", "/needs.js")


@pytest.fixture(autouse=True)
def _quiet(site: Site) -> Iterator[None]:
    assert site.ask("POST", SETTINGS, json={"quiet_analytics": True}).json()["quiet_analytics"] is True
    yield
    site.ask("POST", SETTINGS, json={"quiet_analytics": False})


def page(site: Site, order: int) -> str:
    answer = httpx.get(site.url, params={"order-received": order}, timeout=30)
    assert answer.status_code == 200
    return answer.text


def heard(text: str) -> list[str]:
    return [one for one in LOUD if one in text]


def test_a_sale_of_the_hub_is_not_reported_and_its_page_stays_whole(site: Site) -> None:
    order = site.order("processing", _shopweave_origin="till:1")
    text = page(site, order)
    assert heard(text) == []
    assert f"<table id='order-{order}'>" in text
    assert [one for one in PLAIN if one in text] == list(PLAIN)


def test_a_sale_of_the_shop_is_reported(site: Site) -> None:
    order = site.order("processing")
    assert heard(page(site, order)) == list(LOUD)
    assert heard(page(site, order + 1000)) == list(LOUD)


@pytest.mark.seed("SIT-44")
def test_nothing_is_silenced_until_it_is_set(site: Site) -> None:
    order = site.order("processing", _shopweave_origin="till:1")
    site.ask("POST", SETTINGS, json={"quiet_analytics": False})
    assert heard(page(site, order)) == list(LOUD)


def test_a_shop_whose_own_address_sounds_like_statistics_keeps_its_scripts(site: Site) -> None:
    src = site.run(
        "add_filter( 'home_url', fn() => 'https://analytics.example' );"
        "add_filter( 'content_url', fn() => 'https://analytics.example/wp-content' );"
        "wp_register_script( 'own', 'https://analytics.example/wp-content/own.js' );"
        "Shopweave\\Quiet::empty_scripts(); return wp_scripts()->registered['own']->src;"
    )
    assert src == "https://analytics.example/wp-content/own.js"
