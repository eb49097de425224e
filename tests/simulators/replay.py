"""Comparing a simulator's answer with a recorded one: the same keys and types, whatever the values."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parents[1] / "samples"
_HOST = re.compile(r"https?://[^/>\"]+")


def sample(name: str) -> Any:
    """Read a recorded answer."""
    return json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))


def differences(recorded: Any, ours: Any, allowed: Mapping[str, str], path: str = "") -> Iterator[str]:
    """Give where the shapes differ and nobody said that they may; list items share the path `[]`."""
    if path in allowed:
        return
    if isinstance(recorded, dict) and isinstance(ours, dict):
        for key in recorded.keys() | ours.keys():
            place = f"{path}.{key}".lstrip(".")
            if key not in ours or key not in recorded:
                if place not in allowed:
                    yield f"{place}: only {'recorded' if key in recorded else 'ours'}"
            else:
                yield from differences(recorded[key], ours[key], allowed, place)
    elif isinstance(recorded, list) and isinstance(ours, list):
        if bool(recorded) != bool(ours):
            yield f"{path}: {len(recorded)} recorded, {len(ours)} ours"
        for one, other in zip(recorded, ours, strict=False):
            yield from differences(one, other, allowed, f"{path}[]")
    elif type(recorded) is not type(ours):
        yield f"{path}: {type(recorded).__name__} recorded, {type(ours).__name__} ours"


def head(value: str) -> str:
    """Make a header comparable: hosts and numbers stand for themselves."""
    return re.sub(r"\d+", "N", _HOST.sub("HOST", value))
