"""What stands in a cell, the same from MySQL and from SQLite; pure."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

_SECONDS = "%Y-%m-%d %H:%M:%S"


def number(value: Any) -> Decimal | None:
    """Read an amount or a quantity, without the zeros its column pads it with."""
    if value is None or value == "":
        return None
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    short = exact.normalize()
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short


def price(value: Any) -> Decimal | None:
    """Read a price; nothing and zero mean that none is set."""
    return number(value) or None


def text(value: Any) -> str:
    """Read a text, empty where there is none."""
    return "" if value is None else str(value)


def plain(value: str) -> str:
    """Write a text as the till's columns can hold it: they have no characters of four bytes."""
    return "".join(sign if ord(sign) < 0x10000 else "?" for sign in value)


def short(value: str) -> str:
    """Write a text for a column of 255 characters."""
    return plain(value)[:255]


def code(value: Any) -> str | None:
    """Read a code; blanks around it do not count, as the till's collation ignores them."""
    return text(value).strip() or None


def flag(value: Any) -> bool:
    """Read a flag; nothing means no."""
    return bool(int(value or 0))


def stamp(value: Any) -> str:
    """Read a moment as the text that is compared in the same session."""
    return value.strftime(_SECONDS) if isinstance(value, datetime) else text(value)


def day(value: Any) -> date | None:
    """Read a day; MySQL's day zero is none."""
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    written = text(value)[:10]
    return None if written in ("", "0000-00-00") else date.fromisoformat(written)


def instant(value: Any, zone: ZoneInfo) -> datetime | None:
    """Read a moment of the till's own clock as UTC."""
    written = stamp(value)
    if not written or written.startswith("0000"):
        return None
    return datetime.fromisoformat(written).replace(tzinfo=zone).astimezone(UTC)
