"""The sections `[connections.NAME]`: checked against the options of their connectors."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shopweave.connector.declaration import connector_names, find_connector
from shopweave.connector.settings import Option, OptionKind
from shopweave.hub.settings.plain import fits
from shopweave.hub.settings.problems import Lines, Problem, nearest
from shopweave.model.errors import Configuration
from shopweave.model.settings import ConnectionSettings

MODES = ("live", "test")
_KINDS: Mapping[OptionKind, type] = {
    OptionKind.TEXT: str,
    OptionKind.URL: str,
    OptionKind.CHOICE: str,
    OptionKind.SECRET: str,
    OptionKind.PATH: str,
    OptionKind.NUMBER: float,
    OptionKind.SWITCH: bool,
    OptionKind.LIST: list,
}
_WORDS = {str: "a text", float: "a number", bool: "true or false", list: "a list of texts"}


class _Table:
    """One connection while it is read."""

    def __init__(
        self, name: str, lines: Lines, problems: list[Problem], environment: Mapping[str, str], folder: Path
    ) -> None:
        self.table = f"connections.{name}"
        self._lines, self._problems, self._environment, self._folder = lines, problems, environment, folder
        self.warnings: list[str] = []

    def wrong(self, key: str, what: str, remedy: str = "") -> None:
        """Note a problem."""
        self._problems.append(self._lines.problem(self.table, key, what, remedy))

    def value(self, option: Option, raw: Any) -> Any:
        """Read one value; None when it is wrong or missing."""
        if option.kind is OptionKind.SECRET:
            return self._secret(option, raw)
        kind = _KINDS[option.kind]
        if not fits(raw, kind):
            self.wrong(option.name, f"{raw!r} is not {_WORDS[kind]}.", f"Give {_WORDS[kind]}.")
            return None
        if option.choices and raw not in option.choices and kind is str:
            self.wrong(option.name, f"'{raw}' is not allowed.", f"Allowed are: {', '.join(option.choices)}.")
            return None
        if kind is float and not _within(option, raw):
            self.wrong(option.name, f"{raw} is not allowed.", f"Give {_bounds(option)}.")
            return None
        if option.kind is OptionKind.PATH:
            return str(self._folder / raw) if raw else raw
        return tuple(raw) if kind is list else raw

    def _secret(self, option: Option, raw: Any) -> str | None:
        if isinstance(raw, str):
            self.warnings.append(f"{self.table}.{option.name} stands in the file itself; better refer to it.")
            return raw
        if isinstance(raw, dict) and list(raw) == ["env"]:
            found = self._environment.get(str(raw["env"]))
            if found is None:
                self.wrong(
                    option.name, f"the environment has no variable {raw['env']}.", f"Set {raw['env']}."
                )
            return found
        if isinstance(raw, dict) and list(raw) == ["file"]:
            path = self._folder / str(raw["file"])
            if not path.is_file():
                self.wrong(
                    option.name, f"there is no file {path}.", "Put the secret into it, readable by you alone."
                )
                return None
            return path.read_text("utf-8").strip()
        self.wrong(
            option.name, "a secret is given by reference.", 'Write { env = "NAME" } or { file = "path" }.'
        )
        return None


def read_connections(
    raw: object, lines: Lines, problems: list[Problem], environment: Mapping[str, str], folder: Path
) -> tuple[tuple[ConnectionSettings, ...], list[str]]:
    """Read all connections; gives warnings too."""
    found: list[ConnectionSettings] = []
    warnings: list[str] = []
    for name, table in raw.items() if isinstance(raw, dict) else ():
        reader = _Table(name, lines, problems, environment, folder)
        one = _connection(name, table, reader)
        warnings += reader.warnings
        if one is not None:
            found.append(one)
    return tuple(found), warnings


def _connection(name: str, table: Any, reader: _Table) -> ConnectionSettings | None:
    if not isinstance(table, dict) or not isinstance(table.get("type"), str):
        reader.wrong("type", "a connection needs a type.", f"Types are: {', '.join(connector_names())}.")
        return None
    try:
        options = {option.name: option for option in find_connector(table["type"]).options}
    except Configuration:
        reader.wrong(
            "type", f"there is no connector '{table['type']}'.", nearest(table["type"], connector_names())
        )
        return None
    mode = table.get("mode", "live")
    if mode not in MODES:
        reader.wrong("mode", f"'{mode}' is not allowed.", "Allowed are: live, test.")
    values: dict[str, Any] = {
        key: option.default for key, option in options.items() if option.default is not None
    }
    for key, value in table.items():
        if key in options:
            values[key] = reader.value(options[key], value)
        elif key not in ("type", "mode"):
            reader.wrong(key, "unknown key.", nearest(key, options))
    for key, option in options.items():
        if option.needed and key not in table:
            reader.wrong(key, "this is needed.", option.description)
    secrets = [
        values[key] for key, option in options.items() if option.kind is OptionKind.SECRET and values.get(key)
    ]
    return ConnectionSettings(
        name=name, type=table["type"], mode=str(mode), values=values, secrets=tuple(secrets)
    )


def _within(option: Option, value: float) -> bool:
    low = option.minimum is None or value >= option.minimum
    return low and (option.maximum is None or value <= option.maximum)


def _bounds(option: Option) -> str:
    if option.minimum is not None and option.maximum is not None:
        return f"{option.minimum:g} to {option.maximum:g}"
    return f"at least {option.minimum:g}" if option.minimum is not None else f"at most {option.maximum:g}"
