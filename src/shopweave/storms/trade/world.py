"""The world of a storm of trade: who keeps the stock, two shops, their people, and what travels between."""

import sqlite3
from asyncio import Future
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import structs

from shopweave.model.errors import NotSent
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.simulators import pace
from shopweave.simulators.catalogue import Catalogue, catalogue
from shopweave.simulators.till import create
from shopweave.simulators.woocommerce import User, WooShop, plugin, rules_of, set_image
from shopweave.simulators.woocommerce.callbacks import Delivery
from shopweave.simulators.woocommerce.fill import fill
from shopweave.storms.loop import VirtualLoop
from shopweave.storms.outside import START, Flight, Outside, WorldClock, chance
from shopweave.storms.scenario import FaultKind
from shopweave.storms.sight import Shown, written
from shopweave.storms.trade import warehouse
from shopweave.storms.trade.clerk import LEAST, MOST, Clerk
from shopweave.storms.trade.courier import Answered, Courier, Ring
from shopweave.storms.trade.demand import COUNTER, NORTH, SHOPS, SOUTH, Act, Deed
from shopweave.storms.trade.facts import HUB, Move, Raise, Span, Trip
from shopweave.storms.trade.glance import ORDERS, Glances
from shopweave.storms.trade.keeper import DepotKeeper, Keeper, TillKeeper
from shopweave.storms.trade.scenario import ROUGH, Master, Tell, Trade
from shopweave.storms.trade.stall import Stall

USER, PASSWORD = "hub", "storm storm storm"
GOODS = ("1", "6-60", "2", "3", "4", "5", "7", "6-61")
ITEMS = 7
# How many more of the requests that make orders break off, and how: they arrive, or arrive late.
MORE = 0.4
LANDING = (FaultKind.CUT_AFTER, FaultKind.LATE, FaultKind.LATE, FaultKind.LATE)
_DESK = """CREATE TABLE shopweave_orders (reference TEXT PRIMARY KEY, event TEXT, channel TEXT, order_id TEXT,
order_number TEXT, status TEXT, created TEXT, changed TEXT, currency TEXT, total TEXT, document TEXT)"""


def url_of(place: str) -> str:
    """Give the address of a shop."""
    return f"https://{place}.storm"


