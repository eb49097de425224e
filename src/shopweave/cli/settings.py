"""The commands around the settings: init, check, connections, flows."""

import os
from pathlib import Path

from msgspec import to_builtins

from shopweave.cli.console import print_json, tell
from shopweave.cli.opening import opened, settings_of
from shopweave.cli.running import DONE, REFUSED
from shopweave.hub import checking
from shopweave.hub.checking import Checked
from shopweave.hub.settings import NAME
from shopweave.hub.settings.templates import INIT
from shopweave.model.errors import Configuration
from shopweave.model.settings import FlowSettings, OrderFlowSettings

_MODE = 0o600


async def write_template(folder: Path) -> int:
    """Write a settings file where there is none."""
    path = folder / NAME
    _write_new(path, INIT)
    tell(f"Wrote {path}. Fill it in, then run 'shopweave check'.")
    return DONE


def _write_new(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    except FileExistsError:
        raise Configuration(
            f"{path} is there already.", code="CFG-102", remedy="Nothing was changed."
        ) from None
    with os.fdopen(file, "w", encoding="utf-8") as stream:
        stream.write(text)


async def check_connections(folder: Path, *, as_json: bool) -> int:
    """Check all connections."""
    async with opened(folder, works=False) as hub:
        found = await checking.check_all(hub)
    works = all(one.works for one in found)
    if as_json:
        print_json({"connections": to_builtins(found), "works": works})
    else:
        _tell_checked(found)
    return DONE if works else REFUSED


def _tell_checked(found: list[Checked]) -> None:
    for one in found:
        for line in one.lines:
            sign = "ok" if line.ok else "!!" if line.blocks else "--"
            code = f" ({line.code})" if line.code else ""
            tell(f"{sign} {one.connection}: {line.what} {line.remedy}".rstrip() + code)


async def list_connections(folder: Path, *, as_json: bool) -> int:
    """List connections."""
    settings = settings_of(folder)
    rows = [{"name": one.name, "type": one.type, "mode": one.mode} for one in settings.connections]
    if as_json:
        print_json({"connections": rows})
        return DONE
    for row in rows:
        tell(f"{row['name']}: {row['type']}{', for tests' if row['mode'] == 'test' else ''}")
    if not rows:
        tell(f"No connection stands in {folder / NAME}.")
    return DONE


async def list_flows(folder: Path, *, as_json: bool) -> int:
    """List flows."""
    settings = settings_of(folder)
    if as_json:
        print_json({"flows": to_builtins(settings.flows), "order_flows": to_builtins(settings.order_flows)})
        return DONE
    for flow in settings.flows:
        tell(_flow_line(flow))
    for orders in settings.order_flows:
        tell(_order_line(orders))
    if not settings.flow_names:
        tell(f"No flow stands in {folder / NAME}.")
    return DONE


def _flow_line(flow: FlowSettings) -> str:
    owns = f" owns {', '.join(flow.own)}" if flow.own else ""
    fills = f" fills {', '.join(flow.fill)}" if flow.fill else ""
    when = f"at {flow.schedule} {flow.zone}" if flow.schedule else "only when asked"
    return f"{flow.name}: {flow.source} → {flow.target};{owns}{';' if owns and fills else ''}{fills}; {when}"


def _order_line(flow: OrderFlowSettings) -> str:
    which = f"orders that are {', '.join(flow.statuses)}" if flow.statuses else "orders that take stock"
    told = f"; tells {', '.join(flow.tell)}" if flow.tell else ""
    return f"{flow.name}: {flow.source} → {flow.target}; {which}{told}; at {flow.schedule} {flow.zone}"
