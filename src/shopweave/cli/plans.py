"""Plans for people at a terminal: what waits, and every value that would change."""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from msgspec import to_builtins

from shopweave.cli.console import print_json, tell
from shopweave.cli.opening import opened
from shopweave.cli.running import DONE
from shopweave.hub.context import Hub
from shopweave.hub.looking import ChangeView, PlanPage, plan_page
from shopweave.hub.overview import PlanView, held_plans
from shopweave.web.rendering import as_value

SHOWN = 20
WIDTH = 100


async def list_plans(folder: Path, *, as_json: bool) -> int:
    """List held plans."""
    async with opened(folder, works=False) as hub:
        held = await held_plans(hub)
    if as_json:
        print_json({"plans": to_builtins(held)})
        return DONE
    for plan in held:
        tell(_line(plan))
    tell("'shopweave plans NUMBER' shows every value." if held else "Nothing waits for you.")
    return DONE


def _line(plan: PlanView) -> str:
    made = f"made {plan.made:%Y-%m-%d %H:%M} by {plan.made_by}"
    return f"{plan.number}: {plan.flow}, {plan.held} changes, {made}: {'; '.join(plan.reasons)}"


async def show_plan(folder: Path, number: int, *, as_json: bool) -> int:
    """Show every value of a plan, as it was and as it becomes."""
    async with opened(folder, works=False) as hub:
        first, changes = await _whole(hub, number)
    if as_json:
        body = {"plan": first.plan, "states": first.states, "changes": changes}
        print_json(to_builtins(body))
        return DONE
    tell(_line(first.plan))
    for line in _lines(changes):
        tell(line)
    return DONE


async def tell_plan(hub: Hub, number: int) -> None:
    """Tell of a plan, with its first changes."""
    page = await plan_page(hub, number)
    tell(_line(page.plan))
    keys = list(dict.fromkeys(one.change for one in page.changes))
    for line in _lines(one for one in page.changes if one.change in keys[:SHOWN]):
        tell(line)
    left = page.plan.changes - SHOWN
    if left > 0:
        tell(f"  … and {left} more changes: shopweave plans {number}")
    tell(f"Plan {number} waits for you: shopweave approve {number}")


async def _whole(hub: Hub, number: int) -> tuple[PlanPage, list[ChangeView]]:
    page = first = await plan_page(hub, number)
    found = list(page.changes)
    while page.more is not None:
        page = await plan_page(hub, number, page.more)
        found += page.changes
    return first, found


def _lines(changes: Iterable[ChangeView]) -> Iterable[str]:
    for _, values in groupby(changes, lambda one: one.change):
        rows = list(values)
        yield f"  {rows[0].label}: {rows[0].op}" + (f", {rows[0].state}" if rows[0].state != "held" else "")
        yield from (f"    {one.atom}: {_short(one.before)} → {_short(one.after)}" for one in rows)


def _short(value: object) -> str:
    text = " ".join(as_value(value).split())
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"
