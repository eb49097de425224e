"""What `shopweave simulate` does."""

import asyncio
import contextlib
import signal
from pathlib import Path

from shopweave.cli.console import print_json, tell
from shopweave.demo import simulating
from shopweave.demo.world import Wish, World


async def serve(
    folder: Path,
    names: list[str],
    *,
    ports: list[str],
    items: int,
    simple: bool,
    real: bool,
    faults: list[str],
    version: str,
    companion: bool,
    seed: int,
    as_json: bool,
) -> int:
    """Serve until Ctrl-C or a termination signal; both end cleanly."""
    wish = Wish(
        names=simulating.wanted(names),
        ports=simulating.wanted_ports(ports),
        real_pace=real,
        faults=simulating.wanted_faults(faults),
        version=version,
        companion=companion,
    )

    def told(world: World) -> None:
        if as_json:
            print_json({"simulators": simulating.addresses(world, wish.names)})
        else:
            for line in simulating.lines(world, wish.names):
                tell(line)

    task = asyncio.current_task()
    for one in (signal.SIGINT, signal.SIGTERM):
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(one, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await simulating.simulate(folder, items, wish, simple=simple, seed=seed, tell=told)
    return 0
