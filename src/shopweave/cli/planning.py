"""The commands that plan and send: run, plan, runs, plans, approve, reject."""

from pathlib import Path

from msgspec import to_builtins

from shopweave.cli.console import print_json, say, tell
from shopweave.cli.opening import opened, opened_in_turn
from shopweave.cli.plans import tell_plan
from shopweave.cli.running import DONE, HELD, PARTLY
from shopweave.hub import conflicts, plans, runs, stock
from shopweave.hub.context import Hub
from shopweave.hub.runs import RunReport

WHO = "command line"


async def run_flows(folder: Path, names: list[str], cause: str, *, approve: bool, as_json: bool) -> int:
    """Run or plan flows and wait until what may be sent is sent."""
    async with opened_in_turn(folder) as hub:
        chosen = [runs.known_flow(hub, name, cause) for name in names or _all(hub, cause)]
        before = await runs.newest_run(hub)
        await hub.start()
        calm, approved = await _run_all(hub, chosen, cause, approve=approve)
        reports = await runs.reports(hub, await runs.runs_since(hub, before))
        held = await plans.held(hub)
        first = await stock.first_held(hub)
        found = await runs.open_findings(hub)
        if not as_json:
            _tell_runs(reports)
            for plan in held:
                await tell_plan(hub, plan.id)
    if as_json:
        body = {
            "converged": calm and not held and not first,
            "approved": approved,
            "runs": reports,
            "findings": found,
        }
        print_json(to_builtins(body))
    else:
        for name, count in first.items():
            tell(f"{count} first levels wait for you: shopweave stock release {name}")
    return exit_code(reports, held=bool(held or first), calm=calm)


def _all(hub: Hub, cause: str) -> tuple[str, ...]:
    """Name all flows that can run, or be planned."""
    planned = tuple(flow.row.name for flow in hub.house.flows.values())
    return planned if cause == "plan" else hub.flow_names


async def _run_all(hub: Hub, names: list[str], cause: str, *, approve: bool) -> tuple[bool, int]:
    """Run flows one after the other; say whether nothing waits, and how many changes were approved."""
    calm, approved = True, 0
    for name in names:
        say(f"{cause} {name}")
        await runs.finished(hub, await runs.start(hub, name, WHO, cause))
        calm = await runs.settled(hub)
        if approve:
            approved += await _approve_all(hub)
            calm = await runs.settled(hub)
    return calm, approved


def exit_code(reports: list[RunReport], *, held: bool, calm: bool) -> int:
    """Give the exit code of runs."""
    if any(report.failed for report in reports) or not calm:
        return PARTLY
    return HELD if held else DONE


async def _approve_all(hub: Hub) -> int:
    approved = await stock.release_first(hub, WHO)
    if approved and not await runs.settled(hub):
        return approved
    while held := await plans.held(hub):
        for plan in held:
            approved += await plans.approve(hub, plan.id, None, WHO)
        if not await runs.settled(hub):
            break
    return approved


def _tell_runs(reports: list[RunReport]) -> None:
    for one in reports:
        tell(
            f"{one.flow}: {one.read} read, {one.matched} compared, {one.changed} changed, {one.skipped} left,"
            f" {one.held} held, {one.failed} failed, {one.requests} requests, {one.seconds:.1f} s"
        )


async def list_runs(folder: Path, last: int, *, as_json: bool) -> int:
    """List what the latest runs did."""
    async with opened(folder, works=False) as hub:
        found = await runs.latest(hub, last)
    if as_json:
        rows = [{**to_builtins(one), **to_builtins(one.did)} for one in found]
        print_json({"runs": [{key: value for key, value in row.items() if key != "did"} for row in rows]})
        return DONE
    for one in found:
        tell(f"Run {one.run}, {one.cause} by {one.by}, {one.started:%Y-%m-%d %H:%M}, {one.state}")
        _tell_runs([one.did])
    if not found:
        tell("Nothing has run yet.")
    return DONE


async def decide(folder: Path, number: int, what: str, *, as_json: bool) -> int:
    """Approve or reject a plan; an approved one is sent at once."""
    async with opened_in_turn(folder) as hub:
        await hub.start()
        if what == "approve":
            count = await plans.approve(hub, number, None, WHO)
            calm = await runs.settled(hub)
        else:
            count, calm = await plans.reject(hub, number, WHO), True
    if as_json:
        print_json({"plan": number, "what": what, "changes": count, "sent": calm})
    else:
        done = "Approved" if what == "approve" else "Rejected"
        tell(f"{done} {count} changes of plan {number}.")
    return DONE if calm else PARTLY


async def resolve_conflict(folder: Path, flow: str, sku: str, atom: str, side: str, *, as_json: bool) -> int:
    """Decide a conflict and send what follows from it."""
    async with opened_in_turn(folder) as hub:
        await hub.start()
        await conflicts.decide(hub, flow, sku, atom, side, "command line")
        calm = await runs.settled(hub)
    if as_json:
        print_json({"flow": flow, "sku": sku, "atom": atom, "side": side, "sent": calm})
    else:
        tell(f"Decided: the {side} is right about {atom} of {sku}.")
    return DONE if calm else PARTLY
