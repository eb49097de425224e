"""Units of weight and length; grams and millimetres inside. Pure."""

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from shopweave.core.prints import plain

GRAMS = {"kg": Decimal(1000), "g": Decimal(1), "lbs": Decimal("453.59237"), "oz": Decimal("28.349523125")}
MILLIMETRES = {
    "cm": Decimal(10),
    "mm": Decimal(1),
    "m": Decimal(1000),
    "in": Decimal("25.4"),
    "yd": Decimal("914.4"),
}
_PLACES = Decimal("0.000001")


def number(text: object) -> Decimal | None:
    """Read a number as the shop writes it; None for an empty or unreadable one."""
    try:
        value = Decimal(str(text)) if text not in (None, "") else None
    except InvalidOperation:
        return None
    return value if value is None or value.is_finite() else None


def inside(text: object, factor: Decimal) -> Decimal | None:
    """Give a measure of the shop in our unit."""
    value = number(text)
    return None if value is None or value == 0 else (value * factor).normalize()


def outside(value: Decimal, factor: Decimal) -> str:
    """Write a measure in the shop's unit."""
    return plain((value / factor).quantize(_PLACES, rounding=ROUND_HALF_EVEN))
