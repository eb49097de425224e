"""People, roles, passwords, sessions and tokens, by page and by interface."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from shopweave.hub import people
from tests.web.site import PASSWORD, PEOPLE, Site, serving

NEW = "five other words are enough"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Site]:
    """A hub whose people a test may change."""
    with serving(tmp_path, items=2) as site:
        yield site


def numbers(site: Site) -> dict[str, int]:
    return {one.email: one.number for one in site.do(people.everybody)}


def signs_in(site: Site, email: str, password: str = PASSWORD) -> bool:
    with site.client() as client:
        return client.post("/sign-in", data={"email": email, "password": password}).status_code == 303


def test_an_administrator_adds_changes_and_removes_a_person(own: Site) -> None:
    with own.client("admin") as client, own.client() as other:
        page = client.get("/people").text
        assert "3 people may use the pages" in page
        fields = {"csrf": own.field(page, "csrf")}
        entry = {**fields, "email": "Nina@Shop.example", "password": PASSWORD, "role": "viewer"}
        added = client.post("/people", data=entry)
        assert added.status_code == 303, added.text
        here = added.headers["location"]
        assert (
            other.post("/sign-in", data={"email": "nina@shop.example", "password": PASSWORD}).status_code
            == 303
        )
        assert other.post("/writing", data={"csrf": own.csrf(other)}).status_code == 403
        assert "1 session is open." in client.get(here).text
        assert client.post(here, data={**fields, "do": "role", "role": "operator"}).status_code == 303
        assert "Stop all writing" in other.get("/").text
        client.post(here, data={**fields, "do": "sessions"})
        assert other.get("/").status_code == 303
        client.post(here, data={**fields, "do": "password", "password": NEW})
        assert not signs_in(own, "nina@shop.example")
        assert signs_in(own, "nina@shop.example", NEW)
        assert "Remove nina@shop.example?" in client.get(here, params={"ask": "remove"}).text
        assert client.post(here, data={**fields, "do": "remove"}).headers["location"] == "/people"
        done = [one["what"] for one in client.get("/api/acts", params={"limit": 5}).json()]
        assert done[0] == "removed nina@shop.example"
        assert "gave nina@shop.example a new password" in done
        told = client.get("/acts", headers={"accept-language": "sv"}).text
        assert "tog bort nina@shop.example" in told
        assert "lade till nina@shop.example som" in told
        assert PASSWORD not in told
        assert not signs_in(own, "nina@shop.example", NEW)
        assert client.get(here).status_code == 404


@pytest.mark.parametrize(
    ("change", "field", "text"),
    [
        ({"email": "nobody"}, "email", "Such as me@shop.example."),
        ({"email": PEOPLE["viewer"]}, "email", "may use the pages already"),
        ({"password": "short"}, "password", "10 to 200 characters"),
        ({"role": "king"}, "role", "There are: viewer, operator, admin."),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field_and_the_rest_is_kept(
    site: Site, change: dict[str, str], field: str, text: str
) -> None:
    with site.client("admin") as client:
        entry = {
            "csrf": site.csrf(client),
            "email": "new@shop.example",
            "password": PASSWORD,
            "role": "viewer",
        }
        answer = client.post("/people", data=entry | change)
        assert answer.status_code == 422
        assert "<title>Error:" in answer.text
        where = re.search(rf'<span class="bad" id="e-{field}">([^<]+)', answer.text)
        assert where is not None
        assert text in where[1]
        assert f'href="#f-{field}"' in answer.text
        assert 'aria-invalid="true"' in answer.text
        kept = (entry | change)["email"]
        assert f'value="{kept}"' in answer.text
        assert PASSWORD not in answer.text


def test_one_administrator_always_stays(own: Site) -> None:
    here = f"/people/{numbers(own)[PEOPLE['admin']]}"
    with own.client("admin") as client:
        fields = {"csrf": own.csrf(client)}
        for act in ({"do": "role", "role": "viewer"}, {"do": "remove"}):
            answer = client.post(here, data=fields | act)
            assert answer.status_code == 422
            assert "is the only administrator" in answer.text
        client.headers["x-csrf-token"] = fields["csrf"]
        wanted = {"email": PEOPLE["viewer"], "role": "admin"}
        assert client.post("/api/people/change", json=wanted).json()["role"] == "admin"
        assert client.post(here, data=fields | {"do": "role", "role": "viewer"}).status_code == 303
        assert client.get("/people").status_code == 403


def test_only_administrators_see_people(site: Site) -> None:
    with site.client("operator") as client:
        assert client.get("/people").status_code == 403
        assert client.get("/api/people").status_code == 403
        assert client.get("/api/acts").status_code == 403
        assert client.get("/acts").status_code == 403
        assert 'href="/people"' not in client.get("/").text
        assert client.get("/me").status_code == 200


def test_a_token_is_shown_once_works_and_is_revoked(own: Site) -> None:
    with own.client("operator") as client, own.client() as program:
        page = client.get("/me").text
        once = {"csrf": own.field(page, "csrf"), "once": own.field(page, "once")}
        made = client.post("/me/tokens", data={**once, "name": "till report", "role": "viewer"})
        key = re.search(r"shw_\w{32}", made.text)
        assert key is not None
        again = client.post("/me/tokens", data={**once, "name": "till report", "role": "viewer"})
        assert key[0] in again.text
        assert key[0] not in client.get("/me").text
        program.headers["authorization"] = f"Bearer {key[0]}"
        assert program.get("/api/runs").status_code == 200
        assert program.post("/api/runs", json={"flow": "till-to-shop"}).status_code == 403
        assert program.post("/api/tokens", json={"name": "more", "role": "operator"}).status_code == 403
        mine = client.get("/api/tokens").json()
        assert [one["name"] for one in mine] == ["till report"]
        refused = client.post("/me/tokens", data={**once, "name": " ", "role": "viewer"})
        assert (refused.status_code, "The token has no name." in refused.text) == (422, True)
        assert client.post("/me/tokens", data={**once, "name": "x", "role": "admin"}).status_code == 403
        revoked = client.post(
            "/me/tokens/revoke", data={"csrf": once["csrf"], "token": str(mine[0]["number"])}
        )
        assert revoked.status_code == 303
        assert program.get("/api/runs").status_code == 401
    assert key[0].encode() not in (own.world.folder / "hub.sqlite-wal").read_bytes()


def test_a_token_never_may_more_than_its_person_now(own: Site) -> None:
    with own.client("operator") as client, own.client() as program:
        client.headers["x-csrf-token"] = own.csrf(client)
        key = client.post("/api/tokens", json={"name": "x", "role": "operator"}).json()["token"]
        program.headers["authorization"] = f"Bearer {key}"
        assert program.post("/api/writing/stop").status_code == 200
        own.do(lambda hub: people.change_role(hub, PEOPLE["operator"], "viewer", "test"))
        assert program.post("/api/writing/go-on").status_code == 403
        assert program.get("/api/writing").json()["stopped"]
        own.do(lambda hub: people.remove(hub, PEOPLE["operator"], "test"))
        assert program.get("/api/writing").status_code == 401


def test_tokens_of_others_are_taken_back_by_administrators_only(own: Site) -> None:
    with own.client("viewer") as viewer, own.client("operator") as operator, own.client("admin") as admin:
        for client in (viewer, operator, admin):
            client.headers["x-csrf-token"] = own.field(client.get("/me").text, "csrf")
        assert viewer.post("/api/tokens", json={"name": "x"}).status_code == 201
        number = viewer.get("/api/tokens").json()[0]["number"]
        assert operator.post("/api/tokens/revoke", json={"number": number}).status_code == 404
        here = f"/people/{numbers(own)[PEOPLE['viewer']]}"
        fields = {"csrf": admin.headers["x-csrf-token"], "do": "token", "token": str(number)}
        assert admin.post(here, data=fields).status_code == 303
        assert viewer.get("/api/tokens").json() == []


def test_ones_own_password_needs_the_one_until_now(own: Site) -> None:
    with own.client("viewer") as client, own.client("viewer") as other:
        fields = {"csrf": own.field(client.get("/me").text, "csrf"), "password": NEW}
        wrong = client.post("/me/password", data={**fields, "current": "wrong"})
        assert wrong.status_code == 422
        assert 'id="e-current"' in wrong.text
        assert client.post("/me/password", data={**fields, "current": PASSWORD}).status_code == 303
        assert client.get("/me").status_code == 200
        assert other.get("/me").status_code == 303
    assert signs_in(own, PEOPLE["viewer"], NEW)


def test_ending_other_sessions_keeps_this_one(own: Site) -> None:
    with own.client("viewer") as client, own.client("viewer") as other:
        assert "2 sessions are open" in client.get("/me").text
        client.post("/me/sessions", data={"csrf": own.field(client.get("/me").text, "csrf")})
        assert client.get("/me").status_code == 200
        assert other.get("/me").status_code == 303


def test_theme_and_keys_are_kept_with_the_person(own: Site) -> None:
    with own.client("viewer") as client:
        fields = {"csrf": own.field(client.get("/me").text, "csrf")}
        assert client.post("/me/preferences", data={**fields, "theme": "dark"}).status_code == 303
        assert 'data-theme="dark" data-keys="off">' in client.get("/").text
        assert client.post("/me/preferences", data={**fields, "theme": "pink"}).status_code == 422
        client.headers["x-csrf-token"] = fields["csrf"]
        assert client.post("/api/me/preferences", json={"keys": True}).status_code == 204
        assert 'data-keys="off"' not in client.get("/").text


def test_people_are_looked_after_by_the_interface_too(own: Site) -> None:
    with own.client("admin") as client:
        client.headers["x-csrf-token"] = own.csrf(client)
        entry = {"email": "nina@shop.example", "password": PASSWORD, "role": "viewer"}
        assert _post(client, "/api/people", entry, 201)["email"] == "nina@shop.example"
        assert _post(client, "/api/people", entry, 422)["code"] == "USER-005"
        _post(client, "/api/people/change", {"email": "nina@shop.example", "password": NEW}, 200)
        assert signs_in(own, "nina@shop.example", NEW)
        listed = {one["email"]: one["sessions"] for one in client.get("/api/people").json()}
        assert listed["nina@shop.example"] == 1
        _post(client, "/api/people/end-sessions", {"email": "nina@shop.example"}, 204)
        _post(client, "/api/people/remove", {"email": "nina@shop.example"}, 204)
        assert _post(client, "/api/people/remove", {"email": "nina@shop.example"}, 404)["code"] == "USER-009"


def _post(client: httpx.Client, path: str, body: dict[str, str], status: int) -> dict[str, str]:
    answer = client.post(path, json=body)
    assert answer.status_code == status, answer.text
    found: dict[str, str] = answer.json() if answer.content else {}
    return found
