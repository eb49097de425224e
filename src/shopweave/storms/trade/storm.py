"""One storm of trade, played: set up in quiet, then trade in the rough, then trade in the calm."""

from asyncio import create_task
from collections.abc import Callable
from pathlib import Path

from shopweave.simulators import pace
from shopweave.simulators.woocommerce.callbacks import Delivery
from shopweave.storms.disk import Disk
from shopweave.storms.life import LIFE, Life
from shopweave.storms.lives import Lives
from shopweave.storms.loop import VirtualLoop, pause
from shopweave.storms.outcome import Outcome, digest
from shopweave.storms.scenario import GRACE
from shopweave.storms.trade.courier import WAY, Answered
from shopweave.storms.trade.demand import COUNTER, Deed
from shopweave.storms.trade.hub import TradeRunning, trade_hub
from shopweave.storms.trade.ideal import ideal_oversold
from shopweave.storms.trade.oracle import judge, truth
from shopweave.storms.trade.oversell import oversold
from shopweave.storms.trade.scenario import INTERVAL, ROUGH, Tell, Trade
from shopweave.storms.trade.world import TradeWorld

STATEMENTS = 14_000


class TradeStorm:
    """A scenario of trade being played."""

    def __init__(self, scenario: Trade, loop: VirtualLoop, folder: Path, disk: Disk) -> None:
        self.scenario, self.loop = scenario, loop
        self.world = TradeWorld(scenario, loop, folder)
        self.world.ring = self._ring
        self.lives = Lives(self.world, disk, scenario.blows, lambda life: self._open(life, disk))
        self._hubs: list[TradeRunning] = []
        self._late: list[str] = []
        self._due: dict[str, float] = {}

    def _open(self, life: Life, disk: Disk) -> TradeRunning:
        running = trade_hub(self.world, life, disk)
        self._hubs.append(running)
        return running

    async def play(self) -> None:
        """Wait until all is set up; play the rough part, come to rest, play the calm part, rest again."""
        supervisor = create_task(self.lives.supervise(armed=False))
        try:
            await self.lives.rest(0)
            self.world.begin()
            self.lives.arm()
            await self._deeds(self.scenario.demand.deeds, self.world.do)
            await self._until(self.world.begun + ROUGH)
            self.lives.spare()
            await self._until(self.world.settles)
            await self._rest()
            await self._deeds(self.scenario.demand.calm, self._check_later)
            await pause(INTERVAL + GRACE)
            await self._rest()
        finally:
            supervisor.cancel()
            await self.lives.end_all()

    async def _rest(self) -> None:
        """Wait until nobody books any more, all flows ran once more, and nothing is open."""
        while self.world.books:
            await pause(5.0)
        await self.lives.rest(self.lives.newest_run())

    async def _deeds(self, deeds: tuple[Deed, ...], do: Callable[[Deed], object]) -> None:
        begun = self.loop.time()
        for deed in deeds:
            await self._until(begun + deed.at)
            do(deed)

    async def _until(self, moment: float) -> None:
        await pause(max(0.0, moment - self.loop.time()))

    def _check_later(self, deed: Deed) -> None:
        """See that what a deed moved is shown everywhere in time, unless it was moved again meanwhile.

        What moved it before may take longer to be told.
        """
        world, before = self.world, len(self.world.moves)
        world.do(deed)
        moved = {one.good: world.newest(one.good) for one in world.moves[before:]}
        due = self.loop.time() + self._readable(deed.place) + GRACE
        self._due |= {good: max(due, self._due.get(good, 0.0)) for good in moved}

        def check() -> None:
            for good, newest in moved.items():
                right = max(0, truth(world, good))
                shown = {name: stall.shown(good) for name, stall in world.stalls.items()}
                if world.newest(good) == newest and set(shown.values()) != {right}:
                    self._late.append(f"{good}: {shown}, not {right}, after {deed.act.value} {deed.number}")

        self.loop.call_at(max((self._due[good] for good in moved), default=due), check)

    def _readable(self, place: str) -> float:
        """Give how long a place takes to tell of what was sold there, when nothing is wrong."""
        tell, at_counter = self.scenario.tell, place == COUNTER
        if tell is Tell.NEVER or (at_counter and not self.scenario.master.is_depot):
            return INTERVAL
        return WAY if tell is Tell.PING or at_counter else pace.CALLBACK + WAY

    def _ring(self, delivery: Delivery, answered: Answered) -> None:
        """Hand a callback to the newest life that can answer."""
        able = [one for one in self._hubs if one.receiver is not None and not one.life.is_dead]
        running = next((one for one in reversed(able) if not one.life.stands_still), None)
        if running is None:
            answered(None)
            return
        token = LIFE.set(running.life)
        create_task(self._hand(running, delivery, answered))  # noqa: RUF006 - the life keeps it
        LIFE.reset(token)

    async def _hand(self, running: TradeRunning, delivery: Delivery, answered: Answered) -> None:
        status: int | None = None
        try:
            status = await running.hear(delivery.request)
        finally:
            answered(status)

    def outcome(self, errors: tuple[str, ...]) -> Outcome:
        """Judge what became of it."""
        world, lives, scenario = self.world, self.lives, self.scenario
        found, sold = judge(world), oversold(world)
        return Outcome(
            seed=scenario.seed,
            crashes=dict(lives.crashes),
            with_open_intent=lives.with_open_intent,
            faults={**world.faults, "skew": int(any(scenario.shop_ahead) or scenario.hub_ahead != 0)},
            wrong=found.wrong,
            useless=tuple(f"{name}: {text}" for name, one in world.sightings.items() for text in one.useless),
            late=tuple(self._late),
            lost_orders=found.lost_orders,
            doubled_orders=found.doubled_orders,
            unbooked=found.unbooked,
            doubled_units=found.doubled_units,
            oversold=sold.unexcused,
            excused=sold.excused,
            ideal=ideal_oversold(scenario),
            errors=(*lives.errors, *errors),
            statements=lives.statements,
            allowed=STATEMENTS,
            events=self.loop.turns,
            seconds=round(self.loop.time(), 1),
            story=tuple(world.log),
            log=digest(world.log),
        )
