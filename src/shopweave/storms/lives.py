"""The lives of the hub in a storm: they begin, end, lose power or stand still, as its scenario has it."""

from asyncio import CancelledError, Event, Task, create_task
from collections import Counter
from collections.abc import Callable, Sequence

from shopweave.storms.disk import Disk
from shopweave.storms.hub import Running
from shopweave.storms.life import LIFE, Life
from shopweave.storms.loop import pause
from shopweave.storms.outside import Outside
from shopweave.storms.scenario import Blow, Fate

LEASE_OVER = 5.0
# How long the leases of a life that ended keep others from its lanes.
TAKE_OVER = 45.0
TWO_LIVES = 30.0
LOOK = 10.0


class Lives:
    """All lives of one storm; `open_hub` makes what runs in a life."""

    def __init__(
        self, world: Outside, disk: Disk, blows: Sequence[Blow], open_hub: Callable[[Life], Running]
    ) -> None:
        self._world, self._disk, self._open = world, disk, open_hub
        self.running: list[Running] = []
        self.crashes: Counter[str] = Counter()
        self.errors: list[str] = []
        self.with_open_intent = self.statements = self._count = 0
        self._blows = list(blows)
        self._struck: list[tuple[Life, Blow]] = []
        self._bell = Event()
        self._living: list[Task[None]] = []

    def newest_run(self) -> int:
        """Give the number of the newest run."""
        return max((one.newest_run() for one in self.running), default=0)

    async def rest(self, before: int) -> None:
        """Wait until every flow ended a run that began after run `before`, and nothing is open."""
        while len(self.running) != 1 or not self.running[0].is_calm(before):
            await pause(LOOK)

    def spare(self) -> None:
        """End what is to befall this and later lives: in the calm there is no fault."""
        self._blows.clear()
        for running in self.running:
            running.life.spare()

    def arm(self) -> None:
        """Let the next blow befall the life that runs now."""
        for running in self.running:
            if self._blows:
                running.life.arm(self._blows.pop(0))

    async def supervise(self, *, armed: bool) -> None:
        """Begin a life and carry out what befalls it and those after it; the first may be spared at first."""
        self._boot(armed=armed)
        while True:
            await self._bell.wait()
            self._bell.clear()
            while self._struck:
                life, blow = self._struck.pop(0)
                await self._strike(life, blow)

    def _hear(self, life: Life, blow: Blow) -> None:
        self._struck.append((life, blow))
        self._bell.set()

    def _boot(self, *, armed: bool = True) -> None:
        self._count += 1
        blow = self._blows.pop(0) if armed and self._blows else None
        life = Life(self._count, blow, self._hear)
        running = self._open(life)
        life.intents = running.intents
        self.running.append(running)
        token = LIFE.set(life)
        self._living.append(create_task(self._live(running)))
        LIFE.reset(token)

    async def _live(self, running: Running) -> None:
        try:
            await running.live()
        except (CancelledError, Exception) as error:
            if not running.life.is_dead:
                self.errors.append(f"the hub stopped: {error!r}")
            raise

    async def _strike(self, life: Life, blow: Blow) -> None:
        running = next(one for one in self.running if one.life is life)
        self.crashes[blow.fate.value if blow.fate is not Fate.CRASH else blow.point] += 1
        self.with_open_intent += running.intents() > 0
        self._world.ended(life.number)
        self._world.left_open(running.written_ahead())
        at = self._world.loop.time()
        awake = blow.seconds if blow.fate is not Fate.PAUSE else LEASE_OVER
        self._world.absent(at, at + awake + TAKE_OVER)
        if blow.fate is Fate.PAUSE:
            await self._pause(running, blow)
            return
        await self.end(running, keep_open=blow.fate is Fate.POWER)
        if blow.fate is Fate.POWER:
            self._world.lost_since(self._disk.cut_power(self._world.random))
            running.shut()
        await pause(blow.seconds)
        self._disk.opened(self._world.loop.time())
        self._boot()

    async def _pause(self, running: Running, blow: Blow) -> None:
        await pause(LEASE_OVER)
        self._boot()
        await pause(blow.seconds)
        running.life.go_on()
        await pause(TWO_LIVES)
        self._world.ended(running.life.number)
        await self.end(running)
        for survivor in self.running:
            await survivor.take_over()

    async def end(self, running: Running, *, keep_open: bool = False) -> None:
        """End a life; its files stay open where they are still looked at."""
        self.running.remove(running)
        await running.life.bury()
        self.errors += running.failed_runs()
        self.statements += running.store.statements
        if not keep_open:
            running.shut()

    async def end_all(self) -> None:
        """End what lives."""
        for running in list(self.running):
            await self.end(running)
