"""Tables of plain values."""

from collections.abc import Mapping
from typing import Any

from shopweave.hub.settings.problems import Lines, Problem, nearest

NAMES = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    float: "a number",
    list: "a list of texts",
}


def read_table(
    raw: object, table: str, known: Mapping[str, type], lines: Lines, problems: list[Problem]
) -> dict[str, Any]:
    """Read a table whose keys and types are known; unknown keys and wrong types are problems."""
    if not isinstance(raw, dict):
        problems.append(lines.problem(table, "", "this must be a section.", f"Write [{table}]."))
        return {}
    found: dict[str, Any] = {}
    for key, value in raw.items():
        if key not in known:
            problems.append(lines.problem(table, key, "unknown key.", nearest(key, known)))
        elif not fits(value, known[key]):
            text = f"{value!r} is not {NAMES[known[key]]}."
            problems.append(lines.problem(table, key, text, f"Give {NAMES[known[key]]}."))
        else:
            found[key] = tuple(value) if known[key] is list else value
    return found


def fits(value: object, kind: type) -> bool:
    """Say whether a value is of a kind; true and false are no numbers."""
    if kind is list:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if kind in (int, float) and isinstance(value, bool):
        return False
    return isinstance(value, (int, float) if kind is float else kind)
