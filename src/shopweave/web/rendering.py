"""Templates and what they need to show values to people."""

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from msgspec import json

from shopweave.runtime.secrets import mask

STATIC = resources.files("shopweave.web") / "static"
DASH = "–"
SIGNS = {
    "in step": ("ok", "ok"),
    "done": ("ok", "ok"),
    "approved": ("go", ""),
    "catching up": ("go", ""),
    "running": ("go", ""),
    "intent": ("go", ""),
    "waiting": ("wait", ""),
    "waits": ("wait", ""),
    "held": ("hold", "warn"),
    "paused": ("hold", "warn"),
    "needs you": ("warn", "warn"),
    "in doubt": ("doubt", "warn"),
    "stopped": ("stop", "stop"),
    "failed": ("stop", "stop"),
    "refused": ("stop", "stop"),
}
NAMES = {
    "intent": "being sent",
    "clock": "by the clock",
    "run": "by hand",
    "plan": "as a plan",
    "undo": "to undo another run",
}


class Renderer:
    """Render pages and parts of them, in one time zone; `fresh` gives each form its one-time key."""

    def __init__(self, zone: str, fresh: Callable[[], str]) -> None:
        self._zone = ZoneInfo(zone)
        self._templates = Environment(
            loader=PackageLoader("shopweave.web", "templates"),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        self._templates.policies["ext.i18n.trimmed"] = True
        self._templates.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
        self._templates.globals |= {
            "fresh": fresh,
            "zone": zone,
            "named_roles": lambda roles: [(one, one) for one in roles],
        }
        self._templates.filters |= {
            "moment": self.moment,
            "span": span,
            "figure": figure,
            "value": as_value,
            "clock": as_clock,
            "atom": lambda key: key.replace("_", " "),
            "sign": lambda state: SIGNS.get(state, ("wait", "")),
            "word": lambda state: NAMES.get(state, state),
        }

    def render(self, template: str, **values: Any) -> str:
        """Render a template; every secret the hub knows is masked in what comes out."""
        return mask(self._templates.get_template(template).render(**values))

    def moment(self, at: datetime | None, now: datetime) -> Markup:
        """Write a time: today's by the clock, this week's by the day, older ones by the date."""
        if at is None:
            return Markup(DASH)  # noqa: S704 - a constant
        here, today = at.astimezone(self._zone), now.astimezone(self._zone)
        if here.date() == today.date():
            text = f"{here:%H:%M}"
        elif abs(today - here) < timedelta(days=6):
            text = f"{here:%a %H:%M}"
        else:
            text = f"{here:%-d %b %Y, %H:%M}"
        whole = f"{here:%-d %b %Y, %H:%M:%S %Z}"
        return Markup('<time datetime="{}" title="{}">{}</time>').format(at.isoformat(), whole, text)


def span(seconds: float | timedelta) -> str:
    """Write a length of time in its two largest parts."""
    total = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds
    if total < 10:
        return f"{max(total, 0):.1f} s"
    parts, rest = [], int(total)
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        if rest >= size:
            parts.append(f"{rest // size} {unit}")
            rest %= size
    return " ".join(parts[:2])


def as_clock(cron: str, zone: str) -> str:
    """Write a schedule in words where it is a simple one, else as it stands."""
    minute, hour, *rest = cron.split()
    if rest == ["*", "*", "*"]:
        if hour == "*" and (minute == "*" or minute == "*/1"):
            return "every minute"
        if hour == "*" and minute.startswith("*/"):
            return f"every {minute[2:]} minutes"
        if hour == "*" and minute.isdecimal():
            return f"every hour at minute {minute}"
        if minute.isdecimal() and hour.isdecimal():
            return f"daily at {int(hour):02}:{int(minute):02}, {zone}"
    return f"{cron}, {zone}"


def figure(number: int) -> str:
    """Write a count, never shortened."""
    return f"{number:,}"


def as_value(value: Any) -> str:
    """Write the value of an atom in one line, a dash for none."""
    if value in (None, "", [], ()):
        return DASH
    if isinstance(value, dict):
        return _fields(value)
    if isinstance(value, list | tuple):
        return ", ".join(as_value(one) for one in value)
    return str(value)


def _fields(value: dict[str, Any]) -> str:
    if set(value) == {"amount"}:
        return str(value["amount"])
    if set(value) == {"name", "options"}:
        return f"{value['name']}: {as_value(value['options'])}"
    shown = [f"{name} {as_value(one)}" for name, one in value.items() if one not in (None, "", [], (), {})]
    return " · ".join(shown) or json.encode(value).decode()
