"""The doors to time, chance and identity: passed in everywhere, never imported."""

from collections.abc import MutableSequence, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Clock(Protocol):
    """Tell and spend time."""

    def now(self) -> datetime:
        """Give the wall clock as aware UTC; it may jump."""
        ...

    def monotonic(self) -> float:
        """Give the loop's time in seconds, for deadlines and leases."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait on the loop's clock."""
        ...


class Ids(Protocol):
    """Make identifiers that nobody can guess or repeat."""

    def new(self) -> str:
        """Give a new identifier of 32 hexadecimal digits."""
        ...


class Random(Protocol):
    """Be the part of `random.Random` that the house uses."""

    def random(self) -> float:
        """Give a float in [0, 1)."""
        ...

    def uniform(self, a: float, b: float, /) -> float:
        """Give a float between `a` and `b`."""
        ...

    def randint(self, a: int, b: int, /) -> int:
        """Give an integer from `a` to `b`, both included."""
        ...

    def choice(self, seq: Sequence[T], /) -> T:
        """Give one element."""
        ...

    def shuffle(self, x: MutableSequence[Any], /) -> None:
        """Reorder in place."""
        ...


class Seals(Protocol):
    """Seals secrets for storing."""

    def seal(self, text: str) -> str:
        """Seal a text."""
        ...

    def open(self, sealed: str) -> str:
        """Open a sealed text; raises `Configuration` when the key does not fit."""
        ...
