"""How a shop is set: its version and what hangs on it, its place, its money, its callbacks."""

from msgspec import Struct

MEASURED = "9.9.5"


class Rules(Struct, frozen=True, kw_only=True):
    """The settings of a simulated shop; `callback_wait` seconds pass before a delivery.

    `callbacks_anywhere` lets deliveries reach private hosts and odd ports; `refunding` names the payment
    methods that can pay back.
    """

    version: str = MEASURED
    stock_moves_date: bool = True
    has_gtin: bool = True
    has_brands: bool = True
    weight_unit: str = "kg"
    currency: str = "EUR"
    country: str = "BG"
    prices_include_tax: bool = True
    refunding: tuple[str, ...] = ()
    callback_wait: float = 0.0
    callbacks_anywhere: bool = False
    lag: float = 0.0


def rules_of(version: str) -> Rules:
    """Give the rules of a version: measured for 9.9.5, documented or reported for those before.

    Before 9.4 there is no `global_unique_id`, before 9.6 no brands in the core; that orders and stock calls
    move no date is reported of shops before 9.0.
    """
    known = numbers(version)
    return Rules(
        version=version,
        stock_moves_date=known >= (9, 0),
        has_gtin=known >= (9, 4),
        has_brands=known >= (9, 6),
    )


def numbers(version: str) -> tuple[int, ...]:
    """Read a version as numbers to compare."""
    return tuple(int(one) for one in version.split(".") if one.isdigit())
