"""Opening the hub of a folder for a command."""

from asyncio import Task, create_task, gather
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from shopweave.cli.console import warn
from shopweave.hub.context import Hub
from shopweave.hub.settings import load
from shopweave.model.settings import HubSettings
from shopweave.runtime.aside import INVITING, wait_for_turn
from shopweave.runtime.clock import SystemClock
from shopweave.runtime.logs import open_logs
from shopweave.runtime.opening import Opened, open_hub
from shopweave.runtime.secrets import MASK


def settings_of(folder: Path) -> HubSettings:
    """Read the settings of a folder, say what is doubtful in them, and hide their secrets from now on."""
    settings = load(folder)
    MASK.add(settings.secrets)
    for warning in settings.warnings:
        warn(warning)
    return settings


def told(found: Opened) -> Opened:
    """Say once what an older database went through when it was opened."""
    if found.upgrade is not None and found.upgrade.before:
        warn(str(found.upgrade))
    return found


@asynccontextmanager
async def opened(folder: Path, *, works: bool, steady: bool = False) -> AsyncIterator[Hub]:
    """Open the hub of a folder and close it in the end; one that only looks leaves the folder to others."""
    settings = settings_of(folder)
    logs = open_logs(folder, SystemClock(), days=settings.log_days)
    hub = told(await open_hub(folder, settings, works=works, steady=steady)).hub
    try:
        yield hub
    finally:
        await hub.stop()
        logs.close()


@asynccontextmanager
async def opened_in_turn(folder: Path) -> AsyncIterator[Hub]:
    """Open the hub of a folder to work on it, or to hand work in to the process that works on it already."""
    settings = settings_of(folder)
    logs = open_logs(folder, SystemClock(), days=settings.log_days)
    found, waiting = await _open_in_turn(folder, settings)
    try:
        yield found.hub
    finally:
        if waiting is not None:
            waiting.cancel()
            await gather(waiting, return_exceptions=True)
        await found.hub.stop()
        logs.close()


async def _open_in_turn(folder: Path, settings: HubSettings) -> tuple[Opened, Task[None] | None]:
    try:
        return told(await open_hub(folder, settings)), None
    except INVITING as busy:
        warn(f"{busy.what} The work is handed in there.")
    found = told(await open_hub(folder, settings, works=False))
    found.hub.aside = True
    return found, create_task(wait_for_turn(found))
