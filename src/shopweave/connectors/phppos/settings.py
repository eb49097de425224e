"""What the connector wants to be told about a PHP Point Of Sale."""

import re
from collections.abc import Mapping
from decimal import Decimal
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from shopweave.connector.settings import Option, OptionKind, Settings
from shopweave.model.errors import Configuration

GRAMS: Mapping[str, Decimal] = {
    "g": Decimal(1),
    "kg": Decimal(1000),
    "oz": Decimal("28.349523125"),
    "lb": Decimal("453.59237"),
}
UNIT_NAMES: Mapping[str, str] = {"gram": "g", "kilogram": "kg", "kilo": "kg", "ounce": "oz", "pound": "lb"}
MILLIMETRES: Mapping[str, Decimal] = {
    "mm": Decimal(1),
    "cm": Decimal(10),
    "m": Decimal(1000),
    "in": Decimal("25.4"),
}

OPTIONS: tuple[Option, ...] = (
    Option(
        name="host",
        title="Database server",
        description="Name or address of the MySQL or MariaDB server the till writes to.",
        default="",
        example="192.168.1.20",
    ),
    Option(
        name="port",
        title="Port",
        description="Port of the database server.",
        kind=OptionKind.NUMBER,
        default=3306,
        minimum=1,
        maximum=65535,
    ),
    Option(
        name="user",
        title="User",
        description="Database user for the hub.",
        default="",
        recommendation="A user of its own with SELECT only; writing stock needs a few rights more.",
    ),
    Option(
        name="password",
        title="Password",
        description="Password of that user.",
        kind=OptionKind.SECRET,
        default="",
    ),
    Option(name="database", title="Database", description="Name of the till's database.", default=""),
    Option(
        name="tls",
        title="Encrypt the connection",
        description="Speak TLS to the database server and check its certificate.",
        kind=OptionKind.SWITCH,
        default=False,
        recommendation="On, unless server and hub share a machine or a trusted network.",
    ),
    Option(
        name="path",
        title="SQLite file",
        description="Path of a till kept in one SQLite file, as the demo uses; leaves the server unused.",
        kind=OptionKind.PATH,
        default="",
    ),
    Option(
        name="table_prefix",
        title="Table prefix",
        description="What the names of the till's tables start with.",
        default="phppos_",
    ),
    Option(
        name="time_zone",
        title="Time zone",
        description="Time zone of the till, as in its store configuration; promotions start and end in it.",
        default="UTC",
        example="Europe/Helsinki",
    ),
    Option(
        name="sku_rule",
        title="SKU",
        description="Which column is the SKU. Variations append their own number to it.",
        kind=OptionKind.CHOICE,
        default="item_id",
        choices=("item_id", "product_id", "item_number"),
    ),
    Option(
        name="ean_rule",
        title="EAN",
        description="Where the EAN stands: item_number, else the first valid additional number; or one only.",
        kind=OptionKind.CHOICE,
        default="item_number_or_additional",
        choices=("item_number_or_additional", "item_number", "additional"),
    ),
    Option(
        name="publish_locations",
        title="Locations with stock for sale",
        description="Numbers of the locations whose stock is added up; empty: all that are not deleted.",
        kind=OptionKind.LIST,
        default=(),
        example="1, 2",
    ),
    Option(
        name="price_location",
        title="Location with the prices",
        description="Number of the location whose prices and promotions go before the item's; "
        "empty: the only location for sale, or none if there are several.",
        default="",
    ),
    Option(
        name="stock_location",
        title="Location for stock the hub writes",
        description="Number of the location that takes differences; empty: the first location for sale.",
        default="",
    ),
    Option(
        name="employee",
        title="Employee for stock the hub writes",
        description="Person number of the employee named in the till's stock log.",
        kind=OptionKind.NUMBER,
        default=1,
        minimum=1,
        recommendation="An employee of its own, named Hub.",
    ),
    Option(
        name="tax_mode",
        title="Prices",
        description="Give prices as they are stored, or all with tax (gross), or all without (net).",
        kind=OptionKind.CHOICE,
        default="as_stored",
        choices=("as_stored", "gross", "net"),
    ),
    Option(
        name="tax_percent",
        title="Tax rate without a tax class",
        description="Percent for items without a tax class, where prices are turned into gross or net.",
        kind=OptionKind.NUMBER,
        default=0,
        minimum=0,
        maximum=100,
    ),
    Option(
        name="text_source",
        title="Description",
        description="Which text is the description: the long one, else the short one; or one only.",
        kind=OptionKind.CHOICE,
        default="long_or_short",
        choices=("long_or_short", "long_description", "description"),
    ),
    Option(
        name="web_only",
        title="Only items for the web",
        description="Items not marked for e-commerce, or in a category excluded from it, count as inactive.",
        kind=OptionKind.SWITCH,
        default=True,
    ),
    Option(
        name="weight_unit",
        title="Unit of weights",
        description="Unit of weights that name none.",
        kind=OptionKind.CHOICE,
        default="kg",
        choices=tuple(GRAMS),
    ),
    Option(
        name="length_unit",
        title="Unit of lengths",
        description="Unit of length, width and height.",
        kind=OptionKind.CHOICE,
        default="cm",
        choices=tuple(MILLIMETRES),
    ),
    Option(
        name="key_sweep_hours",
        title="Hours between full looks",
        description="How often every item is looked at, for changes the till leaves undated.",
        kind=OptionKind.NUMBER,
        default=24,
        minimum=0,
        maximum=168,
    ),
)


