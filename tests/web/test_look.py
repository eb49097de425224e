"""The look: enough contrast in both themes, computed from the tokens, and no colour beside them."""

import re
from pathlib import Path

import pytest

SHEET = Path("src/shopweave/web/static/shopweave.css")
TOKEN = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
TEXT, SHAPE = 4.5, 3.0
PAIRS = [
    *(
        (ink, ground, TEXT)
        for ink in ("ink", "ink-2", "ink-3")
        for ground in ("paper", "sheet", "raised", "hover")
    ),
    *(("accent", ground, TEXT) for ground in ("paper", "sheet", "raised")),
    ("accent-deep", "accent-wash", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-deep", TEXT),
    ("warn", "warn-wash", TEXT),
    ("stop", "stop-wash", TEXT),
    ("stop", "sheet", TEXT),
    ("ink", "warn-wash", TEXT),
    ("ink-2", "accent-wash", TEXT),
    ("ok", "sheet", SHAPE),
    ("edge", "paper", SHAPE),
    ("edge", "sheet", SHAPE),
    *((f"t{number}", ground, SHAPE) for number in range(1, 9) for ground in ("paper", "sheet")),
]


def tokens() -> dict[str, tuple[str, str]]:
    return {name: (light, dark) for name, light, dark in TOKEN.findall(SHEET.read_text("utf-8"))}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_the_standard_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_what_is_read_stands_out(ink: str, ground: str, least: float, theme: int) -> None:
    known = tokens()
    assert contrast(known[ink][theme], known[ground][theme]) >= least


def test_nothing_but_the_tokens_names_a_colour() -> None:
    rest = TOKEN.sub("", SHEET.read_text("utf-8"))
    rest = re.sub(r"rgb\(0 0 0 / \.\d+\)", "", rest)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;, )])|\brgba?\(|\bhsl", rest) == []
