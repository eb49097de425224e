"""Quirks of the simulated shop that connectors stumble over: routes, filters, plug-ins, versions."""

from typing import Any

import pytest

from shopweave.model.http import HttpResponse
from shopweave.simulators.woocommerce import WooShop, rules_of
from shopweave.simulators.woocommerce.answers import answer
from shopweave.simulators.woocommerce.routes import MANAGERS, Call, only
from tests.simulators.test_woocommerce import Asking


def test_a_variation_read_as_a_product_bears_the_name_of_its_family() -> None:
    asking = Asking()
    axis = {"name": "Size", "options": ["S"], "variation": True}
    family = asking.make(name="Shirt", type="variable", attributes=[axis])
    path = f"/wc/v3/products/{family['id']}/variations"
    choice = asking.ask("POST", path, {"sku": "S", "attributes": [{"name": "Size", "option": "S"}]})[1]
    assert choice["name"] == "S"
    assert asking.ask("GET", f"/wc/v3/products/{choice['id']}")[1]["name"] == "Shirt - S"
    assert asking.ask("GET", "/wc/v3/products?sku=S")[1][0]["name"] == "Shirt - S"


def test_statuses_and_types_are_filtered_by_lists() -> None:
    asking = Asking()
    asking.make(status="draft", name="Draft")
    asking.make(type="external", name="Elsewhere")

    def names(query: str) -> set[str]:
        return {one["name"] for one in asking.ask("GET", f"/wc/v3/products?{query}")[1]}

    assert names("include_status=draft,private") == {"Draft"}
    assert names("exclude_status=draft") == {"Elsewhere"}
    assert names("include_types=external") == {"Elsewhere"}
    assert names("search_name_or_sku=draf") == {"Draft"}
    assert names("meta_key=x") == {"Draft", "Elsewhere"}


def test_lists_of_products_are_replaced_and_kept() -> None:
    asking = Asking()
    made = asking.make(upsell_ids=[999], external_url="http://x.example", type="external")
    assert (made["upsell_ids"], made["external_url"]) == ([999], "http://x.example")
    path = f"/wc/v3/products/{made['id']}"
    assert asking.ask("PUT", path, {"upsell_ids": []})[1]["upsell_ids"] == []
    status, body = asking.ask("PUT", path, {"manage_stock": True})
    assert (status, body["code"]) == (400, "product_external_invalid_manage_stock")


def test_the_seeds_plug_in_moves_no_date_and_tells_nobody() -> None:
    asking = Asking()
    key = asking.make()["id"]
    asking.shop.state.products[key]["date_modified"] = "2020-01-01T00:00:00+00:00"
    told: list[str] = []
    asking.shop.stage.hearers.append(lambda resource, one, event: told.append(f"{resource}.{event} {one}"))
    body = {"product_id": key, "image_url": "http://pictures.example/good.png"}
    assert asking.ask("POST", "/icecat/v1/set-image", body)[0] == 201
    assert asking.shop.state.products[key]["date_modified"] == "2020-01-01T00:00:00+00:00"
    assert told == []
    assert len(asking.ask("GET", f"/wc/v3/products/{key}")[1]["images"]) == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"image_url": "http://pictures.example/none.png"}, 400, "http_404"),
        ({"image_url": "http://pictures.example/picture"}, 400, "image_sideload_failed"),
        ({"image_url": "http://pictures.example/good.txt"}, 400, "upload_error"),
        ({"product_id": "x"}, 400, "rest_invalid_param"),
        ({"product_id": 999_999}, 404, "invalid_product"),
    ],
)
def test_what_the_seeds_plug_in_refuses(body: dict[str, Any], status: int, code: str) -> None:
    asking = Asking()
    sent = {"product_id": asking.make()["id"], "image_url": "http://pictures.example/good.png", **body}
    found, said = asking.ask("POST", "/icecat/v1/set-image", sent)
    assert (found, said["code"]) == (status, code)


def test_plug_ins_are_switched_on_and_bring_their_own_routes() -> None:
    def install(shop: WooShop) -> None:
        def check(call: Call, parts: list[str]) -> HttpResponse:
            only(call, *MANAGERS)
            return answer(200, {"parts": parts, "query": call.query, "url": shop.url})

        shop.routes.add("/wc-shopweave/v1", check)

    bare, rich = Asking(plugins=()), Asking(plugins=(install,))
    assert bare.ask("POST", "/icecat/v1/set-image", {})[1]["code"] == "rest_no_route"
    assert bare.ask("GET", "/wc-shopweave/v1/check")[1]["code"] == "rest_no_route"
    status, body = rich.ask("GET", "/wc-shopweave/v1/check/more?a=1")
    assert (status, body["parts"], body["query"]) == (200, ["check", "more"], {"a": "1"})
    assert (
        rich.ask("GET", "/wc-shopweave/v1/check", None, {"Authorization": ""})[1]["code"] == "rest_forbidden"
    )


@pytest.mark.parametrize(
    ("version", "gtin", "brands"), [("9.9.5", True, True), ("9.5.0", True, False), ("9.3.3", False, False)]
)
def test_older_versions_leave_fields_out(version: str, gtin: bool, brands: bool) -> None:
    made = Asking(rules=rules_of(version)).make(global_unique_id="4006381333931")
    assert ("global_unique_id" in made, "brands" in made) == (gtin, brands)


def test_the_old_api_is_gone() -> None:
    shop = Asking().shop
    from shopweave.model.http import HttpRequest

    gone = shop.handle(HttpRequest(method="GET", url=f"{shop.url}/wc-api/v3/orders"))
    assert (gone.status, b"woocommerce_api_disabled" in gone.body) == (404, True)


def test_settings_and_currencies_are_as_the_shop_is() -> None:
    asking = Asking()
    assert asking.ask("GET", "/wc/v3/settings/products/woocommerce_manage_stock")[1]["value"] == "yes"
    assert asking.ask("GET", "/wc/v3/settings/products/nothing")[0] == 404
    assert asking.ask("GET", "/wc/v3/data/currencies/current")[1]["code"] == "EUR"
    assert asking.ask("GET", "/wc/v3/data/currencies/xxx")[0] == 404
    assert asking.ask("GET", "/wc/v3/products/shipping_classes")[1] == []
    assert asking.ask("DELETE", "/wc/v3/products")[1]["code"] == "rest_no_route"


def test_attributes_are_changed_and_take_their_terms_with_them() -> None:
    asking = Asking()
    made = asking.ask("POST", "/wc/v3/products/attributes", {"name": "Size"})[1]
    path = f"/wc/v3/products/attributes/{made['id']}"
    asking.ask("POST", f"{path}/terms", {"name": "S"})
    assert asking.ask("PUT", path, {"name": "Width"})[1]["name"] == "Width"
    assert asking.ask("DELETE", path)[0] == 501
    assert asking.ask("DELETE", f"{path}?force=true")[0] == 200
    assert asking.ask("GET", f"{path}/terms")[1]["code"] == "woocommerce_rest_taxonomy_invalid"
