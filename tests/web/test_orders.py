"""Orders by page and by interface: found, told, decided about, and their buyers kept private."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from shopweave.hub import acts, orders, runs
from tests.web.site import PEOPLE
from tests.web.stalls import BUYER, Stalls, serving_stalls


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stalls]:
    """A hub that tests only look at."""
    with (
        pytest.MonkeyPatch.context() as patch,
        serving_stalls(tmp_path_factory.mktemp("hub"), patch) as site,
    ):
        yield site


@pytest.fixture
def stalls_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stalls]:
    with serving_stalls(tmp_path, monkeypatch) as site:
        yield site


def fields(site: Stalls, client: httpx.Client, path: str) -> dict[str, str]:
    """Give what every form of a page carries."""
    text = client.get(path).text
    return {name: site.field(text, name) for name in ("csrf", "once")}


def numbers(answer: httpx.Response) -> list[str]:
    return [one["order"] for one in answer.json()["orders"]]


def test_orders_are_found_by_state_place_day_and_text(shared: Stalls) -> None:
    with shared.client("viewer") as client:
        whole = client.get("/api/orders").json()
        assert [one["order"] for one in whole["orders"]] == ["6", "4", "5", "3", "1"]
        assert whole["states"] == {
            "": 5,
            "needs you": 4,
            "waiting": 0,
            "in doubt": 1,
            "refused": 1,
            "parked": 1,
            "unbooked": 2,
            "unreadable": 1,
            "done": 1,
        }
        for query, found in (
            ({"state": "in doubt"}, ["6"]),
            ({"state": "refused"}, ["3"]),
            ({"state": "parked"}, ["1"]),
            ({"state": "unreadable"}, ["4"]),
            ({"state": "unbooked"}, ["3", "1"]),
            ({"state": "done"}, ["5"]),
            ({"target": "till", "state": "needs you"}, ["6", "3", "1"]),
            ({"channel": "till"}, []),
            ({"text": "SKU-1"}, ["6", "1"]),
            ({"text": "#5"}, ["5"]),
            ({"text": "5"}, ["5"]),
            ({"text": "%"}, []),
            ({"until": "2020-01-01"}, []),
            ({"since": "2020-01-01", "until": "2099-01-01"}, ["6", "4", "5", "3", "1"]),
        ):
            assert numbers(client.get("/api/orders", params=query)) == found, query
        first = client.get("/api/orders", params={"limit": 2}).json()
        assert numbers(client.get("/api/orders", params={"before": first["more"]})) == ["5", "3", "1"]
        assert client.get("/api/orders", params={"state": "lost"}).json()["code"] == "ORD-408"
        assert client.get("/api/orders", params={"channel": "moon"}).status_code == 404


def test_the_list_says_what_needs_a_person_and_keeps_what_was_typed(shared: Stalls) -> None:
    with shared.client("viewer") as client:
        text = client.get("/orders").text
        assert "4 orders need you" in text
        assert 'href="/orders/market%3A6"' in text or 'href="/orders/market:6"' in text
        found = client.get("/orders", params={"text": "sku-1", "state": "in doubt"}).text
        assert 'value="sku-1"' in found
        assert found.count("<tbody") == 1
        assert found.count('<tr role="row"><th scope="row"') == 1
        assert "Nothing fits" in client.get("/orders", params={"text": "nothing"}).text
        wrong = client.get("/orders", params={"since": "soon"})
        assert wrong.status_code == 422
        assert "&#39;soon&#39; is no day." in wrong.text
        assert 'value="soon"' in wrong.text


def test_an_order_tells_its_story_but_not_who_bought(shared: Stalls) -> None:
    with shared.client("viewer") as client:
        for name in ("market:1", "%231"):
            text = client.get(f"/orders/{name}").text
            assert "1 line is set aside" in text
            assert "no item is linked to it" in text
            assert "market:12:1" in text
        assert "was refused" in client.get("/orders/market:3").text
        assert "This is no order." in client.get("/orders/market:4").text
        assert "has arrived" in client.get("/orders/market:5").text
        assert "Did order #6 arrive?" in client.get("/orders/market:6").text
        assert client.get("/orders/market:99").status_code == 404
        shown = [client.get(f"/orders/market:{key}").text for key in (1, 3, 4, 5, 6)]
        told = [client.get(f"/api/orders/market:{key}").text for key in (1, 3, 4, 5, 6)]
        assert not any(word in text for word in BUYER for text in (*shown, *told))


def test_who_bought_is_shown_to_operators_only_and_noted(stalls_site: Stalls) -> None:
    with stalls_site.client("viewer") as client:
        assert "Shown to operators only." in client.get("/orders/market:5").text
        carried = {"csrf": stalls_site.field(client.get("/me").text, "csrf")}
        assert client.post("/orders/market:5/buyer", data=carried).status_code == 403
        client.headers["x-csrf-token"] = carried["csrf"]
        assert client.post("/api/orders/market:5/buyer").status_code == 403
    with stalls_site.client("operator") as client:
        carried = fields(stalls_site, client, "/orders/market:5")
        answer = client.post("/orders/market:5/buyer", data=carried)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert all(word in answer.text for word in BUYER)
        client.headers["x-csrf-token"] = carried["csrf"]
        found = client.post("/api/orders/market:5/buyer").json()
        assert found["bill_to"]["email"] == BUYER[2]
        broken = client.post("/api/orders/market:4/buyer").json()
        assert broken["received"] == '{"first": "Aino"'
    noted = [(one.who, one.what) for one in stalls_site.do(acts.acts)]
    assert (PEOPLE["operator"], "looked at who bought order #5") in noted
    assert not any(word in what for word in BUYER for _, what in noted)


def test_an_order_in_doubt_is_said_to_be_there(stalls_site: Stalls) -> None:
    with stalls_site.client("operator") as client:
        asked = client.get("/orders/market:6?ask=arrived&at=till").text
        assert "Is order #6 at till?" in asked
        carried = {name: stalls_site.field(asked, name) for name in ("csrf", "once")}
        entry = {**carried, "do": "arrived", "at": "till", "remote_id": "S2"}
        answer = client.post("/orders/market:6", data=entry)
        assert (answer.status_code, answer.headers["location"]) == (303, "/orders/market%3A6")
        assert client.post("/orders/market:6", data=entry).status_code == 303
        assert "Order #6 has arrived" in client.get(answer.headers["location"]).text
        assert "said that order #6 arrived" in [one.what for one in stalls_site.do(acts.acts)]
        assert "Did order" not in client.get("/orders/market:6").text


def test_sending_again_warns_first_and_only_the_warning_that_was_seen_counts(stalls_site: Stalls) -> None:
    till = stalls_site.world.till
    with stalls_site.client("operator") as client:
        before = len(till.taken)
        asked = client.get("/orders/market:5?ask=resend&at=till").text
        assert "this makes a second one there" in asked
        carried = {name: stalls_site.field(asked, name) for name in ("csrf", "once")}
        wanted = {"csrf": carried["csrf"], "do": "resend", "at": "till"}
        for agreed in ("", "till may have order #5 already; look there first."):
            again = client.post("/orders/market:5", data={**wanted, "agreed": agreed})
            assert again.status_code == 200
            assert "Hand order #5 over to till again?" in again.text
        assert stalls_site.do(runs.settled)
        assert len(till.taken) == before
        agreed = stalls_site.field(asked, "agreed").replace("&#39;", "'")
        sent = {**wanted, "once": carried["once"], "agreed": agreed}
        assert client.post("/orders/market:5", data=sent).status_code == 303
        assert client.post("/orders/market:5", data=sent).status_code == 303
        assert stalls_site.do(runs.settled)
        assert len(till.taken) == before + 1
        client.headers["x-csrf-token"] = carried["csrf"]
        warned = client.post("/api/orders/market:5/resend").json()
        assert (warned["count"], "second" in warned["warning"]) == (0, True)


def test_goods_that_nobody_booked_are_settled(stalls_site: Stalls) -> None:
    with stalls_site.client("operator") as client:
        asked = client.get("/orders/market:3?ask=release").text
        assert "What became of these goods?" in asked
        carried = {name: stalls_site.field(asked, name) for name in ("csrf", "once")}
        assert client.post("/orders/market:3", data={**carried, "do": "void"}).status_code == 303
        [moved] = stalls_site.do(lambda hub: orders.story(hub, "market:3")).movements
        assert (moved.stage, moved.who) == ("void", PEOPLE["operator"])
        wrong = client.post("/orders/market:3", data={"csrf": carried["csrf"], "do": "sell"})
        assert wrong.status_code == 422
        assert "Goods cannot be settled as" in wrong.text
        client.headers["x-csrf-token"] = carried["csrf"]
        assert client.post("/api/orders/market:1/release", json={"what": "booked"}).json()["count"] == 1
        assert "settled the goods of order #1 as booked" in [one.what for one in stalls_site.do(acts.acts)]


def test_a_viewer_decides_nothing(shared: Stalls) -> None:
    with shared.client("viewer") as client:
        text = client.get("/orders/market:6?ask=arrived&at=till").text
        assert "Needs the operator role" in text
        assert "Is order" not in text
        carried = {"csrf": shared.field(client.get("/me").text, "csrf"), "do": "arrived", "at": "till"}
        assert client.post("/orders/market:6", data=carried).status_code == 403
        assert client.get("/buyers").status_code == 403


def test_an_administrator_forgets_a_buyer_once_it_is_said_to_be_for_good(stalls_site: Stalls) -> None:
    with stalls_site.client("operator") as client:
        assert client.get("/buyers").status_code == 403
    with stalls_site.client("admin") as client:
        csrf = fields(stalls_site, client, "/buyers")["csrf"]
        unsure = client.post("/buyers", data={"csrf": csrf, "email": BUYER[2]})
        assert unsure.status_code == 422
        assert "Say that it is for good." in unsure.text
        assert client.post("/buyers", data={"csrf": csrf, "email": "x", "sure": "yes"}).status_code == 422
        done = client.post("/buyers", data={"csrf": csrf, "email": BUYER[2].upper(), "sure": "yes"})
        assert (done.status_code, done.headers["location"]) == (303, "/buyers?forgot=2")
        assert "The buyer is gone from 2 orders." in client.get(done.headers["location"]).text
        assert "Goods and sums stay." in client.get("/orders/market:5").text
        client.headers["x-csrf-token"] = csrf
        assert client.post("/api/orders/market:5/buyer").json() is None
        assert client.post("/api/buyers/forget", json={"email": BUYER[2]}).json() == {"orders": 0}
        assert client.get("/acts").status_code == 200
    assert ("forgot a buyer", {"orders": 2}) in [(one.what, one.detail) for one in stalls_site.do(acts.acts)]
