"""Trying out how messages go to people."""

from pathlib import Path

from shopweave.cli.console import print_json, tell, warn
from shopweave.cli.opening import opened
from shopweave.cli.running import DONE, code_of
from shopweave.hub.notify import try_out
from shopweave.runtime.secrets import MASK


async def send_test(folder: Path, *, as_json: bool) -> int:
    """Send a test message on every way."""
    async with opened(folder, works=False) as hub:
        found = await try_out(hub)
    if as_json:
        ways = [
            {"way": way, "sent": error is None}
            if error is None
            else {
                "way": way,
                "sent": False,
                "code": error.code,
                "what": MASK(error.what),
                "remedy": MASK(error.remedy),
            }
            for way, error in found
        ]
        print_json({"ways": ways, "works": all(error is None for _, error in found)})
    for way, error in found:
        if error is not None:
            warn(MASK(f"{way}: {error}"))
        elif not as_json:
            tell(f"The test message went out by {way}.")
    return max((code_of(error) for _, error in found if error is not None), default=DONE)
