"""The commands about links: list, show, link, unlink, not the same."""

from pathlib import Path

from msgspec import to_builtins

from shopweave.cli.console import is_wanted, print_json, tell
from shopweave.cli.opening import opened, opened_in_turn
from shopweave.cli.planning import WHO
from shopweave.cli.running import DONE, HELD, PARTLY
from shopweave.hub import linking, pairs, runs
from shopweave.hub.linking import Linked
from shopweave.hub.pairs import Candidate, ItemLinks, LinkView, Side, Waiting, WaitingPage

WHY = {
    "alone": "no item has its SKU or EAN",
    "several": "it fits several, or several fit it",
    "form": "only one side has variations",
    "taken": "its item is linked to another there",
    "apart": "a person said it is not its item",
    "soon": "it fits one item: the next run links it",
}


async def list_links(folder: Path, connection: str, show: str, *, as_json: bool) -> int:
    """List what is linked to nothing."""
    async with opened(folder, works=False) as hub:
        names = [connection] if connection else pairs.linkable(hub)
        found = [await pairs.list_waiting(hub, name, show) for name in names]
    if as_json:
        print_json({"connections": to_builtins(found)})
    else:
        for page in found:
            _tell_page(page)
    return HELD if any(page.counts["doubtful"] for page in found) else DONE


def _tell_page(page: WaitingPage) -> None:
    counts = page.counts
    tell(
        f"{page.connection}: {counts['doubtful']} fit an item and wait,"
        f" {counts['unlinked']} are linked to nothing"
    )
    for one in page.lines:
        _tell_waiting(one)
    if page.more is not None:
        tell("    … and more; the page of links and --json show the rest step by step")


def _tell_waiting(one: Waiting) -> None:
    tell(f"    {_side(one.record)}: {WHY.get(one.why, one.why)}")
    for other in one.candidates:
        tell(f"        {_candidate(other)}")


def _candidate(one: Candidate) -> str:
    equal = f"; same {', '.join(one.equal)}" if one.equal else ""
    taken = f"; linked to {one.taken} there" if one.taken else ""
    apart = "; not the same, as a person said" if one.apart else ""
    return f"item:{one.item} {_side(one.side)}{equal}{taken}{apart}"


def _side(one: Side) -> str:
    parts = (one.sku and f"SKU {one.sku}", one.gtin and f"EAN {one.gtin}", one.name, one.price)
    return f"{one.connection} {one.remote_id} ({', '.join(part for part in parts if part)})"


async def show_links(folder: Path, sku: str, *, as_json: bool) -> int:
    """Show all links of an item."""
    async with opened(folder, works=False) as hub:
        found = await pairs.item_links(hub, sku)
    if as_json:
        print_json(to_builtins(found))
    else:
        _tell_links(found)
    return DONE


def _tell_links(found: ItemLinks) -> None:
    tell(f"{found.sku} (item:{found.item})")
    for one in found.links:
        tell(f"    {_link(one)}")
    for apart in found.apart:
        tell(f"    not {_side(apart.record)}: {apart.why} {apart.since:%Y-%m-%d %H:%M:%S} by {apart.who}")


def _link(one: LinkView) -> str:
    until = f" until {one.until:%Y-%m-%d %H:%M:%S}" if one.until else ""
    pack = f", {one.factor:f} in one" if one.factor != 1 else ""
    return f"{_side(one.record)} since {one.since:%Y-%m-%d %H:%M:%S}{until}, by {one.how}{pack}"


async def link_by_hand(
    folder: Path, sku: str, connection: str, remote_id: str, factor: str, *, as_json: bool
) -> int:
    """Link, and send what follows from it."""
    units = linking.as_factor(factor)
    async with opened_in_turn(folder) as hub:
        await hub.start()
        done = await linking.link(hub, sku, connection, remote_id, WHO, units)
        calm = await runs.settled(hub)
    text = f"{sku} is {connection} {done.remote_id}" if done.changed else "It is linked so already"
    return _told(done, f"{text}.", calm=calm, as_json=as_json)


async def unlink_by_hand(folder: Path, sku: str, connection: str, *, yes: bool, as_json: bool) -> int:
    """End a link, after asking."""
    question = f"Write nothing of {sku} to {connection} any more, and show no stock of it there?"
    if not yes and not is_wanted(question, as_json=as_json):
        return _undone(as_json=as_json)
    async with opened_in_turn(folder) as hub:
        await hub.start()
        done = await linking.unlink(hub, sku, connection, WHO)
        calm = await runs.settled(hub)
    text = f"{sku} is linked to {connection} {done.remote_id} no more ({done.links} links ended)."
    return _told(done, text, calm=calm, as_json=as_json)


async def set_apart(
    folder: Path, sku: str, connection: str, remote_id: str, *, yes: bool, as_json: bool
) -> int:
    """Say that two are not the same, after asking: a link that they have ends."""
    question = f"Never link {sku} to {connection} {remote_id}, and end the link if there is one?"
    if not yes and not is_wanted(question, as_json=as_json):
        return _undone(as_json=as_json)
    async with opened_in_turn(folder) as hub:
        await hub.start()
        done = await linking.not_same(hub, sku, connection, remote_id, WHO)
        calm = await runs.settled(hub)
    return _told(done, f"{sku} is not {connection} {done.remote_id}.", calm=calm, as_json=as_json)


def _undone(*, as_json: bool) -> int:
    if as_json:
        print_json({"changed": False})
    else:
        tell("Nothing was changed; --yes does it.")
    return HELD


def _told(done: Linked, text: str, *, calm: bool, as_json: bool) -> int:
    if as_json:
        print_json({**to_builtins(done), "sent": calm})
    else:
        tell(text)
    return DONE if calm else PARTLY
