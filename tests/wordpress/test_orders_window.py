"""Orders by the time they were changed, for whoever may run the shop, and opened to keys for nothing else."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.wordpress.site import KEYS, Site

pytestmark = [pytest.mark.wordpress, pytest.mark.seed("FLN-22")]
ROUTE = "/flashnode/v1/orders"
DAY = "2020-03-01"


def ask(site: Site, **query: str | int) -> httpx.Response:
    return site.ask("GET", ROUTE, params=query)


def window(site: Site, after: str, before: str, **query: str | int) -> Any:
    answer = ask(site, modified_after=f"{DAY}T{after}Z", modified_before=f"{DAY}T{before}Z", **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def orders(site: Site) -> dict[str, int]:
    """Four orders of one day and what is none: a draft and a refund."""
    when = {"first": "10:00:00", "second": "10:05:00", "twin": "10:05:00", "done": "10:20:00"}
    found = {
        name: site.order("completed" if name == "done" else "processing", modified=f"{DAY} {time}")
        for name, time in when.items()
    }
    site.order("checkout-draft", modified=f"{DAY} 10:05:00")
    site.run(
        f"standin_order( 'completed', array(), array(), '{DAY} 10:05:00', 'shop_order_refund' ); return 1;"
    )
    return found


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        ("read_write", 200, ""),
        ("read", 200, ""),
        ("write", 401, "woocommerce_rest_authentication_error"),
        ("administrator", 200, ""),
        ("shop_manager", 200, ""),
        ("author", 403, "rest_forbidden"),
        ("nobody", 401, "rest_forbidden"),
    ],
)
@pytest.mark.parametrize("path", [ROUTE, "/flashnode/v1/status"])
def test_keys_and_passwords_open_it_and_nobody_does_not(
    site: Site, path: str, who: str, status: int, code: str
) -> None:
    answer = site.ask("GET", path, who=who)
    assert (answer.status_code, answer.json().get("code", "")) == (status, code)


@pytest.mark.parametrize(
    "path",
    [
        "/icecat/v1/set-image?x=/wp-json/flashnode/v1/orders",
        "/icecat/v1/set-image?x=flashnode/v1/",
        "/icecat/v1/set-image/flashnode/v1/orders",
        "/flashnode/v10/orders",
    ],
)
def test_the_name_in_another_address_opens_nothing(site: Site, path: str) -> None:
    opened = site.run(
        f"$_SERVER['REQUEST_URI'] = '/wp-json{path}';"
        "return apply_filters( 'woocommerce_rest_is_request_to_rest_api', false );"
    )
    assert opened is False


def test_a_key_opens_no_route_of_wordpress_itself(site: Site) -> None:
    answer = httpx.get(f"{site.url}/wp-json/wp/v2/users/me", auth=(KEYS["read_write"], "cs_secret"))
    assert answer.status_code == 401


def test_a_window_gives_whole_orders_with_both_ends(site: Site, orders: dict[str, int]) -> None:
    found = window(site, "10:00:00", "10:05:00")
    assert [one["id"] for one in found["orders"]] == [orders["first"], orders["second"], orders["twin"]]
    assert (found["version"], found["total"]) == ("1.0", 3)
    assert found["orders"][0]["date_modified_gmt"] == f"{DAY}T10:00:00"
    assert found["orders"][0] == site.ask("GET", f"/wc/v3/orders/{orders['first']}").json()
    assert found["server_time"].endswith("Z")
    assert [one["id"] for one in window(site, "10:05:01", "10:20:00")["orders"]] == [orders["done"]]
    assert window(site, "10:20:01", "11:00:00") | {"server_time": ""} == {
        "version": "1.0", "server_time": "", "total": 0, "orders": [],
    }  # fmt: skip


def test_statuses_are_chosen_with_and_without_their_prefix(site: Site, orders: dict[str, int]) -> None:
    for statuses in ("completed", "wc-completed", " completed , nothing"):
        found = window(site, "10:00:00", "11:00:00", statuses=statuses)
        assert [one["id"] for one in found["orders"]] == [orders["done"]]
    every = window(site, "10:00:00", "11:00:00", statuses="processing,completed")
    assert every["total"] == 4


def test_pages_split_a_second_without_loss(site: Site, orders: dict[str, int]) -> None:
    pages = [window(site, "10:00:00", "11:00:00", page=page, per_page=2) for page in (1, 2, 3)]
    assert [one["id"] for page in pages for one in page["orders"]] == list(orders.values())
    assert [page["total"] for page in pages] == [4, 4, 4]


def test_one_bound_is_enough_and_zones_are_understood(site: Site, orders: dict[str, int]) -> None:
    before = ask(site, modified_before=f"{DAY}T12:05:00+02:00").json()
    assert [one["id"] for one in before["orders"]] == [orders["first"], orders["second"], orders["twin"]]
    assert ask(site, modified_after=f"{DAY}T10:20:00").json()["orders"][0]["id"] == orders["done"]


@pytest.mark.parametrize("after", ["1970-01-01T00:00:00Z", "1969-01-01T00:00:00Z"])
def test_the_beginning_of_all_time_is_no_bound(site: Site, orders: dict[str, int], after: str) -> None:
    found = ask(site, modified_after=after, modified_before=f"{DAY}T10:05:00Z").json()
    assert [one["id"] for one in found["orders"]] == [orders["first"], orders["second"], orders["twin"]]


def test_changed_orders_are_named_without_refunds_and_drafts(site: Site, orders: dict[str, int]) -> None:
    moment = int(datetime(2020, 3, 1, 10, 5, tzinfo=UTC).timestamp())
    query = {"since": moment, "until": moment}
    found = site.ask("GET", "/wc-shopweave/v1/orders-changed", params=query).json()
    assert found == {
        "rows": [
            {"id": orders[name], "modified": moment, "status": "processing"} for name in ("second", "twin")
        ],
        "more": False,
    }
    above = site.ask(
        "GET", "/wc-shopweave/v1/orders-changed", params={**query, "after_id": orders["second"]}
    ).json()
    assert [row["id"] for row in above["rows"]] == [orders["twin"]]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"modified_after": "yesterday"}, "shopweave_bad_request"),
        ({"modified_before": "2020-13-45T10:00:00Z"}, "shopweave_bad_request"),
        ({"per_page": 101}, "rest_invalid_param"),
        ({"page": 0}, "rest_invalid_param"),
    ],
)
def test_what_is_no_window_is_refused(site: Site, query: dict[str, str | int], code: str) -> None:
    answer = ask(site, **query)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_the_status_names_versions_zone_and_the_old_interface(site: Site) -> None:
    site.run("update_option( 'timezone_string', 'Europe/Helsinki' ); return 1;")
    found = site.ask("GET", "/flashnode/v1/status").json()
    site.run("update_option( 'timezone_string', '' ); return 1;")
    assert found | {"server_time": ""} == {
        "version": "1.0", "woocommerce": "9.9.5", "legacy_api": False, "timezone": "Europe/Helsinki", "server_time": "",
    }  # fmt: skip
