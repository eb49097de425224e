"""The sections `[connections.NAME]`: checked against the options of their connectors."""

import re
from collections.abc import Sequence

from shopweave.connector.declaration import connector_names, find_connector
from shopweave.connector.settings import Option, OptionKind
from shopweave.hub.settings.reading import Reading
from shopweave.hub.settings.spec import CONNECTION
from shopweave.model.errors import Configuration
from shopweave.model.settings import ConnectionSettings, Secret

OWN = tuple(option.name for option in CONNECTION)
NAME = re.compile(r"[^/\\.\x00-\x1f]{1,60}")


def read_connections(reading: Reading) -> tuple[ConnectionSettings, ...]:
    """Read all connections that have no problem."""
    found: list[ConnectionSettings] = []
    for name, table in tables(reading, "connections").items():
        before = len(reading.problems)
        if not NAME.fullmatch(name):
            reading.wrong(("connections", name), "a name has 1 to 60 signs, and no dot or slash.")
        if isinstance(table, dict) and isinstance(table.get("type"), str):
            one = _connection(reading, name, table["type"])
        else:
            one = None
            reading.wrong(
                ("connections", name, "type"), "a connection needs a type.", allowed=connector_names()
            )
        if one is not None and len(reading.problems) == before:
            found.append(one)
    return tuple(found)


def tables(reading: Reading, section: str) -> dict[str, object]:
    """Give the tables below a section, whatever they hold."""
    raw = reading.raw.get(section, {})
    if isinstance(raw, dict):
        return raw
    reading.wrong((section,), "this is a section, not a value.", remedy=f"Write [{section}.NAME].")
    return {}


def _connection(reading: Reading, name: str, kind: str) -> ConnectionSettings | None:
    path = ("connections", name)
    try:
        options = find_connector(kind).options
    except Configuration:
        reading.wrong(
            (*path, "type"),
            f"there is no connector '{kind}'.",
            value=kind,
            allowed=connector_names(),
            name=kind,
        )
        return None
    given = reading.table(path, (*CONNECTION, *options))
    _no_credentials(reading, path, options, given)
    values = {
        **_defaults(options),
        **{key: value for key, value in given.items() if key not in OWN},
    }
    secrets = {key: value for key, value in values.items() if isinstance(value, Secret)}
    plain = {key: value for key, value in values.items() if key not in secrets}
    own = {key: str(given[key]) for key in OWN if key in given}
    return ConnectionSettings(name=name, plain=plain, secrets=secrets, **own)


def _defaults(options: Sequence[Option]) -> dict[str, object]:
    return {
        option.name: Secret(str(option.default)) if option.kind is OptionKind.SECRET else option.default
        for option in options
        if option.default is not None
    }


def _no_credentials(
    reading: Reading, path: tuple[str, ...], options: Sequence[Option], given: dict[str, object]
) -> None:
    for option in options:
        address = given.get(option.name)
        if option.kind is OptionKind.URL and isinstance(address, str) and "@" in address.partition("?")[0]:
            reading.wrong(
                (*path, option.name),
                "an address must not hold a user or password.",
                remedy="Give them in their own keys.",
            )
