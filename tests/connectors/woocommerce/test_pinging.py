"""The hub tells the plug-in where its pings go: once, again where that was lost, and never where there is none."""

import pytest

from shopweave.connectors.woocommerce.callbacks import TOPICS
from shopweave.model.errors import Configuration
from shopweave.simulators.woocommerce import plugin
from tests.connectors.woocommerce.counter import Counter, run

ADDRESS = "https://hub.example/hooks/abc"
SECRET = "a-secret-of-the-hub"
SETTINGS = "POST /wp-json/wc-shopweave/v1/settings"


def made(counter: Counter, address: str = ADDRESS) -> tuple[str, ...]:
    return run(counter.connection.subscribe(address, SECRET)).made


def told(counter: Counter) -> int:
    return counter.http.log.count(SETTINGS)


def test_the_plug_in_is_told_once_and_again_after_it_forgot() -> None:
    counter = Counter()
    plugin.install(counter.shop)
    assert made(counter) == (*TOPICS, "ping")
    assert made(counter) == ()
    assert told(counter) == 1
    counter.shop.state.remove("option", 1)
    assert made(counter) == ("ping",)
    counter.order()
    kinds = {one.request.url for one in counter.shop.callbacks.due() if not one.webhook}
    assert kinds == {ADDRESS}


def test_a_plug_in_that_comes_later_is_noticed() -> None:
    counter = Counter()
    assert made(counter) == TOPICS
    plugin.install(counter.shop)
    assert made(counter) == ("ping",)


def test_an_address_the_shop_may_not_reach_is_a_matter_of_settings() -> None:
    counter = Counter()
    plugin.install(counter.shop)
    with pytest.raises(Configuration) as caught:
        made(counter, "http://10.0.0.5/hooks/abc")
    assert caught.value.code == "WOO-117"
    assert counter.shop.callbacks.hooks
