"""What buyers and staff want to do in a storm of trade: a script, drawn from its seed before anything runs.

The same script can be played to a hub, to another program, or to an ideal that knows everything at once:
whether a buyer gets what he wants is decided by what his shop shows when he comes.
"""

from enum import StrEnum

from msgspec import Struct, structs

from shopweave.model.seams import Random

NORTH, SOUTH, COUNTER = "north", "south", "counter"
SHOPS = (NORTH, SOUTH)
TRADED, HOT, BUYERS = 8, 3, 18


class Act(StrEnum):
    """What people do. Those after `SELL` concern an order made before, except the last three."""

    BUY = "buy"
    SELL = "sell"
    CANCEL = "cancel"
    REOPEN = "reopen"
    MORE = "one more"
    LESS = "one less"
    REFUND = "refund"
    RESTOCK = "refund and restock"
    MERGE = "merge"
    HAND = "level by hand"
    COUNT = "count"
    DELIVERY = "delivery"


class Told(Struct, frozen=True):
    """How the shop's callback of a deed fares: it goes out `times` times, `late` seconds late."""

    times: int = 1
    late: float = 0.0


class Deed(Struct, frozen=True, kw_only=True):
    """One deed at a time, in seconds since trade began.

    `place` is where: a shop, or the counter where the stock is kept. `goods` are (good, units), goods by
    their place in the list of what is traded. `of` is the number of the purchase that it concerns, `into`
    that of the purchase another one is merged into.
    """

    number: int
    at: float
    act: Act
    place: str
    goods: tuple[tuple[int, int], ...] = ()
    of: int = 0
    into: int = 0
    told: Told = Told()


class Demand(Struct, frozen=True, kw_only=True):
    """A script: what is on the shelves at first, good by good, and what people do."""

    shelves: tuple[int, ...]
    deeds: tuple[Deed, ...]
    calm: tuple[Deed, ...]


LATER = (Act.CANCEL, Act.CANCEL, Act.REOPEN, Act.MORE, Act.LESS, Act.REFUND, Act.RESTOCK, Act.RESTOCK)
# Whoever books the sales of a shop beside the hub names them as the hub would: once for each line.
CANCELS = (Act.CANCEL, Act.REOPEN, Act.CANCEL)
_STAFF = (Act.HAND, Act.HAND, Act.COUNT, Act.DELIVERY)


def draw(random: Random, *, seconds: float, later: tuple[Act, ...]) -> Demand:
    """Draw a script for the rough part of so many seconds, and one for the calm after it.

    `later` is what may happen to orders after they were made.
    """
    buying = [_purchase(random, number, random.uniform(0.0, seconds)) for number in range(1, BUYERS + 1)]
    buying.sort(key=lambda one: one.at)
    deeds = [*buying, *(_changes(random, buying, later, seconds) if later else ())]
    if later is LATER:
        deeds += _mergers(random, buying, seconds)
    deeds += [_staff(random, 200 + number, random.uniform(0.0, seconds)) for number in range(3)]
    return Demand(
        shelves=tuple(
            random.randint(1, 4) if good < HOT else random.randint(4, 12) for good in range(TRADED)
        ),
        deeds=tuple(sorted(deeds, key=lambda one: (one.at, one.number))),
        calm=_calm(random),
    )


def _calm(random: Random) -> tuple[Deed, ...]:
    """Draw what happens when nothing is wrong: two buyers come to one shop in the same second."""
    moments = sorted(random.uniform(0.0, 30.0) for _ in range(4))
    found = [_purchase(random, 300 + number, at, told=Told()) for number, at in enumerate(moments)]
    for place, late in enumerate((0.0, 0.05)):
        goods = ((HOT + place, 1),)
        found[place] = structs.replace(
            found[place], at=moments[0] + late, act=Act.BUY, place=NORTH, goods=goods
        )
    return tuple(sorted(found, key=lambda one: (one.at, one.number)))


def _purchase(random: Random, number: int, at: float, told: Told | None = None) -> Deed:
    place = random.choice((NORTH, NORTH, SOUTH, SOUTH, COUNTER))
    act = Act.SELL if place == COUNTER else Act.BUY
    first = _good(random)
    goods = {first: random.choice((1, 1, 1, 2))}
    if random.random() < 0.3:
        goods.setdefault(_good(random), 1)
    return Deed(
        number=number,
        at=at,
        act=act,
        place=place,
        goods=tuple(sorted(goods.items())),
        told=told or _told(random),
    )


def _good(random: Random) -> int:
    """Draw a good; most want the few that are scarce."""
    return random.randint(0, HOT - 1) if random.random() < 0.6 else random.randint(0, TRADED - 1)


def _told(random: Random) -> Told:
    draw = random.random()
    if draw < 0.12:
        return Told(times=0)
    if draw < 0.25:
        return Told(times=2, late=random.uniform(0.0, 20.0))
    return Told(late=random.uniform(1.0, 40.0) if draw < 0.4 else 0.0)


def _changes(random: Random, buying: list[Deed], acts: tuple[Act, ...], seconds: float) -> list[Deed]:
    """Let people change orders after they were made; who cancels may open the order again."""
    online = [one for one in buying if one.act is Act.BUY]
    found = []
    for number in range(5):
        order, act = random.choice(online), random.choice(acts)
        at = min(seconds, order.at + random.choice((0.5, 3.0, 15.0, 40.0)) * random.uniform(0.5, 1.5))
        line = random.choice(order.goods)
        found.append(
            Deed(
                number=100 + number,
                at=at,
                act=act,
                place=order.place,
                goods=((line[0], 1),),
                of=order.number,
                told=_told(random),
            )
        )
    return found


def _mergers(random: Random, buying: list[Deed], seconds: float) -> list[Deed]:
    shop = random.choice(SHOPS)
    orders = [one for one in buying if one.place == shop]
    if len(orders) < 2 or random.random() < 0.5:
        return []
    into, gone = orders[0], orders[1]
    at = min(seconds, gone.at + random.uniform(1.0, 30.0))
    return [
        Deed(
            number=150,
            at=at,
            act=Act.MERGE,
            place=shop,
            goods=gone.goods,
            of=gone.number,
            into=into.number,
            told=_told(random),
        )
    ]


def _staff(random: Random, number: int, at: float) -> Deed:
    act = random.choice(_STAFF)
    place = random.choice(SHOPS) if act is Act.HAND else COUNTER
    good = random.randint(0, TRADED - 1)
    return Deed(
        number=number,
        at=at,
        act=act,
        place=place,
        goods=((good, random.randint(1, 5)),),
        told=_told(random),
    )
