"""The world of a storm: till, shop and Icecat, the people in them, and requests on their way."""

import random
from asyncio import Future
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from pathlib import Path
from urllib.parse import urlsplit

from shopweave.model.errors import HubError, NoAnswer, NotSent
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.seams import Random
from shopweave.simulators import pace
from shopweave.simulators.catalogue import Catalogue, catalogue
from shopweave.simulators.icecat import IcecatSite
from shopweave.simulators.till import create
from shopweave.simulators.till.staff import Staff
from shopweave.simulators.woocommerce import User, WooShop
from shopweave.simulators.woocommerce.truth import edit
from shopweave.storms.loop import VirtualLoop
from shopweave.storms.scenario import CHAOS, STRANGER, Act, Deed, FaultKind, Scenario
from shopweave.storms.sight import Shown, Sightings

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
SHOP, ICECAT, PASSWORD = "https://shop.storm", "https://icecat.storm", "storm storm storm"
LIST = "/wp-json/wc/v3/products"

_PLAIN = {"content-type": "text/html"}
_KINDS = tuple(FaultKind)
Change = Callable[[HttpResponse], HttpResponse]


def chance(seed: int) -> Random:
    """Give chance that is the same for the same seed."""
    return random.Random(seed)  # noqa: S311 - storms are repeated, not guessed


class WorldClock:
    """The clock of one system; `ahead` seconds before the world's."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop, self.ahead = loop, 0.0

    def now(self) -> datetime:
        """Give this system's time."""
        return START + timedelta(seconds=self._loop.time() + self.ahead)

    def monotonic(self) -> float:
        """Give the loop's time."""
        return self._loop.time()

    async def sleep(self, seconds: float) -> None:
        """Refuse: simulators do not wait."""
        raise NotImplementedError


