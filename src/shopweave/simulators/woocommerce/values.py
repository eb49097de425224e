"""Coercions and checks: what single calls refuse and batches swallow (measured on WooCommerce 9.9.5)."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from shopweave.simulators.woocommerce.answers import Wrong

STATUSES = ("draft", "pending", "private", "publish", "future", "auto-draft", "trash")
TYPES = ("simple", "grouped", "external", "variable")
_STRINGS = (
    "name",
    "slug",
    "description",
    "short_description",
    "sku",
    "global_unique_id",
    "regular_price",
    "sale_price",
    "weight",
    "tax_class",
    "purchase_note",
)
_ENUMS = {
    "status": STATUSES,
    "type": TYPES,
    "catalog_visibility": ("visible", "catalog", "search", "hidden"),
    "tax_status": ("taxable", "shipping", "none"),
    "stock_status": ("instock", "outofstock", "onbackorder"),
    "backorders": ("no", "notify", "yes"),
}
_BOOLEANS = ("featured", "virtual", "downloadable", "manage_stock", "sold_individually", "reviews_allowed")
_LISTS = ("categories", "brands", "tags", "images", "attributes", "meta_data", "default_attributes")
_SIZE = 100


def decimal_text(value: Any) -> str:
    """Keep digits, dot and minus: `"12,5"` becomes `"125"`, `"abc"` becomes `""`."""
    return re.sub(r"[^0-9.\-]", "", str(value)) if value is not None else ""


def number(text: str) -> float:
    """Read a price as PHP compares it; what is none counts as 0."""
    try:
        return float(text)
    except ValueError:
        return 0.0


def integer(value: Any) -> int:
    """Read an integer as PHP does: what is none becomes 0."""
    found = re.match(r"\s*-?\d+", str(value)) if value is not None else None
    return int(found.group()) if found else 0


def truth(value: Any) -> bool:
    """Read a switch as WooCommerce does."""
    return str(value).lower() in ("1", "true", "yes")


def check_single(body: dict[str, Any], *, creating: bool) -> None:
    """Check a single call against the schema; batch items never come here."""
    _ = creating
    params: dict[str, str] = {}
    details: dict[str, Any] = {}
    for field, value in body.items():
        problem = _problem(field, value)
        if problem is not None:
            code, text = problem
            params[field] = text
            details[field] = {"code": code, "message": text, "data": {"param": field}}
    if params:
        names = ", ".join(params)
        raise Wrong(
            400, "rest_invalid_param", f"Invalid parameter(s): {names}", params=params, details=details
        )


def _problem(field: str, value: Any) -> tuple[str, str] | None:
    if field in _STRINGS and value is not None and not isinstance(value, str):
        return "rest_invalid_type", f"{field} is not of type string."
    if field in _ENUMS and value not in _ENUMS[field]:
        return "rest_not_in_enum", f"{field} is not one of {', '.join(_ENUMS[field])}."
    if field in _BOOLEANS and not isinstance(value, bool) and value not in (0, 1, "0", "1", "true", "false"):
        return "rest_invalid_type", f"{field} is not of type boolean."
    if field in _LISTS and not isinstance(value, list):
        return "rest_invalid_type", f"{field} is not of type array."
    if field == "brands" and any(not isinstance(one, dict) for one in value):
        return "rest_invalid_type", "brands[0] is not of type object."
    if field in ("stock_quantity", "menu_order", "parent") and value is not None and not _is_integer(value):
        return "rest_invalid_type", f"{field} is not of type integer."
    return None


def _is_integer(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, str) and re.fullmatch(r"-?\d+", value) is not None)


def paging(query: dict[str, str]) -> tuple[int, int, int]:
    """Give page, size and offset of a list, checked."""
    size = _number(query, "per_page", 10, 1, _SIZE)
    number = _number(query, "page", 1, 1, None)
    offset = _number(query, "offset", (number - 1) * size, 0, None)
    return number, size, offset


def _number(query: dict[str, str], name: str, default: int, low: int, high: int | None) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"-?\d+", text):
        details = {
            name: {"code": "rest_invalid_type", "message": f"{name} is not of type integer.", "data": None}
        }
        raise _invalid(name, f"{name} is not of type integer.", details)
    value = int(text)
    if value < low or (high is not None and value > high):
        bounds = (
            f"between {low} (inclusive) and {high} (inclusive)" if high else f"greater than or equal to {low}"
        )
        text = f"{name} must be {bounds}"
        raise _invalid(name, text, {name: {"code": "rest_out_of_bounds", "message": text, "data": None}})
    return value


def invalid(name: str, text: str, code: str) -> Wrong:
    """Give the error of one parameter that is wrong."""
    return _invalid(name, text, {name: {"code": code, "message": text, "data": {"param": name}}})


def _invalid(name: str, text: str, details: dict[str, Any]) -> Wrong:
    return Wrong(
        400, "rest_invalid_param", f"Invalid parameter(s): {name}", params={name: text}, details=details
    )


def moment(text: str, query: dict[str, str], offset: timedelta) -> datetime:
    """Read a time of a filter: local time, UTC with `dates_are_gmt`, or one with an offset of its own.

    An offset together with the flag is shifted by the zone once more.
    """
    if not re.match(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", text):
        details = {"modified_after": {"code": "rest_invalid_date", "message": "Invalid date.", "data": None}}
        raise _invalid("modified_after", "Invalid date.", details)
    read = datetime.fromisoformat(text.replace("Z", "+00:00").replace(" ", "+") if "+" not in text else text)
    is_gmt = truth(query.get("dates_are_gmt"))
    if read.tzinfo is not None:
        utc = read.astimezone(UTC)
        return utc + offset if is_gmt else utc
    naive = read.replace(tzinfo=UTC)
    return naive if is_gmt else naive - offset


def stamp(value: datetime | None, offset: timedelta = timedelta()) -> str | None:
    """Write a time as WordPress does, without zone."""
    return None if value is None else (value.astimezone(UTC) + offset).strftime("%Y-%m-%dT%H:%M:%S")


def slugify(name: str) -> str:
    """Make a slug: ASCII lower case with dashes, other scripts percent-encoded."""
    plain = re.sub(r"[^\w\s-]", "", name.strip().lower())
    joined = re.sub(r"[\s_-]+", "-", plain).strip("-")
    return "".join(
        one if one.isascii() else "".join(f"%{byte:02x}" for byte in one.encode()) for one in joined
    )
