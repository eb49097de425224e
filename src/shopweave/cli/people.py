"""The commands that look after people and their tokens."""

from pathlib import Path

from msgspec import to_builtins

from shopweave.cli.console import print_json, tell
from shopweave.cli.opening import opened
from shopweave.cli.planning import WHO
from shopweave.cli.running import DONE
from shopweave.hub import people


async def list_people(folder: Path, *, as_json: bool) -> int:
    """List people with their roles, sessions and tokens."""
    async with opened(folder, works=False) as hub:
        found = await people.everybody(hub)
    if as_json:
        print_json({"people": to_builtins(found)})
        return DONE
    for one in found:
        tell(f"{one.email} {one.role}, {one.sessions} sessions")
        for token in one.tokens:
            used = f"last used {token.seen:%Y-%m-%d %H:%M}" if token.seen else "never used"
            tell(f"    token {token.number} {token.name}: {token.role}, {used}")
    if not found:
        tell("Nobody may use the pages yet.")
    return DONE


async def change_role(folder: Path, email: str, role: str) -> int:
    """Give a person another role."""
    async with opened(folder, works=False) as hub:
        await people.change_role(hub, email, role, WHO)
    tell(f"{email} may use the pages as {role}.")
    return DONE


async def remove_person(folder: Path, email: str) -> int:
    """Remove a person."""
    async with opened(folder, works=False) as hub:
        await people.remove(hub, email, WHO)
    tell(f"{email} may no longer use the pages.")
    return DONE


async def revoke_token(folder: Path, number: int) -> int:
    """Take a token back."""
    async with opened(folder, works=False) as hub:
        await people.revoke_token(hub, number, WHO)
    tell(f"Token {number} is revoked.")
    return DONE
