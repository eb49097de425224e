"""Meta data: merged, never replaced, and scalars become texts."""

from typing import Any

from shopweave.simulators.woocommerce.state import Row


def merged(known: list[Row], number: int, entries: list[Any]) -> int:
    """Merge entries into meta data, never replace it; gives the next free id."""
    for one in entries:
        key, value = one.get("key"), one.get("value")
        found = next((m for m in known if _is_named(m, one)), None)
        if value is None:
            known[:] = [m for m in known if m is not found]
        elif found is not None:
            found["value"] = _scalar(value)
        else:
            known.append({"id": number, "key": key, "value": _scalar(value)})
            number += 1
    return number


def _is_named(row: Row, one: Row) -> bool:
    return bool(row["id"] == one.get("id") or (one.get("id") is None and row["key"] == one.get("key")))


def _scalar(value: Any) -> Any:
    if isinstance(value, bool):
        return "1" if value else ""
    return value if isinstance(value, (dict, list)) else str(value)
