"""The commands that serve the pages, and add people and tokens."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import typer

from shopweave.cli.console import tell
from shopweave.cli.keeping import stopping, until_stopped
from shopweave.cli.opening import opened
from shopweave.cli.running import DONE
from shopweave.hub import access
from shopweave.hub.context import Hub
from shopweave.hub.schedules import set_schedules
from shopweave.runtime.passwords import hash_password
from shopweave.web.serving import listen, served

DEMO_USER = "demo@shop.example"


async def serve_pages(folder: Path, host: str | None, port: int | None) -> int:
    """Work by the clock and serve the pages until somebody stops it."""
    async with opened(folder, works=True, steady=True) as hub, stopping() as stop:
        web = hub.settings.web
        at = listen(host or web.host, web.port if port is None else port)
        await set_schedules(hub)
        await hub.start()
        async with served(hub, at) as url:
            key = await access.first_key(hub)
            tell(f"The pages are at {url}. Ctrl-C ends it.")
            if key is not None:
                tell(f"Nobody may use them yet; make the administrator at {url}/first?key={key}")
            return await until_stopped(hub, stop)


async def add_user(folder: Path, email: str, role: str) -> int:
    """Add a person; the password comes from the terminal, or from the first line of the input."""
    password = _ask()
    access.check_password(password)
    async with opened(folder, works=False) as hub:
        await access.put_user(hub, email, await hash_password(password), role, "command line")
    tell(f"{email} may use the pages as {role}.")
    return DONE


def _ask() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


async def add_token(folder: Path, email: str, name: str, role: str) -> int:
    """Make a token and show it, once."""
    async with opened(folder, works=False) as hub:
        key = await access.make_token(hub, email, name, role)
    tell(key)
    return DONE


@asynccontextmanager
async def demo_pages(hub: Hub) -> AsyncIterator[str]:
    """Serve the pages of the demo to a demo user with a new password; gives what to tell."""
    web, password = hub.settings.web, hub.ids.new()[:12]
    at = listen(web.host, web.port, exact=False)
    await access.put_user(hub, DEMO_USER, await hash_password(password), "admin", "demo")
    async with served(hub, at) as url:
        yield f"Pages: {url}, sign in as {DEMO_USER} with the password {password}"
