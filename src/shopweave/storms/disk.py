"""The disk under the hub's database: what a power cut leaves of it."""

import shutil
from pathlib import Path

from shopweave.model.seams import Random
from shopweave.store.migrating import upgrade
from shopweave.store.sqlite import make_engine


def template(path: Path) -> Path:
    """Make an empty database of a hub once, to be copied for every storm."""
    if not path.exists():
        engine = make_engine(path)
        upgrade(engine)
        engine.dispose()
    return path


def new_disk(folder: Path, empty: Path) -> "Disk":
    """Put a copy of an empty database into a folder, as a hub's own."""
    return Disk(Path(shutil.copyfile(empty, folder / "hub.sqlite")))


class Disk:
    """The file of a hub: notes after each commit how long its log was, and whether it was flushed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._images = 0
        self._commits: list[tuple[int, float]] = []
        self.opened(0.0)

    @property
    def _log(self) -> Path:
        return Path(f"{self.path}-wal")

    def opened(self, now: float) -> None:
        """Begin anew: what is in the file now is safe."""
        self._commits = [(self._log.stat().st_size if self._log.exists() else 0, now)]

    def committed(self, now: float, *, is_safe: bool) -> None:
        """Note a commit; a flushed one makes all before it safe."""
        if is_safe:
            self._commits.clear()
        self._commits.append((self._log.stat().st_size, now))

    def cut_power(self, random: Random) -> float:
        """Leave the file as some moment since the last flush; gives it. The log must still be open."""
        size, moment = random.choice(self._commits)
        self._images += 1
        image = self.path.with_name(f"hub-{self._images}.sqlite")
        shutil.copyfile(self.path, image)
        if size:
            Path(f"{image}-wal").write_bytes(self._log.read_bytes()[:size])
        self.path = image
        return moment
