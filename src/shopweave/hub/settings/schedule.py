"""Schedules in plain words, written as cron. Pure."""

import re
from datetime import UTC, datetime

from shopweave.engine.cron import next_time

WORDS = 'Write "every 3 minutes", "every 2 hours", "daily at 05:00" or a cron text such as "0 5 * * *".'
_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def cron_of(text: str) -> str:
    """Write a schedule as cron; raises ValueError saying what is wrong."""
    plain = " ".join(text.lower().split())
    if match := re.fullmatch(r"every (?:(\d+) )?(minute|hour)s?", plain):
        cron = _every(int(match[1] or 1), match[2])
    elif match := re.fullmatch(r"daily at (\d{1,2}):(\d{2})", plain):
        cron = f"{int(match[2])} {int(match[1])} * * *"
    else:
        cron = plain
    next_time(cron, "UTC", _SOME_DAY)
    return cron


def _every(count: int, unit: str) -> str:
    if unit == "minute" and count == 60:
        count, unit = 1, "hour"
    if unit == "hour" and count == 24:
        return "0 0 * * *"
    whole = 60 if unit == "minute" else 24
    if not 1 <= count < whole or whole % count:
        fits = ", ".join(str(one) for one in range(1, whole) if whole % one == 0)
        raise ValueError(f"{count} {unit}s do not fit evenly into {whole}; these do: {fits}")
    step = "*" if count == 1 else f"*/{count}"
    return f"{step} * * * *" if unit == "minute" else f"0 {step} * * *"
