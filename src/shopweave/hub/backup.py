"""Back up a hub and put a backup back."""

from pathlib import Path

from shopweave.model.errors import Configuration
from shopweave.model.seams import Clock
from shopweave.model.settings import HubSettings
from shopweave.store import backup as files

DATABASE = "hub.sqlite"


def back_up(folder: Path, settings: HubSettings, target: Path | None, clock: Clock) -> tuple[Path, int]:
    """Copy the hub's database, to `backups/` in its folder if no file is named; gives file and bytes."""
    _only_files(settings)
    name = clock.now().strftime("hub-%Y-%m-%d_%H-%M-%S.sqlite")
    chosen = target or folder / "backups" / name
    return chosen, files.back_up(folder / DATABASE, chosen)


def restore(folder: Path, settings: HubSettings, backup: Path, clock: Clock) -> int:
    """Put a backup in place; the caller holds the folder. Gives the changes that are in doubt since."""
    _only_files(settings)
    return files.restore(backup, folder / DATABASE, clock.now())


def _only_files(settings: HubSettings) -> None:
    if settings.database:
        remedy = "Use pg_dump and pg_restore while no hub works on it."
        raise Configuration("This hub keeps its data on a database server.", code="BAK-005", remedy=remedy)
