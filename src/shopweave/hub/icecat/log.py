"""The log of an Icecat run: one file per run, one line per product, a summary, and removal after a week.

Names and words are those of the scripts this replaces, so that their users find what they look for.
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from shopweave.model.errors import Configuration

_STAMP = "%Y-%m-%d_%H-%M-%S"
_NAME = re.compile(r"icecat_bulk_(\d{4}-\d{2}-\d{2}_\d{2}-\d{2}-\d{2})\.log", re.ASCII)
_OWN_WORDS = (
    "UPDATED",
    "UNCHANGED",
    "BRAND_RESTRICTED",
    "NOT_PRESENT",
    "FULL_ONLY",
    "NOT_YET_RELEASED",
)
_OTHER = "OTHER_ERROR"
_OTHER_WORDS = {
    "GTIN_UNKNOWN": "GTIN unknown",
    "BAD_IDENTIFIER": "no usable GTIN, nor brand with part number",
    "IN_STORE_CODE": "code for in-store use",
    "PRESS_OR_BOOK": "press or book",
}


class ImageState(StrEnum):
    """What became of a product's picture."""

    SET = "set"
    KEPT = "kept"
    NONE = "none"
    FAILED = "failed"


class WeightState(StrEnum):
    """What became of a product's weight."""

    SET = "set"
    KEPT = "kept"
    NONE = "none"


class ProductOutcome(Struct, frozen=True, kw_only=True):
    """What a run did with one product; `number` is Icecat's own code of a miss."""

    sku: str
    gtin: str
    outcome: str
    number: int | None = None
    image: ImageState = ImageState.NONE
    weight: WeightState = WeightState.NONE
    name: str = ""


def log_name(started: datetime, zone: tzinfo) -> str:
    """Name the log of a run by the wall clock of `zone`."""
    return f"icecat_bulk_{started.astimezone(zone).strftime(_STAMP)}.log"


def outcome_words(outcome: ProductOutcome) -> str:
    """Give the outcome as the log shows it: `UPDATED`, `OTHER_ERROR 16 (GTIN unknown)`."""
    if outcome.outcome in _OWN_WORDS:
        return outcome.outcome
    words = _OTHER_WORDS.get(outcome.outcome) or outcome.outcome.replace("_", " ").strip().lower()
    number = "" if outcome.number is None else f" {outcome.number}"
    return _one_line(f"{_OTHER}{number} ({words})" if words else f"{_OTHER}{number}")


def product_line(outcome: ProductOutcome, at: datetime, zone: tzinfo) -> str:
    """Write the line of one product."""
    parts = (
        _clock(at, zone),
        outcome_words(outcome),
        f"sku={_one_line(outcome.sku) or '-'}",
        f"ean={_one_line(outcome.gtin) or '-'}",
        f"image={outcome.image}",
        f"weight={outcome.weight}",
        _one_line(outcome.name),
    )
    return "  ".join(part for part in parts if part)


def summary_lines(outcomes: Iterable[ProductOutcome], at: datetime, zone: tzinfo) -> tuple[str, ...]:
    """Count what happened: products by outcome, pictures and weights by state."""
    known = tuple(outcomes)
    results = Counter(outcome_words(outcome) for outcome in known)
    images = Counter(outcome.image for outcome in known)
    weights = Counter(outcome.weight for outcome in known)
    return (
        f"{_clock(at, zone)}  SUMMARY  products={len(known)}",
        *(f"  {words}: {count}" for words, count in sorted(results.items())),
        "  image: " + ", ".join(f"{state} {images[state]}" for state in ImageState),
        "  weight: " + ", ".join(f"{state} {weights[state]}" for state in WeightState),
    )


class RunLog:
    """The log file of one run; each line is on its way to the disk when the call returns."""

    def __init__(self, path: Path, zone: tzinfo) -> None:
        self.path = path
        self._zone = zone
        self._outcomes: list[ProductOutcome] = []

    def note(self, sentence: str, at: datetime) -> None:
        """Write a sentence about the run."""
        self._write(f"{_clock(at, self._zone)}  {_one_line(sentence)}")

    def product(self, outcome: ProductOutcome, at: datetime) -> None:
        """Write the line of one product and count it."""
        self._outcomes.append(outcome)
        self._write(product_line(outcome, at, self._zone))

    def close(self, at: datetime) -> None:
        """Write the summary."""
        self._write(*summary_lines(self._outcomes, at, self._zone))

    def _write(self, *lines: str) -> None:
        try:
            with self.path.open("a", encoding="utf-8", newline="\n") as file:
                file.writelines(f"{line}\n" for line in lines)
        except OSError as error:
            raise _cannot_write(self.path.parent) from error


def open_log(directory: Path, started: datetime, zone: tzinfo) -> RunLog:
    """Start the log of a run in a file of its own; a second run in one second takes the next second."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for later in range(60):
            at = started + timedelta(seconds=later)
            path = directory / log_name(at, zone)
            if _is_made(path):
                log = RunLog(path, zone)
                log.note("Icecat run started", started)
                return log
    except OSError as error:
        raise _cannot_write(directory) from error
    raise _cannot_write(directory)


def remove_old(directory: Path, now: datetime, days: int = 7) -> tuple[str, ...]:
    """Remove logs named more than `days` before `now` in its own zone, and nothing else; give their names."""
    if not directory.is_dir():
        return ()
    removed = []
    for path in sorted(directory.iterdir()):
        started = _started(path.name, now)
        is_old = started is not None and now - started > timedelta(days=days)
        if is_old and path.is_file() and not path.is_symlink() and _is_removed(path):
            removed.append(path.name)
    return tuple(removed)


def _started(name: str, now: datetime) -> datetime | None:
    match = _NAME.fullmatch(name)
    try:
        return datetime.strptime(match[1], _STAMP).replace(tzinfo=now.tzinfo) if match else None
    except ValueError:
        return None


def _is_made(path: Path) -> bool:
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _is_removed(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True


def _cannot_write(directory: Path) -> Configuration:
    return Configuration(
        "The log cannot be written.",
        code="ENV-010",
        where=str(directory),
        remedy="Set the log directory to one this user may write to.",
    )


def _clock(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _one_line(text: str) -> str:
    return " ".join(text.split())
