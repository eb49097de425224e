"""A connector as the hub finds it: by entry point, through one value."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from msgspec import Struct

from shopweave.connector.capabilities import Capabilities
from shopweave.connector.settings import Option, Settings
from shopweave.connector.transports import FileTransport, HttpTransport, SqlTransport
from shopweave.model.errors import Configuration
from shopweave.model.seams import Clock, Ids, Random

GROUP = "shopweave.connectors"


class Doors(Struct, frozen=True, kw_only=True):
    """The seams a connection works through; `sql` opens a foreign database by URL.

    `foreign` is for addresses that a remote system names, such as pictures: it looks at each address it is
    led to and refuses private ones unless the settings allow them. `files` is None where a hub writes none.
    """

    http: HttpTransport
    foreign: HttpTransport | None = None
    sql: Callable[[str], SqlTransport]
    clock: Clock
    ids: Ids
    random: Random
    files: FileTransport | None = None


class Connector(Struct, frozen=True, kw_only=True):
    """The code for one kind of system.

    `capabilities` and `make` take the validated settings of a connection. What `make` gives implements
    the roles of `shopweave.connector.roles` that the connector can play.
    """

    name: str
    title: str
    description: str
    options: tuple[Option, ...]
    capabilities: Callable[[Settings], Capabilities]
    make: Callable[[Settings, Doors], Any]


@cache
def _installed() -> Mapping[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


_LENT: dict[str, Connector] = {}


def lend(connector: Connector) -> None:
    """Let settings read in this process name a connector that is not installed: a stand-in."""
    _LENT[connector.name] = connector


def find_connector(name: str) -> Connector:
    """Load a connector by its entry point; raises `Configuration` naming those that are installed."""
    if name in _LENT:
        return _LENT[name]
    installed = _installed()
    if name not in installed:
        raise Configuration(
            f"There is no connector '{name}'.",
            code="CFG-110",
            remedy=f"Installed are: {', '.join(sorted(installed))}.",
        )
    connector: Connector = installed[name].load()
    return connector


def connector_names() -> tuple[str, ...]:
    """List the installed connectors."""
    return tuple(sorted(_installed()))
