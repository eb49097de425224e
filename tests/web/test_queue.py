"""The page of the queue: what waits, and what was sent, over time."""

from datetime import timedelta

import pytest

from shopweave.hub import history, plans
from shopweave.hub.runs import settled
from shopweave.store import samples
from shopweave.store.base import Tx
from tests.web.site import Site


def _kept(tx: Tx) -> int:
    return sum(one.number for one in samples.waited(tx, tx.now - timedelta(hours=1), 13))


def test_what_was_sent_stands_in_the_last_step(site: Site) -> None:
    site.do(lambda hub: plans.approve(hub, site.plan, None, "test"))
    assert site.do(settled)
    requests = len([one for one in site.world.http.log if one.startswith(("POST", "PUT"))])
    with site.client("viewer") as client:
        for span, steps in (("day", 144), ("week", 168)):
            found = client.get("/api/history", params={"span": span}).json()
            assert len(found["at"]) == steps
            (line,) = found["lines"]
            assert line["connection"] == "shop"
            assert len(line["writes"]) == len(line["requests"]) == len(line["waiting"]) == steps
            assert 0 < sum(line["requests"]) <= requests
            assert sum(line["writes"]) >= 12
            assert sum(line["requests"][-2:]) == sum(line["requests"])
        text = client.get("/queue").text
        assert "Nothing waits to be written" in text
        assert f"{sum(line['writes'])} in all" in text
        assert text.count('data-chart="') == 3
        assert 'href="/queue?span=week"' in text
        assert client.get("/queue", params={"span": "year"}).status_code == 404
        assert client.get("/api/history", params={"span": "year"}).json()["code"] == "HUB-406"


def test_what_waits_is_sampled_by_the_upkeep_once_in_five_minutes(site: Site) -> None:
    for _ in range(3):
        site.do(lambda hub: hub.upkeep.advance({}))
    found = site.do(lambda hub: history.history(hub, "day"))
    assert [one for one in found.lines[0].waiting if one is not None] in ([0], [0, 0])
    assert site.do(lambda hub: hub.store.read(_kept)) == 0
    assert site.do(lambda hub: hub.store.write(lambda tx: samples.forget(tx, timedelta(days=1)))) == 0
    assert site.do(lambda hub: hub.store.write(lambda tx: samples.forget(tx, timedelta(0)))) >= 3


@pytest.mark.parametrize(
    ("requests", "writes", "waiting", "until"),
    [
        (4, 400, 100, None),
        (5, 0, 100, None),
        (5, 100, 50, timedelta(minutes=5)),
        (60, 6_000, 1_200, timedelta(minutes=2)),
    ],
)
def test_an_estimate_needs_five_requests(
    requests: int, writes: int, waiting: int, until: timedelta | None
) -> None:
    assert history.Pace(requests=requests, writes=writes).until_empty(waiting) == until
