"""Reading `shopweave.toml`."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shopweave.hub.settings.connections import read_connections
from shopweave.hub.settings.flows import read_flows
from shopweave.hub.settings.plain import read_table
from shopweave.hub.settings.problems import Lines, Problem, SettingsError, nearest
from shopweave.model.errors import Configuration
from shopweave.model.settings import HubSettings, IcecatToolSettings, WebSettings

NAME = "shopweave.toml"
SECTIONS = ("hub", "connections", "flows", "web", "icecat_tool")
_HUB = {"database": str, "time_zone": str, "log_days": int, "allow_private_addresses": bool}


def load(folder: Path) -> HubSettings:
    """Read the settings of a hub's folder; raises `SettingsError` with all problems at once."""
    path = folder / NAME
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise Configuration(
            f"There is no {NAME} in {folder}.",
            code="CFG-101",
            remedy="Run 'shopweave init' there, or give --dir.",
        ) from None
    return read(text, str(path), os.environ)


def read(text: str, file: str, environment: Mapping[str, str]) -> HubSettings:
    """Read settings from a text; secrets by reference are looked up in `environment` and files beside `file`."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            (Problem(file=file, line=_line(error), key="", what=f"this is not TOML: {error}."),)
        ) from None
    lines = Lines(file, text)
    problems = [
        lines.problem(name, "", f"there is no section '{name}'.", nearest(name, SECTIONS))
        for name in raw
        if name not in SECTIONS
    ]
    hub = read_table(raw.get("hub", {}), "hub", _HUB, lines, problems)
    web = read_table(raw.get("web", {}), "web", {"host": str, "port": int}, lines, problems)
    tool = read_table(
        raw.get("icecat_tool", {}), "icecat_tool", {"env_file": str, "log_dir": str}, lines, problems
    )
    connections, warnings = read_connections(
        raw.get("connections", {}), lines, problems, environment, Path(file).parent
    )
    flows = read_flows(raw.get("flows", {}), {one.name: one.type for one in connections}, lines, problems)
    if problems:
        raise SettingsError(tuple(problems))
    return HubSettings(
        **hub,
        connections=connections,
        flows=flows,
        web=WebSettings(**web),
        icecat_tool=IcecatToolSettings(**tool),
        warnings=tuple(warnings),
    )


def _line(error: tomllib.TOMLDecodeError) -> int:
    found: Any = [part for part in str(error).replace(",", " ").split() if part.isdigit()]
    return int(found[0]) if found else 0
