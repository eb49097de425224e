"""Cron texts on the wall clock of a zone."""

from datetime import UTC, datetime

import pytest

from shopweave.engine.cron import next_time, parse_cron


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "zone", "after", "expected"),
    [
        ("*/5 * * * *", "UTC", "2026-01-01T10:02", "2026-01-01T10:05"),
        ("0 5 * * *", "UTC", "2026-01-01T05:00", "2026-01-02T05:00"),
        ("0 5 * * *", "Europe/Helsinki", "2026-01-01T00:00", "2026-01-01T03:00"),
        ("0 5 * * *", "Europe/Helsinki", "2026-07-01T00:00", "2026-07-01T02:00"),
        ("30 3 * * *", "Europe/Helsinki", "2026-03-28T22:00", "2026-03-29T01:30"),
        ("30 3 * * *", "Europe/Helsinki", "2026-10-24T22:00", "2026-10-25T00:30"),
        ("0 0 29 2 *", "UTC", "2026-01-01T00:00", "2028-02-29T00:00"),
        ("0 8 * * 1-5", "UTC", "2026-11-20T09:00", "2026-11-23T08:00"),
        ("0 0 * * 7", "UTC", "2026-11-24T00:00", "2026-11-29T00:00"),
        ("0 0 13 * 5", "UTC", "2026-11-07T00:00", "2026-11-13T00:00"),
    ],
)
@pytest.mark.seed("ICE-30")
@pytest.mark.seed("ICE-14")
def test_the_next_time_is_found(cron: str, zone: str, after: str, expected: str) -> None:
    assert next_time(cron, zone, at(after)) == at(expected)


def test_a_time_that_comes_twice_in_autumn_fits_once() -> None:
    first = next_time("30 3 * * *", "Europe/Helsinki", at("2026-10-24T22:00"))
    assert next_time("30 3 * * *", "Europe/Helsinki", first) == at("2026-10-26T01:30")


@pytest.mark.parametrize(
    "text", ["", "* * * *", "60 * * * *", "* 24 * * *", "x * * * *", "*/0 * * * *", "5-1 * * * *"]
)
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_cron(text)


def test_a_day_that_never_comes_is_refused() -> None:
    with pytest.raises(ValueError, match="never"):
        next_time("0 0 30 2 *", "UTC", at("2026-01-01T00:00"))
