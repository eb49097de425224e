"""The sections `[flows.NAME]`: who owns which atoms at which target."""

from collections import Counter
from typing import Any

from shopweave.hub.settings.connections import tables
from shopweave.hub.settings.flow_spec import GUARD, KINDS
from shopweave.hub.settings.kinds import Able, check_ends, check_zone, of_kind
from shopweave.hub.settings.reading import Reading
from shopweave.hub.settings.schedule import WORDS, cron_of
from shopweave.model.atoms import BASES, base
from shopweave.model.settings import FlowSettings, GuardLimits

ATOMS = tuple(one for one in BASES if one != "node")
LISTS = ("own", "fill", "only_if_target_empty")


def read_flows(reading: Reading, able: Able, zone: str) -> tuple[FlowSettings, ...]:
    """Read all flows of values, in the order of the file."""
    found: list[FlowSettings] = []
    for name in of_kind(reading, "items"):
        before = len(reading.problems)
        flow = _flow(reading, name, zone)
        if len(reading.problems) == before:
            _check_against_source(reading, flow, able)
        found.append(flow)
    _one_owner(reading, found)
    return tuple(found)


def _flow(reading: Reading, name: str, zone: str) -> FlowSettings:
    path = ("flows", name)
    values = {
        "source": "",
        "target": "",
        "zone": zone,
        **reading.table(path, KINDS["items"], also=("guard",)),
    }
    raw = tables(reading, "flows")[name]
    if isinstance(raw, dict) and "guard" in raw:
        values["guard"] = GuardLimits(**reading.table((*path, "guard"), GUARD))
    values.pop("kind", None)
    check_ends(reading, path, values, ("source", "target", "items"))
    _check_atoms(reading, path, values)
    values["zone"] = values["zone"] or zone
    check_zone(reading, (*path, "zone"), values["zone"])
    values["schedule"] = _schedule(reading, (*path, "schedule"), values.get("schedule", ""))
    return FlowSettings(name=name, **values)


def _check_atoms(reading: Reading, path: tuple[str, ...], values: dict[str, Any]) -> None:
    for key in LISTS:
        atoms = values.get(key, ())
        for atom in atoms:
            if base(atom) not in ATOMS:
                text = f"there is no atom '{atom}'."
                reading.wrong((*path, key), text, value=atom, allowed=ATOMS, name=atom, word=atom)
        for atom, count in Counter(atoms).items():
            if count > 1:
                reading.wrong((*path, key), f"'{atom}' stands there {count} times.", value=atom, word=atom)
    _check_roles(reading, path, values)


def _check_roles(reading: Reading, path: tuple[str, ...], values: dict[str, Any]) -> None:
    own, fill = values.get("own", ()), values.get("fill", ())
    if not own and not fill:
        remedy = "Name atoms in own or fill."
        reading.wrong((*path, "own"), "this flow gives nothing.", remedy=remedy, allowed=ATOMS)
    for atom in dict.fromkeys(fill):
        if atom in own:
            text = f"'{atom}' is owned and filled by one flow."
            reading.wrong((*path, "fill"), text, value=atom, remedy="Leave it in one of the two.", word=atom)
    for atom in values.get("only_if_target_empty", ()):
        if atom not in (*own, *fill):
            text = f"'{atom}' is neither owned nor filled by this flow."
            reading.wrong(
                (*path, "only_if_target_empty"), text, value=atom, remedy="Add it to own or fill.", word=atom
            )


def _schedule(reading: Reading, path: tuple[str, ...], text: str) -> str:
    try:
        return cron_of(text) if text else ""
    except ValueError as error:
        reading.wrong(path, f"{error}.", value=text, remedy=WORDS)
        return ""


def _check_against_source(reading: Reading, flow: FlowSettings, able: Able) -> None:
    source = able.get(flow.source)
    if source is None:
        return
    path = ("flows", flow.name)
    for key in ("own", "fill"):
        for atom in getattr(flow, key):
            if atom not in source.atoms:
                text = f"{flow.source} has no '{atom}' to give."
                reading.wrong((*path, key), text, value=atom, allowed=source.atoms, name=atom, word=atom)
    if source.enriches and not flow.items:
        text = f"{flow.source} answers questions about items; this flow does not say whose."
        reading.wrong((*path, "items"), text, remedy='Add items = "…" with the name of the till or shop.')


def _one_owner(reading: Reading, flows: list[FlowSettings]) -> None:
    owners: dict[tuple[str, str], str] = {}
    for flow in flows:
        for atom in dict.fromkeys(flow.own):
            first = owners.setdefault((flow.target, atom), flow.name)
            if first != flow.name:
                _, line = reading.place(("flows", first, "own"), atom)
                there = f" (line {line})" if line else ""
                text = f"'{atom}' at {flow.target} is owned by the flow '{first}'{there} already."
                remedy = "Let one of the two own it and the other fill it."
                reading.wrong(("flows", flow.name, "own"), text, value=atom, remedy=remedy, word=atom)
