"""A seed becomes a storm, of items or of trade, and is played to its end."""

import gc
import logging
from asyncio import AbstractEventLoop
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Protocol

from shopweave.storms.disk import Disk, new_disk
from shopweave.storms.life import LIFE
from shopweave.storms.loop import Stuck, VirtualLoop, play
from shopweave.storms.outcome import Outcome
from shopweave.storms.outside import chance
from shopweave.storms.scenario import draw
from shopweave.storms.storm import Storm
from shopweave.storms.trade.scenario import TRADE, is_trade
from shopweave.storms.trade.scenario import draw as draw_trade
from shopweave.storms.trade.storm import TradeStorm

LIMIT = 2_400.0


class Playable(Protocol):
    """A storm of any kind."""

    def play(self) -> Coroutine[Any, Any, None]:
        """Play it."""
        ...

    def outcome(self, errors: tuple[str, ...]) -> Outcome:
        """Judge what became of it."""
        ...


def play_seed(seed: int, folder: Path, empty: Path) -> Outcome:
    """Play the storm of a seed in an empty folder on a fast file system; `empty` is a hub's new database."""
    loop = looped()
    storm = make(seed, loop, folder, new_disk(folder, empty))
    return storm.outcome(run(loop, storm.play()))


def looped() -> VirtualLoop:
    """Make the loop of one storm; whatever a life begins belongs to it."""

    def born(task: object) -> None:
        life = LIFE.get()
        if life is not None:
            life.tasks.append(task)  # type: ignore[arg-type]

    return VirtualLoop(born, LIMIT)


def run(loop: VirtualLoop, story: Coroutine[Any, Any, None]) -> tuple[str, ...]:
    """Play a story to its end, without logs and without the collector of garbage; gives what broke it."""
    broken: list[str] = []

    def fell(_: AbstractEventLoop, told: dict[str, Any]) -> None:
        # What happens in the world itself must not fail: a request would wait for ever.
        if "handle" in told:
            broken.append(f"the world: {told.get('exception')!r}")

    loop.set_exception_handler(fell)
    logging.disable(logging.CRITICAL)
    gc.freeze()
    gc.disable()
    try:
        play(loop, story)
    except Stuck as stuck:
        broken.append(f"stuck: {stuck}")
    finally:
        gc.enable()
        gc.collect()
        logging.disable(logging.NOTSET)
    return tuple(broken)


def make(seed: int, loop: VirtualLoop, folder: Path, disk: Disk) -> Playable:
    """Make the storm of a seed."""
    if is_trade(seed):
        return TradeStorm(draw_trade(chance(seed - TRADE), seed), loop, folder, disk)
    return Storm(draw(chance(seed), seed), loop, folder, disk)
