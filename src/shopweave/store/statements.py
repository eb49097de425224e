"""Pieces that several statements share."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import BindParameter, bindparam

T = TypeVar("T")
CHUNK = 500


def many(name: str) -> BindParameter[Any]:
    """Name a parameter that takes a list of values."""
    return bindparam(name, expanding=True)


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Cut a list into pieces that one statement can take."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def unique(values: Iterable[T]) -> list[T]:
    """Give each value once, in the order of first appearance."""
    return list(dict.fromkeys(values))
