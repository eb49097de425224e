"""A seed becomes a storm, of items or of trade, and is played to its end."""

import gc
import logging
from collections.abc import Coroutine
from pathlib import Path
from shutil import copyfile
from typing import Any, Protocol

from shopweave.storms.disk import Disk
from shopweave.storms.life import LIFE
from shopweave.storms.loop import Stuck, VirtualLoop, play
from shopweave.storms.outcome import Outcome
from shopweave.storms.outside import chance
from shopweave.storms.scenario import draw
from shopweave.storms.storm import Storm
from shopweave.storms.trade.scenario import draw as draw_trade
from shopweave.storms.trade.scenario import is_trade
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

    def born(task: object) -> None:
        life = LIFE.get()
        if life is not None:
            life.tasks.append(task)  # type: ignore[arg-type]

    loop = VirtualLoop(born, LIMIT)
    copyfile(empty, folder / "hub.sqlite")
    storm = make(seed, loop, folder)
    errors: tuple[str, ...] = ()
    logging.disable(logging.CRITICAL)
    gc.freeze()
    gc.disable()
    try:
        play(loop, storm.play())
    except Stuck as stuck:
        errors = (f"stuck: {stuck}",)
    finally:
        gc.enable()
        gc.collect()
        logging.disable(logging.NOTSET)
    return storm.outcome(errors)


def make(seed: int, loop: VirtualLoop, folder: Path) -> Playable:
    """Make the storm of a seed."""
    disk = Disk(folder / "hub.sqlite")
    if is_trade(seed):
        return TradeStorm(draw_trade(chance(seed), seed), loop, folder, disk)
    return Storm(draw(chance(seed), seed), loop, folder, disk)
