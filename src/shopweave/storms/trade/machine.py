"""A storm of trade with the naive script in the hub's place: the same people, faults and absences."""

from asyncio import Task, create_task
from collections.abc import Sequence
from pathlib import Path

from shopweave.storms.doors import LifeClock, Network, SqlDoor
from shopweave.storms.life import LIFE, Life
from shopweave.storms.loop import VirtualLoop, pause
from shopweave.storms.trade.demand import COUNTER, SHOPS, Deed
from shopweave.storms.trade.facts import Span
from shopweave.storms.trade.naive import Script, Site
from shopweave.storms.trade.scenario import ROUGH, Trade
from shopweave.storms.trade.world import PASSWORD, USER, TradeWorld, url_of

SITES = tuple(Site(name=name, url=url_of(name), user=USER, password=PASSWORD) for name in SHOPS)


class Machine:
    """A machine that runs the script, until it ends; it keeps nothing, so nothing of it can be lost."""

    def __init__(self, world: TradeWorld, life: Life) -> None:
        self.world, self.life = world, life
        self._door = SqlDoor(world, life, COUNTER, world.till)
        self.script = Script(Network(world, life), self._door, LifeClock(world, life), SITES)

    async def end(self) -> None:
        """End it in the middle of whatever it does."""
        await self.life.bury()
        self.world.ended(self.life.number)
        self._door.close()


class ScriptStorm:
    """A scenario being played to the script; `away` is when its machine is, in seconds since trade began."""

    def __init__(self, scenario: Trade, away: Sequence[Span], loop: VirtualLoop, folder: Path) -> None:
        self.scenario, self.loop = scenario, loop
        self.world = TradeWorld(scenario, loop, folder)
        self._away = away
        self._lives = 0
        self._living: list[Task[None]] = []
        self._machine = self._boot()

    def _boot(self) -> Machine:
        """Start the machine; its cron starts the script at the next full minute."""
        self._lives += 1
        life = Life(self._lives, None, lambda _life, _blow: None)
        machine = Machine(self.world, life)
        token = LIFE.set(life)
        self._living.append(self.loop.create_task(machine.script.cron()))
        LIFE.reset(token)
        return machine

    async def play(self) -> None:
        """Wait for a first run; play the rough part and the calm one, each with two runs after it."""
        await self._runs(1)
        self.world.begin()
        absences = create_task(self._absences())
        await self._deeds(self.scenario.demand.deeds)
        await self._until(self.world.begun + ROUGH)
        await absences
        await self._runs(2)
        await self._deeds(self.scenario.demand.calm)
        await self._runs(2)
        await self._machine.end()

    async def _absences(self) -> None:
        for span in self._away:
            await self._until(self.world.begun + span.begins)
            await self._machine.end()
            self.world.absent(self.loop.time(), self.world.begun + span.ends)
            await self._until(self.world.begun + span.ends)
            self._machine = self._boot()

    async def _runs(self, count: int) -> None:
        """Wait until so many runs have ended that begin from now on."""
        script = self._machine.script
        wanted = script.begun + count
        while script.begun < wanted or not script.is_idle:
            await pause(1.0)

    async def _deeds(self, deeds: Sequence[Deed]) -> None:
        begun = self.loop.time()
        for deed in deeds:
            await self._until(begun + deed.at)
            self.world.do(deed)

    async def _until(self, moment: float) -> None:
        await pause(max(0.0, moment - self.loop.time()))
