"""The commands that tell: explain, conflicts and findings."""

from pathlib import Path

from msgspec import to_builtins

from shopweave.cli.console import print_json, tell
from shopweave.cli.opening import opened
from shopweave.cli.running import DONE, HELD
from shopweave.hub import runs
from shopweave.hub.conflicts import conflicts
from shopweave.hub.explain import AtomStory, explain


async def explain_sku(folder: Path, sku: str, atom: str | None, *, as_json: bool) -> int:
    """Explain a SKU."""
    async with opened(folder, works=False) as hub:
        found = await explain(hub, sku, atom)
    if as_json:
        print_json(to_builtins(found))
        return DONE
    for story in found.stories:
        _tell_story(story)
    for line in found.asked:
        tell(line)
    return DONE


def _tell_story(story: AtomStory) -> None:
    tell(f"{story.atom} at {story.target}: {'; '.join(story.rules)}")
    for side in story.sides:
        tell(f"    {side.connection} {side.remote_id}: {side.value}")
    if story.pin:
        flow, until = story.pin.flow, f"until the source moves or 'shopweave unpin {story.pin.flow} …'"
        tell(f"    {flow} leaves it since run {story.pin.run} was undone by {story.pin.who}, {until}")
    for sent in story.sent:
        moment = f"{sent.at:%Y-%m-%d %H:%M:%S}"
        tell(
            f"    {moment} {sent.flow}: {sent.before} → {sent.after} [{sent.state}]"
            f" {sent.request} {sent.why}".rstrip()
        )


async def list_findings(folder: Path, *, as_json: bool) -> int:
    """List open findings."""
    async with opened(folder, works=False) as hub:
        found = await runs.open_findings(hub)
    if as_json:
        print_json({"findings": to_builtins(found)})
        return DONE
    for one in found:
        tell(f"{one.what} ({one.code})")
    if not found:
        tell("Nothing needs you.")
    return DONE


async def list_conflicts(folder: Path, *, as_json: bool) -> int:
    """List what waits for a decision."""
    async with opened(folder, works=False) as hub:
        found = await conflicts(hub)
    if as_json:
        print_json({"conflicts": to_builtins(found)})
        return HELD if found else DONE
    for one in found:
        tell(f"{one.flow} {one.sku} {one.atom}: source {one.source}, target {one.target}")
    if not found:
        tell("Nothing is in conflict.")
    return HELD if found else DONE
