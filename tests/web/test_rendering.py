"""How values look to people."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from shopweave.web.figures import Figures
from shopweave.web.rendering import as_value
from shopweave.web.tongues import catalog


def figures(language: str = "en") -> Figures:
    return Figures(language, "Europe/Helsinki", catalog(language))


NOW = datetime(2026, 11, 25, 13, 5, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0.0 s"),
        (0.84, "0.8 s"),
        (59, "59 s"),
        (230, "3 min 50 s"),
        (7_500, "2 h 5 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_lengths_of_time_have_two_parts(seconds: float, text: str) -> None:
    span = figures().span
    assert span(seconds) == span(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("cron", "text"),
    [
        ("* * * * *", "every minute"),
        ("*/5 * * * *", "every 5 minutes"),
        ("7 * * * *", "every hour at minute 7"),
        ("0 5 * * *", "daily at 05:00, Europe/Helsinki"),
        ("0 5 * * 1", "0 5 * * 1, Europe/Helsinki"),
    ],
)
def test_simple_schedules_are_words(cron: str, text: str) -> None:
    assert figures().clock(cron, "Europe/Helsinki") == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        ((), "–"),
        ({"amount": "24.90"}, "24.90"),
        ([{"name": "Colour", "options": ("red", "blue")}], "Colour: red, blue"),
        ({"sku": "A", "gtin": None}, "sku A"),
        ({"sku": None}, '{"sku":null}'),
        (Decimal("1.50"), "1.50"),
    ],
)
def test_values_fit_into_a_line(value: object, text: str) -> None:
    assert as_value(value) == text


def test_moments_are_as_exact_as_they_need_to_be() -> None:
    show = figures().moment
    assert ">15:05<" in show(NOW, NOW)
    assert 'title="25 Nov 2026, 15:05:07 EET"' in show(NOW, NOW)
    assert ">Mon 15:05<" in show(NOW - timedelta(days=2), NOW)
    assert ">5 Nov 2026, 15:05<" in show(NOW - timedelta(days=20), NOW)
    assert show(None, NOW) == "–"
    assert figures().figure(12_480) == "12,480"
