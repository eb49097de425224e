"""The sections `[flows.NAME]`: who owns which atoms at which target."""

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shopweave.engine.cron import parse_cron
from shopweave.hub.settings.plain import read_table
from shopweave.hub.settings.problems import Lines, Problem, nearest
from shopweave.model.atoms import BASES, base
from shopweave.model.settings import FlowSettings, GuardLimits

KEYS: Mapping[str, type] = {
    "source": str,
    "target": str,
    "items": str,
    "own": list,
    "fill": list,
    "only_if_target_empty": list,
    "create": bool,
    "when_gone": str,
    "drift": str,
    "conflict": str,
    "schedule": str,
    "zone": str,
    "sweep_every": int,
}
GUARD: Mapping[str, type] = {
    "share": float,
    "least": int,
    "creations": int,
    "creation_share": float,
    "price_move": float,
    "deactivations": int,
    "vanish": float,
}
CHOICES = {
    "when_gone": ("deactivate", "leave"),
    "drift": ("overwrite", "keep", "ask"),
    "conflict": ("source", "target", "ask"),
}


def read_flows(
    raw: object, connections: Mapping[str, str], lines: Lines, problems: list[Problem]
) -> tuple[FlowSettings, ...]:
    """Read all flows, in the order of the file."""
    found: list[FlowSettings] = []
    for name, table in raw.items() if isinstance(raw, dict) else ():
        before = len(problems)
        values = _values(name, table, connections, lines, problems)
        if len(problems) == before:
            found.append(FlowSettings(name=name, **values))
    _one_owner(found, lines, problems)
    return tuple(found)


def _values(
    name: str, table: Any, connections: Mapping[str, str], lines: Lines, problems: list[Problem]
) -> dict[str, Any]:
    place = f"flows.{name}"
    plain = (
        {key: value for key, value in table.items() if key != "guard"} if isinstance(table, dict) else table
    )
    values = read_table(plain, place, KEYS, lines, problems)
    if isinstance(table, dict) and "guard" in table:
        values["guard"] = GuardLimits(**read_table(table["guard"], f"{place}.guard", GUARD, lines, problems))
    for key in ("source", "target", "items"):
        if key in values and values[key] not in connections:
            text = f"there is no connection '{values[key]}'."
            problems.append(lines.problem(place, key, text, nearest(values[key], connections)))
        elif key not in values and key != "items":
            problems.append(lines.problem(place, key, "this is needed.", "Name a connection."))
    for key, allowed in CHOICES.items():
        if key in values and values[key] not in allowed:
            text = f"'{values[key]}' is not allowed."
            problems.append(lines.problem(place, key, text, f"Allowed are: {', '.join(allowed)}."))
    _check_atoms(place, values, lines, problems)
    _check_times(place, values, lines, problems)
    return values


def _check_atoms(place: str, values: dict[str, Any], lines: Lines, problems: list[Problem]) -> None:
    for key in ("own", "fill", "only_if_target_empty"):
        for atom in values.get(key, ()):
            if base(atom) not in BASES or atom == "node":
                text = f"there is no atom '{atom}'."
                problems.append(
                    lines.problem(place, key, text, nearest(atom, [one for one in BASES if one != "node"]))
                )
    for atom in values.get("fill", ()):
        if atom in values.get("own", ()):
            problems.append(
                lines.problem(place, "fill", f"'{atom}' is owned and filled.", "Leave it in one of the two.")
            )
    for atom in values.get("only_if_target_empty", ()):
        if atom not in (*values.get("own", ()), *values.get("fill", ())):
            text = f"'{atom}' is neither owned nor filled by this flow."
            problems.append(lines.problem(place, "only_if_target_empty", text, "Add it to own or fill."))


def _check_times(place: str, values: dict[str, Any], lines: Lines, problems: list[Problem]) -> None:
    try:
        ZoneInfo(values.get("zone", "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        text = f"there is no time zone '{values['zone']}'."
        problems.append(lines.problem(place, "zone", text, "Write one like Europe/Helsinki."))
    if not values.get("schedule"):
        return
    try:
        values["schedule"] = cron_of(values["schedule"])
    except ValueError as error:
        remedy = 'Write "every 3 minutes", "daily at 05:00" or a cron text.'
        problems.append(lines.problem(place, "schedule", f"{error}.", remedy))


def cron_of(text: str) -> str:
    """Write a schedule as cron; raises ValueError."""
    if match := re.fullmatch(r"every (\d+) minutes?", text.strip()):
        minutes = int(match[1])
        if not 1 <= minutes <= 60:
            raise ValueError(f"'{text}' is not between 1 and 60 minutes")
        return "0 * * * *" if minutes == 60 else f"*/{minutes} * * * *"
    if match := re.fullmatch(r"daily at (\d{1,2}):(\d{2})", text.strip()):
        cron = f"{int(match[2])} {int(match[1])} * * *"
        parse_cron(cron)
        return cron
    parse_cron(text)
    return text.strip()


def _one_owner(flows: list[FlowSettings], lines: Lines, problems: list[Problem]) -> None:
    owners: dict[tuple[str, str], str] = {}
    for flow in flows:
        for atom in flow.own:
            first = owners.setdefault((flow.target, atom), flow.name)
            if first != flow.name:
                text = f"'{atom}' at {flow.target} is owned by the flow '{first}' already."
                remedy = "Let one of the two own it, the other fill it."
                problems.append(lines.problem(f"flows.{flow.name}", "own", text, remedy))
