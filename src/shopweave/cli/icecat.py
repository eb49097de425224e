"""The three Icecat commands: thin faces of the same flows."""

import os
from pathlib import Path

from msgspec import to_builtins

from shopweave.cli.console import print_json, tell, warn
from shopweave.cli.opening import told
from shopweave.cli.running import DONE, HELD, PARTLY
from shopweave.hub.icecat.env import read_env
from shopweave.hub.icecat.log import ProductOutcome, outcome_words
from shopweave.hub.icecat.settings import settings_of
from shopweave.hub.icecat.tool import Tool, ToolReport
from shopweave.runtime.opening import open_hub
from shopweave.runtime.secrets import MASK

KEPT = ".shopweave-icecat"


async def bulk(folder: Path, env: Path, *, only_plan: bool, as_json: bool) -> int:
    """Bring all products up to date."""
    tool = await _tool(folder, env)
    try:
        report = await tool.bulk(only_plan=only_plan)
    finally:
        await tool.hub.stop()
    return _tell(report, as_json=as_json)


async def one(folder: Path, env: Path, ean: str, sku: str, *, only_plan: bool, as_json: bool) -> int:
    """Bring one product up to date."""
    tool = await _tool(folder, env)
    try:
        report = await tool.one(ean, sku, only_plan=only_plan)
    finally:
        await tool.hub.stop()
    return _tell(report, as_json=as_json)


async def clean(folder: Path, env: Path, *, only_plan: bool, as_json: bool) -> int:
    """Remove all Icecat blocks."""
    tool = await _tool(folder, env)
    try:
        report = await tool.clean(only_plan=only_plan)
    finally:
        await tool.hub.stop()
    return _tell(report, as_json=as_json)


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
