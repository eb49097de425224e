"""The commands that keep a hub: back up, restore, and go on by the clock."""

from asyncio import FIRST_COMPLETED, Event, create_task, gather, get_running_loop, wait
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from signal import SIGINT, SIGTERM

from shopweave.cli.console import print_json, tell, warn
from shopweave.cli.opening import opened, settings_of
from shopweave.cli.running import DONE, PARTLY
from shopweave.hub.backup import back_up, restore
from shopweave.hub.context import Hub
from shopweave.hub.schedules import scheduled, set_schedules
from shopweave.hub.standing import lost_right
from shopweave.model.errors import Configuration
from shopweave.runtime.clock import SystemClock
from shopweave.runtime.folder import FolderLock


async def write_backup(folder: Path, target: Path | None, *, as_json: bool) -> int:
    """Copy the hub's database."""
    path, size = back_up(folder, settings_of(folder), target, SystemClock())
    if as_json:
        print_json({"backup": str(path), "bytes": size})
    else:
        tell(f"Wrote {path} ({size:,} bytes). The key file is not in it; keep it apart.")
    return DONE


async def put_back(folder: Path, backup: Path, *, confirmed: bool, as_json: bool) -> int:
    """Put a backup in place of the hub's database."""
    if not confirmed:
        text = "This puts the hub back to the day of the backup."
        raise Configuration(text, code="BAK-006", remedy="Add --yes; the present database is kept beside it.")
    lock = FolderLock(folder)
    lock.take()
    try:
        doubtful = restore(folder, settings_of(folder), backup, SystemClock())
    finally:
        lock.release()
    if as_json:
        print_json({"restored": str(backup), "in_doubt": doubtful})
    else:
        tell(f"Restored. {doubtful} changes that were under way are looked up before anything is sent.")
    return DONE


async def go_on(folder: Path, *, beside: bool) -> int:
    """Run flows by their schedules until somebody stops it; `beside` others, where the database allows it."""
    if beside and not settings_of(folder).database:
        text = "Several workers need a database server; this hub is on a file."
        raise Configuration(text, code="CFG-130", remedy="Use 'shopweave work', or set [hub] database.")
    async with opened(folder, works=True, steady=True) as hub, stopping() as stop:
        await set_schedules(hub)
        await hub.start()
        names = scheduled(hub)
        tell(f"Working by the clock: {', '.join(names) or 'no flow has a schedule'}. Ctrl-C ends it.")
        return await until_stopped(hub, stop)


async def until_stopped(hub: Hub, stop: Event) -> int:
    """Wait until somebody stops the process, or the database server takes its right to work away."""
    told, lost = create_task(stop.wait()), create_task(lost_right(hub))
    try:
        await wait([told, lost], return_when=FIRST_COMPLETED)
    finally:
        told.cancel()
        lost.cancel()
        await gather(told, lost, return_exceptions=True)
    if not stop.is_set():
        lost.result()
        warn("The database server no longer knows that this process works (STORE-025). It ends.")
        return PARTLY
    tell("Stopping; what is under way goes on with the next start.")
    return DONE


@asynccontextmanager
async def stopping() -> AsyncIterator[Event]:
    """Give what is set when somebody wants this process to end: Ctrl-C, or a service that stops it."""
    stop, loop = Event(), get_running_loop()
    for sign in (SIGINT, SIGTERM):
        loop.add_signal_handler(sign, stop.set)
    try:
        yield stop
    finally:
        for sign in (SIGINT, SIGTERM):
            loop.remove_signal_handler(sign)
