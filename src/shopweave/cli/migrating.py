"""The command that brings an older database up to this program."""

from pathlib import Path

from msgspec import to_builtins

from shopweave.cli.console import print_json, tell
from shopweave.cli.opening import settings_of
from shopweave.cli.running import DONE
from shopweave.runtime.clock import SystemClock
from shopweave.runtime.upgrading import bring_up, waiting


async def migrate_database(folder: Path, *, only_plan: bool, as_json: bool) -> int:
    """Show the steps that wait for the hub's database and, unless they are only planned, do them."""
    url = settings_of(folder).database
    stand = waiting(folder, url)
    done = None if only_plan else bring_up(folder, url, SystemClock(), held=False)
    if as_json:
        kept = str(done.backup) if done is not None and done.backup else None
        print_json(
            {
                "at": stand.number,
                "waiting": to_builtins(stand.waiting),
                "done": to_builtins(done.steps if done is not None else ()),
                "backup": kept,
            }
        )
        return DONE
    for step in stand.waiting:
        tell(f"{step.number}  {step.what}")
    if not stand.waiting:
        tell(f"The hub's database is at step {stand.number}; no step waits.")
    elif done is not None:
        tell(str(done))
    return DONE
