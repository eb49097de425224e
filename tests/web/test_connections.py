"""Connections by page and by interface: their settings, and a real check of a simulated shop."""

from tests.web.site import Site
from tests.worlds import PASSWORD, SHOP


def test_a_connection_shows_its_settings_but_no_secret(site: Site) -> None:
    with site.client("viewer") as client:
        assert 'href="/connections/shop"' in client.get("/connections").text
        text = client.get("/connections/shop").text
        assert SHOP in text
        assert "application_password" in text
        assert PASSWORD not in text
        assert "Needs the operator role" in text
        told = client.get("/api/connections/shop").json()
        options = {one["name"]: one for one in told["options"]}
        assert options["url"]["value"] == SHOP
        assert {one["value"] for one in told["options"]} & {"true", "false"}
        assert not {one["value"] for one in told["options"]} & {"True", "False"}
        secret = options["application_password"]
        assert (secret["is_secret"], secret["is_default"], secret["value"]) == (True, False, "")
        assert client.get("/connections/moon").status_code == 404
        assert client.get("/api/connections/moon").json()["code"] == "CFG-120"


def test_a_check_says_what_works_and_needs_an_operator(site: Site) -> None:
    with site.client("viewer") as client:
        carried = {"csrf": site.field(client.get("/me").text, "csrf")}
        assert client.post("/connections/shop/check", data=carried).status_code == 403
    with site.client("operator") as client:
        carried = {"csrf": site.csrf(client)}
        text = client.post("/connections/shop/check", data=carried).text
        assert "What the check found" in text
        assert "<h1>shop works</h1>" in text
        client.headers["x-csrf-token"] = carried["csrf"]
        lines = client.post("/api/connections/shop/check").json()["lines"]
        assert lines
        assert all(one["ok"] or not one["blocks"] for one in lines)
