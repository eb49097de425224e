"""What happens in a storm: drawn from its seed as values, and what the oracle is told of it afterwards."""

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

from shopweave.model.seams import Random

CHAOS = 200.0
INTERVAL = 60.0
GRACE = 5.0
SLOW = 0.25
LOADED = 0.8
BOTH, MEETINGS = 120.0, 4
STRANGER = "STRANGER-"


class Fate(StrEnum):
    """What befalls a life of the hub."""

    CRASH = "crash"
    POWER = "power"
    PAUSE = "pause"


POINTS = (
    "before commit",
    "inside commit",
    "after commit",
    "before safe commit",
    "inside safe commit",
    "after safe commit",
    "before request",
    "after request",
    "engine call",
)
_COMMON = {
    "before safe commit": 20,
    "inside safe commit": 20,
    "after safe commit": 20,
    "before request": 15,
    "after request": 15,
    "engine call": 6,
    "before change": 12,
    "after change": 12,
}
# A commit is one of the first reading, of the first run, or any.
_COMMITS = (30, 60, 100)
CHANGES = ("before change", "after change")
_PAUSES = (
    "before commit",
    "after safe commit",
    "before safe commit",
    "after request",
    "before change",
    "before change",
    "after change",
    "after change",
)
# Longer than a lease, and longer than until the next owner has looked twice for what was under way.
_SHORT, _LONG = (45.0, 110.0), (195.0, 240.0)


class Blow(Struct, frozen=True, kw_only=True):
    """A life ends, or stands still for `seconds`, at the `number`-th point of a kind.

    A `loaded` one waits from there for the first such point at which a request may be under way.
    """

    fate: Fate
    point: str
    number: int
    seconds: float
    loaded: bool = False


class FaultKind(StrEnum):
    """How a request may fare."""

    SLOW = "slow"
    LIMITED = "429"
    BROKEN = "5xx"
    CUT_BEFORE = "cut before"
    CUT_AFTER = "cut after"
    LATE = "late commit"
    TRUNCATED = "truncated"
    HTML = "html"
    STALE = "hidden"


class Act(StrEnum):
    """What people do in the till and in the shop."""

    PRICE = "price"
    NUDGE = "small price"
    RENAME = "rename"
    TEXT = "text"
    WEIGHT = "weight"
    SWITCH = "switch"
    DELETE = "delete"
    VARIATION_PRICE = "variation price"
    CATEGORY = "category"
    SHOP_PRICE = "shop price"
    SHOP_NAME = "shop name"
    SHOP_SAME = "shop name of the same"


IN_TILL = (
    Act.PRICE,
    Act.PRICE,
    Act.PRICE,
    Act.RENAME,
    Act.TEXT,
    Act.WEIGHT,
    Act.SWITCH,
    Act.VARIATION_PRICE,
    Act.CATEGORY,
)
# What a person must approve first takes as long as the person; in the calm nothing is of that kind.
IN_CALM = (Act.NUDGE, Act.RENAME, Act.TEXT)
IN_SHOP = (Act.SHOP_PRICE, Act.SHOP_NAME)


class Deed(Struct, frozen=True, kw_only=True):
    """An act at a time; `draw` in [0, 1) chooses what it is done to.

    `SHOP_SAME` is done to the product of the item that was changed last in the till.
    """

    at: float
    act: Act
    draw: float
    number: int


class Tidying(Struct, frozen=True, kw_only=True):
    """Staff remove the oldest `count` of the shop's own products, `after` its list was read `page` times."""

    page: int
    after: float
    count: int


class Scenario(Struct, frozen=True, kw_only=True):
    """One storm, before it is played. Times are seconds since it began.

    `slow` is how long a statement that reads may take at most, and with it what is decided on its answer.
    """

    seed: int
    items: int
    fault_share: float
    blows: tuple[Blow, ...]
    deeds: tuple[Deed, ...]
    tidyings: tuple[Tidying, ...]
    calm: tuple[Deed, ...]
    slow: float
    shop_ahead: float
    hub_ahead: float
    strangers: int
    known: int


