"""The simulated shop's old interface, and what can stand in front of a shop."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from shopweave.model.errors import NotSent
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.simulators.woocommerce import Key, WooShop
from tests.connectors.woocommerce.shop import Ticking

URL = "https://shop.example"
BASIC = {"Authorization": f"Basic {base64.b64encode(b'ck_1:cs_1').decode()}"}


def shop(**switches: Any) -> WooShop:
    made = WooShop(Ticking(), url=URL, keys=(Key(key="ck_1", secret="cs_1"),))
    for name, value in switches.items():
        setattr(made.switches, name, value)
    return made


def ask(one: WooShop, path: str, headers: Mapping[str, str] | None = None, **query: Any) -> HttpResponse:
    text = f"?{urlencode(query)}" if query else ""
    given = BASIC if headers is None else headers
    return one.handle(HttpRequest(method="GET", url=f"{URL}{path}{text}", headers=given))


def body(answer: HttpResponse) -> Any:
    return json.loads(answer.body)


def test_the_old_interface_is_off_until_it_is_enabled() -> None:
    answer = ask(shop(), "/wc-api/v3/")
    assert (answer.status, body(answer)["errors"]["code"]) == (404, "woocommerce_api_disabled")
    assert ask(shop(legacy_enabled=True), "/wc-api/v3/", {}).status == 200


def test_it_shows_orders_under_its_own_names() -> None:
    one = shop(legacy_enabled=True)
    goods = one.products.create({"name": "Kettle", "regular_price": "9.50"})
    row = one.orders.create(
        {
            "status": "processing",
            "line_items": [{"product_id": goods["id"], "quantity": 2}],
            "billing": {"email": "a@example.org", "first_name": "Ann"},
            "customer_note": "ring twice",
        }
    )
    (found,) = body(ask(one, "/wc-api/v3/orders"))["orders"]
    assert found["order_number"] == str(row["id"])
    assert found["total"] == "19.00"
    assert found["billing_address"]["email"] == "a@example.org"
    assert found["note"] == "ring twice"
    assert found["updated_at"].endswith("Z")
    assert found["line_items"][0]["product_id"] == goods["id"]
    assert found["payment_details"]["paid"] is True
    assert body(ask(one, f"/wc-api/v3/orders/{row['id']}"))["order"] == found
    assert ask(one, "/wc-api/v3/orders/999").status == 404


def test_its_filters_bound_the_time_of_change_and_page() -> None:
    one = shop(legacy_enabled=True)
    rows = [one.orders.create({}) for _ in range(5)]
    start = datetime(2026, 5, 1, tzinfo=UTC)
    for number, row in enumerate(rows):
        row["date_modified"] = (start + timedelta(hours=number)).isoformat()
    bound: dict[str, Any] = {
        "filter[updated_at_min]": "2026-05-01T01:00:00Z",
        "filter[updated_at_max]": "2026-05-01T03:00:00Z",
    }
    order: dict[str, Any] = {
        "filter[orderby]": "ID",
        "filter[order]": "ASC",
        "filter[limit]": "2",
        "fields": "id",
    }
    answer = ask(one, "/wc-api/v3/orders", **bound, **order)
    assert body(answer)["orders"] == [{"id": row["id"]} for row in rows[1:3]]
    assert (answer.headers["x-wc-total"], answer.headers["x-wc-totalpages"]) == ("3", "2")
    rest = body(ask(one, "/wc-api/v3/orders", **bound, **order, page="2"))["orders"]
    assert rest == [{"id": rows[3]["id"]}]
    assert (
        body(ask(one, "/wc-api/v3/orders", **{**order, "filter[updated_at_min]": "2026-05-02"}))["orders"]
        == []
    )
    one.orders.update(rows[4], {"status": "completed"})
    assert [row["id"] for row in body(ask(one, "/wc-api/v3/orders", status="completed"))["orders"]] == [
        rows[4]["id"]
    ]


@pytest.mark.parametrize("headers", [{}, {"Authorization": f"Basic {base64.b64encode(b'ck_1:no').decode()}"}])
def test_wrong_keys_hear_an_error_of_its_own_shape(headers: dict[str, str]) -> None:
    answer = ask(shop(legacy_enabled=True), "/wc-api/v3/orders", headers)
    assert answer.status == 401
    assert body(answer)["errors"][0]["code"] == "woocommerce_api_authentication_error"


@pytest.mark.parametrize("path", ["/wp-json/wc/v3/orders", "/wc-api/v3/orders"])
def test_keys_in_the_address_are_refused_where_the_switch_says_so(path: str) -> None:
    keys: dict[str, Any] = {"consumer_key": "ck_1", "consumer_secret": "cs_1"}
    assert ask(shop(legacy_enabled=True), path, {}, **keys).status == 200
    assert ask(shop(legacy_enabled=True, refuses_query_keys=True), path, {}, **keys).status == 401


def test_what_stands_in_front_answers_before_the_shop() -> None:
    asked = ask(shop(password_page=True), "/wp-json/wc/v3/orders")
    assert (asked.status, asked.headers["www-authenticate"]) == (401, 'Basic realm="Staging"')
    assert "wp-login" in ask(shop(login_page=True), "/wp-json/wc/v3/orders").headers["location"]
    assert ask(shop(strip_authorization_header=True), "/wp-json/wc/v3/orders").status == 401
    with pytest.raises(NotSent, match="expired"):
        ask(shop(expired_certificate=True), "/wp-json/wc/v3/orders")


def test_a_version_that_does_not_know_the_filter_answers_all() -> None:
    one = shop()
    one.orders.create({})
    window: dict[str, Any] = {"modified_after": "2099-01-01T00:00:00", "dates_are_gmt": "true"}
    assert body(ask(one, "/wp-json/wc/v3/orders", **window)) == []
    one.switches.honours_modified_after = False
    assert len(body(ask(one, "/wp-json/wc/v3/orders", **window))) == 1


def test_a_clock_that_is_wrong_is_wrong_everywhere() -> None:
    one = shop(clock_skew_s=3600.0)
    row = one.orders.create({})
    assert row["date_created"].startswith("2026-05-01T13:")
    assert "13:0" in ask(one, "/wp-json/wc/v3/orders").headers["date"]
