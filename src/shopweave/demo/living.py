"""The living demo: the world and a hub that goes on by its schedules, until somebody stops it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from shopweave.demo.once import work
from shopweave.demo.serve import forever
from shopweave.demo.world import World
from shopweave.hub.context import Hub
from shopweave.hub.schedules import set_schedules
from shopweave.hub.settings import load
from shopweave.runtime.clock import SystemClock, SystemIds
from shopweave.runtime.folder import FolderLock
from shopweave.runtime.opening import open_hub


async def live(
    folder: Path,
    *,
    items: int,
    simple: bool,
    real_pace: bool,
    seed: int,
    say: Callable[[str], None],
    pages: Callable[[Hub], AbstractAsyncContextManager[str]],
) -> None:
    """Start everything and serve the pages, run all flows once, then go on by the clock."""
    lock = FolderLock(folder)
    lock.take(invites=True)
    world = World(folder, SystemClock(), SystemIds())
    try:
        await world.start(items, simple=simple, real_pace=real_pace, seed=seed)
        opened = await open_hub(folder, load(folder), lock=False)
        if opened.upgrade is not None and opened.upgrade.before:
            say(str(opened.upgrade))
        try:
            async with pages(opened.hub) as told:
                say(told)
                report = await work(opened, world, say)
                stand = "Everything is in step" if report.converged else "Not all is in step: see the pages"
                say(f"{stand}. Shop: {world.shop.url}, Icecat: {world.icecat.url}.")
                say(f"Edit {world.till_path} and watch; Ctrl-C ends the demo.")
                await set_schedules(opened.hub)
                await forever()
        finally:
            await opened.hub.stop()
    finally:
        await world.stop()
        lock.release()