class Late(Struct, frozen=True, kw_only=True):
    """A change at the source that the channel did not show in time."""

    at: float
    sku: str
    what: str


def draw(random: Random, seed: int) -> Scenario:
    """Draw a storm: one in four plays pauses without other faults, the others faults, crashes, power cuts."""
    quiet = random.random() < 0.25
    items, ahead = random.randint(6, 9), random.choice((0.0, 0.0, -90.0, 90.0))
    deeds = [*(_deed(random, number) for number in range(14)), *_meetings(random, ahead)]
    return Scenario(
        seed=seed,
        items=items,
        fault_share=0.0 if quiet else 0.15,
        blows=_pauses(random) if quiet else ends(random, seed, _blow),
        deeds=tuple(sorted(deeds, key=lambda one: one.at)),
        tidyings=tuple(_tidying(random) for _ in range(2)),
        calm=tuple(_calm(random, 100 + number) for number in range(3)),
        slow=random.choice((0.0, 0.0, SLOW)),
        shop_ahead=random.choice((0.0, 0.0, -400.0, 400.0)),
        hub_ahead=ahead,
        strangers=random.randint(5, 8),
        known=random.randint(3, 6),
    )


def ends(random: Random, seed: int, blow: Callable[[Random, Fate, str], Blow]) -> tuple[Blow, ...]:
    """Draw how two lives end or three: the first at each kind of point in turn, so that none is rare."""
    first = blow(random, Fate.CRASH, POINTS[seed % len(POINTS)])
    return (first, *(_harm(random, blow) for _ in range(random.choice((1, 1, 2)))))


def _harm(random: Random, blow: Callable[[Random, Fate, str], Blow]) -> Blow:
    """Draw an end in the moment in which it does most harm as often as in any other."""
    fate = Fate.POWER if random.random() < 0.35 else Fate.CRASH
    return blow(random, fate, random.choice(CHANGES if random.random() < 0.5 else POINTS))


def _blow(random: Random, fate: Fate, point: str) -> Blow:
    number = random.randint(1, _COMMON.get(point) or random.choice(_COMMITS))
    seconds, loaded = random.uniform(0.5, 15.0), random.random() < LOADED
    return Blow(fate=fate, point=point, number=number, seconds=seconds, loaded=loaded)


def _pauses(random: Random) -> tuple[Blow, ...]:
    point = random.choice(_PAUSES)
    number = random.randint(1, _COMMON.get(point, 80))
    least, most = _LONG if point.endswith("change") else _SHORT
    return (Blow(fate=Fate.PAUSE, point=point, number=number, seconds=random.uniform(least, most)),)


def _deed(random: Random, number: int) -> Deed:
    act = random.choice(IN_SHOP if random.random() < 0.2 else IN_TILL)
    return Deed(at=random.uniform(5.0, CHAOS), act=act, draw=random.random(), number=number)


def _meetings(random: Random, ahead: float) -> list[Deed]:
    """Let people in till and shop change the same items shortly before all flows run side by side.

    What one flow reads is marked while another still weighs the same items.
    """
    moments = [moment for turn in range(-1, 4) if 80.0 <= (moment := turn * BOTH - ahead) <= CHAOS - GRACE]
    found: list[Deed] = []
    for number, moment in enumerate(moments * MEETINGS):
        at, draw = moment - random.uniform(2.0, 25.0), random.random()
        found.append(Deed(at=at, act=Act.NUDGE, draw=draw, number=50 + number))
        found.append(Deed(at=at + 1.0, act=Act.SHOP_SAME, draw=draw, number=50 + number))
    return found


def _tidying(random: Random) -> Tidying:
    # The next page of the list is read about a second later.
    return Tidying(page=random.randint(1, 3), after=random.uniform(0.05, 0.8), count=random.randint(2, 3))


def _calm(random: Random, number: int) -> Deed:
    act = random.choice(IN_CALM)
    return Deed(at=random.uniform(0.0, INTERVAL), act=act, draw=random.random(), number=number)
