"""Opening the hub of a folder for a command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from shopweave.cli.console import warn
from shopweave.hub.context import Hub
from shopweave.hub.settings import load
from shopweave.model.settings import HubSettings
from shopweave.runtime.clock import SystemClock
from shopweave.runtime.logs import open_logs
from shopweave.runtime.opening import open_hub
from shopweave.runtime.secrets import MASK


def settings_of(folder: Path) -> HubSettings:
    """Read the settings of a folder, say what is doubtful in them, and hide their secrets from now on."""
    settings = load(folder)
    MASK.add(settings.secrets)
    for warning in settings.warnings:
        warn(warning)
    return settings


@asynccontextmanager
async def opened(folder: Path, *, works: bool) -> AsyncIterator[Hub]:
    """Open the hub of a folder and close it in the end; one that only looks leaves the folder to others."""
    settings = settings_of(folder)
    logs = open_logs(folder, SystemClock(), days=settings.log_days)
    hub = (await open_hub(folder, settings, works=works)).hub
    try:
        yield hub
    finally:
        await hub.stop()
        logs.close()
