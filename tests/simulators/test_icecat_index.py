"""The simulated Icecat tells what changed, limits who asks too often, and counts who was asked for."""

import gzip
from datetime import UTC, datetime, timedelta

from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.simulators.catalogue import Known
from tests.simulators.test_icecat_samples import CODES, RICH, TOKEN, URL, ask, site


class Moment:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 6, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def get(place: object, path: str, **headers: str) -> HttpResponse:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return place.handle(HttpRequest(method="GET", url=f"{URL}{path}", headers=sent))  # type: ignore[attr-defined,no-any-return]


def test_the_index_wants_a_login_or_a_token() -> None:
    place = site()
    path = "/export/freexml/EN/daily.index.xml"
    assert get(place, path).status == 401
    assert get(place, path, Authorization="Basic YWNtZTp3cm9uZw==").status == 401
    assert get(place, path, Authorization="Basic YWNtZTpwdw==").status == 200
    assert get(place, path, Api_Token=TOKEN).status == 200


def test_the_daily_index_holds_the_changes_of_a_day() -> None:
    clock = Moment()
    place = site(clock=clock)
    path = "/export/freexml/EN/daily.index.csv"
    rows = get(place, path, Api_Token=TOKEN).body.decode().splitlines()
    assert len(rows) == 1
    place.revise(RICH, title="Dell G5 SE")
    place.revise(CODES[Known.OK], Known.NOT_PRESENT)
    found = get(place, path, Api_Token=TOKEN).body.decode().splitlines()
    head = found[0].split("\t")
    told = {row.split("\t")[head.index("quality")] for row in found[1:]}
    assert (len(found), told) == (3, {"ICECAT", "REMOVED"})
    clock.time += timedelta(hours=25)
    assert len(get(place, path, Api_Token=TOKEN).body.decode().splitlines()) == 1
    assert RICH in get(place, "/export/freexml/EN/files.index.csv", Api_Token=TOKEN).body.decode()


def test_an_index_that_is_known_is_not_sent_again() -> None:
    place = site()
    path = "/export/freexml/EN/files.index.xml"
    first = get(place, path, Api_Token=TOKEN)
    assert get(place, path, Api_Token=TOKEN, If_None_Match=first.headers["etag"]).status == 304
    packed = get(place, f"{path}.gz", Api_Token=TOKEN)
    assert gzip.decompress(packed.body) == first.body
    place.revise(RICH, title="Other")
    assert get(place, path, Api_Token=TOKEN, If_None_Match=first.headers["etag"]).status == 200


def test_who_asks_too_often_is_told_when_to_come_back() -> None:
    clock = Moment()
    place = site(clock=clock, per_second=2)
    query = f"shopname=acme&lang=EN&GTIN={RICH}"
    assert [ask(place, query).status for _ in range(3)] == [200, 200, 429]
    assert ask(place, query).headers["retry-after"] == "1"
    clock.time += timedelta(seconds=1)
    assert ask(place, query).status == 200
    assert place.calls == {RICH: 3}
