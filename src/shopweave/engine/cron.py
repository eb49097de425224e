"""Cron texts: minute, hour, day of month, month, day of week; evaluated on the wall clock of a zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_FARTHEST = timedelta(days=366 * 5)


class Cron(Struct, frozen=True, kw_only=True):
    """The values that fit, by field; a week begins with Sunday, 0."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool
    any_weekday: bool

    def fits_day(self, moment: datetime) -> bool:
        """Say whether a day fits: by month, and by day of month or of week if both are given."""
        if moment.month not in self.months:
            return False
        day, weekday = moment.day in self.days, moment.isoweekday() % 7 in self.weekdays
        if self.any_day or self.any_weekday:
            return day and weekday
        return day or weekday


def parse_cron(text: str) -> Cron:
    """Read a cron text; raises ValueError saying which field is wrong."""
    fields = text.split()
    if len(fields) != 5:
        raise ValueError(f"'{text}' has {len(fields)} fields, a cron text has 5")
    sets = [_field(field, *bounds) for field, bounds in zip(fields, _RANGES, strict=True)]
    return Cron(
        minutes=sets[0],
        hours=sets[1],
        days=sets[2],
        months=sets[3],
        weekdays=frozenset(day % 7 for day in sets[4]),
        any_day=fields[2] == "*",
        any_weekday=fields[4] == "*",
    )


def _field(text: str, low: int, high: int) -> frozenset[int]:
    values: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, last = _span(span, low, high, text)
        width = int(step) if step.isdigit() and int(step) else 1 if not step else 0
        if not width or not low <= first <= last <= high:
            raise ValueError(f"'{text}' is not between {low} and {high}")
        values.update(range(first, last + 1, width))
    return frozenset(values)


def _span(span: str, low: int, high: int, text: str) -> tuple[int, int]:
    if span == "*":
        return low, high
    first, dash, last = span.partition("-")
    if not first.isdigit() or (dash and not last.isdigit()):
        raise ValueError(f"'{text}' is no number, list or range")
    return int(first), int(last) if dash else int(first)


def next_time(text: str, zone: str, after: datetime) -> datetime:
    """Give the next time after `after` that fits, as UTC.

    A time that the clock jumps over in spring comes at the moment of the jump's end; one that comes twice in
    autumn fits once, the first time.
    """
    cron, tz = parse_cron(text), ZoneInfo(zone)
    local = after.astimezone(tz).replace(tzinfo=None, second=0, microsecond=0) + timedelta(minutes=1)
    limit = local + _FARTHEST
    while local < limit:
        if not cron.fits_day(local):
            local = local.replace(hour=0, minute=0) + timedelta(days=1)
        elif local.hour not in cron.hours:
            local = local.replace(minute=0) + timedelta(hours=1)
        elif local.minute not in cron.minutes:
            local += timedelta(minutes=1)
        elif (moment := local.replace(tzinfo=tz).astimezone(UTC)) > after:
            return moment
        else:
            local += timedelta(minutes=1)
    raise ValueError(f"'{text}' never comes")
