"""The commands about stock: list, release, explain."""

from pathlib import Path

from msgspec import to_builtins

from shopweave.cli.console import print_json, tell
from shopweave.cli.opening import opened, opened_in_turn
from shopweave.cli.planning import WHO
from shopweave.cli.running import DONE, HELD, PARTLY
from shopweave.hub import runs, stock
from shopweave.hub.stock import WHY, Master, Moved, Shown

STAGES = {
    "open": "not booked yet",
    "sent": "being booked",
    "in doubt": "perhaps booked: it is looked up",
    "acknowledged": "booked, and in no reading yet",
    "absorbed": "in the number",
    "void": "void",
}


async def list_stock(folder: Path, *, as_json: bool) -> int:
    """List what waits."""
    async with opened(folder, works=False) as hub:
        found = await stock.waiting(hub)
    if as_json:
        print_json(to_builtins(found))
        return HELD if found.held else DONE
    for flow, counts in found.waiting.items():
        for why, count in counts.items():
            tell(f"{flow}: {count} levels not written: {WHY.get(why, why)}")
    for one in found.held:
        tell(f"{one.master}: {one.name} shows {one.read} there; {one.kept} counts until you release it")
    if not found.waiting and not found.held:
        tell("Nothing waits.")
    return HELD if found.held else DONE


async def release_stock(folder: Path, name: str, skus: list[str], *, as_json: bool) -> int:
    """Let first levels go, or believe held ones, and send what follows."""
    async with opened_in_turn(folder) as hub:
        await hub.start()
        count = await stock.release(hub, name, WHO, tuple(skus))
        calm = await runs.settled(hub)
    if as_json:
        print_json({"name": name, "levels": count, "sent": calm})
    else:
        tell(f"Released {count} levels of {name}.")
    return DONE if calm else PARTLY


async def explain(folder: Path, sku: str, *, as_json: bool) -> int:
    """Tell where every unit of a SKU is."""
    async with opened(folder, works=False) as hub:
        found = await stock.explain_stock(hub, sku)
    if as_json:
        print_json(to_builtins(found))
        return DONE
    for master in found.masters:
        _tell_master(master)
    for one in found.channels:
        _tell_channel(one)
    if not found.channels:
        tell("No channel shows it.")
    return DONE


def _tell_master(one: Master) -> None:
    read = f", read {one.read_at:%Y-%m-%d %H:%M:%S} by request {one.request}" if one.read_at else ""
    pack = f" × {one.factor:f}" if one.factor != 1 else ""
    places = ", ".join(f"{place}: {held}" for place, held in one.places)
    where = f" ({places})" if places else ""
    tell(f"{one.name}: {one.on_hand}{pack} on hand{where}{read}")
    if one.held:
        tell(f"    it shows {one.read}, which is held ({one.held})")
    if one.unclear:
        tell(f"    it showed {one.unclear} later: with or without what is in doubt; what leaves less counts")
    for move in one.moved:
        tell(f"    {_movement(move)}")
    if one.settled:
        tell("    settled last:")
    for move in one.settled:
        tell(f"        {_movement(move)} {move.since:%Y-%m-%d %H:%M:%S}")


def _movement(move: Moved) -> str:
    stage = STAGES.get(move.stage, move.stage)
    if move.until is not None:
        stage = f"shown by the level; counts as booked from {move.until:%Y-%m-%d %H:%M} on"
    elif not move.counts and move.stage == "in doubt":
        stage = f"{stage} (not counted until then)"
    place = f" from {move.warehouse}" if move.warehouse else ""
    return f"{move.quantity:+f} {move.order}{place}, {stage}, {move.reference}"


def _tell_channel(one: Shown) -> None:
    where = f" in {', '.join(one.warehouses)}" if one.warehouses else ""
    sums = f"{one.on_hand} on hand{where} {one.moved:+f} not booked"
    kept = f" − {one.buffer:f} held back" if one.buffer else ""
    packs = f", in packs of {one.factor:f}" if one.factor != 1 else ""
    tell(f"{one.channel}: {sums}{kept}{packs} = {one.wanted}")
    read = f", read {one.read_at:%Y-%m-%d %H:%M:%S}" if one.read_at else ""
    at = f" {one.written_at:%Y-%m-%d %H:%M:%S}" if one.written_at else ""
    drift = f", changed there by others {one.drifted} times" if one.drifted else ""
    tell(f"    expected {one.expected}{read}; last written {one.written}{at}{drift}; {one.why}")
