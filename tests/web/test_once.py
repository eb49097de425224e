"""A form that is sent twice works once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import httpx
import pytest

from shopweave.hub import forms, runs
from shopweave.hub.access import hashed
from shopweave.store import forgetting, people
from shopweave.web import once
from tests.web.site import Site

FLOW = "till-to-shop"


def test_a_double_click_starts_one_run(site: Site) -> None:
    with site.client("operator") as client:
        page = client.get("/runs").text
        fields = {"csrf": site.field(page, "csrf"), "once": site.field(page, "once"), "cause": "plan"}
        before = site.do(runs.newest_run)
        with ThreadPoolExecutor(6) as pool:
            found = list(pool.map(lambda _: client.post(f"/flows/{FLOW}/run", data=fields), range(6)))
        assert {one.status_code for one in found} == {303}
        assert {one.headers["location"] for one in found} == {f"/runs/{before + 1}"}
        assert site.do(runs.settled)
        made = [one for one in client.get("/api/runs").json() if one["asked_by"] == "olli@shop.example"]
        assert len(made) == 1
        assert client.post(f"/flows/{FLOW}/run", data=fields).headers["location"] == f"/runs/{before + 1}"
        fresh = {**fields, "once": site.field(client.get("/runs").text, "once")}
        assert client.post(f"/flows/{FLOW}/run", data=fresh).headers["location"] != f"/runs/{before + 1}"
        assert site.do(runs.settled)


def test_a_refused_form_may_be_sent_again(site: Site) -> None:
    with site.client("operator") as client:
        page = client.get(f"/plans/{site.plan}").text
        fields = {"csrf": site.field(page, "csrf"), "once": site.field(page, "once"), "what": "chosen"}
        for _ in range(2):
            assert "No change is chosen." in client.post(f"/plans/{site.plan}/approve", data=fields).text
        name = f"{forgetting.FORM}{hashed(fields['once'])}"
        assert site.do(lambda hub: hub.store.read(lambda tx: people.setting_of(tx, name))) is None


def test_a_form_whose_work_never_ended_is_not_done_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(once, "PATIENCE", 0.2)
    assert site.do(lambda hub: forms.claim(hub, "lost", "olli@shop.example")) is None
    before = site.do(runs.newest_run)
    with site.client("operator") as client:
        fields = {"csrf": site.csrf(client), "once": "lost", "cause": "plan"}
        answer = client.post(f"/flows/{FLOW}/run", data=fields)
        assert answer.status_code == 409
        assert "Look at the page again" in answer.text
    assert site.do(runs.newest_run) == before


def test_a_form_whose_work_was_cut_off_stays_taken(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(once, "PATIENCE", 0.1)

    async def cut(*_: object) -> int:
        raise asyncio.CancelledError

    with site.client("operator") as client:
        fields = {"csrf": site.csrf(client), "once": "cutoff", "cause": "plan"}
        with monkeypatch.context() as broken:
            broken.setattr("shopweave.web.pages.work.runs.start", cut)
            with suppress(httpx.TransportError):
                client.post(f"/flows/{FLOW}/run", data=fields)
        assert client.post(f"/flows/{FLOW}/run", data=fields).status_code == 409


def test_keys_are_forgotten_after_their_time(site: Site) -> None:
    async def story(hub: object) -> tuple[int, int]:
        await forms.claim(hub, "old", "x")  # type: ignore[arg-type]
        store = hub.store  # type: ignore[attr-defined]
        young = await store.write(lambda tx: forgetting.forget_forms(tx, timedelta(days=1)))
        old = await store.write(lambda tx: forgetting.forget_forms(tx, timedelta(seconds=-1)))
        return young, old

    young, old = site.do(story)
    assert young == 0
    assert old >= 1