class Rules(Struct, frozen=True, kw_only=True):
    """The settings of one till, typed; the address with its password stays out of `repr`."""

    prefix: str
    zone: ZoneInfo
    sku_rule: str
    ean_rule: str
    publish_locations: tuple[int, ...]
    price_location: int | None
    stock_location: int | None
    employee: int
    tax_mode: str
    tax_percent: Decimal
    text_source: str
    web_only: bool
    grams: Decimal
    millimetres: Decimal
    key_sweep_hours: float


def read_rules(settings: Settings) -> Rules:
    """Type the settings; raises `Configuration` for what cannot be meant."""
    given = {option.name: settings.get(option.name, option.default) for option in OPTIONS}
    locations = given["publish_locations"]
    return Rules(
        prefix=_prefix(str(given["table_prefix"])),
        zone=_zone(str(given["time_zone"])),
        sku_rule=str(given["sku_rule"]),
        ean_rule=str(given["ean_rule"]),
        publish_locations=tuple(
            _number("publish_locations", one) for one in (locations if isinstance(locations, tuple) else ())
        ),
        price_location=_optional(given, "price_location"),
        stock_location=_optional(given, "stock_location"),
        employee=_number("employee", str(given["employee"])),
        tax_mode=str(given["tax_mode"]),
        tax_percent=Decimal(str(given["tax_percent"])),
        text_source=str(given["text_source"]),
        web_only=bool(given["web_only"]),
        grams=GRAMS[str(given["weight_unit"])],
        millimetres=MILLIMETRES[str(given["length_unit"])],
        key_sweep_hours=float(str(given["key_sweep_hours"])),
    )


def address(settings: Settings) -> str:
    """Write the settings as a database URL; it holds the password."""
    given = {option.name: settings.get(option.name, option.default) for option in OPTIONS}
    if given["path"]:
        return f"sqlite:///{quote(str(given['path']))}"
    if not (given["host"] and given["user"] and given["database"]):
        raise Configuration(
            "It is not said where the till's database is.",
            code="POS-001",
            remedy="Give host, user and database, or the path of a SQLite file.",
        )
    who = f"{quote(str(given['user']), safe='')}:{quote(str(given['password']), safe='')}"
    tls = "?tls=1" if given["tls"] else ""
    return f"mysql://{who}@{given['host']}:{given['port']}/{quote(str(given['database']), safe='')}{tls}"


def _prefix(text: str) -> str:
    if not re.fullmatch(r"\w*", text, re.ASCII):
        raise Configuration(
            "The table prefix holds signs that no table name has.",
            code="POS-002",
            remedy="Use letters, digits and underscores; the usual prefix is phppos_.",
        )
    return text


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Configuration(
            f"There is no time zone '{name}'.",
            code="POS-003",
            remedy="Write it like Europe/Helsinki, as the till's store configuration does.",
        ) from error


def _number(name: str, text: str) -> int:
    if not text.strip().isdecimal():
        raise Configuration(
            f"The setting {name} takes the number of a row in the till, not '{text}'.", code="POS-004"
        )
    return int(text)


def _optional(given: Mapping[str, object], name: str) -> int | None:
    text = str(given[name] or "").strip()
    return _number(name, text) if text else None
