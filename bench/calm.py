"""From a sale to the level at the other shop, end to end: storms of trade without a fault, virtual time."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from msgspec import Struct, structs

from bench.figures import Figure, at_most
from bench.latency import p95
from shopweave.storms.disk import new_disk
from shopweave.storms.fleet import in_folder
from shopweave.storms.outside import chance
from shopweave.storms.playing import looped, run
from shopweave.storms.trade.demand import COUNTER, Act, Deed, Told
from shopweave.storms.trade.oracle import truth
from shopweave.storms.trade.scenario import INTERVAL, TRADE, Master, Tell, Trade, draw
from shopweave.storms.trade.storm import TradeStorm
from shopweave.storms.trade.world import TradeWorld

LOOK = 0.02
PINGED, POLLED = 2.0, INTERVAL + 1.0
TIMED = "virtual seconds, requests as slow as the contracts say: sale to the level that others can see"


class Wait(Struct, frozen=True, kw_only=True):
    """A sale that the other shop does not show yet; it counts until the good moves again."""

    good: str
    place: str
    sold: float
    newest: int
    level: int


class Watch:
    """Looks at what shops show, every 20 ms; `took` are the seconds of each sale to the other shop."""

    def __init__(self, world: TradeWorld) -> None:
        self._world, self._seen = world, 0
        self._waits: list[Wait] = []
        self.took: list[float] = []
        world.loop.call_later(LOOK, self._look)

    @property
    def unseen(self) -> int:
        """Say how many sales nobody showed to the end."""
        return len(self._waits)

    def _look(self) -> None:
        world = self._world
        if world.begun:
            self._waits += self._sold()
            self._waits = [one for one in self._waits if self._is_open(one)]
        world.loop.call_later(LOOK, self._look)

    def _sold(self) -> Iterator[Wait]:
        """Give the new sales of shops, once for each other shop."""
        world, first = self._world, self._seen
        self._seen = len(world.moves)
        for number, move in enumerate(world.moves[first:], first):
            for name in world.stalls if move.is_sale and move.place != COUNTER else ():
                if name != move.place:
                    level = max(0, truth(world, move.good))
                    yield Wait(good=move.good, place=name, sold=move.at, newest=number, level=level)

    def _is_open(self, one: Wait) -> bool:
        world = self._world
        if world.newest(one.good) != one.newest:
            return False
        if world.stalls[one.place].shown(one.good) != one.level:
            return True
        self.took.append(world.loop.time() - one.sold)
        return False


def measure(storms: int) -> list[Figure]:
    """Play calm trade, once with the plug-in's ping and once without any callback."""
    names = {Tell.PING: "with the plug-in's ping", Tell.NEVER: f"asking every {INTERVAL:g} s"}
    musts = {Tell.PING: PINGED, Tell.NEVER: POLLED}
    seeds = range(1, storms + 1)
    found = {
        tell: [one for seed in seeds for one in in_folder(partial(_played, seed, tell))] for tell in names
    }
    return [
        at_most(f"end to end {name}, p95 of {len(found[tell])}", p95(found[tell]), musts[tell], "s", TIMED)
        for tell, name in names.items()
    ]


def _played(seed: int, tell: Tell, folder: Path, empty: Path) -> list[float]:
    loop = looped()
    storm = TradeStorm(_calm(seed, tell), loop, folder, new_disk(folder, empty))
    watch = Watch(storm.world)
    broken = run(loop, storm.play())
    if broken or watch.unseen:
        raise RuntimeError(f"seed {seed}: {watch.unseen} sales were never shown; {broken}")
    return watch.took


def _calm(seed: int, tell: Tell) -> Trade:
    """Give a storm in which people buy and nothing goes wrong."""
    random = chance(seed)
    drawn = draw(random, TRADE + seed)
    return structs.replace(
        drawn,
        master=Master.TILL,
        tell=tell,
        demand=structs.replace(drawn.demand, deeds=_bought(drawn.demand.deeds)),
        fault_share=0.0,
        blows=(),
        outages=(),
        slow=0.0,
        shop_ahead=(0.0, 0.0),
        hub_ahead=0.0,
    )


def _bought(deeds: tuple[Deed, ...]) -> tuple[Deed, ...]:
    kept = (one for one in deeds if one.act in (Act.BUY, Act.SELL))
    return tuple(structs.replace(one, told=Told()) for one in kept)
