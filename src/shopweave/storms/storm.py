"""One storm of items, played: the hub comes to rest after the rough part and after the calm one."""

from asyncio import create_task
from pathlib import Path

from shopweave.storms.disk import Disk
from shopweave.storms.hub import Running, items_hub
from shopweave.storms.life import Life
from shopweave.storms.lives import Lives
from shopweave.storms.loop import VirtualLoop, pause
from shopweave.storms.oracle import is_shown, judge
from shopweave.storms.outcome import Outcome, digest
from shopweave.storms.scenario import CHAOS, GRACE, INTERVAL, Act, Deed, Scenario
from shopweave.storms.world import World


class Storm:
    """A scenario of items being played."""

    def __init__(self, scenario: Scenario, loop: VirtualLoop, folder: Path, disk: Disk) -> None:
        self.scenario, self.loop = scenario, loop
        self.world = World(scenario, loop, folder)
        self.lives = Lives(self.world, disk, scenario.blows, lambda life: self._running(life, disk))
        self._late: list[str] = []
        self._newest: dict[tuple[str, Act], int] = {}

    def _running(self, life: Life, disk: Disk) -> Running:
        return items_hub(self.world, life, disk)

    async def play(self) -> None:
        """Play the rough part, come to rest, play the calm part, come to rest again."""
        supervisor = create_task(self.lives.supervise(armed=True))
        try:
            for deed in self.scenario.deeds:
                await self._until(deed.at)
                self.world.do(deed)
            await self._until(CHAOS)
            self.lives.spare()
            await self._until(self.world.settles)
            await self.lives.rest(self.lives.newest_run())
            begun = self.loop.time()
            for deed in sorted(self.scenario.calm, key=lambda one: one.at):
                await self._until(begun + deed.at)
                self._check_later(deed)
            newest = self.lives.newest_run()
            await self._until(begun + 2 * INTERVAL + GRACE)
            await self.lives.rest(newest)
        finally:
            supervisor.cancel()
            await self.lives.end_all()

    async def _until(self, moment: float) -> None:
        await pause(max(0.0, moment - self.loop.time()))

    def _check_later(self, deed: Deed) -> None:
        world, at = self.world, self.loop.time()
        sku = world.do(deed)
        self._newest[sku, deed.act] = deed.number

        def check() -> None:
            is_newest = self._newest[sku, deed.act] == deed.number
            if is_newest and not is_shown(world.till, world.shop, world.icecat, sku, deed.act):
                self._late.append(f"{sku}: {deed.act.value} of {at:.1f} s")

        self.loop.call_later(INTERVAL + GRACE, check)

    def outcome(self, errors: tuple[str, ...]) -> Outcome:
        """Judge what became of it."""
        world, lives, scenario = self.world, self.lives, self.scenario
        found = judge(world.till, world.shop, world.icecat)
        return Outcome(
            seed=scenario.seed,
            crashes=dict(lives.crashes),
            with_open_intent=lives.with_open_intent,
            faults={**world.faults, "skew": int(scenario.shop_ahead != 0 or scenario.hub_ahead != 0)},
            missing=found.missing,
            duplicates=found.duplicates,
            wrong=found.wrong,
            useless=tuple(world.sightings.useless),
            late=tuple(self._late),
            errors=(*lives.errors, *errors),
            statements=lives.statements,
            events=self.loop.turns,
            seconds=round(self.loop.time(), 1),
            story=tuple(world.log),
            log=digest(world.log),
        )
