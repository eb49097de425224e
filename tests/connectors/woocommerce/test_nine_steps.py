"""The check of a shop, step by step: each obstacle has its own sentence, and the steps before it are good."""

from pathlib import Path
from typing import Any

import pytest

from shopweave.connector.roles import CheckLine
from shopweave.connectors.woocommerce import CONNECTOR
from shopweave.hub.settings import read
from shopweave.model.errors import NotSent
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.simulators.woocommerce import Key, plugin
from tests.connectors.woocommerce.counter import Counter, run

WORDS = (
    "address",
    "server is found",
    "certificate",
    "password page",
    "key may read",
    "key may write",
    "old interface",
    "helper plug-in",
    "which orders changed",
)


def counter(**switches: Any) -> Counter:
    made = Counter(**switches.pop("settings", {}))
    made.order()
    made.later(days=1)
    for name, value in switches.items():
        setattr(made.shop.switches, name, value)
    return made


def checked(one: Counter) -> tuple[CheckLine, ...]:
    return run(one.connection.check())


def bad(one: Counter) -> CheckLine:
    (line,) = [each for each in checked(one) if not each.ok and each.blocks]
    return line


def test_a_good_shop_passes_nine_steps_in_their_order() -> None:
    one = counter(legacy_enabled=True)
    plugin.install(one.shop)
    lines = checked(one)
    texts = [line.what for line in lines]
    places = [next(number for number, text in enumerate(texts) if word in text) for word in WORDS]
    assert places == sorted(places)
    assert all(line.ok for line in lines if line.blocks)


@pytest.mark.seed("FLN-09")
def test_the_exact_address_is_needed_and_a_wrong_one_says_what_is_wrong_with_it() -> None:
    assert next(option for option in CONNECTOR.options if option.name == "url").needed
    plain = counter(settings={"url": "http://shop.example"})
    assert "https" in bad(plain).remedy
    admin = counter(settings={"url": "https://shop.example/wp-admin"})
    assert 'url = "https://shop.example"' in bad(admin).remedy
    elsewhere = counter()
    elsewhere.shop.pretty = False
    assert bad(elsewhere).code in ("WOO-104", "WOO-108")


@pytest.mark.parametrize(("code", "passed"), [("NET-101", 1), ("NET-105", 1), ("NET-114", 2), ("NET-116", 2)])
def test_the_steps_before_the_one_that_fails_are_told(code: str, passed: int) -> None:
    one = counter()

    def fails(request: HttpRequest, answer: object) -> HttpResponse:
        raise NotSent("It does not work.", code=code, remedy="Do something.")

    one.http.fault = fails
    lines = checked(one)
    assert [line.ok for line in lines] == [True] * passed + [False]
    assert lines[-1].code == code


@pytest.mark.seed("FLN-11")
def test_a_certificate_that_is_over_stops_everything() -> None:
    one = counter(expired_certificate=True)
    line = bad(one)
    assert (line.code, "expired" in line.what) == ("NET-114", True)
    assert "key" not in " ".join(each.what for each in checked(one))


@pytest.mark.seed("FLN-12")
@pytest.mark.parametrize(("switch", "code"), [("password_page", "WOO-107"), ("login_page", "WOO-170")])
def test_behind_a_password_is_not_public(switch: str, code: str) -> None:
    line = bad(counter(**{switch: True}))
    assert line.code == code
    assert "/wp-json" in line.remedy


@pytest.mark.seed("FLN-13")
def test_a_site_that_is_not_public_is_told_which_addresses_to_let_in() -> None:
    known = counter(password_page=True, settings={"outgoing_addresses": ("203.0.113.7", "203.0.113.8")})
    assert "203.0.113.7, 203.0.113.8" in bad(known).remedy
    assert "outgoing_addresses" in bad(counter(password_page=True)).remedy


@pytest.mark.seed("FLN-14")
@pytest.mark.seed("FLN-15")
def test_a_header_that_is_dropped_is_told_from_a_key_that_is_wrong_and_no_other_way_is_proposed() -> None:
    dropped = bad(counter(strip_authorization_header=True))
    assert dropped.code == "WOO-171"
    assert "Authorization header" in dropped.what
    wrong = bad(counter(settings={"consumer_key": "ck_2"}))
    assert wrong.code == "WOO-102"
    assert "belongs to this shop" in wrong.remedy
    assert not [one for one in (dropped, wrong) if "query" in one.remedy or "consumer_" in one.remedy]


@pytest.mark.seed("FLN-16")
def test_a_shop_that_cannot_be_asked_is_told_where_its_old_interface_is_enabled() -> None:
    one = counter(honours_modified_after=False)
    (line,) = [each for each in checked(one) if each.code == "WOO-172"]
    assert "WooCommerce → Settings → Advanced → Legacy API" in line.remedy
    one.shop.switches.legacy_enabled = True
    lines = checked(one)
    assert not [each for each in lines if each.code == "WOO-172"]
    assert any("through the old interface" in each.what for each in lines)


def test_a_key_that_may_only_read_is_told() -> None:
    one = counter()
    one.shop.access.keys = (Key(key="ck_1", secret="cs_1", permission="read"),)
    assert bad(one).code == "WOO-109"


TWO = """
[connections.shop]
type = "woocommerce"
url = "https://shop.example"
consumer_key = {{ env = "KEY" }}
consumer_secret = {{ env = "SECRET" }}

[connections.staging]
type = "woocommerce"
mode = "test"
url = "https://staging.shop.example"
consumer_key = {{ env = "STAGING_KEY" }}
consumer_secret = {{ env = "STAGING_SECRET" }}
"""


@pytest.mark.seed("FLN-10")
def test_a_test_site_is_a_connection_of_its_own_with_its_own_address_and_keys(tmp_path: Path) -> None:
    env = {"KEY": "ck_1", "SECRET": "cs_1", "STAGING_KEY": "ck_2", "STAGING_SECRET": "cs_2"}
    text = TWO.format()
    found = {one.name: one for one in read(text, str(tmp_path / "shopweave.toml"), env).connections}
    assert (found["shop"].mode, found["staging"].mode) == ("live", "test")
    assert found["staging"].values["url"] == "https://staging.shop.example"
    assert found["staging"].values["consumer_key"] != found["shop"].values["consumer_key"]
