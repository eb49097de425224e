"""One round of the demo: start the world, run all flows, approve what is held, until nothing waits."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct, to_builtins

from shopweave.demo.dump import dump
from shopweave.demo.trade import trade
from shopweave.demo.world import World
from shopweave.hub import plans, runs, stock, tallies
from shopweave.hub.runs import FindingReport, RunReport
from shopweave.hub.settings import load
from shopweave.hub.tallies import Tally
from shopweave.runtime.clock import SystemClock, SystemIds
from shopweave.runtime.folder import FolderLock
from shopweave.runtime.opening import Opened, open_hub

ROUNDS = 8


class Traffic(Struct, frozen=True, kw_only=True):
    """How often a simulated system was read and written during this call."""

    reads: int = 0
    writes: int = 0


class DemoReport(Struct, frozen=True, kw_only=True):
    """What one round did."""

    converged: bool
    items: int
    approved: int
    runs: list[RunReport]
    remote: dict[str, Traffic]
    findings: list[FindingReport]
    orders: Tally = Tally()

    def as_json(self) -> dict[str, Any]:
        """Give plain values."""
        found: dict[str, Any] = to_builtins(self)
        return found


async def once(
    folder: Path,
    *,
    items: int,
    simple: bool,
    real_pace: bool,
    seed: int,
    out: Path | None,
    orders: int = 0,
    say: Callable[[str], None],
) -> DemoReport:
    """Carry out one round in a folder."""
    lock = FolderLock(folder)
    lock.take()
    world = World(folder, SystemClock(), SystemIds())
    try:
        say("starting the simulated shop, till and Icecat")
        await world.start(items, simple=simple, real_pace=real_pace, seed=seed, trade=orders > 0)
        opened = await open_hub(folder, load(folder), lock=False)
        if opened.upgrade is not None and opened.upgrade.before:
            say(str(opened.upgrade))
        try:
            report = await work(opened, world, say, orders=orders)
        finally:
            await opened.hub.stop()
        if out is not None:
            dump(out, world.till_path, world.shop, world.icecat)
    finally:
        await world.stop()
        lock.release()
    return report


async def work(opened: Opened, world: World, say: Callable[[str], None], *, orders: int = 0) -> DemoReport:
    """Run all flows, approve what is held, until nothing waits; then sell, and bring that home too."""
    hub = opened.hub
    before, newest = await runs.newest_run(hub), await tallies.newest_order(hub)
    await hub.start()
    approved, calm = 0, True
    for flow in list(hub.house.flows.values()):
        say(f"running {flow.row.name}")
        await runs.finished(hub, await runs.start(hub, flow.row.name, "demo"))
        calm = await runs.settled(hub)
        for _ in range(ROUNDS):
            held = await plans.held(hub)
            if not held or not calm:
                break
            for plan in held:
                count = await plans.approve(hub, plan.id, None, "demo")
                approved += count
                say(f"approved {count} changes of plan {plan.id}")
            calm = await runs.settled(hub)
    if orders:
        calm = await trade(hub, world, orders, say) and calm
    numbers = await runs.runs_since(hub, before)
    left = await plans.held(hub) or await stock.first_held(hub)
    return DemoReport(
        converged=calm and not left,
        items=len(world.goods.products),
        approved=approved,
        runs=await runs.reports(hub, numbers),
        remote=_traffic(opened, world),
        findings=await runs.open_findings(hub),
        orders=await tallies.count_orders(hub, newest),
    )


def _traffic(opened: Opened, world: World) -> dict[str, Traffic]:
    till = opened.sql.get("till", [])
    return {
        "shop": Traffic(reads=world.shop.counters.reads, writes=world.shop.counters.writes),
        "till": Traffic(reads=sum(one.reads for one in till), writes=sum(one.writes for one in till)),
        "icecat": Traffic(reads=world.icecat.counters.reads, writes=world.icecat.counters.writes),
    }
