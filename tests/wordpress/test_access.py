"""Who may call which route: consumer keys by their permission, application passwords by their role."""

import pytest

from tests.wordpress.site import Site

pytestmark = pytest.mark.wordpress
OURS = "/wc-shopweave/v1"
NO_KEY = "woocommerce_rest_authentication_error"
FORBIDDEN = "rest_forbidden"


@pytest.mark.parametrize(
    ("who", "reading", "writing"),
    [
        ("read_write", (200, ""), (404, "shopweave_unknown_product")),
        ("read", (200, ""), (401, NO_KEY)),
        ("write", (401, NO_KEY), (404, "shopweave_unknown_product")),
        ("administrator", (200, ""), (404, "shopweave_unknown_product")),
        ("shop_manager", (200, ""), (404, "shopweave_unknown_product")),
        ("author", (403, FORBIDDEN), (403, FORBIDDEN)),
        ("subscriber", (403, FORBIDDEN), (403, FORBIDDEN)),
        ("nobody", (401, FORBIDDEN), (401, FORBIDDEN)),
    ],
)
def test_a_key_opens_what_its_permission_says_and_a_password_what_its_role_may(
    site: Site, who: str, reading: tuple[int, str], writing: tuple[int, str]
) -> None:
    read = site.ask("GET", f"{OURS}/check", who=who)
    assert (read.status_code, read.json().get("code", "")) == reading
    write = site.ask("POST", f"{OURS}/set-image", who=who, json={"id": 999999, "url": "https://a.example/b"})
    assert (write.status_code, write.json()["code"]) == writing


def test_the_route_of_icecat_takes_an_application_password_and_no_consumer_key(site: Site) -> None:
    body = {"product_id": 999999, "image_url": "https://a.example/b.png"}
    codes = {
        who: site.ask("POST", "/icecat/v1/set-image", who=who, json=body).json()["code"]
        for who in ("shop_manager", "author", "nobody", "read_write")
    }
    assert codes == {
        "shop_manager": "shopweave_unknown_product",
        "author": FORBIDDEN,
        "nobody": FORBIDDEN,
        "read_write": FORBIDDEN,
    }


def test_the_check_says_what_is_here_and_what_is_missing(site: Site) -> None:
    found = site.ask("GET", f"{OURS}/check").json()
    assert found["engine"] == "InnoDB"
    assert found["stock_managed"]
    assert found["lacks"] == []
    assert "set_image" in found["features"]
    assert found["limits"]["image_mb"] == 20


def test_a_plug_in_that_is_not_there_is_told_from_one_that_is(site: Site) -> None:
    assert site.ask("GET", "/wc-other/v1/check", who="nobody").json()["code"] == "rest_no_route"
