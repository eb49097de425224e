"""Waiting for several requests at once."""

from asyncio import gather
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def together(*calls: Coroutine[Any, Any, T]) -> list[T]:
    """Wait for all; the first error is raised once none of them is under way any more."""
    found: list[T] = []
    for one in await gather(*calls, return_exceptions=True):
        if isinstance(one, BaseException):
            raise one
        found.append(one)
    return found
