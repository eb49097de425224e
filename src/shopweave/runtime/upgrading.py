"""Bringing the database of a hub to the form this program knows, before it is opened."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from shopweave.model.seams import Clock
from shopweave.runtime.folder import FolderBusy, FolderLock
from shopweave.store.backup import back_up
from shopweave.store.base import Database
from shopweave.store.migrating import (
    STEPS,
    OlderWorks,
    Stand,
    Step,
    StepFailed,
    is_current,
    known_steps,
    read_stand,
    upgrade,
)
from shopweave.store.opening import explaining, explaining_file
from shopweave.store.postgres import make_postgres
from shopweave.store.sqlite import make_engine

DATABASE = "hub.sqlite"
COPY = f"{DATABASE}.before-steps"
PATIENCE = 5.0
LOOK = 0.1


class Upgrade(Struct, frozen=True, kw_only=True):
    """Steps that were done: the number before, empty for a new database, and the copy from before."""

    before: str
    steps: tuple[Step, ...]
    backup: Path | None = None

    def __str__(self) -> str:
        kept = f" The copy from before is {self.backup}." if self.backup else ""
        begun = f" from step {self.before}" if self.before else ""
        return f"The hub's database went{begun} to step {self.steps[-1].number}.{kept}"


def waiting(folder: Path, url: str, steps: Path = STEPS) -> Stand:
    """Say where a hub's database stands; one that is not there yet is not made."""
    if not url and not (folder / DATABASE).exists():
        return Stand(number="", waiting=known_steps(steps))
    with _engine(folder, url, read_only=True) as engine:
        return read_stand(engine, steps)


def bring_up(folder: Path, url: str, clock: Clock, *, held: bool, steps: Path = STEPS) -> Upgrade | None:
    """Do the steps that wait, None when none did; a file is copied first.

    A file may be changed by who has its folder: `held` says that the caller has, else it is taken meanwhile.
    """
    with _engine(folder, url, read_only=True) as engine:
        if is_current(engine, steps):
            return None
    if url:
        with _engine(folder, url) as engine:
            return _told(upgrade(engine, folder=steps), None)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return _upgrade_file(folder, clock, steps, held=held)
        except FolderBusy as busy:
            if time.monotonic() > deadline:
                raise OlderWorks(f"{OlderWorks().what} {busy.what}", remedy=busy.remedy) from busy
        time.sleep(LOOK)


def _upgrade_file(folder: Path, clock: Clock, steps: Path, *, held: bool) -> Upgrade | None:
    lock, copy = FolderLock(folder), folder / COPY

    def keep(number: str) -> None:
        if not held:
            lock.take()
        _settle(copy, number)
        back_up(folder / DATABASE, copy)

    try:
        with _engine(folder, "") as engine:
            stand = upgrade(engine, keep, steps)
        made = stand.waiting and stand.number
        return _told(stand, _name(copy, stand.number, clock.now()) if made else None)
    except StepFailed:
        copy.unlink(missing_ok=True)
        raise
    finally:
        lock.release()


def _settle(copy: Path, number: str) -> None:
    """Name a copy whose maker was killed after its steps; one whose steps were never done is made anew."""
    if not copy.exists():
        return
    engine = make_engine(copy, read_only=True)
    left = read_stand(engine).number
    engine.dispose()
    if left == number:
        copy.unlink()
    else:
        _name(copy, left, datetime.fromtimestamp(copy.stat().st_mtime, UTC))


def _name(copy: Path, number: str, moment: datetime) -> Path:
    return copy.rename(copy.with_name(f"{DATABASE}.step-{number}-{moment.strftime('%Y-%m-%d_%H-%M-%S')}"))


def _told(stand: Stand, backup: Path | None) -> Upgrade | None:
    return Upgrade(before=stand.number, steps=stand.waiting, backup=backup) if stand.waiting else None


@contextmanager
def _engine(folder: Path, url: str, *, read_only: bool = False) -> Iterator[Database]:
    with explaining() if url else explaining_file():
        engine = make_postgres(url) if url else make_engine(folder / DATABASE, read_only=read_only)
        try:
            yield engine
        finally:
            engine.dispose()
