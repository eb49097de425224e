"""What the settings say of a connection, for people to read; secrets only as set or not."""

from msgspec import Struct

from shopweave.connector.declaration import find_connector
from shopweave.connector.settings import Option, OptionKind, shown
from shopweave.hub.context import Hub
from shopweave.model.settings import ConnectionSettings


class OptionView(Struct, frozen=True, kw_only=True):
    """One option with its value as text; `is_default` where nobody set it."""

    name: str
    title: str
    description: str
    value: str
    is_default: bool
    is_secret: bool


class ConnectionSheet(Struct, frozen=True, kw_only=True):
    """A connection as the settings have it."""

    name: str
    type: str
    title: str
    description: str
    mode: str
    sales: str
    options: tuple[OptionView, ...]


def connection_sheet(hub: Hub, name: str) -> ConnectionSheet:
    """Give the settings of a connection; raises `Configuration` where there is none of this name."""
    hub.port(name)
    one = next(one for one in hub.settings.connections if one.name == name)
    connector = find_connector(one.type)
    return ConnectionSheet(
        name=one.name,
        type=one.type,
        title=connector.title,
        description=connector.description,
        mode=one.mode,
        sales=one.sales,
        options=tuple(_option(one, option) for option in connector.options),
    )


def _option(one: ConnectionSettings, option: Option) -> OptionView:
    is_secret = option.kind is OptionKind.SECRET
    value = one.plain.get(option.name)
    return OptionView(
        name=option.name,
        title=option.title,
        description=option.description,
        value="" if is_secret else shown(value),
        is_default=option.name not in one.secrets if is_secret else value == option.default,
        is_secret=is_secret,
    )
