"""Fault switches: what strikes, how often, and what the client and the system see of it."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.runtime.clock import SystemClock, seeded
from shopweave.simulators.faults import (
    CALLBACKS,
    Cut,
    FaultKind,
    Faults,
    Flights,
    Skewed,
    course,
    drawn,
    read_faults,
)
from shopweave.simulators.woocommerce import Rules
from shopweave.simulators.woocommerce.stir import stir
from shopweave.storms.scenario import FaultKind as StormKind
from tests.simulators.test_woocommerce import Asking

ANSWER = HttpResponse(status=200, headers={"content-type": "application/json"}, body=b'{"a":1}')
REQUEST = HttpRequest(method="GET", url="http://x/")


class Effects:
    """A system that counts what arrives."""

    def __init__(self, kind: FaultKind, scale: float = 0.0002) -> None:
        self.count, self.stirred = 0, 0
        faults = Faults(shares={kind: 1.0}, scale=scale)
        self.flights = Flights(self._handle, SystemClock(), seeded(1), faults=faults, stir=self._stir)

    def _handle(self, _: HttpRequest) -> HttpResponse:
        self.count += 1
        return ANSWER

    def _stir(self) -> None:
        self.stirred += 1


@pytest.mark.parametrize(
    ("kind", "status", "arrived"),
    [
        (FaultKind.SLOW, 200, 1),
        (FaultKind.STALE, 200, 1),
        (FaultKind.TRUNCATED, 200, 1),
        (FaultKind.LIMITED, 429, 0),
        (FaultKind.SHIFTING, 200, 1),
    ],
)
def test_what_is_answered_and_what_arrives(kind: FaultKind, status: int, arrived: int) -> None:
    effects = Effects(kind)
    answer = asyncio.run(effects.flights.fly(REQUEST))
    assert (answer.status, effects.count) == (status, arrived)
    assert (answer.body == b'{"a"') is (kind is FaultKind.TRUNCATED) or answer.body == ANSWER.body[:3]
    assert ("retry-after" in answer.headers) is (kind is FaultKind.LIMITED)
    assert effects.stirred == (kind is FaultKind.SHIFTING)
    assert effects.flights.struck == {kind.value: 1}


@pytest.mark.parametrize(("kind", "arrived"), [(FaultKind.CUT_BEFORE, 0), (FaultKind.CUT_AFTER, 1)])
def test_a_cut_before_has_no_effect_and_one_after_has(kind: FaultKind, arrived: int) -> None:
    effects = Effects(kind)
    with pytest.raises(Cut):
        asyncio.run(effects.flights.fly(REQUEST))
    assert effects.count == arrived


def test_a_late_commit_arrives_when_nobody_waits_any_more() -> None:
    effects = Effects(FaultKind.LATE, scale=0.001)

    async def lived() -> tuple[int, int]:
        with pytest.raises(Cut):
            await effects.flights.fly(REQUEST)
        before = effects.count
        await asyncio.sleep(0.25)
        return before, effects.count

    assert asyncio.run(lived()) == (0, 1)


def test_what_is_late_is_dropped_when_the_system_ends() -> None:
    effects = Effects(FaultKind.LATE, scale=10.0)

    async def lived() -> None:
        with pytest.raises(Cut):
            await effects.flights.fly(REQUEST)
        await effects.flights.land()

    asyncio.run(lived())
    assert effects.count == 0


@pytest.mark.parametrize("kind", [FaultKind.BROKEN, FaultKind.HTML])
def test_pages_come_with_and_without_an_effect(kind: FaultKind) -> None:
    found = {
        (way.instead.status, way.arrives)
        for way in (course(kind, seeded(n)) for n in range(40))
        if way.instead
    }
    if kind is FaultKind.BROKEN:
        assert found == {(502, True), (503, False), (504, True)}
    else:
        assert found == {(200, True), (200, False)}


def test_each_kind_strikes_as_often_as_asked() -> None:
    faults = Faults(shares={FaultKind.SLOW: 0.2, FaultKind.LIMITED: 0.1, FaultKind.LOST: 0.5})
    random = seeded(1)
    found = Counter(drawn(faults, random) for _ in range(4000))
    assert set(found) == {None, FaultKind.SLOW, FaultKind.LIMITED}
    assert 700 < found[FaultKind.SLOW] < 900
    assert 330 < found[FaultKind.LIMITED] < 470
    calls = Counter(drawn(faults, random, callbacks=True) for _ in range(1000))
    assert set(calls) == {None, FaultKind.LOST}


def test_switches_are_read_from_words() -> None:
    faults = read_faults(("5xx=0.05", "cut-after=0.1", "late-commit=0", "skew=-120", "lag=30"))
    assert faults.shares == {FaultKind.BROKEN: 0.05, FaultKind.CUT_AFTER: 0.1, FaultKind.LATE: 0.0}
    assert (faults.skew, faults.lag) == (-120.0, 30.0)


def test_storms_use_the_same_words() -> None:
    known = {kind.name: kind.value for kind in FaultKind}
    assert {kind.name: kind.value for kind in StormKind}.items() <= known.items()
    assert {kind.name for kind in CALLBACKS} == {"DOUBLED", "LOST"}


class Moment:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def test_a_skewed_clock_is_ahead() -> None:
    clock = Moment()
    assert Skewed(clock, 90).now() - clock.now() == timedelta(seconds=90)
    assert Skewed(clock, 90).monotonic() == clock.monotonic()


def test_lists_lag_behind_and_single_reads_do_not() -> None:
    asking = Asking(rules=Rules(lag=30.0))
    clock = Moment()
    asking.shop.stage.clock = asking.shop.products.clock = clock
    asking.shop.state._lag._now = clock.now  # type: ignore[union-attr]
    key = asking.make(name="Old", regular_price="1")["id"]
    assert asking.ask("GET", "/wc/v3/products")[1] == []
    clock.time += timedelta(seconds=31)
    asking.ask("PUT", f"/wc/v3/products/{key}", {"name": "New"})
    assert asking.ask("GET", f"/wc/v3/products/{key}")[1]["name"] == "New"
    assert [one["name"] for one in asking.ask("GET", "/wc/v3/products")[1]] == ["Old"]
    clock.time += timedelta(seconds=31)
    assert [one["name"] for one in asking.ask("GET", "/wc/v3/products")[1]] == ["New"]


def test_a_stir_moves_a_row_within_its_window() -> None:
    asking = Asking()
    keys = [asking.make()["id"] for _ in range(3)]
    for key in keys:
        asking.shop.state.products[key]["date_modified"] = "2020-01-01T00:00:00+00:00"
    stir(asking.shop, seeded(1))
    moved = [key for key in keys if asking.shop.state.products[key]["date_modified"] > "2021"]
    assert len(moved) == 1