class World:
    """Everything outside the hub; it outlives every life of the hub."""

    def __init__(self, scenario: Scenario, loop: VirtualLoop, folder: Path) -> None:
        self.scenario, self.loop, self.folder = scenario, loop, folder
        self.random = chance(scenario.seed * 2 + 1)
        self.till = folder / "till.sqlite"
        self.goods: Catalogue = catalogue(chance(scenario.seed * 2), scenario.items, START.date())
        create(self.till, self.goods, START - timedelta(days=1))
        self.staff = Staff(self.till)
        self.clock = WorldClock(loop)
        self.shop = WooShop(self.clock, url=SHOP, users=(User(name="hub", password=PASSWORD),))
        self.icecat = IcecatSite(self.goods.sheets, url=ICECAT)
        self.faults: Counter[str] = Counter()
        self.log: list[str] = []
        self._pages = 0
        self._touched = ""
        self.sightings = Sightings(self.shop)
        self._fill_shop()
        self.clock.ahead = scenario.shop_ahead

    def _fill_shop(self) -> None:
        """Let the shop know some items already, some of them no longer sold, among products of its own."""
        self.clock.ahead = -86_400.0
        simple = [one.number for one in self.goods.products if not one.choices]
        known = sorted(simple, key=lambda number: self.random.random())[: self.scenario.known]
        rows = [
            (f"{STRANGER}{place}", f"The shop's own {place}", "9.5")
            for place in range(self.scenario.strangers)
        ]
        rows += [(str(number), f"Known {number}", "5") for number in known]
        for sku, name, price in sorted(rows, key=lambda row: self.random.random()):
            self._add(sku, name, price)
        for number in known[::2]:
            self.staff.switch(number, START - timedelta(days=1))

    def _add(self, sku: str, name: str, price: str) -> None:
        self.shop.products.create({"sku": sku, "name": name, "regular_price": price, "status": "publish"})

    # Requests: departure, fault, arrival, answer.

    @property
    def is_rough(self) -> bool:
        """Say whether faults may strike now."""
        return self.loop.time() < CHAOS and self.scenario.fault_share > 0

    def send(self, request: HttpRequest, life: int) -> "Future[HttpResponse]":
        """Put a request on its way; it arrives whether its sender lives or not."""
        future: Future[HttpResponse] = self.loop.create_future()
        flight = _Flight(self, request, life, future)
        struck = self.is_rough and self.random.random() < self.scenario.fault_share
        kind = self.random.choice(_KINDS) if struck else None
        if kind is not None:
            self.faults[kind.value] += 1
        _COURSES[kind](flight)
        return future

    def strikes(self) -> bool:
        """Say whether the till is away for this transaction."""
        struck = self.is_rough and self.random.random() < self.scenario.fault_share / 3
        self.faults["till away"] += struck
        return struck

    def seconds(self, request: HttpRequest) -> float:
        """Give the time the system takes for a request, as measured at the real one."""
        slow = pace.woocommerce if request.url.startswith(SHOP) else pace.icecat
        return slow(request) * self.random.uniform(0.8, 1.2)

    def handle(self, request: HttpRequest, sent: float) -> tuple[HttpResponse, Shown]:
        """Let the system answer; gives what the answer shows of the shop too."""
        if request.url.startswith(ICECAT):
            return self.icecat.handle(request), {}
        if request.method == "GET" and urlsplit(request.url).path == LIST:
            self._listed()
        return self.sightings.handle(request, sent, self.loop.time())

    def note(self, request: HttpRequest, outcome: str) -> None:
        """Write a line of the log that must be the same in every process."""
        digest = blake2b(request.url.encode() + request.body, digest_size=6).hexdigest()
        place = urlsplit(request.url).path
        self.log.append(f"{self.loop.time():.6f} {request.method} {place} {digest} {outcome}")

    # People.

    def do(self, deed: Deed) -> str:
        """Carry out a deed; gives the SKU it was about, empty when there was nothing to do it to."""
        sku = self._in_shop(deed) if deed.act.value.startswith("shop") else self._in_till(deed)
        self.log.append(f"{self.loop.time():.6f} {deed.act.value} {sku}")
        return sku

    def _listed(self) -> None:
        """Let the staff tidy up while the list is read."""
        self._pages += 1
        for tidying in self.scenario.tidyings:
            if tidying.page == self._pages:
                self.loop.call_later(tidying.after, self._tidy, tidying.count)

    def _tidy(self, count: int) -> None:
        foreign = [
            row for _, row in sorted(self.shop.state.products.items()) if row["sku"].startswith(STRANGER)
        ]
        for row in foreign[: min(count, len(foreign) - 1)]:
            self.log.append(f"{self.loop.time():.6f} shop remove {row['sku']}")
            self.shop.products.remove(row)

    def _in_till(self, deed: Deed) -> str:
        now, staff = START + timedelta(seconds=self.loop.time()), self.staff
        price = Decimal(self.random.randint(100, 9_999)) / 100
        if deed.act is Act.CATEGORY:
            category = chosen(staff.categories(), deed.draw)
            staff.rename_category(category, f"Shelf {deed.number}", now)
            return ""
        if deed.act is Act.VARIATION_PRICE:
            variations = staff.variations()
            if variations:
                staff.price_variation(chosen(variations, deed.draw), price, now)
            return ""
        item = chosen(staff.items(), deed.draw)
        match deed.act:
            case Act.NUDGE:
                staff.price(item, round(staff.price_of(item) * Decimal("1.07"), 2) + Decimal("0.01"), now)
            case Act.PRICE:
                staff.price(item, price, now)
            case Act.RENAME:
                staff.rename(item, f"Item {item} & {deed.number}", now)
            case Act.TEXT:
                staff.describe(item, f"<p>Text {deed.number} of {item}.</p>", now)
            case Act.WEIGHT:
                staff.weigh(item, self.random.randint(10, 9_000), now)
            case Act.SWITCH:
                staff.switch(item, now)
            case _:
                staff.delete(item, now)
        self._touched = str(item)
        return self._touched

    def _in_shop(self, deed: Deed) -> str:
        rows = self.shop.state.products
        foreign = [key for key, row in sorted(rows.items()) if row["sku"].startswith(STRANGER)]
        ours = [key for key in sorted(rows) if key not in foreign and rows[key]["type"] == "simple"]
        if not ours:
            return ""
        if deed.act is Act.SHOP_SAME:
            ours = [key for key in ours if rows[key]["sku"] == self._touched]
            if not ours:
                return ""
        key = chosen(ours, deed.draw)
        change = {"regular_price": "77.7"} if deed.act is Act.SHOP_PRICE else {"name": "By hand"}
        edit(self.shop, key, **change)
        return str(rows[key]["sku"])


def chosen(ids: list[int], draw: float) -> int:
    """Choose one by a number in [0, 1)."""
    return ids[int(draw * len(ids))]


