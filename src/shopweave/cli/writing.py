"""The commands that stop all writing and let it go on."""

from datetime import datetime
from pathlib import Path

from msgspec import to_builtins

from shopweave.cli.console import print_json, tell
from shopweave.cli.opening import opened
from shopweave.cli.planning import WHO
from shopweave.cli.running import DONE, HELD
from shopweave.hub import writing
from shopweave.hub.writing import Writing


async def switch(folder: Path, what: str, connection: str = "", *, as_json: bool) -> int:
    """Stop, go on or only look; it works beside whoever works on the folder, for it must work at once."""
    async with opened(folder, works=False) as hub:
        if what == "stop":
            found = await writing.stop(hub, WHO, connection)
        elif what == "go-on":
            found = await writing.go_on(hub, WHO, connection)
        else:
            found = await writing.status(hub)
    if as_json:
        print_json(to_builtins(found))
    else:
        for line in told(found):
            tell(line)
    return HELD if what == "status" and (found.stopped or found.at) else DONE


def told(found: Writing) -> list[str]:
    """Say in words how the writing stands."""
    lines = [
        f"Writing to {name} is stopped since {_when(one.since)} by {one.who}."
        for name, one in found.at.items()
    ]
    lines += [f"{name}: {count} changes wait" for name, count in found.waiting.items()]
    if found.stopped and found.since is not None:
        return [f"All writing is stopped since {_when(found.since)} by {found.who}.", *lines]
    return ["The hub writes.", *lines]


def _when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