class TradeWorld(Outside):
    """Everything outside the hub; `ring` is set by who listens to callbacks.

    `moves`, `trips`, `away` and `heard` are facts for the oracle: what happened to goods, requests on their
    way, who was away, and callbacks that were accepted, by place, order and time.
    """

    def __init__(self, scenario: Trade, loop: VirtualLoop, folder: Path) -> None:
        super().__init__(scenario, loop, 0.0)
        self.scenario, self.folder, self.begun = scenario, folder, 0.0
        self.moves: list[Move] = []
        self.hands: list[Raise] = []
        self.trips: list[Trip] = []
        self.away: list[Span] = []
        self.heard: list[tuple[str, str, float]] = []
        self.books = 0
        self.shelves = dict(zip(GOODS, scenario.demand.shelves, strict=True))
        self.till, self.desk, self.stock = (folder / f"{one}.sqlite" for one in ("till", "desk", "stock"))
        self.catalogue = _stocked(catalogue(chance(scenario.seed * 2), ITEMS, START.date()), scenario)
        create(self.till, self.catalogue, START - timedelta(days=1))
        _make_desk(self.desk)
        self.ring: Ring = lambda _delivery, answered: answered(None)
        self.stalls = {
            name: Stall(name, self._shop(name, ahead), GOODS, returns=name == NORTH)
            for name, ahead in zip(SHOPS, scenario.shop_ahead, strict=True)
        }
        self.depot = self._shop("depot", 0.0) if scenario.master.is_depot else None
        self.keeper = self._keeper()
        shops = {name: stall.shop for name, stall in self.stalls.items()}
        self.shops = shops if self.depot is None else {**shops, COUNTER: self.depot}
        self.sightings = {name: Glances(shop) for name, shop in self.shops.items()}
        self.couriers = {
            name: Courier(name, shop, loop, self._out, self._hear) for name, shop in self.shops.items()
        }
        self.clerks = {name: self._clerk(stall) for name, stall in self.stalls.items()}

    def _shop(self, name: str, ahead: float) -> WooShop:
        clock = WorldClock(self.loop)
        clock.ahead = -86_400.0
        pings = self.scenario.tell is Tell.PING or name == "depot"
        shop = WooShop(
            clock,
            url=url_of(name),
            users=(User(name=USER, password=PASSWORD),),
            rules=structs.replace(rules_of("9.9.5"), callback_wait=pace.CALLBACK),
            plugins=(set_image.install, *((plugin.install,) if pings else ())),
        )
        if name == SOUTH:
            shop.products.create({"sku": "OWN", "name": "The shop's own", "regular_price": "3"})
        fill(shop, self.catalogue)
        clock.ahead = ahead
        return shop

    def _keeper(self) -> Keeper:
        if self.scenario.master is Master.WAREHOUSE:
            warehouse.create(self.stock, self.shelves)
            return warehouse.WarehouseKeeper(self.stock)
        return TillKeeper(self.till) if self.depot is None else DepotKeeper(self.depot)

    def _clerk(self, stall: Stall) -> Clerk:
        now = lambda: START + timedelta(seconds=self.loop.time())  # noqa: E731 - a clock to hand on
        return Clerk(stall, TillKeeper(self.till).cashier, now)

    def begin(self) -> None:
        """Let trade begin, and with it what is rough."""
        self.begun = self.loop.time()
        self.until = self.begun + ROUGH
        for one in self.scenario.outages:
            self.away.append(
                Span(place=one.place, begins=self.begun + one.at, ends=self.begun + one.at + one.seconds)
            )
        self.faults["outage"] += len(self.scenario.outages)

    # Requests.

    def is_away(self, place: str) -> bool:
        """Say whether a place does not answer now."""
        now = self.loop.time()
        return any(one.place == place and one.begins <= now < one.ends for one in self.away)

    def send(self, request: HttpRequest, life: int) -> "Future[HttpResponse]":
        """Put a request on its way, unless nobody answers there."""
        place = self.place_of(request)
        if not self.is_away(place):
            return super().send(request, life)
        future: Future[HttpResponse] = self.loop.create_future()
        self.note(request, "away")
        self.loop.call_later(0.2, _fail, future)
        return future

    def strikes(self, place: str = COUNTER) -> bool:
        """Say whether a database is away for this transaction."""
        return self.is_away(place) or super().strikes(place)

    def departs(self, flight: Flight, request: HttpRequest, *, struck: bool) -> None:
        """Note a request that departs."""
        place = self.place_of(request)
        ids = written(request) if request.method != "GET" else ()
        rows = self.shops[place].state.products
        goods = tuple(str(rows[key]["sku"]) for key in ids if key in rows)
        self.trips.append(Trip(place=place, flight=flight, goods=goods, struck=struck))
        self.sightings[place].departed(request, flight.sent)

    def place_of(self, request: HttpRequest) -> str:
        """Give where a request goes."""
        name = (urlsplit(request.url).hostname or "").partition(".")[0]
        return COUNTER if name == "depot" else name

    def seconds(self, request: HttpRequest) -> float:
        """Give the time a shop takes for a request, as measured at the real one."""
        return pace.woocommerce(request) * self.random.uniform(0.8, 1.2)

    def handle(self, request: HttpRequest, sent: float) -> tuple[HttpResponse, Shown]:
        """Let a shop answer; gives what the answer shows too."""
        place = self.place_of(request)
        answer, shown = self.sightings[place].handle(request, sent, self.loop.time())
        self._look(place)
        return answer, shown

    def delivered(self, request: HttpRequest, shown: Shown, life: int) -> None:
        """Note what an answer showed to a life."""
        self.sightings[self.place_of(request)].heard(request, shown, life, self.loop.time())

    def strikes_down(self, request: HttpRequest) -> FaultKind | None:
        """Draw what goes wrong; an order that is made twice hurts most, so more goes wrong with those."""
        kind = super().strikes_down(request)
        if kind is not None or request.method != "POST" or not request.url.endswith(ORDERS):
            return kind
        return self.random.choice(LANDING) if self.random.random() < MORE else None

    def left_open(self, goods: Mapping[str, Sequence[int]]) -> None:
        """Note what a life that ends or stands still had written ahead at the shops: sent or not."""
        for place, keys in goods.items():
            if place in self.sightings:
                self.sightings[place].left_open(keys, self.loop.time())

    def ended(self, life: int) -> None:
        """Note that a life ended or stands still."""
        for one in self.sightings.values():
            one.ended(life, self.loop.time())

    def lost_since(self, moment: float) -> None:
        """Note that a power cut took back what was stored since."""
        for one in self.sightings.values():
            one.lost_since(moment)

    def absent(self, begins: float, ends: float) -> None:
        """Note that the hub was away by the script."""
        self.away.append(Span(place=HUB, begins=begins, ends=ends))

    # People.

    def _out(self, one: Delivery, answered: Answered) -> None:
        self.ring(one, answered)

    def do(self, deed: Deed) -> bool:
        """Carry out a deed; says whether it could be."""
        before = {name: stall.taken() for name, stall in self.stalls.items()}
        shown = {name: stall.levels() for name, stall in self.stalls.items()}
        done = self._at_counter(deed) if deed.place == COUNTER else self._at_shop(deed)
        self.log.append(f"{self.loop.time():.6f} {deed.act.value} {deed.number} at {deed.place}: {done}")
        for name, stall in self.stalls.items():
            self._note_orders(deed, name, before[name], stall.taken())
        if deed.act in (Act.HAND, Act.RESTOCK) and deed.place in self.stalls:
            self._note_hands(deed, shown[deed.place])
        return done

    def _note_hands(self, deed: Deed, before: dict[str, int]) -> None:
        """Note what a shop shows more than before, whether or not goods came with it."""
        at, stall = self.loop.time(), self.stalls[deed.place]
        moved = {sku: level for sku, level in stall.levels().items() if level != before[sku]}
        self.hands += [
            Raise(at=at, good=sku, place=stall.name, level=level)
            for sku, level in moved.items()
            if level > before[sku]
        ]
        if deed.act is Act.HAND:
            self.sightings[stall.name].by_hand(int(stall.row(sku)["id"]) for sku in moved)

    def _at_shop(self, deed: Deed) -> bool:
        stall = self.stalls[deed.place]
        order = stall.do(deed)
        if order is None:
            return False
        if order:
            self.couriers[deed.place].tell(order, deed.told)
        self._look(deed.place)
        return True

    def _look(self, place: str) -> None:
        self.couriers[place].look()

    def _at_counter(self, deed: Deed) -> bool:
        units = {GOODS[good]: count for good, count in deed.goods}
        now = START + timedelta(seconds=self.loop.time())
        if deed.act is Act.SELL:
            if any(self.keeper.quantity(sku) < count for sku, count in units.items()):
                return False
            self.keeper.sell(units, now)
            self._note({sku: -count for sku, count in units.items()}, COUNTER, is_sale=True)
            self._look_at_depot()
            return True
        for sku, count in units.items():
            delta = count if deed.act is Act.DELIVERY else 1 if count % 2 else -1
            self.keeper.move(sku, delta, now)
            self._note({sku: delta}, COUNTER)
        self._look_at_depot()
        return True

    def _look_at_depot(self) -> None:
        if COUNTER in self.couriers:
            self._look(COUNTER)

    def _note_orders(
        self, deed: Deed, place: str, before: dict[int, dict[str, int]], after: dict[int, dict[str, int]]
    ) -> None:
        for order, units in after.items():
            was = before.get(order, {})
            moved = {sku: was.get(sku, 0) - units.get(sku, 0) for sku in dict.fromkeys((*was, *units))}
            sells = deed.act in (Act.BUY, Act.MORE)
            self._note(
                {sku: delta for sku, delta in moved.items() if delta}, place, str(order), is_sale=sells
            )
            if any(moved.values()) and self.scenario.master is Master.BOOKED_ELSEWHERE:
                self.books += 1
                self.loop.call_later(self.random.uniform(LEAST, MOST), self._book, place, order)

    def _book(self, place: str, order: int) -> None:
        self.clerks[place].book(order)
        self.books -= 1

    def newest(self, good: str) -> int:
        """Give the place of the newest move of a good."""
        return max((place for place, one in enumerate(self.moves) if one.good == good), default=-1)

    def _note(self, moved: dict[str, int], place: str, order: str = "", *, is_sale: bool = False) -> None:
        at = self.loop.time()
        self.moves += [
            Move(at=at, good=sku, delta=delta, place=place, order=order, is_sale=is_sale and delta < 0)
            for sku, delta in moved.items()
        ]

    def _hear(self, place: str, order: str, at: float) -> None:
        self.heard.append((place, order, at))


def _fail(future: "Future[HttpResponse]") -> None:
    if not future.done():
        future.set_exception(NotSent())


def _stocked(goods: Catalogue, scenario: Trade) -> Catalogue:
    """Put on the shelves what the script says."""
    shelves = dict(zip(GOODS, scenario.demand.shelves, strict=True))
    rows = tuple(
        structs.replace(
            one,
            quantity=Decimal(shelves.get(str(one.number), 9)),
            choices=tuple(
                structs.replace(choice, quantity=Decimal(shelves.get(f"{one.number}-{choice.number}", 9)))
                for choice in one.choices
            ),
        )
        for one in goods.products
    )
    return structs.replace(goods, products=rows)


def _make_desk(path: Path) -> None:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL").close()
    db.execute(_DESK)
    db.close()