class _Flight:
    """One request on its way."""

    def __init__(self, world: World, request: HttpRequest, life: int, future: "Future[HttpResponse]") -> None:
        self.world, self.request, self.life, self.future = world, request, life, future
        self.sent = world.loop.time()
        self.takes = world.seconds(request)

    def later(self, seconds: float, act: Callable[..., None], *values: object) -> None:
        """Let something happen later; the world's own doing, whoever sent the request."""
        self.world.loop.call_later(seconds, act, *values)

    def arrive(self) -> tuple[HttpResponse, Shown]:
        """Have its effect."""
        answer, shown = self.world.handle(self.request, self.sent)
        self.world.note(self.request, f"effect {answer.status}")
        return answer, shown

    def lands(self) -> None:
        """Have its effect without anybody hearing of it."""
        self.arrive()

    def deliver(self, answer: HttpResponse, shown: Shown | None = None) -> None:
        """Give the answer to who still waits for it."""
        if self.future.done():
            return
        self.world.sightings.delivered(shown or {}, self.life, self.world.loop.time())
        self.future.set_result(answer)

    def fail(self, error: HubError) -> None:
        """Let the request fail."""
        self.world.note(self.request, type(error).__name__)
        if not self.future.done():
            self.future.set_exception(error)

    def draw(self, least: float, most: float) -> float:
        """Draw a time."""
        return self.world.random.uniform(least, most)

    def coin(self) -> bool:
        """Toss a coin."""
        return self.world.random.random() < 0.5

    def answer_after(self, wait: float, rest: float, change: Change | None = None) -> None:
        """Arrive after `wait`, and be answered `rest` later; a changed answer shows nothing."""

        def arrived() -> None:
            answer, shown = self.arrive()
            if change is None:
                self.later(rest, self.deliver, answer, shown)
            else:
                self.later(rest, self.deliver, change(answer))

        self.later(wait, arrived)


def _well(flight: _Flight) -> None:
    flight.answer_after(flight.takes * 0.6, flight.takes * 0.4)


def _slow(flight: _Flight) -> None:
    flight.answer_after(flight.takes + flight.draw(5.0, 40.0), 0.1)


def _stale(flight: _Flight) -> None:
    flight.answer_after(flight.takes * 0.5, flight.draw(5.0, 28.0))


def _limited(flight: _Flight) -> None:
    headers = {"content-type": "application/json", "retry-after": str(int(flight.draw(3, 20)))}
    answer = HttpResponse(status=429, headers=headers, body=b'{"code":"too_many","message":"Slow down."}')
    flight.later(flight.takes, flight.deliver, answer)


def _broken(flight: _Flight) -> None:
    answer = HttpResponse(status=503 if flight.coin() else 504, headers=_PLAIN, body=b"<h1>Oops</h1>")
    if answer.status == 504:
        flight.answer_after(flight.takes, 0.5, lambda _: answer)
    else:
        flight.later(flight.takes, flight.deliver, answer)


def _cut_before(flight: _Flight) -> None:
    error: HubError = NotSent() if flight.coin() else NoAnswer()
    flight.later(flight.takes, flight.fail, error)


def _cut_after(flight: _Flight) -> None:
    flight.later(flight.takes * 0.5, flight.lands)
    flight.later(flight.takes, flight.fail, NoAnswer())


def _late(flight: _Flight) -> None:
    gone = flight.draw(0.5, 20.0)
    flight.later(gone, flight.fail, NoAnswer())
    flight.later(gone + flight.draw(2.0, 110.0), flight.lands)


def _truncated(flight: _Flight) -> None:
    def half(answer: HttpResponse) -> HttpResponse:
        return HttpResponse(
            status=answer.status, headers=answer.headers, body=answer.body[: len(answer.body) // 2]
        )

    flight.answer_after(flight.takes, 0.2, half)


def _html(flight: _Flight) -> None:
    answer = HttpResponse(status=200, headers=_PLAIN, body=b"<html>Checking your browser</html>")
    if flight.coin():
        flight.answer_after(flight.takes, 0.2, lambda _: answer)
    else:
        flight.later(flight.takes, flight.deliver, answer)


_COURSES: dict[FaultKind | None, Callable[[_Flight], None]] = {
    None: _well,
    FaultKind.SLOW: _slow,
    FaultKind.STALE: _stale,
    FaultKind.LIMITED: _limited,
    FaultKind.BROKEN: _broken,
    FaultKind.CUT_BEFORE: _cut_before,
    FaultKind.CUT_AFTER: _cut_after,
    FaultKind.LATE: _late,
    FaultKind.TRUNCATED: _truncated,
    FaultKind.HTML: _html,
}
