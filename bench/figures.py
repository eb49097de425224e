"""What a measurement says, and how it is shown."""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct, to_builtins


class Figure(Struct, frozen=True, kw_only=True):
    """One measured value beside what it must be; `timed` names what the clock or counter stood around."""

    what: str
    value: float
    unit: str
    must: str
    ok: bool
    timed: str


def at_most(what: str, value: float, limit: float, unit: str, timed: str) -> Figure:
    """Give a figure that may not pass a limit."""
    return Figure(
        what=what, value=round(value, 2), unit=unit, must=f"≤ {limit:g}", ok=value <= limit, timed=timed
    )


def at_least(what: str, value: float, limit: float, unit: str, timed: str) -> Figure:
    """Give a figure that must reach a limit."""
    return Figure(
        what=what, value=round(value, 2), unit=unit, must=f"≥ {limit:g}", ok=value >= limit, timed=timed
    )


def shown(what: str, value: float, unit: str, timed: str) -> Figure:
    """Give a figure that stands beside others and need not reach anything."""
    return Figure(what=what, value=round(value, 2), unit=unit, must="–", ok=True, timed=timed)


def as_table(figures: Iterable[Figure]) -> str:
    """Lay figures out as a Markdown table."""
    rows = ["| what | measured | must | holds | timed part |", "|---|---|---|---|---|"]
    return "\n".join([*rows, *(_row(one) for one in figures)])


def _row(one: Figure) -> str:
    cells = (one.what, f"{one.value:,} {one.unit}", one.must, "yes" if one.ok else "**no**", one.timed)
    return f"| {' | '.join(cells)} |"


def as_json(figures: Iterable[Figure]) -> dict[str, Any]:
    """Give figures as plain values."""
    return {"figures": [to_builtins(one) for one in figures]}
