"""One storm, played: lives of the hub come and go until everything has come to rest; then it is judged."""

import gc
import logging
from asyncio import CancelledError, Event, Task, create_task
from collections import Counter
from hashlib import blake2b
from pathlib import Path
from shutil import copyfile

from msgspec import Struct, structs

from shopweave.storms.disk import Disk
from shopweave.storms.hub import Running
from shopweave.storms.life import LIFE, Life
from shopweave.storms.loop import Stuck, VirtualLoop, pause, play
from shopweave.storms.oracle import is_shown, judge
from shopweave.storms.scenario import CHAOS, GRACE, INTERVAL, Act, Blow, Deed, Fate, Scenario, draw
from shopweave.storms.world import World, chance

LIMIT = 2_400.0
LEASE_OVER = 5.0
TWO_LIVES = 30.0


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of a storm; `log` is a digest of all requests and deeds."""

    seed: int
    crashes: dict[str, int] = {}
    with_open_intent: int = 0
    faults: dict[str, int] = {}
    missing: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    useless: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    statements: int = 0
    events: int = 0
    seconds: float = 0.0
    log: str = ""
    story: tuple[str, ...] = ()

    @property
    def in_short(self) -> "Outcome":
        """Give it without its story."""
        return structs.replace(self, story=())

    @property
    def is_good(self) -> bool:
        """Say whether nothing went wrong."""
        return not (self.missing or self.duplicates or self.wrong or self.useless or self.late or self.errors)


class Storm:
    """A scenario being played."""

    def __init__(self, scenario: Scenario, loop: VirtualLoop, folder: Path, empty: Path) -> None:
        self.scenario, self.loop = scenario, loop
        self.world = World(scenario, loop, folder)
        path = folder / "hub.sqlite"
        copyfile(empty, path)
        self.disk = Disk(path)
        self.lives: list[Running] = []
        self.crashes: Counter[str] = Counter()
        self.with_open_intent = self.statements = self._count = 0
        self.errors: list[str] = []
        self.late: list[str] = []
        self._blows = list(scenario.blows)
        self._struck: list[tuple[Life, Blow]] = []
        self._bell = Event()
        self._newest: dict[tuple[str, Act], int] = {}
        self._living: list[Task[None]] = []

    async def play(self) -> None:
        """Play the rough part, come to rest, play the calm part, come to rest again."""
        supervisor = create_task(self._supervise())
        try:
            await self._deeds(self.scenario.deeds, 0.0)
            await self._until(CHAOS)
            self._spare()
            await self._rest(self._newest_run())
            begun = self.loop.time()
            for deed in sorted(self.scenario.calm, key=lambda one: one.at):
                await self._until(begun + deed.at)
                self._check_later(deed)
            newest = self._newest_run()
            await self._until(begun + 2 * INTERVAL + GRACE)
            await self._rest(newest)
        finally:
            supervisor.cancel()
            for running in list(self.lives):
                await self._end(running)

    def _spare(self) -> None:
        """End what is to befall this and later lives: in the calm there is no fault."""
        self._blows.clear()
        for running in self.lives:
            running.life.spare()

    async def _deeds(self, deeds: tuple[Deed, ...], begun: float) -> None:
        for deed in deeds:
            await self._until(begun + deed.at)
            self.world.do(deed)

    async def _until(self, moment: float) -> None:
        await pause(max(0.0, moment - self.loop.time()))

    def _check_later(self, deed: Deed) -> None:
        world, at = self.world, self.loop.time()
        sku = world.do(deed)
        self._newest[sku, deed.act] = deed.number

        def check() -> None:
            is_newest = self._newest[sku, deed.act] == deed.number
            if is_newest and not is_shown(world.till, world.shop, world.icecat, sku, deed.act):
                self.late.append(f"{sku}: {deed.act.value} of {at:.1f} s")

        self.loop.call_later(INTERVAL + GRACE, check)

    def _newest_run(self) -> int:
        return max((one.newest_run() for one in self.lives), default=0)

    async def _rest(self, before: int) -> None:
        """Wait until every flow ended a run that began after run `before`, and nothing is open."""
        while len(self.lives) != 1 or not self.lives[0].is_calm(before):
            await pause(5.0)

    async def _supervise(self) -> None:
        self._boot()
        while True:
            await self._bell.wait()
            self._bell.clear()
            while self._struck:
                life, blow = self._struck.pop(0)
                await self._strike(life, blow)

    def _hear(self, life: Life, blow: Blow) -> None:
        self._struck.append((life, blow))
        self._bell.set()

    def _boot(self) -> Running:
        self._count += 1
        blow = self._blows.pop(0) if self._blows else None
        life = Life(self._count, blow, self._hear)
        running = Running(self.world, life, self.disk)
        self.lives.append(running)
        token = LIFE.set(life)
        self._living.append(create_task(self._live(running)))
        LIFE.reset(token)
        return running

    async def _live(self, running: Running) -> None:
        try:
            await running.live()
        except (CancelledError, Exception) as error:
            if not running.life.is_dead:
                self.errors.append(f"the hub stopped: {error!r}")
            raise

    async def _strike(self, life: Life, blow: Blow) -> None:
        running = next(one for one in self.lives if one.life is life)
        self.crashes[blow.fate.value if blow.fate is not Fate.CRASH else blow.point] += 1
        self.with_open_intent += running.intents() > 0
        self.world.sightings.ended(life.number, self.loop.time())
        if blow.fate is Fate.PAUSE:
            await self._pause(running, blow)
            return
        await self._end(running, keep_open=blow.fate is Fate.POWER)
        if blow.fate is Fate.POWER:
            self.world.sightings.lost_since(self.disk.cut_power(self.world.random))
            running.shut()
        await pause(blow.seconds)
        self.disk.opened(self.loop.time())
        self._boot()

    async def _pause(self, running: Running, blow: Blow) -> None:
        await pause(LEASE_OVER)
        self._boot()
        await pause(blow.seconds)
        running.life.go_on()
        await pause(TWO_LIVES)
        self.world.sightings.ended(running.life.number, self.loop.time())
        await self._end(running)
        for survivor in self.lives:
            await survivor.take_over()

    async def _end(self, running: Running, *, keep_open: bool = False) -> None:
        self.lives.remove(running)
        await running.life.bury()
        self.errors += running.failed_runs()
        self.statements += running.store.statements
        if not keep_open:
            running.shut()


def play_seed(seed: int, folder: Path, empty: Path) -> Outcome:
    """Play the storm of a seed in an empty folder on a fast file system; `empty` is a hub's new database."""
    scenario = draw(chance(seed), seed)

    def born(task: object) -> None:
        life = LIFE.get()
        if life is not None:
            life.tasks.append(task)  # type: ignore[arg-type]

    loop = VirtualLoop(born, LIMIT)
    storm = Storm(scenario, loop, folder, empty)
    logging.disable(logging.CRITICAL)
    gc.freeze()
    gc.disable()
    try:
        play(loop, storm.play())
    except Stuck as stuck:
        storm.errors.append(f"stuck: {stuck}")
    finally:
        gc.enable()
        gc.collect()
        logging.disable(logging.NOTSET)
    return _outcome(storm)


def _outcome(storm: Storm) -> Outcome:
    world = storm.world
    found = judge(world.till, world.shop, world.icecat)
    return Outcome(
        seed=storm.scenario.seed,
        crashes=dict(storm.crashes),
        with_open_intent=storm.with_open_intent,
        faults={**world.faults, "skew": int(storm.scenario.shop_ahead != 0 or storm.scenario.hub_ahead != 0)},
        missing=found.missing,
        duplicates=found.duplicates,
        wrong=found.wrong,
        useless=tuple(world.sightings.useless),
        late=tuple(storm.late),
        errors=tuple(storm.errors),
        statements=storm.statements,
        events=storm.loop.turns,
        seconds=round(storm.loop.time(), 1),
        story=tuple(world.log),
        log=blake2b("\n".join(world.log).encode(), digest_size=12).hexdigest(),
    )
