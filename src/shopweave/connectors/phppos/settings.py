"""What the connector wants to be told about a PHP Point Of Sale."""

import re
from collections.abc import Mapping
from decimal import Decimal
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from shopweave.connector.settings import Settings
from shopweave.connectors.phppos.options import GRAMS, MILLIMETRES, OPTIONS
from shopweave.model.errors import Configuration


class SaleRules(Struct, frozen=True, kw_only=True):
    """How orders become sales of the till."""

    currency: str
    customers: str
    payment: str
    register: int | None
    shipping_item: int | None
    fee_item: int | None


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
    is_booked_elsewhere: bool
    tax_mode: str
    tax_percent: Decimal
    text_source: str
    web_only: bool
    grams: Decimal
    millimetres: Decimal
    key_sweep_hours: float
    selling: SaleRules


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
        is_booked_elsewhere=is_booked_elsewhere(settings),
        tax_mode=str(given["tax_mode"]),
        tax_percent=Decimal(str(given["tax_percent"])),
        text_source=str(given["text_source"]),
        web_only=bool(given["web_only"]),
        grams=GRAMS[str(given["weight_unit"])],
        millimetres=MILLIMETRES[str(given["length_unit"])],
        key_sweep_hours=float(str(given["key_sweep_hours"])),
        selling=_selling(given),
    )


def is_booked_elsewhere(settings: Settings) -> bool:
    """Say whether somebody else books the shops' sales at this till."""
    return settings.get("booked_by") == "another"


def may_have_places(settings: Settings) -> bool:
    """Say whether the stock may lie at several locations: one for sale is the whole till."""
    locations = settings.get("publish_locations") or ()
    return not isinstance(locations, tuple) or len(locations) != 1


def _selling(given: Mapping[str, object]) -> SaleRules:
    return SaleRules(
        currency=str(given["currency"]).strip().upper(),
        customers=str(given["web_customers"]),
        payment=str(given["web_payment"]),
        register=_optional(given, "register"),
        shipping_item=_optional(given, "shipping_item"),
        fee_item=_optional(given, "fee_item"),
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
