"""The same calls to the plug-in on a real WordPress, to the simulated shop and to a real one, with the same answers."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.wordpress.pictures import png
from tests.wordpress.places import Live, Place, simulated

OURS = "/wc-shopweave/v1"


@pytest.fixture
def told(place: Place) -> Callable[..., list[Any]]:
    def ask(key: str, *items: dict[str, Any]) -> list[Any]:
        answer = place.ask(
            "POST", f"{OURS}/stock", json={"key": place.name(key), "items": list(items)}
        ).json()
        return [row.get("after", row.get("code")) for row in answer["items"]]

    return ask


def test_the_check_names_versions_features_and_limits(place: Place) -> None:
    found = place.ask("GET", f"{OURS}/check").json()
    assert {"plugin", "wordpress", "woocommerce", "engine", "lacks"} <= set(found)
    assert set(found["features"]) == {
        "changes", "fix_images", "orders_changed", "orders_window", "pictures", "ping", "prices", "quiet_analytics",
        "set_image", "stock",
    }  # fmt: skip
    assert found["limits"] == {"items": 500, "image_mb": 20}
    assert place.ask("GET", f"{OURS}/check", who="nobody").status_code == 401
    assert place.ask("GET", f"{OURS}/nothing").json()["code"] == "rest_no_route"


def test_stock_goes_in_the_order_of_items(place: Place, told: Callable[..., list[Any]]) -> None:
    sku = place.name("SAME-1")
    one, free = place.product(sku, 100), place.product(place.name("SAME-2"), None)
    assert told(
        "same-1",
        {"id": one, "delta": -1},
        {"sku": sku.lower(), "expect": 99, "set": 50},
        {"id": one, "expect": 99, "set": 40},
        {"id": one, "expect": None, "set": 7},
        {"id": free, "delta": 1},
        {"sku": "SAME-NONE", "delta": 1},
        {"id": one, "delta": 0.5},
    ) == [99, 50, "stock_moved", 7, "stock_not_managed", "unknown_product", "bad_number"]


def test_a_key_counts_once(place: Place) -> None:
    product = place.product(place.name("SAME-3"), 5)
    body = {"key": place.name("same-key"), "items": [{"id": product, "delta": -5}]}
    first, again = (place.ask("POST", f"{OURS}/stock", json=body).json() for _ in range(2))
    assert again == {**first, "replayed": True}
    assert first["status_changed"] == [product]
    other = place.ask("POST", f"{OURS}/stock", json={**body, "items": []})
    assert (other.status_code, other.json()["code"]) == (422, "shopweave_key_reused")
    without = place.ask("POST", f"{OURS}/stock", json={"items": []})
    assert (without.status_code, without.json()["code"]) == (400, "shopweave_key_missing")


@pytest.mark.parametrize(
    ("items", "status", "field"),
    [
        ([{"id": 1, "delta": 1, "colour": 1}], 400, "colour"),
        ([{"delta": 1}], 400, "id"),
        ([{"id": 1}], 400, "delta"),
        ([{"id": 1, "set": 1}], 400, "expect"),
        ("none", 400, "items"),
        ([{"id": 1, "delta": 1}] * 501, 413, None),
    ],
)
def test_a_stock_request_that_nobody_understands_is_refused_whole(
    place: Place, items: object, status: int, field: str | None
) -> None:
    answer = place.ask("POST", f"{OURS}/stock", json={"key": "same-bad", "items": items})
    assert (answer.status_code, answer.json()["data"].get("field")) == (status, field)


def test_a_file_is_kept_once_and_given_to_products_by_number(place: Place) -> None:
    head = {"content-type": "image/png", "content-disposition": 'attachment; filename="same.png"'}
    sent = [place.ask("POST", f"{OURS}/pictures", content=png(shade=55), headers=head) for _ in range(2)]
    if not isinstance(place, Live):
        assert [one.status_code for one in sent] == [201, 200]
    first, again = (one.json() for one in sent)
    assert again == {**first, "reused": True}
    product = place.product(place.name("SAME-4"), None)
    body = {"id": product, "media_id": first["id"]}
    answers = [place.ask("POST", f"{OURS}/set-image", json=body).json() for _ in range(2)]
    assert [one["changed"] for one in answers] == [True, False]
    assert place.ask("POST", f"{OURS}/set-image", json={**body, "place": "gallery"}).json()["changed"]
    no_picture = place.ask("POST", f"{OURS}/pictures", content=b"<svg/>", headers=head)
    assert (no_picture.status_code, no_picture.json()["data"]["reason"]) == (422, "type")


def test_pictures_that_cannot_be_had_say_why(place: Place) -> None:
    product = place.product(place.name("SAME-5"), None)
    unknown = place.ask("POST", f"{OURS}/set-image", json={"id": 99999999, "url": "https://a.example/a.png"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "shopweave_unknown_product")
    nothing = place.ask("POST", f"{OURS}/set-image", json={"id": product})
    assert (nothing.status_code, nothing.json()["code"]) == (400, "shopweave_bad_request")
    wrong = place.ask("POST", f"{OURS}/set-image", json={"id": product, "media_id": 99999999})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "shopweave_image_refused")
    if not isinstance(place, Live):
        assert place.ask("POST", f"{OURS}/set-image", who="read", json={"id": product}).status_code == 401


def test_the_simulated_shop_fetches_an_address_once() -> None:
    with simulated() as simulation:
        body = {"id": simulation.product("S-1", None), "url": "https://pictures.example/a.png"}
        first, again = (simulation.ask("POST", f"{OURS}/set-image", json=body).json() for _ in range(2))
        assert (first["reused"], again) == (False, {**first, "reused": True, "changed": False})
        twin = simulation.ask("POST", f"{OURS}/set-image", json={**body, "url": "https://b.example/a.png"})
        assert twin.json()["attachment"] == first["attachment"]
        for name, status in (("gone.png", 502), ("page.png", 422)):
            url = f"https://pictures.example/{name}"
            assert (
                simulation.ask("POST", f"{OURS}/set-image", json={**body, "url": url}).status_code == status
            )
