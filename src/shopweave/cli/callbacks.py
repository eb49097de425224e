"""The commands that show where callbacks come in, and what became of them."""

from pathlib import Path

import typer
from msgspec import to_builtins

from shopweave.cli.console import print_json, tell
from shopweave.cli.opening import opened
from shopweave.cli.running import DONE
from shopweave.hub import callbacks


async def show_hooks(folder: Path, *, as_json: bool) -> int:
    """Show addresses and secrets; they are shown because somebody asks for them."""
    async with opened(folder, works=False) as hub:
        found = await callbacks.hooks(hub)
        reached = bool(hub.settings.web.base_url)
    if as_json:
        print_json({"hooks": to_builtins(found)})
        return DONE
    for one in found:
        typer.echo(f"{one.connection}: {one.url}\n  secret: {one.secret}")
    if not found:
        tell("No connection sends callbacks.")
    elif not reached:
        tell("Set base_url in [web] to the address at which this hub is reached from outside.")
    return DONE


async def count_callbacks(folder: Path, *, as_json: bool) -> int:
    """Count callbacks."""
    async with opened(folder, works=False) as hub:
        found = await callbacks.counted(hub)
    if as_json:
        print_json(to_builtins(found))
    else:
        tell(f"{found.accepted} accepted, {found.processed} looked at since, {found.waiting} waiting")
    return DONE
