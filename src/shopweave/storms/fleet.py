"""Many storms at once: seeds spread over the cores, one process each."""

import os
import shutil
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from shopweave.storms.disk import template
from shopweave.storms.mutants import MUTANTS, plant
from shopweave.storms.outcome import Outcome
from shopweave.storms.playing import play_seed

T = TypeVar("T")
MEMORY = Path("/dev/shm")  # noqa: S108 - a file system in memory; names below it are unguessable


class Played(Struct, frozen=True, kw_only=True):
    """A storm's outcome and what it cost in CPU seconds."""

    outcome: Outcome
    cpu: float


class Stopwatch:
    """The wall clock since it was made."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    @property
    def seconds(self) -> float:
        """Give the seconds that have passed."""
        return time.monotonic() - self._begun


def one(seed: int) -> Played:
    """Play one seed in a folder of its own."""
    begun = time.process_time()
    try:
        outcome = in_folder(partial(play_seed, seed))
    except Exception:  # noqa: BLE001 - one storm that breaks the harness must not hide the others
        outcome = Outcome(seed=seed, errors=(traceback.format_exc(),))
    return Played(outcome=outcome, cpu=time.process_time() - begun)


def in_folder(play: Callable[[Path, Path], T]) -> T:
    """Play in an empty folder on a fast file system; the other path is an empty database of a hub."""
    base = Path(tempfile.mkdtemp(prefix="storm-", dir=MEMORY if MEMORY.is_dir() else None))
    try:
        (base / "seed").mkdir()
        return play(base / "seed", _template(base))
    finally:
        shutil.rmtree(base, ignore_errors=True)


_TEMPLATES: dict[int, bytes] = {}


def _template(base: Path) -> Path:
    """Give an empty database; its tables are made once in each process."""
    path = base / "template.sqlite"
    if os.getpid() in _TEMPLATES:
        path.write_bytes(_TEMPLATES[os.getpid()])
    else:
        _TEMPLATES[os.getpid()] = template(path).read_bytes()
    return path


def play_all(seeds: Sequence[int], jobs: int) -> Iterator[Played]:
    """Play seeds, as they end."""
    return spread(one, seeds, jobs)


def spread(play: Callable[[int], T], seeds: Sequence[int], jobs: int) -> Iterator[T]:
    """Play seeds in so many processes, as they end."""
    if jobs == 1:
        yield from map(play, seeds)
        return
    with get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap_unordered(play, seeds, chunksize=1)


def hunt(name: str, seeds: Sequence[int], jobs: int) -> int | None:
    """Plant a bug and give a seed in which a storm finds it and the sound hub passes, None if there is none.

    Seeds that found it before are tried first; they have to find it again.
    """
    spawn = get_context("spawn")
    order = dict.fromkeys((*MUTANTS[name].seeds, *seeds))
    with spawn.Pool(jobs, initializer=_planted, initargs=(name,)) as wrong, spawn.Pool(1) as sound:
        for played in wrong.imap(one, order, chunksize=1):
            seed = played.outcome.seed
            if not played.outcome.is_good and sound.apply(one, (seed,)).outcome.is_good:
                return seed
    return None


def _planted(name: str) -> None:
    plant(MUTANTS[name])
