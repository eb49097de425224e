"""What all kinds of `[flows.NAME]` share: the kind itself, names, ends, time zones."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from shopweave.connector.capabilities import Capabilities
from shopweave.connector.declaration import find_connector
from shopweave.hub.settings.connections import NAME, tables
from shopweave.hub.settings.flow_spec import KIND
from shopweave.hub.settings.problems import nearest
from shopweave.hub.settings.reading import Reading
from shopweave.hub.settings.schedule import cron_of
from shopweave.model.errors import Configuration
from shopweave.model.settings import ConnectionSettings

HOUR = 60
Able = Mapping[str, Capabilities | None]


def check_kinds(reading: Reading) -> None:
    """Note flows whose name or kind there is not."""
    for name, table in tables(reading, "flows").items():
        if not NAME.fullmatch(name):
            reading.wrong(("flows", name), "a name has 1 to 60 signs, and no dot or slash.")
        if isinstance(table, Mapping) and "kind" in table:
            reading.value(("flows", name, "kind"), KIND, table["kind"])


def of_kind(reading: Reading, kind: str) -> list[str]:
    """Name the flows of one kind, in the order of the file."""
    flows = reading.raw.get("flows", {})
    return [name for name, table in flows.items() if _kind(table) == kind] if isinstance(flows, dict) else []


def _kind(table: object) -> str:
    raw = table.get("kind", KIND.default) if isinstance(table, Mapping) else KIND.default
    return str(getattr(raw, "text", raw))


def abilities(connections: Sequence[ConnectionSettings]) -> Able:
    """Give what each connection can do; None where its settings do not say."""
    return {one.name: _capabilities(one) for one in connections}


def _capabilities(one: ConnectionSettings) -> Capabilities | None:
    try:
        return find_connector(one.type).capabilities(one.values)
    except Configuration:
        return None


def check_ends(
    reading: Reading, path: tuple[str, ...], values: Mapping[str, Any], keys: Sequence[str]
) -> None:
    """Note ends of a flow that are no connections, or one and the same."""
    known = tuple(tables(reading, "connections"))
    for key in keys:
        name = values.get(key)
        if name and name not in known:
            reading.wrong(
                (*path, key), f"there is no connection '{name}'.", value=name, allowed=known, name=name
            )
    if values["source"] and values["source"] == values["target"]:
        reading.wrong(
            (*path, "target"), "a flow goes from one connection to another.", value=values["target"]
        )


def check_zone(reading: Reading, path: tuple[str, ...], zone: str) -> None:
    """Refuse a time zone that does not exist."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        text = f"there is no time zone '{zone}'."
        close = nearest(zone, sorted(available_timezones()))
        reading.wrong(path, text, value=zone, remedy="Write it like Europe/Helsinki.", meant=close)


def every(reading: Reading, path: tuple[str, ...], minutes: int) -> str:
    """Give the cron text of a flow that runs every so many minutes."""
    hours, rest = divmod(minutes, HOUR)
    words = f"every {minutes} minutes" if rest else f"every {hours} hours"
    try:
        return cron_of(words)
    except ValueError as error:
        remedy = "Give a number that fits evenly into 60, or 60 times one that fits into 24."
        reading.wrong((*path, "every"), f"{error}.", value=minutes, remedy=remedy)
        return ""
