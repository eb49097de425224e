"""Settings from the environment: `SHOPWEAVE__SECTION__KEY` lies over the file."""

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

PREFIX = "SHOPWEAVE__"


class Given(Struct, frozen=True, kw_only=True):
    """A value as the environment gives it: always a text."""

    variable: str
    text: str

    def __repr__(self) -> str:
        return f"Given({self.variable})"


def variable(path: tuple[str, ...]) -> str:
    """Name the variable that lies over a key: `web.base-url` → SHOPWEAVE__WEB__BASE_URL."""
    return PREFIX + "__".join(_form(part) for part in path)


def lay_over(raw: dict[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """Give `raw` with the environment's values in it; names of tables are found by their form."""
    for name in sorted(environment):
        if name.startswith(PREFIX):
            path = tuple(name.removeprefix(PREFIX).split("__"))
            raw = _set(raw, path, Given(variable=name, text=environment[name]))
    return raw


def _set(tree: dict[str, Any], path: tuple[str, ...], value: Given) -> dict[str, Any]:
    name = next((one for one in tree if _form(one) == path[0]), path[0].lower())
    if len(path) == 1:
        return {**tree, name: value}
    below = tree.get(name, {})
    return {**tree, name: _set(below if isinstance(below, dict) else {}, path[1:], value)}


def _form(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", name.upper())
