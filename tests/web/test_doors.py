"""Who comes in: signing in, roles, forged forms, throttling, tokens, the first administrator."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shopweave.hub import access
from shopweave.model.errors import Configuration
from tests.web.site import PASSWORD, PEOPLE, Site, serving


def test_nobody_sees_a_page_without_signing_in(site: Site) -> None:
    with site.client() as client:
        for path in (
            "/",
            "/plans",
            "/plans/1",
            "/runs",
            "/explain",
            "/findings",
            "/conflicts",
            "/writing",
            "/pins",
            "/people",
            "/people/1",
            "/me",
            "/acts",
            "/queue",
        ):
            answer = client.get(path)
            assert answer.status_code == 303
            assert answer.headers["location"] == f"/sign-in?next={path}"
        for path in ("/api/overview", "/metrics", "/live", "/api/schema/openapi.json"):
            answer = client.get(path)
            assert answer.status_code == 401, path
            assert answer.json()["code"] == "WEB-401"
        assert client.get("/health").json() == {"status": "alive", "connections": None}


def test_signing_in_leads_on_and_out_again(site: Site) -> None:
    with site.client() as client:
        entry = {"email": PEOPLE["admin"].upper(), "password": PASSWORD, "next": "/plans"}
        answer = client.post("/sign-in", data=entry)
        assert (answer.status_code, answer.headers["location"]) == (303, "/plans")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert client.get("/plans").status_code == 200
        assert client.post("/sign-out", data={"csrf": site.csrf(client)}).status_code == 303
        assert client.get("/plans").status_code == 303


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "x"])
def test_signing_in_never_leads_elsewhere(site: Site, target: str) -> None:
    with site.client() as client:
        entry = {"email": PEOPLE["admin"], "password": PASSWORD, "next": target}
        assert client.post("/sign-in", data=entry).headers["location"] == "/"


def test_a_session_is_stored_only_as_a_hash(site: Site) -> None:
    with site.client("viewer") as client:
        key = client.cookies["shopweave"]
    assert key.encode() not in (site.world.folder / "hub.sqlite").read_bytes()
    assert key.encode() not in (site.world.folder / "hub.sqlite-wal").read_bytes()


def test_a_form_without_the_hidden_field_is_refused(site: Site) -> None:
    with site.client("admin") as client:
        for data in ({}, {"csrf": "guessed"}):
            answer = client.post(f"/plans/{site.plan}/reject", data=data)
            assert answer.status_code == 403
            assert "WEB-419" in answer.text
        assert client.post(f"/api/plans/{site.plan}/reject").status_code == 403
        fields = {"csrf": site.csrf(client)}
        for foreign in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
            assert client.post(f"/plans/{site.plan}/reject", data=fields, headers=foreign).status_code == 403
        assert client.get(f"/api/plans/{site.plan}").json()["states"]["held"] > 0


def test_a_viewer_may_look_but_not_act(site: Site) -> None:
    with site.client("viewer") as client:
        shown = client.get(f"/plans/{site.plan}")
        assert "Approving needs the operator role." in shown.text
        assert "Approve all" not in shown.text
        answer = client.post(f"/plans/{site.plan}/approve", data={"csrf": site.csrf(client)})
        assert answer.status_code == 403
        assert "It needs the role operator." in answer.text
        assert client.get(f"/api/plans/{site.plan}").json()["states"]["held"] > 0


def test_guessing_passwords_is_throttled(tmp_path: Path) -> None:
    with serving(tmp_path) as site, site.client() as client:
        wrong = {"email": PEOPLE["viewer"], "password": "wrong"}
        seen = [client.post("/sign-in", data=wrong) for _ in range(6)]
        assert [one.status_code for one in seen] == [422] * 5 + [429]
        assert "do not fit together" in seen[0].text
        right = {"email": PEOPLE["viewer"], "password": PASSWORD}
        assert client.post("/sign-in", data=right).status_code == 429
        assert client.post("/sign-in", data={**right, "email": PEOPLE["admin"]}).status_code == 303


def test_an_unknown_address_is_answered_as_a_wrong_password_is(site: Site) -> None:
    with site.client() as client:
        texts = {
            client.post("/sign-in", data={"email": "", "password": "x"}).status_code,
            client.post("/sign-in", data={"email": "nobody@shop.example", "password": "x"}).status_code,
        }
    assert texts == {422}


def test_waits_double_and_end() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert access.wait_until(4, 5, now) is None
    assert access.wait_until(5, 5, now) == now + timedelta(seconds=15)
    assert access.wait_until(6, 5, now) == now + timedelta(seconds=30)
    assert access.wait_until(99, 5, now) == now + timedelta(seconds=900)


def test_a_token_speaks_for_a_program_and_needs_no_hidden_field(site: Site) -> None:
    key = site.do(lambda hub: access.make_token(hub, PEOPLE["operator"], "till report", "operator"))
    with site.client() as client:
        client.headers["authorization"] = f"Bearer {key}"
        assert client.get("/api/runs").status_code == 200
        answer = client.post("/api/runs", json={"flow": "till-to-shop", "only_plan": True})
        assert answer.status_code == 202
        client.headers["authorization"] = "Bearer shw_guessed"
        assert client.get("/api/runs").status_code == 401
    assert key.encode() not in (site.world.folder / "hub.sqlite-wal").read_bytes()


def test_a_token_may_not_do_more_than_its_maker(site: Site) -> None:
    with pytest.raises(Configuration, match="with the role admin"):
        site.do(lambda hub: access.make_token(hub, PEOPLE["viewer"], "x", "admin"))


def test_the_first_start_makes_one_administrator(tmp_path: Path) -> None:
    with serving(tmp_path, people=False) as site, site.client() as client:
        old = site.do(access.first_key)
        key = site.do(access.first_key)
        assert client.get("/first", params={"key": old}).status_code == 401
        assert client.get("/first", params={"key": key}).status_code == 200
        entry = {"key": key, "email": "me@shop.example", "password": "short"}
        refused = client.post("/first", data=entry)
        assert refused.status_code == 422
        assert "10 to 200 characters" in refused.text
        assert client.post("/first", data={**entry, "password": PASSWORD}).status_code == 303
        assert client.post("/first", data={**entry, "password": PASSWORD}).status_code == 401
        assert site.do(access.first_key) is None
        done = client.post("/sign-in", data={"email": "me@shop.example", "password": PASSWORD})
        assert done.status_code == 303


@pytest.mark.parametrize(
    ("email", "role", "code"), [("nobody", "viewer", "USER-002"), ("a@b", "king", "USER-001")]
)
def test_a_person_needs_an_address_and_a_role(site: Site, email: str, role: str, code: str) -> None:
    with pytest.raises(Configuration) as caught:
        site.do(lambda hub: access.put_user(hub, email, "x", role, "test"))
    assert caught.value.code == code


def test_a_new_password_ends_all_sessions(tmp_path: Path) -> None:
    with serving(tmp_path) as site, site.client("viewer") as client:
        assert client.get("/").status_code == 200
        site.do(lambda hub: access.put_user(hub, PEOPLE["viewer"], "x", "viewer", "test"))
        assert client.get("/").status_code == 303
