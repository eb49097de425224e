"""Weight and edges of a sheet: features with a number and a unit, converted exactly."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from shopweave.connectors.icecat.payload import Feature, Product
from shopweave.model.values import Measures

_GRAMS: Mapping[str, Decimal] = {
    "mg": Decimal("0.001"),
    "g": Decimal(1),
    "gr": Decimal(1),
    "kg": Decimal(1000),
    "t": Decimal(1_000_000),
    "lb": Decimal("453.59237"),
    "lbs": Decimal("453.59237"),
    "oz": Decimal("28.349523125"),
    "г": Decimal(1),
    "кг": Decimal(1000),
}
_MILLIMETRES: Mapping[str, Decimal] = {
    "mm": Decimal(1),
    "cm": Decimal(10),
    "dm": Decimal(100),
    "m": Decimal(1000),
    "inch": Decimal("25.4"),
    "in": Decimal("25.4"),
    '"': Decimal("25.4"),
    "мм": Decimal(1),
    "см": Decimal(10),
}
_UNIT_IDS = {"38": "g", "24": "mm", "16": "inch"}
_WIDTH, _DEPTH, _HEIGHT = "1649", "1650", "1464"
_STEP = Decimal("0.001")


def measures(
    product: Product, weight_features: tuple[str, ...], weight_names: tuple[str, ...]
) -> Measures | None:
    """Read weight in grams and edges in millimetres; None when the sheet has none of them."""
    features = tuple(feature for group in product.groups for feature in group.features)
    found = Measures(
        weight=_weight(features, weight_features, weight_names),
        length=_first(features, _DEPTH, _MILLIMETRES),
        width=_first(features, _WIDTH, _MILLIMETRES),
        height=_first(features, _HEIGHT, _MILLIMETRES),
    )
    return None if found == Measures() else found


def _weight(
    features: tuple[Feature, ...], numbers: tuple[str, ...], names: tuple[str, ...]
) -> Decimal | None:
    by_number = (_first(features, number, _GRAMS) for number in numbers)
    found = next((weight for weight in by_number if weight), None)
    if found or any(feature.number in numbers for feature in features):
        return found
    wanted = {name.casefold() for name in names}
    by_name = (feature for feature in features if feature.name.casefold() in wanted)
    return next(_amounts(by_name, _GRAMS), None)


def _first(features: tuple[Feature, ...], number: str, units: Mapping[str, Decimal]) -> Decimal | None:
    return next(_amounts((feature for feature in features if feature.number == number), units), None)


def _amounts(features: Iterator[Feature], units: Mapping[str, Decimal]) -> Iterator[Decimal]:
    for feature in features:
        unit = _UNIT_IDS.get(feature.unit_id, feature.unit.casefold())
        number = _number(feature.raw) if feature.kind == "numerical" else None
        amount = _tidy(number * units[unit]) if number is not None and unit in units else Decimal(0)
        if amount > 0:
            yield amount


def _number(raw: str) -> Decimal | None:
    try:
        number = Decimal(raw.replace(",", ".") if raw.count(",") == 1 else raw)
    except InvalidOperation:
        return None
    return number if number.is_finite() and number.adjusted() < 12 else None


def _tidy(amount: Decimal) -> Decimal:
    rounded = amount.quantize(_STEP)
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded.normalize()
