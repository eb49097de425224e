"""A storm of trade before it is played: who keeps the stock, how rough it is, and what people want."""

from enum import StrEnum

from msgspec import Struct

from shopweave.model.seams import Random
from shopweave.storms.scenario import CHANGES, LOADED, Blow, Fate, ends
from shopweave.storms.trade import demand
from shopweave.storms.trade.demand import SHOPS, Act, Demand

ROUGH = 120.0
INTERVAL = 60.0
# Two seconds are allowed from sale to level, on a machine that is slow but does its work within them.
SLOW = 0.1
# Seeds above this one play trade, those up to it play items.
TRADE = 1_000_000


class Master(StrEnum):
    """Who keeps the stock, and by which witness a level of his is known to contain a booking."""

    TILL = "till, by level"
    TILL_ADJUSTED = "till, differences by level"
    BOOKED_ELSEWHERE = "till, by log position"
    WAREHOUSE = "database, by request order"
    DEPOT = "shop, by request order"
    DEPOT_TAKES = "shop that takes orders, by request order"

    @property
    def is_depot(self) -> bool:
        """Say whether a shop keeps the stock."""
        return self in (Master.DEPOT, Master.DEPOT_TAKES)

    @property
    def takes(self) -> bool:
        """Say whether orders are handed over to who keeps the stock, and booked by it."""
        return self in (Master.TILL, Master.DEPOT_TAKES)

    @property
    def later(self) -> tuple[Act, ...]:
        """Give what may happen to orders: who takes them knows of no later changes, or names lines once."""
        if self is Master.BOOKED_ELSEWHERE:
            return demand.CANCELS
        return () if self is Master.DEPOT_TAKES else demand.LATER


class Tell(StrEnum):
    """How shops tell that something was sold: not at all, by webhook, or by the plug-in's ping."""

    NEVER = "never"
    WEBHOOK = "webhook"
    PING = "ping"


class Outage(Struct, frozen=True, kw_only=True):
    """A place that does not answer for some seconds, from a moment of the trade on."""

    place: str
    at: float
    seconds: float


class Trade(Struct, frozen=True, kw_only=True):
    """One storm of trade. Times are seconds since trade began; `shop_ahead` are seconds by shop."""

    seed: int
    master: Master
    tell: Tell
    demand: Demand
    fault_share: float
    blows: tuple[Blow, ...]
    outages: tuple[Outage, ...]
    slow: float
    shop_ahead: tuple[float, float]
    hub_ahead: float


def is_trade(seed: int) -> bool:
    """Say whether the storm of a seed is one of trade; the others are of items."""
    return seed > TRADE


_MOST = {
    "before safe commit": 20,
    "inside safe commit": 20,
    "after safe commit": 20,
    "before request": 12,
    "after request": 12,
    "engine call": 8,
    "before change": 6,
    "after change": 6,
}


def draw(random: Random, seed: int) -> Trade:
    """Draw a storm: one in five plays no faults but a pause, one in five nothing but trade."""
    kind, master = random.random(), random.choice(tuple(Master))
    is_rough = kind >= 0.4
    return Trade(
        seed=seed,
        master=master,
        tell=random.choice((Tell.NEVER, Tell.WEBHOOK, Tell.PING, Tell.PING)),
        demand=demand.draw(random, seconds=ROUGH, later=master.later),
        fault_share=0.1 if is_rough else 0.0,
        blows=ends(random, seed, _blow) if is_rough else _pause(random) if kind >= 0.2 else (),
        outages=_outages(random) if is_rough else (),
        slow=random.choice((0.0, 0.0, SLOW)),
        shop_ahead=(random.choice((0.0, -300.0, 300.0)), random.choice((0.0, 0.0, 90.0))),
        hub_ahead=random.choice((0.0, 0.0, -90.0, 90.0)),
    )


def _blow(random: Random, fate: Fate, point: str) -> Blow:
    number = random.randint(1, _MOST.get(point, 40))
    seconds, loaded = random.uniform(0.5, 10.0), random.random() < LOADED
    return Blow(fate=fate, point=point, number=number, seconds=seconds, loaded=loaded)


def _pause(random: Random) -> tuple[Blow, ...]:
    point = random.choice((*CHANGES, *CHANGES, "after safe commit", "after request", "before commit"))
    long = point in CHANGES and random.random() < 0.3
    seconds = random.uniform(195.0, 240.0) if long else random.uniform(45.0, 110.0)
    return (Blow(fate=Fate.PAUSE, point=point, number=random.randint(1, 12), seconds=seconds),)


def _outages(random: Random) -> tuple[Outage, ...]:
    if random.random() < 0.5:
        return ()
    place = random.choice((*SHOPS, demand.COUNTER))
    at, seconds = random.uniform(0.0, ROUGH - 20.0), random.uniform(5.0, 40.0)
    return (Outage(place=place, at=at, seconds=seconds),)
