"""The three Icecat commands: thin faces of the same flows."""

import os
import sys
from asyncio import create_task, wait
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from msgspec import to_builtins

from shopweave.cli.console import print_json, quiet, say, tell, warn
from shopweave.cli.opening import told
from shopweave.cli.running import DONE, HELD, PARTLY
from shopweave.hub.icecat.env import read_env
from shopweave.hub.icecat.log import ProductOutcome, outcome_words
from shopweave.hub.icecat.settings import settings_of
from shopweave.hub.icecat.tool import Progress, Tool, ToolReport
from shopweave.runtime.opening import open_hub
from shopweave.runtime.secrets import MASK

KEPT = ".shopweave-icecat"
LOOK = 0.5
WIDTH = 24


async def bulk(folder: Path, env: Path, *, only_plan: bool, as_json: bool) -> int:
    """Bring all products up to date."""
    tool = await _tool(folder, env)
    try:
        report = await _watched(tool, tool.bulk(only_plan=only_plan))
    finally:
        await tool.hub.stop()
    return _tell(report, as_json=as_json)


async def one(folder: Path, env: Path, ean: str, sku: str, *, only_plan: bool, as_json: bool) -> int:
    """Bring one product up to date."""
    tool = await _tool(folder, env)
    try:
        report = await _watched(tool, tool.one(ean, sku, only_plan=only_plan))
    finally:
        await tool.hub.stop()
    return _tell(report, as_json=as_json)


async def clean(folder: Path, env: Path, *, only_plan: bool, as_json: bool) -> int:
    """Remove all Icecat blocks."""
    tool = await _tool(folder, env)
    try:
        report = await _watched(tool, tool.clean(only_plan=only_plan))
    finally:
        await tool.hub.stop()
    return _tell(report, as_json=as_json)


async def _watched(tool: Tool, work: Coroutine[Any, Any, ToolReport]) -> ToolReport:
    """Carry a tool out, with a bar on a terminal."""
    task = create_task(work)
    try:
        while not (await wait({task}, timeout=LOOK))[0]:
            if sys.stderr.isatty():
                say(bar(await tool.progress()))
        return task.result()
    finally:
        task.cancel()
        quiet()


def bar(at: Progress) -> str:
    """Draw how far a tool is."""
    full = WIDTH * at.known // at.products if at.products else 0
    text = f"{'█' * full}{'░' * (WIDTH - full)} {at.known} of {at.products} products known"
    return f"{text}, {at.waiting} writes wait" if at.waiting else text


async def _tool(folder: Path, env: Path) -> Tool:
    known = read_env(env if env.is_absolute() else folder / env)
    for warning in known.warnings:
        warn(warning)
    settings = settings_of(known, os.environ.get("TZ") or "UTC")
    MASK.add(settings.secrets)
    return Tool(told(await open_hub(folder / KEPT, settings)).hub, known, folder)


def _tell(report: ToolReport, *, as_json: bool) -> int:
    if as_json:
        print_json(to_builtins(report))
    else:
        for product in report.products:
            tell(_line(product))
        tell(f"{report.updated} updated, {report.held} held, log: {report.log}")
    if report.failed:
        return PARTLY
    return HELD if report.held else DONE


def _line(product: ProductOutcome) -> str:
    state = f"image {product.image.value}, weight {product.weight.value}"
    return f"{product.sku} {product.gtin}: {outcome_words(product)}, {state}"
