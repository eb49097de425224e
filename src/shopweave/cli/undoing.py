"""The commands that set back: undo, pins, unpin."""

from pathlib import Path

from msgspec import to_builtins

from shopweave.cli.console import is_wanted, print_json, tell
from shopweave.cli.opening import opened, opened_in_turn
from shopweave.cli.planning import WHO
from shopweave.cli.running import DONE, HELD, PARTLY
from shopweave.hub import plans, runs, undo
from shopweave.hub.undo import UndoPlan
from shopweave.model.change import ChangeState

_FAILED = (ChangeState.REFUSED.value, ChangeState.DROPPED.value)


async def undo_run(folder: Path, run: int, *, also_moved: bool, yes: bool, as_json: bool) -> int:
    """Plan the undo of a run, show it, ask, and send it."""
    async with opened_in_turn(folder) as hub:
        made = await undo.plan_undo(hub, run, WHO, also_moved=also_moved)
        if not as_json:
            _show(made)
        sent: dict[str, int] = {}
        goes = bool(made.plan) and (yes or is_wanted("Set these back?", as_json=as_json))
        calm = True
        if goes:
            await hub.start()
            await plans.approve(hub, made.plan, None, WHO)
            calm = await runs.settled(hub)
            sent = await undo.fate(hub, made.plan)
    failed = sum(sent.get(state, 0) for state in _FAILED)
    if as_json:
        print_json({**to_builtins(made), "sent": sent})
    elif goes:
        tell(f"Set back: {sent.get(ChangeState.DONE.value, 0)} records; {failed} could not be.")
    elif made.plan:
        tell(f"Nothing was sent. Plan {made.plan} waits: shopweave approve {made.plan}")
    if made.plan and not goes:
        return HELD
    return DONE if calm and not failed else PARTLY


def _show(made: UndoPlan) -> None:
    for line in made.lines:
        tell(f"{line.label} {line.atom}: {line.now} → {line.back}")
    if len(made.lines) < made.values:
        tell(f"… and {made.values - len(made.lines)} more")
    tell(f"Undo of run {made.run} ({made.flow}): {made.values} values of {made.records} records go back.")
    for why, count in made.left.items():
        tell(f"Left: {count}, {why}.")


async def list_pins(folder: Path, *, as_json: bool) -> int:
    """List pinned values."""
    async with opened(folder, works=False) as hub:
        found = await undo.pins(hub)
    if as_json:
        print_json({"pins": to_builtins(found)})
        return DONE
    for pin in found:
        tell(f"{pin.flow} {pin.sku} {pin.atom}: run {pin.run} undone by {pin.who}")
    if not found:
        tell("Nothing is pinned.")
    return DONE


async def unpin_atom(folder: Path, flow: str, sku: str, atom: str, *, as_json: bool) -> int:
    """Unpin a value and send what follows from it."""
    async with opened_in_turn(folder) as hub:
        await hub.start()
        await undo.unpin(hub, flow, sku, atom, WHO)
        calm = await runs.settled(hub)
    if as_json:
        print_json({"flow": flow, "sku": sku, "atom": atom, "sent": calm})
    else:
        tell(f"{flow} writes {atom} of {sku} again.")
    return DONE if calm else PARTLY
