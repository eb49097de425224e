"""What a connector wants to be told, as values; help, validation, form and reference page come from it."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

Setting = str | int | float | bool | tuple[str, ...]


class OptionKind(StrEnum):
    """The shape of an option's value."""

    TEXT = "text"
    URL = "url"
    NUMBER = "number"
    SWITCH = "switch"
    CHOICE = "choice"
    LIST = "list"
    SECRET = "secret"
    PATH = "path"


class Option(Struct, frozen=True, kw_only=True):
    """One setting of a connector.

    A secret is given in the TOML as `{ env = "NAME" }` or `{ file = "path" }`, or sealed in the store.
    A path is relative to the folder of the settings file. `default` None with `needed` means that a person
    must give it. A `whole` number takes no fraction.
    """

    name: str
    title: str
    description: str
    kind: OptionKind = OptionKind.TEXT
    default: Setting | None = None
    needed: bool = False
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    whole: bool = False
    example: str = ""
    recommendation: str = ""


Settings = Mapping[str, Setting]


def shown(value: object) -> str:
    """Show a value as a person writes it in the settings file, but without quotes; nothing for none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ", ".join(map(shown, value))
    return "" if value is None else str(value)
