"""The demo command."""

from asyncio import FIRST_COMPLETED, create_task, gather, wait
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from shopweave.cli.console import print_json, say, tell
from shopweave.cli.keeping import stopping
from shopweave.cli.planning import exit_code
from shopweave.cli.running import DONE, PARTLY
from shopweave.demo.once import once as one_round


async def run_demo(
    folder: Path,
    *,
    once: bool,
    items: int,
    simple: bool,
    out: Path | None,
    real: bool,
    seed: int,
    orders: int,
    as_json: bool,
) -> int:
    """Run one round, or go on until stopped."""
    if not once:
        from shopweave.cli.serving import demo_pages
        from shopweave.demo.living import live

        await _until_stopped(
            live(folder, items=items, simple=simple, real_pace=real, seed=seed, say=tell, pages=demo_pages)
        )
        return DONE
    report = await one_round(
        folder, items=items, simple=simple, real_pace=real, seed=seed, out=out, orders=orders, say=say
    )
    if as_json:
        print_json(report.as_json())
    else:
        tell(f"{report.items} items, {report.approved} changes approved, converged: {report.converged}")
        for name, traffic in report.remote.items():
            tell(f"  {name}: {traffic.reads} reads, {traffic.writes} writes")
        if orders:
            count = report.orders
            tell(f"  orders: {count.read} read, {count.handed_over} handed over, {count.booked} booked")
        for finding in report.findings:
            tell(f"  {finding.what} ({finding.code})")
    return exit_code(report.runs, held=False, calm=report.converged) if report.converged else PARTLY


async def _until_stopped(demo: Coroutine[Any, Any, None]) -> None:
    """Go on until Ctrl-C or a service's stop, which both are a good end."""
    async with stopping() as stop:
        running, asked = create_task(demo), create_task(stop.wait())
        await wait({running, asked}, return_when=FIRST_COMPLETED)
        asked.cancel()
        if running.done():
            await running
            return
        running.cancel()
        await gather(running, return_exceptions=True)
        tell("The demo ended; the next start goes on from here.")
