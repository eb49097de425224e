"""Numbers, times and lengths of time as a language writes them."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from gettext import NullTranslations
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal
from markupsafe import Markup

from shopweave.web.tongues import marked

DASH = "–"
LOCALES = {"en": "en_GB"}
COMMA = ("en", "pl")
UNITS = (
    (86_400, marked("%(number)s d")),
    (3_600, marked("%(number)s h")),
    (60, marked("%(number)s min")),
    (1, marked("%(number)s s")),
)


class Figures:
    """Writes figures in one language and one time zone."""

    def __init__(self, language: str, zone: str, texts: NullTranslations) -> None:
        self._language, self._zone, self._say = language, ZoneInfo(zone), texts.gettext
        self._locale = Locale.parse(LOCALES.get(language, language.replace("-", "_")))

    def figure(self, number: int) -> str:
        """Write a count, never shortened."""
        return str(format_decimal(number, locale=self._locale)).replace("-", "−")

    def amount(self, number: Decimal, *, signed: bool = False) -> str:
        """Write a quantity with the decimals it has, a sign before differences."""
        whole = number.normalize()
        text = str(format_decimal(abs(whole), locale=self._locale, decimal_quantization=False))
        sign = "−" if whole < 0 else "+" if signed and whole > 0 else ""
        return sign + text

    def money(self, amount: Decimal | None, currency: str) -> str:
        """Write a sum as the shop has it, never rounded; a code is kept apart from its digits."""
        if amount is None:
            return DASH
        if not currency:
            return self.amount(amount)
        text = str(format_currency(amount, currency, locale=self._locale, decimal_quantization=False))
        return re.sub(r"([A-Z]{3})(?=[-\d])", "\\1\N{NO-BREAK SPACE}", text).replace("-", "−")

    def moment(self, at: datetime | None, now: datetime) -> Markup:
        """Write a time: today's by the clock, this week's by the day, older ones by the date."""
        if at is None:
            return Markup(DASH)  # noqa: S704 - a constant
        here, today = at.astimezone(self._zone), now.astimezone(self._zone)
        clock = format_time(here, "short", locale=self._locale)
        if here.date() == today.date():
            text = clock
        elif abs(today - here) < timedelta(days=6):
            text = f"{format_date(here, 'EEE', locale=self._locale)} {clock}"
        else:
            text = self._dated(here, clock)
        whole = f"{self._dated(here, format_time(here, 'medium', locale=self._locale))} {here:%Z}"
        return Markup('<time datetime="{}" title="{}">{}</time>').format(at.isoformat(), whole, text)

    def _dated(self, here: datetime, clock: str) -> str:
        comma = "," if self._language in COMMA else ""
        return f"{format_date(here, 'medium', locale=self._locale)}{comma} {clock}"

    def span(self, seconds: float | timedelta) -> str:
        """Write a length of time in its two largest parts."""
        total = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds
        if total < 10:
            number = format_decimal(round(max(total, 0), 1), format="0.0", locale=self._locale)
            return self._say("%(number)s s") % {"number": number}
        parts, rest = [], int(total)
        for size, text in UNITS:
            if rest >= size:
                parts.append(self._say(text) % {"number": rest // size})
                rest %= size
        return " ".join(parts[:2])

    def clock(self, cron: str, zone: str) -> str:
        """Write a schedule in words where it is a simple one, else as it stands."""
        minute, hour, *rest = cron.split()
        if rest == ["*", "*", "*"]:
            if hour == "*" and minute in ("*", "*/1"):
                return self._say("every minute")
            if hour == "*" and minute.startswith("*/"):
                return self._say("every %(number)s minutes") % {"number": minute[2:]}
            if hour == "*" and minute.isdecimal():
                return self._say("every hour at minute %(number)s") % {"number": minute}
            if minute.isdecimal() and hour.isdecimal():
                time = f"{int(hour):02}:{int(minute):02}"
                return self._say("daily at %(time)s, %(zone)s") % {"time": time, "zone": zone}
        return f"{cron}, {zone}"


TEXTS = (
    marked("every minute"),
    marked("every %(number)s minutes"),
    marked("every hour at minute %(number)s"),
    marked("daily at %(time)s, %(zone)s"),
)
